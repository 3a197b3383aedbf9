/** Locks a directory so that one handle, thread and process has it. */

import * as fs from 'node:fs';
import { JumpError } from '@jump/base';
import { fromNode } from './node-error.ts';
import { joinPath, type VfsLock } from './vfs.ts';

const held = new Set<string>();

/** Locks `directory` through its file `LOCK`. */
export function lockDirectory(directory: string, requireKernelLock: boolean): VfsLock {
  const file = joinPath(directory, 'LOCK');
  let id = '';
  try {
    const stats = fs.statSync(directory, { bigint: true });
    id = `${stats.dev}:${stats.ino}`;
    if (requireKernelLock) throw new JumpError('JUMP_UNSUPPORTED', 'no kernel lock', { file });
    if (held.has(id)) throw new JumpError('JUMP_LOCKED', 'held by this thread', { file });
    fs.closeSync(fs.openSync(file, 'a'));
  } catch (cause) {
    throw fromNode(cause, 'cannot lock', file);
  }
  held.add(id);
  return { kind: 'jumpdb-only', check: () => {}, release: () => held.delete(id) };
}
