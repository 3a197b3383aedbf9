// Goal:   a closed store leaves no file that nobody needs.
// Method: the worker has written tables that the store has not heard of when it closes. (Found by
//         the model on a disk, with the worker, SEED=1.)
import { nodeVfs, open } from '@jump/db';
import { expect, test } from 'vitest';
import { checkDirectory } from './invariants.ts';
import { temporary } from './temporary.ts';

test('tables that the worker finished and nobody took are removed at close', {
  timeout: 60_000,
}, () => {
  const path = temporary();
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (let round = 0; round < 3; round++) {
    const db = open(path, { memtableSize: 20_000 });
    for (let i = 0; i < 300; i++) db.set(`k${i}`, `${round}`.repeat(100));
    expect(db.stats().executor).toBe('worker');
    // The worker works on; this thread neither polls nor returns to the event loop.
    Atomics.wait(pause, 0, 0, 300);
    db.close();
    checkDirectory(nodeVfs, path);
  }
  const db = open(path);
  expect([...db.values()]).toEqual(new Array(300).fill('2'.repeat(100)));
  db.close();
});
