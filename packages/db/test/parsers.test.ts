// Goal:   whatever is in a file, what reads it says so, or gives something that makes sense.
// Method: sound files, or parts of them, are changed under true checksums, and read.
// More:   npm run faults -- --part parsers --minutes 60 --seed 1000
import { test } from 'vitest';
import { runPart } from './faults/run-part.ts';

test('every parser refuses what it cannot take', { timeout: 1e8 }, () => runPart('parsers'));
