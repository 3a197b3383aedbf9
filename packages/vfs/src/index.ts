/**
 * The one door to files: a synchronous file interface, Node's file system, and one in memory.
 *
 * @packageDocumentation
 */
export { nodeVfs } from '#node-vfs';
export { ForwardingFile, ForwardingVfs } from './forwarding.ts';
export { memoryVfs } from './memory-vfs.ts';
export {
  joinPath,
  readFile,
  type Vfs,
  type VfsCapabilities,
  type VfsFile,
  type VfsLock,
  type VfsOpenMode,
  type VfsStat,
} from './vfs.ts';
