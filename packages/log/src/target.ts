/** Where a log lies: shared by reader and writer. */
import { nodeVfs, type Vfs } from '@jump/vfs';

/** A path in Node's file system, or a path in the given one. */
export type LogTarget =
  | string
  | {
      /** The file system. */
      readonly vfs: Vfs;
      /** The path in it. */
      readonly path: string;
    };

/** Turns a target into its long form. */
export function resolveTarget(target: LogTarget): { readonly vfs: Vfs; readonly path: string } {
  return typeof target === 'string' ? { vfs: nodeVfs, path: target } : target;
}
