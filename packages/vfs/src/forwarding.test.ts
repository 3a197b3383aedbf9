// Goal:   a file system that forwards is the other one in everything, and what a class made of it
//         overrides is all that changes.
// Method: the contract of all file systems, on one that forwards twice; the calls that a file
//         system need not have; a class that counts bytes.
import { expect, test } from 'vitest';
import { testVfs } from '../test/vfs-contract.ts';
import { ForwardingFile, ForwardingVfs, memoryVfs, nodeVfs, type VfsFile } from './index.ts';

testVfs('a file system that forwards', () => {
  const vfs = new ForwardingVfs(new ForwardingVfs(memoryVfs()));
  vfs.makeDirectory('/home/store');
  return { vfs, root: '/home/store' };
});

test('what the other one need not have is there if it has it', () => {
  const plain = new ForwardingVfs(memoryVfs());
  expect([plain.resolve, plain.syncFile]).toEqual([memoryVfs().resolve, memoryVfs().syncFile]);
  const node = new ForwardingVfs(nodeVfs);
  expect(node.resolve?.('here')).toBe(nodeVfs.resolve?.('here'));
  expect(typeof node.syncFile).toBe(typeof nodeVfs.syncFile);
  expect(new ForwardingVfs(nodeVfs, { threads: false }).capabilities).toEqual({
    ...nodeVfs.capabilities,
    threads: false,
  });
});

test('only what is overridden changes', () => {
  let read = 0;
  class Counted extends ForwardingFile {
    override read(target: Uint8Array, start: number, length: number, position: number): number {
      const count = super.read(target, start, length, position);
      read += count;
      return count;
    }
  }
  class CountedVfs extends ForwardingVfs {
    override open(...args: Parameters<ForwardingVfs['open']>): VfsFile {
      return new Counted(super.open(...args));
    }
  }
  const vfs = new CountedVfs(memoryVfs());
  vfs.makeDirectory('/d');
  const file = vfs.open('/d/file', 'create');
  file.write(new Uint8Array(10), 0, 10);
  expect([file.read(new Uint8Array(8), 0, 8, 4), read, file.path]).toEqual([6, 6, '/d/file']);
  file.close();
  expect(() => file.size()).toThrow(expect.objectContaining({ code: 'JUMP_CLOSED' }));
});
