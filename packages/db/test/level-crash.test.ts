// Goal:   a crash in the middle of anything leaves LevelDB files, ours as LevelDB's own.
// Method: images of our disk, taken between any two calls, are opened by LevelDB; LevelDB is
//         stopped while it writes, and we open a copy of what is there.
// More:   npm run faults -- --part level-crash --minutes 60 --seed 1000
import { test } from 'vitest';
import { runPart } from './faults/run-part.ts';

test(
  'LevelDB opens what a crash of ours leaves, and we what one of LevelDB’s does',
  {
    timeout: 1e8,
  },
  () => runPart('level-crash'),
);
