/** Node's file system. Also what Bun and Deno load. */

import * as fs from 'node:fs';
import * as nodePath from 'node:path';
import { ioError } from './io-error.ts';
import { fromNode, systemCodeOf } from './node-error.ts';
import { NodeFile } from './node-file.ts';
import { lockDirectory } from './node-lock.ts';
import type { Vfs, VfsFile, VfsLock, VfsOpenMode, VfsStat } from './vfs.ts';

const { O_CREAT, O_EXCL, O_RDONLY, O_RDWR, O_TRUNC } = fs.constants;
/** Keeps the opening of a FIFO from waiting for its other end; Windows has neither. */
const O_NONBLOCK = fs.constants.O_NONBLOCK ?? 0;
const WINDOWS: boolean = process.platform === 'win32';

const FLAGS: Readonly<Record<VfsOpenMode, number>> = {
  read: O_RDONLY | O_NONBLOCK,
  create: O_RDWR | O_CREAT | O_EXCL,
  replace: O_RDWR | O_CREAT | O_TRUNC | O_NONBLOCK,
};

/** What a file system that cannot sync a directory answers; on a file, these would be failures. */
const NO_DIRECTORY_SYNC: ReadonlySet<string | undefined> = new Set([
  'EPERM',
  'EISDIR',
  'EINVAL',
  'ENOTSUP',
]);

/** Gives access to the operating system's files, through `node:fs`. */
export const nodeVfs: Vfs = {
  name: 'node',
  capabilities: {
    hardLinks: true,
    directorySync: !WINDOWS,
    sharedOpen: !WINDOWS,
    rename: true,
    threads: true,
  },

  resolve: (path: string): string => nodePath.resolve(path),

  open(path: string, mode: VfsOpenMode): VfsFile {
    try {
      return openRegular(path, mode);
    } catch (cause) {
      throw fromNode(cause, 'cannot open', path);
    }
  },

  stat(path: string): VfsStat | undefined {
    try {
      return describe(fs.statSync(path, { bigint: true }));
    } catch (cause) {
      const code = systemCodeOf(cause);
      if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
      throw fromNode(cause, 'cannot stat', path);
    }
  },

  list(directory: string): string[] {
    try {
      return fs.readdirSync(directory);
    } catch (cause) {
      throw fromNode(cause, 'cannot list', directory);
    }
  },

  makeDirectory(directory: string): void {
    try {
      makeAll(directory);
    } catch (cause) {
      throw fromNode(cause, 'cannot make the directory', directory);
    }
  },

  remove(path: string): void {
    try {
      fs.unlinkSync(path);
    } catch (cause) {
      throw fromNode(cause, 'cannot remove', path);
    }
  },

  removeDirectory(directory: string): void {
    try {
      fs.rmdirSync(directory);
    } catch (cause) {
      throw fromNode(cause, 'cannot remove the directory', directory);
    }
  },

  rename(from: string, to: string): void {
    try {
      fs.renameSync(from, to);
    } catch (cause) {
      throw fromNode(cause, `cannot rename to ${to}`, from);
    }
  },

  link(from: string, to: string): void {
    try {
      fs.linkSync(from, to);
    } catch (cause) {
      throw fromNode(cause, `cannot link as ${to}`, from);
    }
  },

  syncDirectory(directory: string): void {
    // Opened only if it is one: a FIFO would wait, and a file's failure must not be tolerated.
    if ((nodeVfs.stat(directory)?.kind ?? 'directory') !== 'directory') {
      throw ioError('ENOTDIR', 'cannot sync the directory', directory);
    }
    try {
      const descriptor = fs.openSync(directory, WINDOWS ? 'r+' : 'r');
      try {
        fs.fsyncSync(descriptor);
      } finally {
        fs.closeSync(descriptor);
      }
    } catch (cause) {
      if (NO_DIRECTORY_SYNC.has(systemCodeOf(cause))) return;
      throw fromNode(cause, 'cannot sync the directory', directory);
    }
  },

  syncFile(path: string): void {
    // Opened for writing too: Windows flushes nothing else. What was written through another
    // descriptor is flushed, and its failures are told to whoever asks first.
    let file: VfsFile;
    try {
      file = new NodeFile(path, fs.openSync(path, O_RDWR));
    } catch (cause) {
      throw fromNode(cause, 'cannot open', path);
    }
    try {
      file.sync();
    } finally {
      file.close();
    }
  },

  lock(directory: string, options: { readonly requireKernelLock?: boolean } = {}): VfsLock {
    return lockDirectory(directory, options.requireKernelLock === true);
  },
};

/**
 * Opens a regular file. What is there is looked at before it is opened, since opening a FIFO wakes
 * its writer and opening a device may do anything, and afterwards, since it may have been swapped.
 */
function openRegular(path: string, mode: VfsOpenMode): VfsFile {
  if (mode === 'create') return new NodeFile(path, fs.openSync(path, FLAGS.create, 0o666));
  const found = fs.statSync(path, { throwIfNoEntry: false });
  if (found !== undefined) refuseIrregular(found, path);
  const descriptor = fs.openSync(path, FLAGS[mode], 0o666);
  try {
    refuseIrregular(fs.fstatSync(descriptor), path);
  } catch (cause) {
    fs.closeSync(descriptor);
    throw cause;
  }
  return new NodeFile(path, descriptor);
}

function refuseIrregular(stats: fs.Stats, path: string): void {
  if (stats.isFile()) return;
  throw ioError(stats.isDirectory() ? 'EISDIR' : 'EINVAL', 'cannot open', path);
}

function describe(stats: fs.BigIntStats): VfsStat {
  const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other';
  return { kind, size: Number(stats.size), id: `${stats.dev}:${stats.ino}` };
}

/**
 * Makes a directory and those above it. Node's own way (`recursive`) never returns where the system
 * says ENOENT whatever is made above, as below `/proc`, and says ENOENT of a read-only file system.
 */
function makeAll(directory: string): void {
  try {
    fs.mkdirSync(directory);
  } catch (cause) {
    const parent = nodePath.dirname(directory);
    if (systemCodeOf(cause) === 'ENOENT' && parent !== directory) {
      makeAll(parent);
      makeOne(directory);
    } else if (!isDirectory(directory)) throw cause;
  }
}

/** Makes a directory below one that is there. */
function makeOne(directory: string): void {
  try {
    fs.mkdirSync(directory);
  } catch (cause) {
    // Somebody else may have been faster.
    if (!isDirectory(directory)) throw cause;
  }
}

function isDirectory(path: string): boolean {
  return fs.statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
