/**
 * A cursor over all entries of a table, in both directions.
 */
import { type Cursor, copyRange, EMPTY_BYTES } from '@jump/base';
import { Block, restartAt } from './block.ts';
import { findRestart } from './block-search.ts';
import { EntryHeader, readHeader } from './entry-header.ts';
import { Interval } from './interval.ts';
import type { KeyOrder } from './key-order.ts';

/** Where a table cursor gets its blocks from. */
export interface BlockSupply {
  /** How many data blocks there are. */
  readonly count: number;
  /** Returns the first block that can hold `key[start, end)`; `count` if none can. */
  search(key: Uint8Array, start: number, end: number): number;
  /** Returns a block; the next call may use its memory again. */
  block(ordinal: number): Block;
  /** Frees the memory of the last block. */
  close(): void;
}

/** Stands for "no block". */
const NO_BLOCK = /* @__PURE__ */ new Block(EMPTY_BYTES, 0, 0, 1);

/** The cursor. One that was closed may be moved again, and is as good as new. */
export class TableCursor implements Cursor {
  valid = false;
  keyBytes: Uint8Array = new Uint8Array(64);
  readonly keyStart = 0;
  keyEnd = 0;
  valueBytes: Uint8Array = EMPTY_BYTES;
  valueStart = 0;
  /** Also where the current entry ends, and the next one begins. */
  valueEnd = 0;
  readonly #supply: BlockSupply;
  readonly #order: KeyOrder;
  readonly #header = new EntryHeader();
  #block: Block = NO_BLOCK;
  #ordinal = -1;
  /** For walking backwards: the restart that `#interval` holds, or -1. */
  #restart = -1;
  #interval: Interval | undefined = undefined;
  /** The current entry's place in `#interval`; means nothing while `#restart` is -1. */
  #place = 0;

  constructor(supply: BlockSupply, order: KeyOrder) {
    this.#supply = supply;
    this.#order = order;
  }

  /** The number of the current entry's block. */
  get ordinal(): number {
    return this.#ordinal;
  }

  first(): boolean {
    this.#ordinal = -1;
    return this.#enterNextBlock();
  }

  last(): boolean {
    this.#ordinal = this.#supply.count;
    return this.#enterPreviousBlock();
  }

  seek(key: Uint8Array, start: number, end: number): boolean {
    const ordinal = this.#supply.search(key, start, end);
    if (ordinal === this.#supply.count) return this.#leave();
    const block = this.#enter(ordinal);
    if (block.start === block.entriesEnd) return this.#enterNextBlock();
    this.#goTo(restartAt(block, findRestart(block, this.#order, key, start, end)));
    const { compare } = this.#order;
    while (this.next()) {
      if (compare(this.keyBytes, 0, this.keyEnd, key, start, end) >= 0) return true;
    }
    return false;
  }

  next(): boolean {
    const at = this.valueEnd;
    const { bytes, entriesEnd } = this.#block;
    if (at >= entriesEnd) return this.#enterNextBlock();
    this.#restart = -1;
    let shared = bytes[at]!;
    let unshared = bytes[at + 1]!;
    let valueLength = bytes[at + 2]!;
    let keyAt = at + 3;
    if ((shared | unshared | valueLength) > 0x7f) {
      readHeader(bytes, at, entriesEnd, this.#header);
      ({ shared, unshared, valueLength, keyAt } = this.#header);
    }
    const length = shared + unshared;
    if (length > this.keyBytes.length) this.#grow(length, shared);
    const valueStart = keyAt + unshared;
    copyRange(bytes, keyAt, valueStart, this.keyBytes, shared);
    this.keyEnd = length;
    this.valueStart = valueStart;
    this.valueEnd = valueStart + valueLength;
    return true;
  }

  previous(): boolean {
    if (this.#restart < 0) this.#loadInterval();
    if (this.#place > 0) return this.#stepBack();
    if (this.#restart > 0) return this.#enterInterval(this.#restart - 1);
    return this.#enterPreviousBlock();
  }

  close(): void {
    this.#leave();
    this.#supply.close();
    this.#interval = undefined;
  }

  /** Reads the interval of the current entry, and finds its place there. */
  #loadInterval(): void {
    const block = this.#block;
    // The last restart at or before the entry: the last that begins before the entry's end.
    let low = 0;
    let high = block.restarts - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (restartAt(block, middle) < this.valueEnd) low = middle;
      else high = middle - 1;
    }
    this.#interval ??= new Interval();
    this.#interval.load(block, low);
    this.#restart = low;
    this.#place = this.#interval.endingAt(this.valueEnd);
  }

  /** Goes to the last entry of an interval of the current block. */
  #enterInterval(restart: number): boolean {
    this.#interval ??= new Interval();
    this.#interval.load(this.#block, restart);
    this.#restart = restart;
    this.#place = this.#interval.count;
    return this.#stepBack();
  }

  #stepBack(): boolean {
    const interval = this.#interval!;
    const place = --this.#place;
    const length = interval.keyLength(place);
    if (length > this.keyBytes.length) this.#grow(length, this.keyEnd);
    interval.restoreKey(place, this.keyBytes);
    this.keyEnd = length;
    this.valueStart = interval.valueStart(place);
    this.valueEnd = interval.end(place);
    return true;
  }

  #enterNextBlock(): boolean {
    const { count } = this.#supply;
    while (this.#ordinal + 1 < count) {
      const block = this.#enter(this.#ordinal + 1);
      if (block.start === block.entriesEnd) continue;
      this.#goTo(block.start);
      return this.next();
    }
    return this.#leave();
  }

  #enterPreviousBlock(): boolean {
    while (this.#ordinal > 0) {
      const block = this.#enter(this.#ordinal - 1);
      if (block.start < block.entriesEnd) return this.#enterInterval(block.restarts - 1);
    }
    return this.#leave();
  }

  /** Takes a block; the cursor is not valid if that fails. */
  #enter(ordinal: number): Block {
    this.#leave();
    const block = this.#supply.block(ordinal);
    this.#block = block;
    this.#ordinal = ordinal;
    this.valueBytes = block.bytes;
    this.valid = true;
    this.#restart = -1;
    return block;
  }

  /** Stands in front of the entry at `at`. */
  #goTo(at: number): void {
    this.valueEnd = at;
    this.keyEnd = 0;
  }

  #leave(): boolean {
    this.valid = false;
    this.#block = NO_BLOCK;
    this.valueBytes = EMPTY_BYTES;
    this.valueEnd = 0;
    this.keyEnd = 0;
    this.#restart = -1;
    return false;
  }

  #grow(length: number, used: number): void {
    const larger = new Uint8Array(Math.max(length, 2 * this.keyBytes.length));
    copyRange(this.keyBytes, 0, used, larger, 0);
    this.keyBytes = larger;
  }
}
