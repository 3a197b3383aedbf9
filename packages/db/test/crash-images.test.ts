// Goal:   whatever a power loss leaves, nothing acknowledged is lost and nothing wrong comes back.
// Method: random histories on a simulated disk; after every call that changes the disk, images of
//         what may be left are opened and compared with the model.
// More:   npm run faults -- --part crash --minutes 60 --seed 1000
import { test } from 'vitest';
import { runPart } from './faults/run-part.ts';

test(
  'every image of the disk opens as the store was at some moment',
  {
    timeout: 1e8,
  },
  () => runPart('crash'),
);
