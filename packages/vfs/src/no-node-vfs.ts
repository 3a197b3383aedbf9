/** Stands in for Node's file system where there is none, so that everything else can be loaded. */

import { JumpError } from '@jump/base';
import type { Vfs } from './vfs.ts';

function unsupported(): never {
  throw new JumpError(
    'JUMP_UNSUPPORTED',
    "this environment has no file system of Node's; pass a vfs, for example memoryVfs()",
  );
}

/** Refuses every call with `JUMP_UNSUPPORTED`: what `nodeVfs` is outside Node, Bun and Deno. */
export const nodeVfs: Vfs = {
  name: 'none',
  capabilities: {
    hardLinks: false,
    directorySync: false,
    sharedOpen: false,
    rename: false,
    threads: false,
  },
  open: unsupported,
  stat: unsupported,
  list: unsupported,
  makeDirectory: unsupported,
  remove: unsupported,
  removeDirectory: unsupported,
  rename: unsupported,
  link: unsupported,
  syncDirectory: unsupported,
  lock: unsupported,
};
