/**
 * What every file system must do, as tests. A new implementation calls {@link testVfs}; where the
 * words of `vfs.ts` leave something open, it is not tested.
 */

import { JumpError } from '@jump/base';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { joinPath, readFile, type Vfs } from '../src/vfs.ts';

/** A file system and an empty directory in it. */
export interface VfsUnderTest {
  readonly vfs: Vfs;
  readonly root: string;
}

/** Defines the tests; `make` is called once for each. */
export function testVfs(name: string, make: () => VfsUnderTest): void {
  describe(`${name}, files`, () => testFiles(make));
  describe(`${name}, names`, () => testNames(make));
  describe(`${name}, locks`, () => testLocks(make));
}

/** Expects a failure as `vfs.ts` describes them. */
export function expectIoError(action: () => unknown, systemCode: string, file: string): void {
  const error = caught(action);
  expect(error).toBeInstanceOf(JumpError);
  expect(error).toMatchObject({ code: 'JUMP_IO', systemCode, file });
  expect((error as Error).message).toContain(systemCode);
}

/** What `action` throws. */
export function caught(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

/** Writes a whole file. */
export function writeFile(vfs: Vfs, path: string, bytes: Uint8Array): void {
  const file = vfs.open(path, 'replace');
  try {
    file.write(bytes, 0, bytes.length);
  } finally {
    file.close();
  }
}

function pattern(length: number, seed = 1): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8) * 7 + seed) & 0xff);
}

