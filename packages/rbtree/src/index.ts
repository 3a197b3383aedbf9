/**
 * Red-black trees: `RedBlackTree`, an ordered map, and `ByteTree`, versions of byte keys in memory
 * that threads can share, over one balancing core.
 *
 * @packageDocumentation
 */
export type { ByteTreeChunk } from './byte-arena.ts';
export type { CompareKeys } from './byte-nodes.ts';
export { ByteTree, type ByteTreeOptions, type ByteTreeParts } from './byte-tree.ts';
export { RedBlackTree } from './red-black-tree.ts';
export type { TreeRange } from './tree-range.ts';
