/**
 * A batch of writes in the form in which it is logged (`@jump/log` says what that is), so that a
 * write is encoded once and logged as it stands.
 */
import {
  ByteReader,
  copyRange,
  KIND_DELETION,
  KIND_VALUE,
  MAX_VARINT32_LENGTH,
  varintLength,
  writeFixed32,
  writeFixed64,
  writeVarint,
} from '@jump/base';
import { BATCH_HEADER_LENGTH, type BatchSink } from '@jump/log';
import { mostBytes, type Prepared, writePrepared } from './codec.ts';

/** A buffer larger than this is given back once the batch is cleared. */
const KEPT_CAPACITY = 1 << 20;
/** The longest batch: lengths inside it are of 32 bits, and so is its buffer's. */
const MAX_BATCH_LENGTH = 2 ** 32 - 1;

/** Collects writes. Reusable; keeps its buffer. */
export class WriteBatch {
  /** The batch as it will be logged, up to {@link WriteBatch.end}. */
  bytes: Uint8Array = new Uint8Array(1024);
  /** Where the batch ends. */
  end: number = BATCH_HEADER_LENGTH;
  /** How many entries it holds. */
  count = 0;
  /** Where the key and value of the entry added last lie. */
  keyStart = 0;
  keyEnd = 0;
  valueStart = 0;
  valueEnd = 0;

  /** Adds a value; nothing is added when the key or value turns out not to be encodable. */
  set(key: Prepared, value: Prepared): void {
    this.#reserve(mostBytes(key) + mostBytes(value) + 1 + 2 * MAX_VARINT32_LENGTH);
    const keyEnd = this.#append(key, this.#begin(KIND_VALUE), 'key');
    const keyStart = this.#started;
    const valueEnd = this.#append(value, keyEnd, 'value');
    this.#end(keyStart, keyEnd, this.#started, valueEnd);
  }

  /** Adds a deletion. */
  delete(key: Prepared): void {
    this.#reserve(mostBytes(key) + 1 + MAX_VARINT32_LENGTH);
    const keyEnd = this.#append(key, this.#begin(KIND_DELETION), 'key');
    this.#end(this.#started, keyEnd, keyEnd, keyEnd);
  }

  /** Adds a deletion of the key `bytes[start, end)`. */
  deleteRange(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    this.#reserve(length + 1 + MAX_VARINT32_LENGTH);
    const keyStart = writeVarint(this.bytes, this.#begin(KIND_DELETION), length);
    copyRange(bytes, start, end, this.bytes, keyStart);
    const keyEnd = keyStart + length;
    this.#end(keyStart, keyEnd, keyEnd, keyEnd);
  }

  /** Forgets all entries. */
  clear(): void {
    this.end = BATCH_HEADER_LENGTH;
    this.count = 0;
    if (this.bytes.length > KEPT_CAPACITY) this.bytes = new Uint8Array(1024);
  }

  /** Writes the header, before the batch is logged. */
  seal(sequence: number): void {
    writeFixed64(this.bytes, 0, sequence);
    writeFixed32(this.bytes, 8, this.count);
  }

  #started = 0;

  /** Appends a length and what it is of; returns where it ends, `#started` is where it began. */
  #append(prepared: Prepared, at: number, what: string): number {
    // Most strings are ASCII, so that their length in bytes is known before they are written.
    const guess = varintLength(prepared.length);
    const start = at + guess;
    const end = writePrepared(prepared, this.bytes, start, what);
    const length = end - start;
    const needed = varintLength(length);
    if (needed !== guess) this.bytes.copyWithin(at + needed, start, end);
    this.#started = writeVarint(this.bytes, at, length);
    return this.#started + length;
  }

  /** Makes an entry part of the batch, once all of it is written. */
  #end(keyStart: number, keyEnd: number, valueStart: number, valueEnd: number): void {
    this.keyStart = keyStart;
    this.keyEnd = keyEnd;
    this.valueStart = valueStart;
    this.valueEnd = valueEnd;
    this.end = valueEnd;
    this.count++;
  }

  /** Writes the kind of a new entry; returns where its key goes. */
  #begin(kind: number): number {
    this.bytes[this.end] = kind;
    return this.end + 1;
  }

  #reserve(length: number): void {
    const needed = this.end + length;
    if (needed <= this.bytes.length) return;
    if (needed > MAX_BATCH_LENGTH) {
      throw new RangeError(`a batch of ${needed} bytes is longer than ${MAX_BATCH_LENGTH}`);
    }
    const grown = new Uint8Array(
      Math.min(Math.max(needed, 2 * this.bytes.length), MAX_BATCH_LENGTH),
    );
    grown.set(this.bytes.subarray(0, this.end));
    this.bytes = grown;
  }
}

/** Gives the entries of a batch that this process made to a sink; checks nothing. */
export function insertBatch(batch: WriteBatch, first: number, sink: BatchSink): void {
  const { bytes, end, count } = batch;
  reader.bytes = bytes;
  reader.position = BATCH_HEADER_LENGTH;
  reader.end = end;
  for (let sequence = first; sequence < first + count; sequence++) {
    const kind = bytes[reader.position++]!;
    const keyStart = reader.lengthPrefixed();
    const keyEnd = reader.position;
    const valueStart = kind === KIND_VALUE ? reader.lengthPrefixed() : keyEnd;
    sink.add(sequence, kind, bytes, keyStart, keyEnd, valueStart, reader.position);
  }
}

/** Reused, so that writing a batch allocates nothing. */
const reader = /* @__PURE__ */ new ByteReader(new Uint8Array(0));
