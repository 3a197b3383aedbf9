/**
 * What a write-ahead log's records are: batches of writes, as LevelDB logs them
 * (`db/write_batch.cc`).
 *
 *   sequence of the first entry, 8 bytes | count, 4 bytes | entries
 *   entry: kind, 1 byte | key, length-prefixed | value, length-prefixed (no value for a deletion)
 *
 * A batch of count 0 is a durable mark: all entries below its sequence are on stable storage.
 * On disk: do not change.
 */
import {
  ByteReader,
  corruption,
  KIND_DELETION,
  KIND_VALUE,
  readFixed32,
  readFixed64,
  sliceRange,
  writeFixed64,
} from '@jump/base';

/** Bytes of a batch before its first entry; of a mark, all. */
export const BATCH_HEADER_LENGTH = 12;

/** Takes the entries of a batch, one call each, in order. */
export interface BatchSink {
  /** Takes one entry; a deletion has an empty value. */
  add(
    sequence: number,
    kind: number,
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
  ): void;
}

/** One write of a batch, in memory of its own. */
export interface BatchEntry {
  /** Which write of the database it was. */
  readonly sequence: bigint;
  /** Whether the write gave the key a value or deleted it. */
  readonly kind: 'value' | 'deletion';
  /** The key. */
  readonly userKey: Uint8Array;
  /** The value; empty if it is a deletion. */
  readonly value: Uint8Array;
}

/** A batch: what one record of a write-ahead log says. */
export interface DecodedBatch {
  /** Of its first entry. Of a mark: all entries below were on stable storage. */
  readonly sequence: bigint;
  /** Its writes, in order; none if it is a mark. */
  readonly entries: readonly BatchEntry[];
}

/**
 * The sequence of a logged batch's first entry; a batch is at least {@link BATCH_HEADER_LENGTH}.
 */
export function batchSequence(bytes: Uint8Array): bigint {
  return readFixed64(bytes, 0);
}

/** The number of entries that a logged batch says it has. */
export function batchCount(bytes: Uint8Array): number {
  return readFixed32(bytes, 8);
}

/** Makes a durable mark: everything below `sequence` is on stable storage. */
export function encodeMark(sequence: number): Uint8Array {
  const mark = new Uint8Array(BATCH_HEADER_LENGTH);
  writeFixed64(mark, 0, sequence);
  return mark;
}

/**
 * Gives the entries of a logged batch to `sink`, after checking all of it, so that a batch is taken
 * whole or not at all.
 *
 * @param source - the log's name, for errors
 * @param offset - where the record begins in it
 * @throws JUMP_CORRUPTION if the bytes are not a batch of exactly as many entries as it says
 */
export function readBatch(
  bytes: Uint8Array,
  sequence: number,
  sink: BatchSink,
  source: string,
  offset: number,
): void {
  walkBatch(bytes, sequence, undefined, source, offset);
  walkBatch(bytes, sequence, sink, source, offset);
}

/**
 * Decodes a record of a write-ahead log. The entries are copies.
 *
 * @param source - the log's name, for errors
 * @param offset - where the record begins in it
 * @throws JUMP_CORRUPTION if the bytes are not a batch of exactly as many entries as it says
 */
export function decodeBatch(record: Uint8Array, source = 'batch', offset = 0): DecodedBatch {
  if (record.length < BATCH_HEADER_LENGTH) {
    throw corruption(source, offset, 'a record is too short for a batch');
  }
  const sequence = batchSequence(record);
  const entries: BatchEntry[] = [];
  const add: BatchSink['add'] = (i, kind, bytes, keyStart, keyEnd, valueStart, valueEnd) => {
    entries.push({
      sequence: BigInt.asUintN(56, sequence + BigInt(i)),
      kind: kind === KIND_DELETION ? 'deletion' : 'value',
      userKey: sliceRange(bytes, keyStart, keyEnd),
      value: sliceRange(bytes, valueStart, valueEnd),
    });
  };
  // Counted from 0: another program's sequence may be more than a number holds.
  readBatch(record, 0, { add }, source, offset);
  return { sequence, entries };
}

function walkBatch(
  bytes: Uint8Array,
  first: number,
  sink: BatchSink | undefined,
  source: string,
  offset: number,
): void {
  const reader = new ByteReader(bytes, BATCH_HEADER_LENGTH, bytes.length, source, offset);
  const count = batchCount(bytes);
  let sequence = first;
  while (reader.remaining > 0) {
    const kind = reader.byte();
    if (kind !== KIND_VALUE && kind !== KIND_DELETION) {
      throw reader.damaged(`a batch has an entry of unknown kind ${kind}`);
    }
    const keyStart = reader.lengthPrefixed();
    const keyEnd = reader.position;
    const valueStart = kind === KIND_VALUE ? reader.lengthPrefixed() : keyEnd;
    sink?.add(sequence, kind, bytes, keyStart, keyEnd, valueStart, reader.position);
    sequence++;
  }
  if (sequence - first !== count) {
    throw reader.damaged(`a batch says ${count} entries and holds ${sequence - first}`);
  }
}
