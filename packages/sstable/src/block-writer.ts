/**
 * Writes the entries of a block, each key as its difference to the key before (LevelDB's
 * `table/block_builder.cc` describes the format; see block.ts and entry-header.ts).
 */
import {
  commonPrefixLength,
  copyRange,
  MAX_VARINT64_LENGTH,
  writeFixed32,
  writeVarint,
  writeVarint64,
} from '@jump/base';

/** Builds small blocks: index, meta-index and properties. Data blocks are built in place. */
export class BlockWriter {
  bytes: Uint8Array = new Uint8Array(1024);
  /** Bytes written so far. */
  size = 0;
  readonly #restartInterval: number;
  readonly #restarts: number[] = [0];
  #sinceRestart = 0;
  #lastKey: Uint8Array = new Uint8Array(64);
  #lastKeyLength = 0;

  constructor(restartInterval: number) {
    this.#restartInterval = restartInterval;
  }

  /** Adds an entry; the caller sees to the order. */
  add(
    key: Uint8Array,
    keyStart: number,
    keyEnd: number,
    value: Uint8Array,
    valueStart: number,
    valueEnd: number,
  ): void {
    const length = keyEnd - keyStart;
    let shared = 0;
    if (this.#sinceRestart === this.#restartInterval) {
      this.#restarts.push(this.size);
      this.#sinceRestart = 0;
    } else {
      shared = commonPrefixLength(this.#lastKey, 0, this.#lastKeyLength, key, keyStart, keyEnd);
    }
    this.#sinceRestart++;
    const valueLength = valueEnd - valueStart;
    this.#reserve(15 + length + valueLength);
    let at = writeVarint(this.bytes, this.size, shared);
    at = writeVarint(this.bytes, at, length - shared);
    at = writeVarint(this.bytes, at, valueLength);
    copyRange(key, keyStart + shared, keyEnd, this.bytes, at);
    at += length - shared;
    copyRange(value, valueStart, valueEnd, this.bytes, at);
    this.size = at + valueLength;
    if (this.#restartInterval === 1) return; // Nothing is ever shared: no need for the last key.
    if (length > this.#lastKey.length) this.#lastKey = new Uint8Array(2 * length);
    copyRange(key, keyStart, keyEnd, this.#lastKey, 0);
    this.#lastKeyLength = length;
  }

  /** Adds an entry whose value is a number below 2^64, as a varint. */
  addNumber(key: Uint8Array, value: bigint): void {
    const bytes = new Uint8Array(MAX_VARINT64_LENGTH);
    this.add(key, 0, key.length, bytes, 0, writeVarint64(bytes, 0, value));
  }

  /** Appends the restart array; `bytes` then holds the block in its first `size` bytes. */
  finish(): void {
    this.#reserve(4 * this.#restarts.length + 4);
    for (const restart of this.#restarts) {
      writeFixed32(this.bytes, this.size, restart);
      this.size += 4;
    }
    writeFixed32(this.bytes, this.size, this.#restarts.length);
    this.size += 4;
  }

  #reserve(count: number): void {
    if (this.size + count <= this.bytes.length) return;
    const larger = new Uint8Array(2 * (this.size + count));
    copyRange(this.bytes, 0, this.size, larger, 0);
    this.bytes = larger;
  }
}
