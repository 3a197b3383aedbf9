/**
 * Bloom filters: a data structure built on the npm package `bloom-filters` with a fast hash, and the
 * two filter policies of tables, ours and LevelDB's.
 *
 * @packageDocumentation
 */
export { BloomFilter } from './bloom-filter.ts';
export { leveldbBloomPolicy } from './leveldb-policy.ts';
export {
  type Element,
  LibraryBloomFilter,
  type LibraryFilter,
  type LibraryFilterClass,
  type LibraryHashing,
} from './library.ts';
export type { BloomPolicyOptions } from './options.ts';
export { type BloomPolicy, bloomPolicy } from './policy.ts';
