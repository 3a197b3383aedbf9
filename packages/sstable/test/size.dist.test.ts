// Goal:   what is published comes apart in bundlers as well as its sources do.
// Method: the sizes of size.test.ts, with the same limits.
import { sizeTests } from './size.ts';

sizeTests();
