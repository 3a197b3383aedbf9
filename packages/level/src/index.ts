/**
 * JumpDB as an abstract-level database: `new JumpLevel('./store')` where `level` or `classic-level`
 * was.
 *
 * @packageDocumentation
 */
export { LevelError } from './errors.ts';
export { JumpLevel, type KeyOptions } from './jump-level.ts';
export { LevelIterator, LevelKeyIterator, LevelValueIterator } from './level-iterator.ts';
export { LevelSnapshot } from './level-snapshot.ts';
export type { JumpLevelOptions, StoreOptions } from './options.ts';
export type {
  BatchDel,
  BatchPut,
  BatchTarget,
  LevelOpenOptions,
  TypedLevel,
  WriteOptions,
} from './typed-level.ts';
export type { Data } from './views.ts';
