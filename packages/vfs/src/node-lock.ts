/**
 * Locks a directory: one store, of JumpDB or of native LevelDB, has it at a time.
 *
 * There is no single call for that in Node, so it is a row of gates, each closing a gap of the one
 * behind it; the cheap ones that touch nothing come first:
 *
 *   registry     two stores in one thread (also from two copies of this package)
 *   socket       threads of one process, and other processes of JumpDB; Linux
 *   /proc/locks  native LevelDB in this very process, found before LOCK is opened: to close that
 *                again would end its lock. Reading this takes the kernel some 5 ms, so it is looked
 *                at only if this process has LOCK open
 *   owner file   a store that could get neither kernel lock nor flock
 *   kernel lock  everybody who locks LOCK, of every namespace: node-lock-kernel.ts
 *   /proc/locks  native LevelDB anywhere, where the kernel lock is of a kind that it does not see
 *
 * Whoever fails at one gives back those before it. All but the owner file end with the process.
 */

import * as fs from 'node:fs';
import * as path from 'node:path';
import { JumpError } from '@jump/base';
import { ioError, lockLost } from './io-error.ts';
import { fromNode, systemCodeOf } from './node-error.ts';
import { readOwner, writeOwner } from './node-lock-file.ts';
import { commandOf, findLock, findProcess, mayHaveOpen } from './node-lock-holder.ts';
import {
  isLinux,
  isLockChild,
  type KernelLockResult,
  lockFileInKernel,
} from './node-lock-kernel.ts';
import { bindSocket, socketInode, socketNames } from './node-lock-socket.ts';
import { joinPath, type VfsLock } from './vfs.ts';

/** A child that was getting a lock for a process which was killed is waited for so long. */
const ORPHAN_MS = 2000;
const ORPHAN_PAUSE_MS = 2;
/** A holder that is not to be seen is looked for so often. */
const UNSEEN = 3;

const REGISTRY: symbol = Symbol.for('@jump/vfs/locks');

/** Locks `directory`; see {@link Vfs.lock}. */
export function lockDirectory(directory: string, requireKernelLock: boolean): VfsLock {
  const lock = new NodeLock(directory);
  try {
    lock.acquire(requireKernelLock);
  } catch (cause) {
    lock.release();
    throw fromNode(cause, 'cannot lock', lock.file);
  }
  return lock;
}

/**
 * The locks of this thread by directory. On `globalThis`, so that two copies of the package know of
 * each other; it also keeps alive what a lock consists of when its owner forgets it.
 */
function threadLocks(): Map<string, unknown> {
  const holder = globalThis as { [key: symbol]: Map<string, unknown> | undefined };
  const locks = holder[REGISTRY] ?? new Map<string, unknown>();
  holder[REGISTRY] = locks;
  return locks;
}

class NodeLock implements VfsLock {
  kind: VfsLock['kind'] = 'jumpdb-only';
  readonly file: string;
  readonly #directory: string;
  #directoryId = '';
  #fileId = '';
  #socketHeld = false;
  /** What gives back the gates passed so far. */
  #releases: (() => void)[] = [];

  constructor(directory: string) {
    this.file = joinPath(directory, 'LOCK');
    this.#directory = directory;
  }

