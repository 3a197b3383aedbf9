import { expect, test } from 'vitest';
import { caught, expectIoError, testVfs, writeFile } from '../test/vfs-contract.ts';
import { memoryVfs } from './memory-vfs.ts';
import { readFile } from './vfs.ts';

testVfs('memoryVfs', () => {
  const vfs = memoryVfs();
  vfs.makeDirectory('/home/store');
  return { vfs, root: '/home/store' };
});

test('each call makes a file system of its own', () => {
  const one = memoryVfs();
  const other = memoryVfs();
  writeFile(one, 'file', Uint8Array.of(1));
  expect(other.list('/')).toEqual([]);
  one.lock('/').release();
});

test('relative and absolute paths meet at the root, above which is nothing', () => {
  const vfs = memoryVfs();
  writeFile(vfs, 'file', Uint8Array.of(1, 2));
  for (const path of ['/file', './file', '//file', '../file', 'a/../file']) {
    expect(readFile(vfs, path, 2), path).toEqual(Uint8Array.of(1, 2));
  }
  expect(vfs.stat('')).toBeUndefined();
  expectIoError(() => vfs.open('', 'create'), 'ENOENT', '');
  expectIoError(() => vfs.open('/', 'create'), 'EISDIR', '/');
});

test('files only are renamed and linked', () => {
  const vfs = memoryVfs();
  vfs.makeDirectory('a');
  writeFile(vfs, 'file', Uint8Array.of(1));
  expectIoError(() => vfs.rename('a', 'b'), 'EISDIR', 'a');
  expectIoError(() => vfs.rename('file', 'a'), 'EISDIR', 'file');
  expectIoError(() => vfs.link('a', 'b'), 'EPERM', 'a');
  expectIoError(() => vfs.remove('a'), 'EISDIR', 'a');
});

test('renaming a file to another of its names leaves both, as POSIX has it', () => {
  const vfs = memoryVfs();
  writeFile(vfs, 'a', Uint8Array.of(1));
  vfs.link('a', 'b');
  vfs.rename('a', 'b');
  expect(vfs.list('/').sort()).toEqual(['a', 'b']);
});

test('a lock is as strong as can be asked for', () => {
  const vfs = memoryVfs();
  const lock = vfs.lock('/', { requireKernelLock: true });
  expect(lock.kind).toBe('none');
  expect(caught(() => vfs.lock('/'))).toMatchObject({ code: 'JUMP_LOCKED', file: '/LOCK' });
  lock.release();
});

// Goal: appending is linear. Method: 64 MiB in pieces of 1 KiB copied over and over would take
// minutes; the bound is loose because other tests share the processor.
test('many small writes do not slow down as the file grows', () => {
  const file = memoryVfs().open('file', 'create');
  const piece = new Uint8Array(1024).fill(7);
  const begin = performance.now();
  for (let i = 0; i < 65_536; i++) file.write(piece, 0, 1024);
  expect(performance.now() - begin).toBeLessThan(5000);
  const last = new Uint8Array(8);
  expect(file.read(last, 0, 8, 64 * 2 ** 20 - 4)).toBe(4);
  expect([...last]).toEqual([7, 7, 7, 7, 0, 0, 0, 0]);
});
