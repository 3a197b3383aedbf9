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