  acquire(requireKernelLock: boolean): void {
    this.#directoryId = identify(this.#directory);
    const locks = threadLocks();
    if (locks.has(this.#directoryId)) throw this.#heldBy('another store of this thread');
    locks.set(this.#directoryId, this);
    this.#releases.push(() => locks.delete(this.#directoryId));

    this.#socketHeld = this.#bindSocket();
    this.#fileId = prepareLockFile(this.file);
    const ownerFile = `${this.file}.owner`;
    const kernel = this.#passKernel(ownerFile);
    if (kernel !== 'unavailable') {
      this.#releases.push(kernel.release);
      this.kind = kernel.kind;
    }
    if (requireKernelLock && this.kind !== 'kernel') throw noKernelLock(this.file);
    if (kernel === 'unavailable') {
      const remove = writeOwner(ownerFile, this.#socketHeld);
      if (remove === 'held') throw this.#held();
      this.#releases.push(remove);
    }
    this.check();
  }

  check(): void {
    let same: boolean;
    try {
      const directoryId = statId(this.#directory);
      same = directoryId === this.#directoryId && statId(this.file) === this.#fileId;
    } catch (cause) {
      throw fromNode(cause, 'cannot check the lock', this.file);
    }
    if (!same) throw lockLost(this.file);
  }

  release(): void {
    const releases = this.#releases;
    this.#releases = [];
    let failure: unknown;
    for (const release of releases.reverse()) {
      try {
        release();
      } catch (cause) {
        failure ??= cause;
      }
    }
    if (failure !== undefined) throw fromNode(failure, 'cannot unlock', this.file);
  }

  /** Whether the socket is ours; false where there are none. */
  #bindSocket(): boolean {
    if (!isLinux()) return false;
    const goesSoon = patience();
    for (;;) {
      const release = bindSocket(socketNames(this.#directoryId));
      if (release === 'unavailable') return false;
      if (release !== 'held') {
        this.#releases.push(release);
        return true;
      }
      const pid = this.#findHolder();
      if (!goesSoon(pid)) throw this.#held(pid);
    }
  }

  /** Passes the gates of the file, LOCK, and of those who may have it. */
  #passKernel(ownerFile: string): Exclude<KernelLockResult, 'held'> {
    const goesSoon = patience();
    for (;;) {
      let holder = mayHaveOpen(this.#fileId) ? this.#findNative() : undefined;
      if (holder === undefined) {
        this.#passOwnerFile(ownerFile);
        const kernel = lockFileInKernel(this.file);
        if (kernel !== 'held') {
          if (kernel !== 'unavailable' && kernel.kind === 'kernel') return kernel;
          holder = this.#findNative();
          if (holder === undefined) return kernel;
          if (kernel !== 'unavailable') kernel.release();
        }
      }
      const pid = isLinux() ? holder || this.#findHolder() : undefined;
      if (!goesSoon(pid)) throw this.#held(pid);
    }
  }

  /** The process that has a lock on LOCK as native LevelDB takes it; see {@link findLock}. */
  #findNative(): number | undefined {
    return isLinux() ? findLock(this.#fileId) : undefined;
  }

  #passOwnerFile(ownerFile: string): void {
    const owner = readOwner(ownerFile, this.#socketHeld);
    if (owner === undefined) return;
    if (owner === 'dead') {
      fs.rmSync(ownerFile, { force: true });
      return;
    }
    throw this.#heldBy(
      `process ${owner.pid} on ${owner.place}, as ${ownerFile} says; whether it lives cannot be ` +
        'seen from here: remove that file if it does not',
    );
  }

  /**
   * Makes the error for a directory that is held, with as much as can be found out about by whom.
   */
  #held(knownPid?: number): JumpError {
    const pid = isLinux() ? knownPid || this.#findHolder() : 0;
    if (!pid) return this.#heldBy('another process');
    if (pid !== process.pid) return this.#heldBy(`process ${pid}`);
    return this.#heldBy(`another thread, or another library, of this process (${pid})`);
  }

  #findHolder(): number | undefined {
    const fileId = statId(this.file);
    const pid = fileId && findLock(fileId);
    if (pid) return pid;
    const links = new Set([path.join(fs.realpathSync(this.#directory), 'LOCK')]);
    const { own, others } = socketNames(this.#directoryId);
    // Once it is ours it tells of nobody else.
    const socket = this.#socketHeld ? undefined : (socketInode(own) ?? socketInode(others));
    if (socket !== undefined) links.add(`socket:[${socket}]`);
    return findProcess(links);
  }

  #heldBy(whom: string): JumpError {
    return new JumpError('JUMP_LOCKED', `held by ${whom}`, { file: this.file });
  }
}

/**
 * Makes a function that is told who holds something, waits a little, and returns whether to look
 * again: while the holder is a child of a process that was killed, getting a lock for it; when
 * nobody is to be seen, for it may just have ended; and once for anybody else, since a child that
 * has not begun yet looks like its parent.
 */
function patience(): (pid: number | undefined) => boolean {
  const end = Date.now() + ORPHAN_MS;
  let unseen = 0;
  let seen: number | undefined;
  return (pid) => {
    const again =
      pid === undefined ? ++unseen <= UNSEEN : pid !== seen || isLockChild(commandOf(pid));
    seen = pid;
    if (!again || pid === process.pid || Date.now() > end) return false;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ORPHAN_PAUSE_MS);
    return true;
  };
}

/** Makes `LOCK` if it is not there, and sees that it is a file; opens none that was there. */
function prepareLockFile(file: string): string {
  try {
    fs.closeSync(fs.openSync(file, 'wx', 0o666));
  } catch (cause) {
    if (systemCodeOf(cause) !== 'EEXIST') throw cause;
    const stats = fs.statSync(file);
    if (!stats.isFile())
      throw ioError(stats.isDirectory() ? 'EISDIR' : 'EINVAL', 'cannot lock', file);
  }
  return identify(file);
}

function noKernelLock(file: string): JumpError {
  const message =
    'no lock that native LevelDB respects can be had here: it takes Node 22.13 or later, or perl or ' +
    'python3 on Linux';
  return new JumpError('JUMP_UNSUPPORTED', message, { file });
}

function statId(path: string): string | undefined {
  const stats = fs.statSync(path, { bigint: true, throwIfNoEntry: false });
  return stats && `${stats.dev}:${stats.ino}`;
}

function identify(path: string): string {
  const stats = fs.statSync(path, { bigint: true });
  return `${stats.dev}:${stats.ino}`;
}