function testFiles(make: () => VfsUnderTest): void {
  test.each([0, 1, 255, 256, 257, 4096, 131_071, 131_072, 131_073, 700_001])(
    'gives back %i bytes that were written at once',
    (size) => {
      const { vfs, root } = make();
      const path = joinPath(root, 'file');
      writeFile(vfs, path, pattern(size));
      expect(vfs.stat(path)).toMatchObject({ kind: 'file', size });
      expect(Buffer.compare(readFile(vfs, path, size) ?? pattern(0), pattern(size))).toBe(0);
    },
  );

  // Method: any cuts of a stream into writes and any ranges to read, against one array. Lengths
  // jump over the sizes at which memory grows.
  test('reads any range of what any writes appended', () => {
    const { vfs, root } = make();
    const path = joinPath(root, 'file');
    const length = fc.oneof(fc.nat(700), fc.nat(200_000));
    fc.assert(
      fc.property(fc.array(length, { maxLength: 6 }), fc.array(length), (writes, reads) => {
        const file = vfs.open(path, 'replace');
        const all = pattern(writes.reduce((sum, count) => sum + count, 0));
        let written = 0;
        for (const count of writes) {
          file.write(all, written, written + count);
          written += count;
          expect(file.size()).toBe(written);
        }
        for (const position of reads) {
          const wanted = Math.min(1000, position);
          const target = new Uint8Array(wanted + 2).fill(0xee);
          const expected = all.subarray(position, position + wanted);
          expect(file.read(target, 1, wanted, position)).toBe(expected.length);
          expect(target.subarray(1, 1 + expected.length)).toEqual(expected);
          expect(target.subarray(1 + expected.length).every((byte) => byte === 0xee)).toBe(true);
          expect(target[0]).toBe(0xee);
        }
        file.close();
      }),
      { numRuns: 30 },
    );
  });

  test('reads nothing at and behind the end', () => {
    const { vfs, root } = make();
    const file = vfs.open(joinPath(root, 'file'), 'create');
    file.write(pattern(10), 0, 10);
    const target = new Uint8Array(20);
    expect(file.read(target, 0, 20, 4)).toBe(6);
    expect(file.read(target, 0, 20, 10)).toBe(0);
    expect(file.read(target, 0, 20, 2 ** 40)).toBe(0);
    expect(file.read(target, 20, 0, 0)).toBe(0);
    file.close();
  });

  test('refuses ranges and positions that are none', () => {
    const { vfs, root } = make();
    const file = vfs.open(joinPath(root, 'file'), 'create');
    const bytes = new Uint8Array(4);
    for (const [start, end] of [
      [0, 5],
      [-1, 2],
      [3, 2],
      [0.5, 2],
      [0, Number.NaN],
    ] as const) {
      expect(() => file.write(bytes, start, end)).toThrow(RangeError);
      expect(() => file.read(bytes, start, end - start, 0)).toThrow(RangeError);
    }
    for (const position of [-1, 0.5, Number.NaN, 2 ** 53]) {
      expect(() => file.read(bytes, 0, 4, position)).toThrow(RangeError);
    }
    expect(file.size()).toBe(0);
    file.close();
  });

  test('opens for reading only what exists, and does not write to it', () => {
    const { vfs, root } = make();
    const path = joinPath(root, 'file');
    expectIoError(() => vfs.open(path, 'read'), 'ENOENT', path);
    writeFile(vfs, path, pattern(3));
    const file = vfs.open(path, 'read');
    expect(file.path).toBe(path);
    expectIoError(() => file.write(pattern(3), 0, 3), 'EBADF', path);
    file.close();
  });

  test('creates only what does not exist; replaces what does', () => {
    const { vfs, root } = make();
    const path = joinPath(root, 'file');
    vfs.open(path, 'create').close();
    expectIoError(() => vfs.open(path, 'create'), 'EEXIST', path);
    writeFile(vfs, path, pattern(1000));
    writeFile(vfs, path, pattern(5, 9));
    expect(readFile(vfs, path, 100)).toEqual(pattern(5, 9));
  });

  test('opens no directory, and nothing below a file', () => {
    const { vfs, root } = make();
    const file = joinPath(root, 'file');
    writeFile(vfs, file, pattern(1));
    expectIoError(() => vfs.open(root, 'read'), 'EISDIR', root);
    expectIoError(() => vfs.open(root, 'replace'), 'EISDIR', root);
    expectIoError(() => vfs.open(root, 'create'), 'EEXIST', root);
    const below = joinPath(file, 'below');
    expectIoError(() => vfs.open(below, 'create'), 'ENOTDIR', below);
    const nowhere = joinPath(root, 'nowhere/file');
    expectIoError(() => vfs.open(nowhere, 'create'), 'ENOENT', nowhere);
  });

  test('syncs, at once or later', async () => {
    const { vfs, root } = make();
    const file = vfs.open(joinPath(root, 'file'), 'create');
    file.write(pattern(10), 0, 10);
    file.sync();
    await Promise.all([file.syncAsync(), file.syncAsync()]);
    file.close();
  });

  test('closes more than once, and is not used afterwards', async () => {
    const { vfs, root } = make();
    const path = joinPath(root, 'file');
    const file = vfs.open(path, 'create');
    file.close();
    file.close();
    const bytes = new Uint8Array(1);
    const closed = expect.objectContaining({ code: 'JUMP_CLOSED', file: path });
    expect(caught(() => file.read(bytes, 0, 1, 0))).toEqual(closed);
    expect(caught(() => file.write(bytes, 0, 1))).toEqual(closed);
    expect(caught(() => file.size())).toEqual(closed);
    expect(caught(() => file.sync())).toEqual(closed);
    await expect(file.syncAsync()).rejects.toEqual(closed);
  });

  test('readFile() gives undefined for nothing and refuses what is too large', () => {
    const { vfs, root } = make();
    const path = joinPath(root, 'file');
    expect(readFile(vfs, path, 10)).toBeUndefined();
    writeFile(vfs, path, pattern(11));
    expect(caught(() => readFile(vfs, path, 10))).toMatchObject({
      code: 'JUMP_CORRUPTION',
      file: path,
    });
  });
}

