/** The entries of a write-ahead log, as LevelDB's `db/write_batch.cc` writes them. */
import { ByteReader, KIND_DELETION, KIND_VALUE, readFixed32, readFixed64 } from '@jump/base';
import { type LogDamage, LogReader } from '@jump/log';

/** One entry of a log, or a part that is none. */
export type LogEntry =
  | {
      readonly type: 'entry';
      /** Offset in the log of the batch that it is part of. */
      readonly offset: number;
      readonly sequence: bigint;
      readonly deletion: boolean;
      readonly key: Uint8Array;
      readonly value: Uint8Array;
    }
  | {
      /** "Everything before this sequence is on the disk." */
      readonly type: 'mark';
      readonly offset: number;
      readonly sequence: bigint;
    }
  | {
      readonly type: 'damage';
      readonly offset: number;
      readonly bytes: number;
      readonly reason: string;
    };

/** Bytes of a batch before its first entry. */
const HEADER = 12;

/** Reads a log entry by entry; damage is told where it is, and passed over. */
export function* logEntries(path: string): Generator<LogEntry, void, void> {
  for (const item of LogReader.open(path).items()) {
    if (item.type === 'damage') yield damageOf(item);
    else yield* batchEntries(item.bytes, item.start, path);
  }
}

function damageOf({ start, end, message, reason }: LogDamage): LogEntry {
  return { type: 'damage', offset: start, bytes: end - start, reason: `${message} (${reason})` };
}

function* batchEntries(
  batch: Uint8Array,
  offset: number,
  path: string,
): Generator<LogEntry, void, void> {
  const damaged = (reason: string): LogEntry => ({
    type: 'damage',
    offset,
    bytes: batch.length,
    reason,
  });
  if (batch.length < HEADER) {
    yield damaged(`a batch of ${batch.length} bytes`);
    return;
  }
  const first = readFixed64(batch, 0);
  const count = readFixed32(batch, 8);
  if (count === 0) {
    yield { type: 'mark', offset, sequence: first };
    return;
  }
  const entries: LogEntry[] = [];
  try {
    const reader = new ByteReader(batch, HEADER, batch.length, path, offset);
    while (reader.remaining > 0) {
      entries.push(readEntry(reader, batch, offset, first + BigInt(entries.length)));
    }
  } catch (error) {
    yield damaged(error instanceof Error ? error.message : String(error));
    return;
  }
  if (entries.length === count) yield* entries;
  else yield damaged(`a batch says ${count} entries and holds ${entries.length}`);
}

function readEntry(
  reader: ByteReader,
  batch: Uint8Array,
  offset: number,
  sequence: bigint,
): LogEntry {
  const kind = reader.byte();
  if (kind !== KIND_VALUE && kind !== KIND_DELETION) {
    throw reader.damaged(`a batch has an entry of unknown kind ${kind}`);
  }
  const part = (): Uint8Array => {
    const start = reader.lengthPrefixed();
    return batch.slice(start, reader.position);
  };
  const key = part();
  const deletion = kind === KIND_DELETION;
  const value = deletion ? new Uint8Array(0) : part();
  return { type: 'entry', offset, sequence, deletion, key, value };
}
