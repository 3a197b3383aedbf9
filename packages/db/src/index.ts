/**
 * An embedded, ordered key-value store in pure TypeScript that keeps LevelDB's files.
 *
 * @packageDocumentation
 */
// `Symbol.dispose`, for programs whose `lib` does not have it.
/// <reference lib="esnext.disposable" preserve="true" />
export {
  type Comparator,
  type Encoding,
  type EncodingName,
  type FilterPolicy,
  JumpError,
  type JumpErrorCode,
} from '@jump/base';
export { type CompactionStrategy, full, leveled, tiered } from '@jump/compaction';
export { memoryVfs, nodeVfs, type Vfs } from '@jump/vfs';
export { type CompactOptions, JumpDB, type Operation } from './db.ts';
export type {
  NamedEncodings,
  NamedOptions,
  OwnKeyOptions,
  OwnValueOptions,
} from './encoding-types.ts';
export type {
  CompactionEvent,
  ErrorEvent,
  FlushEvent,
  JumpEvent,
  RecoveryLossEvent,
  StallEvent,
} from './events.ts';
export { type LoadOptions, type LoadReport, load } from './load/load.ts';
export { destroy, open } from './open.ts';
export {
  checkOptions,
  type OpenOptions,
  type ReadOnlyOptions,
  type ReadOptions,
} from './options.ts';
export { Cursor, RangeIterator } from './read/iterators.ts';
export type { CursorRange, KeyRange, Range } from './read/range.ts';
export { type GetOptions, ReadableStore } from './read/readable-store.ts';
export { Snapshot } from './read/snapshot.ts';
export {
  type StoredVersion,
  type StoredVersionsOptions,
  storedVersions,
} from './read/stored-versions.ts';
export type { StoreGap } from './read/version-rows.ts';
export { openReadOnly, ReadOnlyDB } from './read-only.ts';
export { type RecordStore, record } from './record.ts';
export type { RepairOptions } from './repair/options.ts';
export { repair } from './repair/repair.ts';
export type { RepairDamage, RepairedFile, RepairReport } from './repair/report.ts';
export type { Stats } from './stats.ts';
export { Batch } from './write/batch.ts';
export type { WriteOptions } from './write/write-options.ts';