function testNames(make: () => VfsUnderTest): void {
  test('tells what is at a path', () => {
    const { vfs, root } = make();
    const path = joinPath(root, 'file');
    expect(vfs.stat(path)).toBeUndefined();
    writeFile(vfs, path, pattern(7));
    expect(vfs.stat(path)).toMatchObject({ kind: 'file', size: 7 });
    expect(vfs.stat(root)).toMatchObject({ kind: 'directory' });
    expect(vfs.stat(joinPath(path, 'below'))).toBeUndefined();
    expect(vfs.stat(joinPath(root, 'nowhere/file'))).toBeUndefined();
    expect(vfs.stat(`${root}/.//file`)?.id).toBe(vfs.stat(path)?.id);
  });

  test('makes directories with those above them, and removes empty ones', () => {
    const { vfs, root } = make();
    const deep = joinPath(root, 'a/b/c');
    vfs.makeDirectory(deep);
    vfs.makeDirectory(deep);
    expect(vfs.stat(deep)?.kind).toBe('directory');
    const above = joinPath(root, 'a/b');
    expectIoError(() => vfs.removeDirectory(above), 'ENOTEMPTY', above);
    vfs.removeDirectory(deep);
    vfs.removeDirectory(above);
    expect(vfs.stat(above)).toBeUndefined();
    expectIoError(() => vfs.removeDirectory(above), 'ENOENT', above);
  });

  test('makes no directory where a file is, or below one', () => {
    const { vfs, root } = make();
    const file = joinPath(root, 'file');
    writeFile(vfs, file, pattern(1));
    expectIoError(() => vfs.makeDirectory(file), 'EEXIST', file);
    const below = joinPath(file, 'below');
    expectIoError(() => vfs.makeDirectory(below), 'ENOTDIR', below);
    expectIoError(() => vfs.removeDirectory(file), 'ENOTDIR', file);
  });

  test('lists names, whatever characters they are of', () => {
    const { vfs, root } = make();
    const names = [
      '000001.log',
      'two words',
      '%41',
      'Äpfel-日本-🜁',
      '-rf',
      '.hidden',
      'n'.repeat(200),
    ];
    for (const name of names) writeFile(vfs, joinPath(root, name), pattern(1));
    vfs.makeDirectory(joinPath(root, 'folder'));
    expect(vfs.list(root).sort()).toEqual([...names, 'folder'].sort());
    const file = joinPath(root, '%41');
    expectIoError(() => vfs.list(file), 'ENOTDIR', file);
    const nothing = joinPath(root, 'nothing');
    expectIoError(() => vfs.list(nothing), 'ENOENT', nothing);
  });

  test('removes files, which can be read on where they are open', () => {
    const { vfs, root } = make();
    const path = joinPath(root, 'file');
    expectIoError(() => vfs.remove(path), 'ENOENT', path);
    writeFile(vfs, path, pattern(300));
    const file = vfs.open(path, 'read');
    vfs.remove(path);
    expect(vfs.stat(path)).toBeUndefined();
    const bytes = new Uint8Array(300);
    expect(file.read(bytes, 0, 300, 0)).toBe(300);
    expect(bytes).toEqual(pattern(300));
    writeFile(vfs, path, pattern(2));
    expect(file.size()).toBe(300);
    file.close();
  });

  test('renames over another file, which can be read on where it is open', () => {
    const { vfs, root } = make();
    const from = joinPath(root, 'from');
    const to = joinPath(root, 'to');
    expectIoError(() => vfs.rename(from, to), 'ENOENT', from);
    writeFile(vfs, from, pattern(5));
    writeFile(vfs, to, pattern(9, 3));
    const { id } = vfs.stat(from) ?? {};
    const old = vfs.open(to, 'read');
    vfs.rename(from, to);
    expect(vfs.list(root)).toEqual(['to']);
    expect(vfs.stat(to)?.id).toBe(id);
    expect(readFile(vfs, to, 9)).toEqual(pattern(5));
    expect(old.size()).toBe(9);
    old.close();
  });

  test('links a second name to a file, and none over another', () => {
    const { vfs, root } = make();
    const from = joinPath(root, 'from');
    const to = joinPath(root, 'to');
    expectIoError(() => vfs.link(from, to), 'ENOENT', from);
    writeFile(vfs, from, pattern(5));
    vfs.link(from, to);
    expect(vfs.stat(to)).toEqual(vfs.stat(from));
    expectIoError(() => vfs.link(from, to), 'EEXIST', from);
    vfs.remove(from);
    expect(readFile(vfs, to, 5)).toEqual(pattern(5));
  });

  test('syncs directories and only those', () => {
    const { vfs, root } = make();
    vfs.syncDirectory(root);
    const file = joinPath(root, 'file');
    expectIoError(() => vfs.syncDirectory(file), 'ENOENT', file);
    writeFile(vfs, file, pattern(1));
    expectIoError(() => vfs.syncDirectory(file), 'ENOTDIR', file);
  });

  test('takes a path with a NUL for a mistake of the caller', () => {
    const { vfs, root } = make();
    expect(() => vfs.open(`${root}/a\0b`, 'create')).toThrow(TypeError);
    expect(() => vfs.stat(`${root}/a\0b`)).toThrow(TypeError);
  });
}

