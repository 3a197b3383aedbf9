// Goal:   whatever is asked for at once, in whatever order it is done: readers see what was, syncs
//         promise what is on the disk, and a close in the midst of it leaves all there was.
// Method: seeds draw what is asked for, and the order in which flushes, merges, syncs of the disk
//         and timers take place; listeners read, write and close; all beside a sorted map.
// More:   npm run faults -- --part schedules --minutes 60 --seed 1000
import { test } from 'vitest';
import { runPart } from './faults/run-part.ts';

test('asked for many things at once, a store does each as if it were alone', { timeout: 1e8 }, () =>
  runPart('schedules'),
);
