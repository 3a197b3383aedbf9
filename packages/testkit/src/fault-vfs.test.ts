import { memoryVfs, type Vfs } from '@jump/vfs';
import { expect, test } from 'vitest';
import { FaultVfs } from './fault-vfs.ts';

const bytes = new Uint8Array(10);

function writeTwoFiles(vfs: Vfs): void {
  vfs.makeDirectory('d');
  for (const path of ['d/1', 'd/2']) {
    const file = vfs.open(path, 'create');
    try {
      file.write(bytes, 0, 10);
      file.sync();
    } finally {
      file.close();
    }
  }
  vfs.rename('d/2', 'd/3');
  vfs.syncDirectory('d');
}

test('remembers the calls in their order', () => {
  const vfs = new FaultVfs(memoryVfs());
  writeTwoFiles(vfs);
  expect(vfs.show(['write', 'sync', 'rename', 'syncDirectory'])).toBe(
    'write d/1 10\nsync d/1\nwrite d/2 10\nsync d/2\nrename d/2 d/3\nsyncDirectory d',
  );
});

test.each([
  [{ at: 0, kinds: ['sync'] as const }, 'd/1: EIO: a fault of the test, sync'],
  [{ at: 1, kinds: ['sync'] as const }, 'd/2: EIO: a fault of the test, sync'],
  [{ at: 0, path: /2$/, systemCode: 'ENOSPC' }, 'd/2: ENOSPC: a fault of the test, open'],
])('fails the call that %o chooses', (fault, message) => {
  const vfs = new FaultVfs(memoryVfs());
  vfs.setFault(fault);
  expect(() => writeTwoFiles(vfs)).toThrow(message);
  expect(vfs.struck).toBe(true);
});

test('fails once or from there on, and a failing write may leave a part', () => {
  const vfs = new FaultVfs(memoryVfs());
  const file = vfs.open('f', 'create');
  vfs.setFault({ at: 0, kinds: ['write'], shortWrite: 4, systemCode: 'ENOSPC' });
  expect(() => file.write(bytes, 0, 10)).toThrow(/ENOSPC/);
  expect(file.size()).toBe(4);
  file.write(bytes, 0, 10);
  expect(file.size()).toBe(14);
  vfs.setFault({ at: 1, kinds: ['write'], sticky: true });
  file.write(bytes, 0, 1);
  for (let i = 0; i < 3; i++) expect(() => file.write(bytes, 0, 1)).toThrow(/EIO/);
  file.close();
});
