/**
 * Writes the entries of data blocks straight into the output: the hot half of {@link TableWriter}.
 */
import { copyRange, showBytes, sliceRange, writeFixed32, writeVarint } from '@jump/base';
import type { BlockHandle } from './footer.ts';
import type { KeyOrder } from './key-order.ts';
import type { Output } from './output.ts';

/** Values from this size on go to the file without being copied, if nothing is to be compressed. */
const STREAM_FROM = 1 << 18;
/**
 * And from this size on even then: they are not compressed, which would need twice their memory.
 */
const STREAM_ALWAYS_FROM = 1 << 26;
/** The most bytes of the header of an entry. */
const MAX_HEADER = 15;

/** The entries of a block that was begun elsewhere, and what there is to know of them. */
export interface BuiltEntries {
  /** Holds all of the following. */
  readonly bytes: Uint8Array;
  /** The same memory, as numbers. */
  readonly words: Uint32Array;
  /** Where the entries begin. */
  readonly start: number;
  readonly end: number;
  readonly entries: number;
  /** Where in `words` the offsets of the restarts are. */
  readonly restartsAt: number;
  readonly restartCount: number;
  /** Entries since the last restart, with that. */
  readonly sinceRestart: number;
  /** The last key. */
  readonly lastKeyStart: number;
  readonly lastKeyEnd: number;
  /** The user keys, all different, each behind its length in two bytes. */
  readonly keysStart: number;
  readonly keysEnd: number;
  readonly tombstones: number;
  /** The lowest and the highest tag, in two halves. */
  readonly minLow: number;
  readonly minHigh: number;
  readonly maxLow: number;
  readonly maxHigh: number;
}

/** Writes one data block after the other. */
export class DataBlockWriter {
  readonly #output: Output;
  readonly #order: KeyOrder;
  readonly #restartInterval: number;
  readonly #snappy: boolean;
  /** The last key of the table so far, in its first `lastKeyLength` bytes. */
  lastKey: Uint8Array = new Uint8Array(64);
  lastKeyLength = 0;
  /** Entries of the block that is being written. */
  entries = 0;
  #first = true;
  #restarts = new Uint32Array(64);
  #restartCount = 0;
  #sinceRestart = 0;

  constructor(output: Output, order: KeyOrder, restartInterval: number, snappy: boolean) {
    this.#output = output;
    this.#order = order;
    this.#restartInterval = restartInterval;
    this.#snappy = snappy;
  }

  /** Bytes of the block, if it ended here. */
  get size(): number {
    return this.#output.blockLength + 4 * this.#restartCount + 4;
  }

  /** Checks the order; returns how many bytes the key shares with the last one. */
  compareWithLast(key: Uint8Array, start: number, end: number): number {
    const last = this.lastKey;
    const lastLength = this.lastKeyLength;
    if (this.#first) return 0;
    const { bytewise, trailer } = this.#order;
    const length = end - start;
    const limit = Math.min(length, lastLength);
    let common = 0;
    while (common < limit && key[start + common] === last[common]) common++;
    const userLimit = limit - trailer;
    if (bytewise && common < userLimit) {
      if (key[start + common]! < last[common]!) throw this.#outOfOrder(key, start, end);
    } else if (this.#order.compare(key, start, end, last, 0, lastLength) <= 0) {
      throw this.#outOfOrder(key, start, end);
    }
    return common;
  }

  #outOfOrder(key: Uint8Array, start: number, end: number): RangeError {
    const last = showBytes(sliceRange(this.lastKey, 0, this.lastKeyLength));
    return new RangeError(
      `keys must ascend: ${showBytes(sliceRange(key, start, end))} was added after ${last}`,
    );
  }

  /** Writes header and key of an entry. */
  addKey(key: Uint8Array, start: number, end: number, common: number, valueLength: number): void {
    const output = this.#output;
    let shared = common;
    if (this.entries === 0 || this.#sinceRestart === this.#restartInterval) {
      shared = 0;
      this.#addRestart(output.blockLength);
    }
    this.#sinceRestart++;
    this.entries++;
    this.#first = false;
    const length = end - start;
    const unshared = length - shared;
    output.reserve(MAX_HEADER + unshared);
    const { bytes } = output;
    let at = output.size;
    if ((shared | unshared | valueLength) < 0x80) {
      bytes[at] = shared;
      bytes[at + 1] = unshared;
      bytes[at + 2] = valueLength;
      at += 3;
    } else {
      at = writeVarint(bytes, at, shared);
      at = writeVarint(bytes, at, unshared);
      at = writeVarint(bytes, at, valueLength);
    }
    copyRange(key, start + shared, end, bytes, at);
    output.size = at + unshared;
    if (length > this.lastKey.length) this.#growLastKey(length, common);
    copyRange(key, start + common, end, this.lastKey, common);
    this.lastKeyLength = length;
  }

  addValue(value: Uint8Array, start: number, end: number): void {
    const output = this.#output;
    const length = end - start;
    if (length >= STREAM_FROM && (!this.#snappy || length >= STREAM_ALWAYS_FROM)) {
      output.stream(value, start, end);
      return;
    }
    output.reserve(length);
    copyRange(value, start, end, output.bytes, output.size);
    output.size += length;
  }

  /** Takes over the entries of a block that was begun elsewhere: the first ones of this block. */
  takeOver(built: BuiltEntries): void {
    const { bytes, words, start, end, restartsAt, lastKeyStart, lastKeyEnd } = built;
    const output = this.#output;
    output.reserve(end - start);
    copyRange(bytes, start, end, output.bytes, output.size);
    output.size += end - start;
    for (let i = 0; i < built.restartCount; i++) this.#addRestart(words[restartsAt + i]!);
    this.#sinceRestart = built.sinceRestart;
    this.entries = built.entries;
    this.#first = false;
    const length = lastKeyEnd - lastKeyStart;
    if (length > this.lastKey.length) this.#growLastKey(length, 0);
    copyRange(bytes, lastKeyStart, lastKeyEnd, this.lastKey, 0);
    this.lastKeyLength = length;
  }

  #growLastKey(length: number, used: number): void {
    const larger = new Uint8Array(2 * length);
    copyRange(this.lastKey, 0, used, larger, 0);
    this.lastKey = larger;
  }

  #addRestart(at: number): void {
    if (this.#restartCount === this.#restarts.length) {
      const larger = new Uint32Array(2 * this.#restartCount);
      larger.set(this.#restarts);
      this.#restarts = larger;
    }
    this.#restarts[this.#restartCount++] = at;
    this.#sinceRestart = 0;
  }

  /** Ends the block, and returns where it is. */
  finish(): BlockHandle {
    const output = this.#output;
    output.reserve(4 * this.#restartCount + 4);
    for (let i = 0; i < this.#restartCount; i++) {
      writeFixed32(output.bytes, output.size, this.#restarts[i]!);
      output.size += 4;
    }
    writeFixed32(output.bytes, output.size, this.#restartCount);
    output.size += 4;
    this.entries = 0;
    this.#restartCount = 0;
    this.#sinceRestart = 0;
    return output.sealBlock();
  }
}
