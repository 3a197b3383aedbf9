/** Paths as callers give them, and the directories that they lead to. */
import { JumpError, wrongType } from '@jump/base';
import { joinPath, type Vfs } from '@jump/vfs';

/** The path that stands for a store in memory. */
export const MEMORY = ':memory:';
/** What a lock may leave beside LevelDB's own files. */
export const LOCK_FILES: readonly string[] = ['LOCK', 'LOCK.owner'];

/** Checks a path. */
export function resolvePath(path: unknown): string {
  if (path === undefined) return MEMORY;
  if (typeof path !== 'string') throw wrongType('path', 'a string', path);
  if (path === '') throw new RangeError('path must not be empty');
  if (path.includes('\0')) throw new RangeError('path must not contain a NUL character');
  return path;
}

/** The error for a path that leads to something else. */
export function notADirectory(path: string): JumpError {
  return new JumpError('JUMP_IO', 'not a directory', { file: path, systemCode: 'ENOTDIR' });
}

/**
 * Makes the directory and those above it, and puts their entries on the disk: a synced write must
 * not vanish with one of them.
 */
export function makeDirectory(vfs: Vfs, directory: string): void {
  let missing = 0;
  let above = directory.replace(/\/+$/, '');
  while (above !== '' && vfs.stat(above) === undefined) {
    missing++;
    above = above.slice(0, Math.max(0, above.lastIndexOf('/'))).replace(/\/+$/, '');
  }
  vfs.makeDirectory(directory);
  let parent = directory;
  for (; missing > 0; missing--) {
    parent = joinPath(parent, '..');
    vfs.syncDirectory(parent);
  }
}

/**
 * Tells whether a path leads, or would lead, to somewhere below a directory, also by links. Both
 * are whole.
 */
export function isInside(vfs: Vfs, path: string, directory: string): boolean {
  const own = vfs.stat(directory)?.id;
  const isOwn = (at: string): boolean => vfs.stat(at)?.id === own;
  let above = parentOf(path);
  // What is not there yet leads nowhere else.
  while (above !== '' && vfs.stat(above) === undefined) above = parentOf(above);
  for (let at = above; at !== ''; at = parentOf(at)) if (isOwn(at)) return true;
  // As it is written says not all: a link may lead inside. The root is above itself.
  for (let at = above, last = ''; at !== ''; at = joinPath(at, '..')) {
    const id = vfs.stat(at)?.id;
    if (id === own) return true;
    if (id === undefined || id === last) return false;
    last = id;
  }
  return false;
}

/** The directory that a path lies in, as it is written; empty if none is. */
function parentOf(path: string): string {
  const trimmed = path.replace(/\/+$/, '');
  const at = trimmed.lastIndexOf('/');
  return at === 0 && trimmed !== '' ? '/' : trimmed.slice(0, Math.max(0, at));
}
