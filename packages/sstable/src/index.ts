/**
 * LevelDB's table format: sorted-string tables, read and written with no native code.
 *
 * @packageDocumentation
 */
export type { Block as BlockOfTable } from './block.ts';
export { BlockCache, type BlockCacheStats } from './block-cache.ts';
export { type BlockCodec, type BlockCodecs, defaultCodecs, snappyCodec } from './codecs.ts';
export {
  type CutTable,
  findCut,
  type TableCut,
  type TableParts,
  type UserKeyRange,
  writeCut,
} from './cut-table.ts';
export type { InternalEntry, TableEntry } from './entries.ts';
export type { TableKeys, UnknownOrder } from './key-order.ts';
export { Lookup } from './lookup.ts';
export { MergeKernel, MergeStop } from './merge/merge-kernel.ts';
export { type FilterStats, type TableBlob, TableReader } from './reader.ts';
export type { TableReaderOptions } from './reader-options.ts';
export { RowCache } from './row-cache.ts';
export type { BlockPlace } from './salvage/find-blocks.ts';
export {
  type SalvagedTable,
  type SalvageOptions,
  salvagedCursor,
  salvageFilter,
  salvageTable,
  type TableDamage,
} from './salvage/salvage-table.ts';
export type { TableProperties } from './survey.ts';
export type { BlockSupply } from './table-cursor.ts';
export type { TableTarget } from './table-file.ts';
export type { TableRecord } from './table-properties.ts';
export type { TableRange } from './table-range.ts';
export type { TableGap } from './tolerant-blocks.ts';
export { type TableInfo, TableWriter } from './writer.ts';
export type { TableWriterOptions } from './writer-options.ts';
