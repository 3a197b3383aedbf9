/**
 * Locks of the operating system on the file `LOCK`, of the kind that native LevelDB takes too
 * (`fcntl`), and where that cannot be had, weaker ones. Node has no call for any of them.
 *
 * All of them end with the process, however it dies, and leave the file empty. Rejected: files with
 * a process id (removing a dead owner's file is a race), and heartbeats (a thread that compacts for
 * seconds looks dead).
 */

import * as fs from 'node:fs';
import * as path from 'node:path';
import { systemCodeOf } from './node-error.ts';

/** A lock that was got. */
interface KernelLock {
  /** `'jumpdb-only'` if LevelDB does not look at this kind. */
  readonly kind: 'kernel' | 'jumpdb-only';
  /** Gives it back. */
  release(): void;
}

/** What trying for one came to. */
export type KernelLockResult = KernelLock | 'held' | 'unavailable';

/**
 * Locks the existing file `lockFile`.
 *
 * What it costs, measured: 0.2 ms through SQLite, 2 ms through perl, 7 ms through python3.
 */
export function lockFileInKernel(lockFile: string): KernelLockResult {
  const methods = isLinux() ? [lockWithSqlite, lockWithChild] : [lockByOpening];
  for (const method of methods) {
    const result = method(lockFile);
    if (result !== 'unavailable') return result;
  }
  return 'unavailable';
}

/** Whether abstract sockets, `/proc` and open-file-description locks may be expected. */
export function isLinux(): boolean {
  return process.platform === 'linux' || process.platform === 'android';
}

/** As much of `node:sqlite` as is used; its types came after those of Node 20. */
interface Sqlite {
  readonly DatabaseSync: new (
    path: string,
  ) => {
    exec(sql: string): void;
    close(): void;
  };
}

const SQLITE_BUSY = 5;

/**
 * Locks through Node's own SQLite, from Node 22.13 on: `BEGIN EXCLUSIVE` on an empty database is a
 * POSIX lock on bytes from 2^30 on, and nothing is written. LevelDB's lock covers the whole file.
 * A POSIX lock belongs to the process, and ends when anything in it closes the same file.
 */
function lockWithSqlite(lockFile: string): KernelLockResult {
  const sqlite = loadSqlite();
  if (sqlite === undefined) return 'unavailable';
  // A file that may only be read would be opened all the same, and `BEGIN EXCLUSIVE` lock nothing.
  fs.closeSync(fs.openSync(lockFile, 'r+'));
  let database: InstanceType<Sqlite['DatabaseSync']> | undefined;
  try {
    // Absolute: a relative name might read as a URI, or as ":memory:".
    const opened = new sqlite.DatabaseSync(path.resolve(lockFile));
    database = opened;
    // In memory, so that there can be no second file beside LOCK.
    opened.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    return { kind: 'kernel', release: () => opened.close() };
  } catch (cause) {
    database?.close();
    const code = (cause as { errcode?: unknown } | undefined)?.errcode;
    // Extended codes keep the plain one in their low byte.
    return typeof code === 'number' && (code & 0xff) === SQLITE_BUSY ? 'held' : 'unavailable';
  }
}

/** Loads `node:sqlite` if it is there, without its warning: it is not the program that chose to use it. */
function loadSqlite(): Sqlite | undefined {
  const original = process.emitWarning;
  try {
    process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
      if (!String(warning).includes('SQLite')) Reflect.apply(original, process, [warning, ...rest]);
    }) as typeof process.emitWarning;
    return process.getBuiltinModule?.('node:sqlite') as Sqlite | undefined;
  } catch {
    return undefined;
  } finally {
    process.emitWarning = original;
  }
}

