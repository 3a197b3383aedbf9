/**
 * A write-ahead log entry by entry: what is in it, where, and what of it is damaged.
 */
import { JumpError, reasonOf } from '@jump/base';
import { type BatchEntry, decodeBatch } from './batch.ts';
import type { LogReader } from './reader.ts';

/** What a write-ahead log holds, with the place of the record that it is part of. */
export type LogEntry =
  | ({
      /** A write. */
      readonly type: 'entry';
      /** Where its batch begins in the log. */
      readonly offset: number;
    } & BatchEntry)
  | {
      /** "Everything before this sequence is on the disk"; JumpDB writes such marks. */
      readonly type: 'mark';
      /** Where it begins. */
      readonly offset: number;
      /** The sequence. */
      readonly sequence: bigint;
    }
  | {
      /** A part that cannot be read, or is no batch. Reading goes on behind it. */
      readonly type: 'damage';
      /** Where it begins. */
      readonly offset: number;
      /** How long it is. */
      readonly bytes: number;
      /** What is wrong. */
      readonly reason: string;
    };

/** As {@link LogReader.entries}. */
export function* logEntries(reader: LogReader): Generator<LogEntry, void, undefined> {
  for (const item of reader.items()) {
    const { start: offset, end } = item;
    const bytes = end - offset;
    if (item.type === 'damage') {
      yield { type: 'damage', offset, bytes, reason: `${item.message} (${item.reason})` };
      continue;
    }
    try {
      const { sequence, entries } = decodeBatch(item.bytes, reader.source, offset);
      if (entries.length === 0) yield { type: 'mark', offset, sequence };
      for (const entry of entries) yield { type: 'entry', offset, ...entry };
    } catch (error) {
      if (!(error instanceof JumpError) || error.code !== 'JUMP_CORRUPTION') throw error;
      yield { type: 'damage', offset, bytes, reason: reasonOf(error) };
    }
  }
}
