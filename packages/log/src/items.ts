/** What a reader finds in a log: records, and what is not a record any more. */
import type { LogDamageReason } from './fragments.ts';

/** A whole record of a log. */
export interface LogRecord {
  /** Tells it from damage. */
  readonly type: 'record';
  /** What was appended. A view, good until the next item is asked for. */
  readonly bytes: Uint8Array;
  /** Offset in the log where its first header begins. */
  readonly start: number;
  /** Offset where its last fragment ends. */
  readonly end: number;
}

/**
 * A part of a log that is not whole records. Two never follow each other without a record between.
 */
export interface LogDamage {
  /** Tells it from a record. */
  readonly type: 'damage';
  /** Offset where the damage begins; fragments in front of it that it made useless are included. */
  readonly start: number;
  /** Offset where reading went on; the log's size if nothing whole follows. */
  readonly end: number;
  /** What was found first. */
  readonly reason: LogDamageReason;
  /** The same for people. */
  readonly message: string;
}

/** What {@link LogReader.items} gives. */
export type LogItem = LogRecord | LogDamage;
