import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { caught, expectIoError, testVfs, writeFile } from '../test/vfs-contract.ts';
import { NodeFile } from './node-file.ts';
import { nodeVfs } from './node-vfs.ts';
import { joinPath, readFile } from './vfs.ts';

const temporary = fs.mkdtempSync(path.join(tmpdir(), 'jumpdb-vfs-'));
afterAll(() => fs.rmSync(temporary, { recursive: true, force: true }));

function newDirectory(): string {
  return fs.mkdtempSync(path.join(temporary, 'd'));
}

testVfs('nodeVfs', () => ({ vfs: nodeVfs, root: newDirectory() }));

const windows = process.platform === 'win32';
const linux = process.platform === 'linux';
const noFifo = windows || spawnSync('mkfifo', [path.join(temporary, 'probe')]).status !== 0;

// Nobody is at the other end: a plain open would wait for ever.
test.skipIf(noFifo)('refuses a FIFO that is named like a table, at once', () => {
  const directory = newDirectory();
  const fifo = joinPath(directory, '000005.ldb');
  spawnSync('mkfifo', [fifo]);
  expectIoError(() => nodeVfs.open(fifo, 'read'), 'EINVAL', fifo);
  expectIoError(() => nodeVfs.open(fifo, 'replace'), 'EINVAL', fifo);
  expectIoError(() => nodeVfs.open(fifo, 'create'), 'EEXIST', fifo);
  expect(nodeVfs.stat(fifo)?.kind).toBe('other');
  spawnSync('mkfifo', [joinPath(directory, 'LOCK')]);
  expect(caught(() => nodeVfs.lock(directory))).toMatchObject({ systemCode: 'EINVAL' });
});

test.skipIf(windows)('refuses devices, also behind a link', () => {
  const directory = newDirectory();
  for (const device of ['/dev/zero', '/dev/full']) {
    const link = joinPath(directory, path.basename(device));
    fs.symlinkSync(device, link);
    expectIoError(() => nodeVfs.open(link, 'read'), 'EINVAL', link);
    expectIoError(() => nodeVfs.open(link, 'replace'), 'EINVAL', link);
    expect(nodeVfs.stat(link)?.kind).toBe('other');
  }
});

test.skipIf(!fs.existsSync('/dev/full'))('says what the disk said', async () => {
  const file = new NodeFile('full', fs.openSync('/dev/full', 'r+'));
  expectIoError(() => file.write(new Uint8Array(10), 0, 10), 'ENOSPC', 'full');
  expectIoError(() => file.sync(), 'EINVAL', 'full');
  await expect(file.syncAsync()).rejects.toMatchObject({ code: 'JUMP_IO', systemCode: 'EINVAL' });
  // Deno names no system call where a descriptor fails.
  const cause = 'Deno' in globalThis ? { code: 'EINVAL' } : { syscall: 'fdatasync' };
  expect(caught(() => file.sync())).toMatchObject({ cause });
  file.close();
});

test('syncs a file that another handle has written, and says what the disk said', () => {
  const file = joinPath(newDirectory(), 'MANIFEST-000001');
  const handle = nodeVfs.open(file, 'create');
  handle.write(new Uint8Array(10), 0, 10);
  nodeVfs.syncFile?.(file);
  handle.write(new Uint8Array(10), 0, 10);
  expect(nodeVfs.stat(file)?.size).toBe(20);
  handle.close();
  expectIoError(() => nodeVfs.syncFile?.(`${file}x`), 'ENOENT', `${file}x`);
  if (fs.existsSync('/dev/full')) {
    expectIoError(() => nodeVfs.syncFile?.('/dev/full'), 'EINVAL', '/dev/full');
  }
});

// The kernel hands this one out in pieces of at most a page or so.
test.skipIf(!fs.existsSync('/proc/kallsyms'))('goes on after a short read', () => {
  const file = new NodeFile('kallsyms', fs.openSync('/proc/kallsyms', 'r'));
  const bytes = new Uint8Array(100_000);
  expect(fs.readSync(fs.openSync('/proc/kallsyms', 'r'), bytes)).toBeLessThan(bytes.length);
  expect(file.read(bytes, 0, bytes.length, 0)).toBe(bytes.length);
  file.close();
});

