// Goal:   whatever happens to a store's files, repair makes a sound store of them, and tells what
//         is not as it was.
// Method: random stores with a past, damaged in random ways, left-overs of merges among them; see
//         faults/repair.ts for what must hold.
// More:   npm run faults -- --part repair --minutes 60 --seed 1000
import { test } from 'vitest';
import { runPart } from './faults/run-part.ts';

test('damaged stores are repaired, and compared with their past', { timeout: 1e8 }, () =>
  runPart('repair'),
);
