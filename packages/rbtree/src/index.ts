/**
 * The red-black tree of JumpDB, twice over one balancing core: `ByteTree`, versions of byte keys in
 * memory that threads can share.
 *
 * @packageDocumentation
 */
export type { ByteTreeChunk } from './byte-arena.ts';
export type { CompareKeys } from './byte-nodes.ts';
export { ByteTree, type ByteTreeOptions, type ByteTreeParts } from './byte-tree.ts';