test('a descriptor closed during a sync is closed after it', async () => {
  const file = nodeVfs.open(joinPath(newDirectory(), 'file'), 'create');
  file.write(new Uint8Array(1000), 0, 1000);
  const syncs = [file.syncAsync(), file.syncAsync()];
  file.close();
  await Promise.all(syncs);
  expect(caught(() => file.size())).toMatchObject({ code: 'JUMP_CLOSED' });
});

test.skipIf(!linux)('leaves no descriptor behind', async () => {
  const directory = newDirectory();
  const count = (): number => fs.readdirSync('/proc/self/fd').length;
  nodeVfs.lock(directory).release();
  const before = count();
  for (let i = 0; i < 20; i++) {
    const file = nodeVfs.open(joinPath(directory, 'file'), 'replace');
    const sync = file.syncAsync();
    file.close();
    await sync;
    caught(() => nodeVfs.open(directory, 'read'));
    caught(() => nodeVfs.open(joinPath(directory, 'nothing'), 'read'));
    nodeVfs.syncDirectory(directory);
    const lock = nodeVfs.lock(directory);
    caught(() => nodeVfs.lock(directory));
    lock.release();
  }
  expect(count()).toBe(before);
});

// Root may write anywhere, so the tests of that become somebody else for a moment.
test.skipIf(windows)('cannot write to a directory that is read-only', () => {
  const directory = newDirectory();
  const file = joinPath(directory, 'file');
  writeFile(nodeVfs, file, Uint8Array.of(1));
  fs.chmodSync(temporary, 0o755);
  fs.chmodSync(file, 0o444);
  fs.chmodSync(directory, 0o555);
  asNobody(() => {
    const other = joinPath(directory, 'other');
    expectIoError(() => nodeVfs.open(other, 'create'), 'EACCES', other);
    expectIoError(() => nodeVfs.open(file, 'replace'), 'EACCES', file);
    expectIoError(() => nodeVfs.remove(file), 'EACCES', file);
    expectIoError(() => nodeVfs.rename(file, other), 'EACCES', file);
    expectIoError(() => nodeVfs.lock(directory), 'EACCES', joinPath(directory, 'LOCK'));
    expect(readFile(nodeVfs, file, 1)).toEqual(Uint8Array.of(1));
    nodeVfs.syncDirectory(directory);
  });
  fs.chmodSync(directory, 0o755);
  fs.writeFileSync(joinPath(directory, 'LOCK'), '', { mode: 0o444 });
  asNobody(() => {
    expectIoError(() => nodeVfs.lock(directory), 'EACCES', joinPath(directory, 'LOCK'));
  });
});

test('takes long paths, and says so when they are too long', () => {
  const deep = joinPath(newDirectory(), Array(12).fill('d'.repeat(100)).join('/'));
  nodeVfs.makeDirectory(deep);
  writeFile(nodeVfs, joinPath(deep, 'file'), Uint8Array.of(3));
  nodeVfs.lock(deep).release();
  const long = joinPath(deep, 'n'.repeat(5000));
  expectIoError(() => nodeVfs.open(long, 'create'), 'ENAMETOOLONG', long);
});

// Node's own `recursive` would try for ever.
test.runIf(linux)('does not make directories where none can be', () => {
  for (const directory of ['/proc/jumpdb', '/proc/jumpdb/store']) {
    expectIoError(() => nodeVfs.makeDirectory(directory), 'ENOENT', directory);
  }
});

test('sees one file behind a link to its directory', () => {
  const directory = newDirectory();
  const link = `${directory}-link`;
  fs.symlinkSync(directory, link, 'junction');
  writeFile(nodeVfs, joinPath(directory, 'file'), Uint8Array.of(1));
  expect(nodeVfs.stat(joinPath(link, 'file'))).toEqual(nodeVfs.stat(joinPath(directory, 'file')));
  const lock = nodeVfs.lock(link);
  expect(caught(() => nodeVfs.lock(directory))).toMatchObject({ code: 'JUMP_LOCKED' });
  lock.release();
});

function asNobody(action: () => void): void {
  const root = process.geteuid?.() === 0;
  if (root) process.seteuid?.(65_534);
  try {
    action();
  } finally {
    if (root) process.seteuid?.(0);
  }
}