function testLocks(make: () => VfsUnderTest): void {
  test('locks a directory once, by whatever path', () => {
    const { vfs, root } = make();
    const lock = vfs.lock(root);
    const locked = expect.objectContaining({ code: 'JUMP_LOCKED' });
    expect(caught(() => vfs.lock(root))).toEqual(locked);
    expect(caught(() => vfs.lock(`${root}/./`))).toEqual(locked);
    lock.check();
    lock.release();
    vfs.lock(root).release();
  });

  test('locks two directories', () => {
    const { vfs, root } = make();
    const locks = ['a', 'b'].map((name) => {
      vfs.makeDirectory(joinPath(root, name));
      return vfs.lock(joinPath(root, name));
    });
    for (const lock of locks) lock.release();
  });

  test('releasing twice does not release the next lock', () => {
    const { vfs, root } = make();
    const first = vfs.lock(root);
    first.release();
    const second = vfs.lock(root);
    first.release();
    expect(caught(() => vfs.lock(root))).toMatchObject({ code: 'JUMP_LOCKED' });
    second.release();
  });

  test('leaves an empty LOCK and nothing else', () => {
    const { vfs, root } = make();
    const lock = vfs.lock(root);
    expect(vfs.list(root)).toEqual(['LOCK']);
    lock.release();
    expect(vfs.list(root)).toEqual(['LOCK']);
    expect(vfs.stat(joinPath(root, 'LOCK'))).toMatchObject({ kind: 'file', size: 0 });
  });

  test('notices that LOCK was replaced, or the directory', () => {
    const { vfs, root } = make();
    const directory = joinPath(root, 'store');
    const file = joinPath(directory, 'LOCK');
    vfs.makeDirectory(directory);
    const gone = expect.objectContaining({ code: 'JUMP_IO', file });
    const lock = vfs.lock(directory);
    // Kept by another name, so that its inode is not given out again.
    vfs.rename(file, joinPath(root, 'old'));
    expect(caught(() => lock.check())).toEqual(gone);
    writeFile(vfs, file, new Uint8Array(0));
    expect(caught(() => lock.check())).toEqual(gone);
    vfs.remove(file);
    vfs.removeDirectory(directory);
    expect(caught(() => lock.check())).toEqual(gone);
    lock.release();
  });

  test('locks no directory that is not there, and no file', () => {
    const { vfs, root } = make();
    const nowhere = joinPath(root, 'nowhere');
    expect(caught(() => vfs.lock(nowhere))).toMatchObject({
      code: 'JUMP_IO',
      systemCode: 'ENOENT',
    });
    const file = joinPath(root, 'file');
    writeFile(vfs, file, pattern(1));
    expect(caught(() => vfs.lock(file))).toMatchObject({ code: 'JUMP_IO', systemCode: 'ENOTDIR' });
    expect(vfs.list(root)).toEqual(['file']);
  });

  test('refuses a LOCK that is a directory', () => {
    const { vfs, root } = make();
    vfs.makeDirectory(joinPath(root, 'LOCK'));
    expect(caught(() => vfs.lock(root))).toMatchObject({ code: 'JUMP_IO', systemCode: 'EISDIR' });
  });
}
