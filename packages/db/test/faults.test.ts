// Goal:   after any failure of the disk: no acknowledged write is lost, none is acknowledged that
//         is not safe, the failure is told, and the next opening finds a state that was.
// Method: small histories; their 1st, 2nd, 3rd … call to the file system fails, once or for ever;
//         then images of the disk are opened, without the fault, as after a power loss and without.
// More:   npm run faults -- --part fault-sweep --minutes 60 --seed 1000
import { FaultVfs } from '@jump/testkit';
import { memoryVfs } from '@jump/vfs';
import { expect, test } from 'vitest';
import { open } from '../src/index.ts';
import { runPart } from './faults/run-part.ts';

const DIRECTORY = '/db';

test('the failure of any call loses nothing, and is told', { timeout: 1e8 }, () =>
  runPart('fault-sweep'),
);

test('an opening that fails in its last step leaves no file open', () => {
  const disk = memoryVfs();
  const fresh = open(DIRECTORY, { vfs: disk });
  fresh.set('a', '1');
  fresh.close();
  const vfs = new FaultVfs(disk);
  open(DIRECTORY, { vfs }).close();
  const lists = vfs.operations.filter(({ kind }) => kind === 'list').length;
  vfs.operations.length = 0;
  // The last listing is that of what is obsolete.
  vfs.setFault({ at: lists - 1, kinds: ['list'] });
  expect(() => open(DIRECTORY, { vfs })).toThrow(expect.objectContaining({ code: 'JUMP_IO' }));
  const count = (wanted: string): number =>
    vfs.operations.filter(({ kind }) => kind === wanted).length;
  expect(count('open')).toBeGreaterThan(0);
  expect(count('close')).toBe(count('open'));
  open(DIRECTORY, { vfs: disk }).close();
});
