// Goal:   a store goes on to be what its model says, however long it is read, written, merged and
//         copied, and however often its process is killed, or a call to the disk fails.
// Method: a little of what nights do: see faults/soak.ts.
// More:   npm run faults -- --part soak --minutes 120 --megabytes 10240 --life 60
import { test } from 'vitest';
import { runPart } from './faults/run-part.ts';

test('a store under load is all the while what its model says', { timeout: 1e8 }, () =>
  runPart('soak'),
);
