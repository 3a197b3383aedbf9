/**
 * LevelDB's log format: records of any length in a file that may end anywhere, written fast and
 * read with care. The store's write-ahead logs and its manifests are such files; what the records
 * of the former are, batches of writes, is read here too.
 *
 * @packageDocumentation
 */
export {
  BATCH_HEADER_LENGTH,
  type BatchEntry,
  type BatchSink,
  batchCount,
  batchSequence,
  type DecodedBatch,
  decodeBatch,
  encodeMark,
  readBatch,
} from './batch.ts';
export type { LogDamageReason } from './fragments.ts';
export type { LogDamage, LogItem, LogRecord } from './items.ts';
export type { LogEntry } from './log-entries.ts';
export { type LogHole, LogOrder, type LogPromises } from './log-order.ts';
export { type DroppedRange, LogReader } from './reader.ts';
export type { LogTarget } from './target.ts';
export { LogWriter, type LogWriterOptions } from './writer.ts';