// F_OFD_SETLK is 37, F_WRLCK 1, EAGAIN 11 and EACCES 13 on every Linux that Node is built for; the
// structure is the 64-bit `struct flock`: type, whence, padding, start 0, length 0 (to the end), pid 0,
// padding. Status 75 says that somebody else has it.
const PERL = `
open(my $lock, '+<&=', 3) or exit 1;
my $flock = pack('s s x4 q q l x4', 1, 0, 0, 0, 0);
exit 0 if fcntl($lock, 37, $flock);
exit(($! == 11 || $! == 13) ? 75 : 1);
`;
const PYTHON = `
import fcntl, sys
try:
    fcntl.fcntl(3, 37, bytes([1, 0] if sys.byteorder == 'little' else [0, 1]) + bytes(30))
except OSError as error:
    sys.exit(75 if error.errno in (11, 13) else 1)
`;

/** Makes a child known to other processes: an argument that it does not use. */
const MARK = 'jumpdb-lock';
const FLOCK = ['-x', '-n', '3'] as const;

/** Programs that lock the file they inherit as descriptor 3, best first. */
const CHILDREN = [
  { kind: 'kernel', held: 75, command: 'perl', options: ['-e', PERL, MARK] },
  { kind: 'kernel', held: 75, command: 'python3', options: ['-I', '-S', '-c', PYTHON, MARK] },
  // flock(2) and fcntl(2) do not see each other on Linux. Alpine has this one, in BusyBox.
  { kind: 'jumpdb-only', held: 1, command: 'flock', options: FLOCK },
] as const;

/**
 * Tells whether a process, by its arguments, is one of these children. It may outlive a parent that
 * was killed, for a moment, and with it the lock that it was just getting.
 */
export function isLockChild(words: readonly string[]): boolean {
  const last = words.slice(-FLOCK.length);
  return words.at(-1) === MARK || FLOCK.every((word, i) => word === last[i]);
}

/** A child that takes longer is broken. */
const CHILD_TIMEOUT_MS = 5000;

/**
 * Lets a short-lived child take the lock on a descriptor that it inherits. The lock belongs to the
 * open file, which is ours: it stays when the child ends, and ends when our descriptor is closed.
 */
function lockWithChild(lockFile: string): KernelLockResult {
  // Loaded here, with what else is loaded only to lock: 2 ms that readers are spared.
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const descriptor = fs.openSync(lockFile, 'r+');
  let result: KernelLockResult = 'unavailable';
  for (const { kind, held, command, options } of CHILDREN) {
    const { status } = spawnSync(command, options, {
      stdio: ['ignore', 'ignore', 'ignore', descriptor],
      timeout: CHILD_TIMEOUT_MS,
      // Nothing that would make the interpreter load more.
      env: { PATH: process.env['PATH'] },
    });
    if (status === 0) return { kind, release: () => fs.closeSync(descriptor) };
    if (status !== held) continue;
    result = 'held';
    break;
  }
  fs.closeSync(descriptor);
  return result;
}

/** What libuv calls UV_FS_O_EXLOCK; `fs.constants` does not have it. */
const O_EXLOCK: number = process.platform === 'win32' ? 0x1000_0000 : 0x20;

/**
 * Locks in opening: a sharing mode that admits nobody on Windows, `flock` on macOS and the BSDs,
 * whose kernels hold it against `fcntl` locks as well.
 */
function lockByOpening(lockFile: string): KernelLockResult {
  const flags = fs.constants.O_RDWR | (fs.constants.O_NONBLOCK ?? 0) | O_EXLOCK;
  const first = openExclusively(lockFile, flags);
  if (typeof first !== 'number') return first;
  // Not every runtime hands the flag on, and not every file system heeds it.
  const second = openExclusively(lockFile, flags);
  if (second === 'held') return { kind: 'kernel', release: () => fs.closeSync(first) };
  if (typeof second === 'number') fs.closeSync(second);
  fs.closeSync(first);
  return 'unavailable';
}

function openExclusively(lockFile: string, flags: number): number | 'held' | 'unavailable' {
  try {
    return fs.openSync(lockFile, flags);
  } catch (cause) {
    const code = systemCodeOf(cause);
    if (code === 'EAGAIN' || code === 'EBUSY') return 'held';
    if (code === 'ENOTSUP' || code === 'EOPNOTSUPP' || code === 'EINVAL') return 'unavailable';
    throw cause;
  }
}
