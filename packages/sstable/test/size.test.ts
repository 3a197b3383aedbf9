// Goal:   a page that reads tables loads little, and nothing of Node's.
// Method: what a page imports is bundled for browsers by Vite, minified, and compressed as servers
//         do; the sizes are held against limits, a little above what they were when this was
//         written.
import { sizeTests } from './size.ts';

sizeTests('@jump/source');
