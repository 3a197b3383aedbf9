/**
 * The one door to files. Everything above works through this interface, so that all of it can run
 * in memory, on a simulated disk, and later on a browser's file system.
 *
 * What "synced" means. A file and the directory entry that names it are two things. After
 * {@link VfsFile.sync} has returned, the file's bytes and size survive a power loss, if its entry
 * does. After {@link Vfs.syncDirectory} has returned, the entries made, renamed and removed in that
 * directory before the call survive it. Neither implies the other. Everything that was handed to
 * the operating system by {@link VfsFile.write} survives the death of the process, synced or not.
 *
 * After a failed sync nothing is known about the bytes written since the last one that succeeded:
 * the call is never repeated in the hope that it works (pages may have been dropped).
 */

import { JumpError } from '@jump/base';

/** What a file system can do. */
export interface VfsCapabilities {
  /** Whether {@link Vfs.link} works. */
  readonly hardLinks: boolean;
  /** Whether {@link Vfs.syncDirectory} does something; where not, it returns at once. */
  readonly directorySync: boolean;
  /** Whether the same path may be open more than once, a removed file read on. */
  readonly sharedOpen: boolean;
  /** Whether {@link Vfs.rename} replaces its target atomically. */
  readonly rename: boolean;
  /** Whether another thread that loads the same implementation sees the same files. */
  readonly threads: boolean;
}

/**
 * How {@link Vfs.open} opens: `'read'`, a file that exists, for reading alone; `'create'`, one that
 * does not, for appending; `'replace'`, a new or an emptied one for appending.
 */
export type VfsOpenMode = 'read' | 'create' | 'replace';

/** What {@link Vfs.stat} tells of a path. */
export interface VfsStat {
  /** What is there. */
  readonly kind: 'file' | 'directory' | 'other';
  /** Size in bytes. */
  readonly size: number;
  /**
   * The same for the same file or directory, whatever path leads to it: device and inode in Node.
   */
  readonly id: string;
}

/** An open file: read anywhere, write at the end. Every failure is a `JumpError` that names the path. */
export interface VfsFile {
  /** The path it was opened with. */
  readonly path: string;
  /**
   * Reads `length` bytes from `position` into `target` at `start`, repeating short reads.
   *
   * @returns how many bytes were read: less than `length` only at the end of the file
   */
  read(target: Uint8Array, start: number, length: number, position: number): number;
  /** Appends `source[start, end)`, repeating short writes; when it throws, a part may be written. */
  write(source: Uint8Array, start: number, end: number): void;
  /** The size in bytes, now. */
  size(): number;
  /** Puts the file's bytes and size on stable storage; see the module's words on "synced". */
  sync(): void;
  /** The same without blocking the thread. Covers what was written before the call. */
  syncAsync(): Promise<void>;
  /**
   * Closes; idempotent. Nothing is synced by it. Every later call throws `JUMP_CLOSED`; a
   * {@link VfsFile.syncAsync} that is under way still does its work.
   */
  close(): void;
}

/** A lock on a directory, held until released, or the process dies. */
export interface VfsLock {
  /**
   * How strong: `'kernel'`, native LevelDB respects it; `'jumpdb-only'`, other JumpDB processes do;
   * `'none'`, nobody else can get at these files anyway.
   */
  readonly kind: 'kernel' | 'jumpdb-only' | 'none';
  /** Throws `JUMP_IO` if the directory or the lock's file is no longer the one that was locked. */
  check(): void;
  /** Gives the lock back; idempotent. */
  release(): void;
}

/**
 * A file system, used synchronously. Paths are strings with `/` between their parts (Node's also
 * take the platform's own). Every failure is a `JumpError`: `JUMP_IO`, with the operating system's
 * code in `systemCode` (`ENOENT`, `EEXIST`, `ENOSPC`, …) and the path in `file`. A range, a position
 * or a path that can be none is the caller's mistake: `RangeError`, `TypeError`.
 */
export interface Vfs {
  /** Names the implementation, for messages: `node`, `memory`. */
  readonly name: string;
  /** What it can do. */
  readonly capabilities: VfsCapabilities;
  /** Opens a file. Only regular files: opening anything else throws. */
  open(path: string, mode: VfsOpenMode): VfsFile;
  /**
   * Makes a path whole, so that it means the same wherever the process goes. A file system without
   * a current directory needs no such thing.
   */
  resolve?(path: string): string;
  /** Tells what is at `path`, following links; `undefined` if nothing is. */
  stat(path: string): VfsStat | undefined;
  /** The names in a directory, in no particular order. */
  list(directory: string): string[];
  /**
   * Makes a directory and those above it; nothing happens if it is there. Its entry lies in the one
   * above, and survives a power loss once that one is synced.
   */
  makeDirectory(directory: string): void;
  /** Removes a file's name; the bytes go with the last name and the last open file. */
  remove(path: string): void;
  /** Removes an empty directory. */
  removeDirectory(directory: string): void;
  /** Renames a file; an existing target is replaced in one step. */
  rename(from: string, to: string): void;
  /** Makes a second name for a file. */
  link(from: string, to: string): void;
  /** Puts a directory's entries on stable storage; see the module's words on "synced". */
  syncDirectory(directory: string): void;
  /**
   * Puts the bytes and size of a file on stable storage that another thread has written and holds
   * open: what that thread's {@link VfsFile.sync} would do. Needed where threads can work together.
   */
  syncFile?(path: string): void;
  /**
   * Locks a directory through its file `LOCK`, which is created if it is not there.
   *
   * @param options - `requireKernelLock`: refuse rather than lock more weakly than `'kernel'`
   * @throws JUMP_LOCKED if another process, thread or handle holds it, naming it where that is
   * known
   */
  lock(directory: string, options?: { readonly requireKernelLock?: boolean }): VfsLock;
}

/** Joins a directory and a name with `/`. */
export function joinPath(directory: string, name: string): string {
  return directory.endsWith('/') || directory.endsWith('\\')
    ? directory + name
    : `${directory}/${name}`;
}

/** Reads a whole file; `undefined` if it does not exist; throws if it is larger than `maxSize` bytes. */
export function readFile(vfs: Vfs, path: string, maxSize: number): Uint8Array | undefined {
  if (vfs.stat(path) === undefined) return undefined;
  const file = vfs.open(path, 'read');
  try {
    const size = file.size();
    if (size > maxSize) {
      throw new JumpError('JUMP_CORRUPTION', `${size} bytes, at most ${maxSize} expected`, {
        file: path,
      });
    }
    const bytes = new Uint8Array(size);
    return bytes.subarray(0, file.read(bytes, 0, size, 0));
  } finally {
    file.close();
  }
}
