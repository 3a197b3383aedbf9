/**
 * Searching a fixed list of sorted keys: the separators of a table's blocks, the last keys of a level's
 * tables.
 *
 * Neighbouring keys mostly begin alike, and a comparison byte by byte of keys that lie anywhere in
 * memory is what a search costs. So the six bytes behind what all keys share stand side by side as
 * numbers (the most that a double holds exactly and two 24-bit halves make without 64-bit
 * arithmetic); only keys that agree in those are compared in full.
 */
import { commonPrefixLength } from './bytes.ts';
import type { RangeCompare } from './comparator.ts';

/** Keys in ascending order, one behind the other in one array. Immutable. */
export class SortedKeys {
  /** How many keys there are. */
  readonly count: number;
  /** The keys. */
  readonly bytes: Uint8Array;
  /** Where each key begins, and, behind the last, where that ends. */
  readonly starts: Uint32Array;
  readonly #compare: RangeCompare;
  readonly #trailer: number;
  /** How many bytes all keys share; -1 where the order is not by bytes and heads mean nothing. */
  readonly #shared: number;
  readonly #heads: Float64Array;

  /**
   * @param starts - one more than there are keys
   * @param compare - the keys' order
   * @param trailer - bytes at the end of each key that are not ordered as bytes are: 8 for internal
   * keys
   * @param bytewise - whether what is in front of the trailer is ordered by its bytes
   */
  constructor(
    bytes: Uint8Array,
    starts: Uint32Array,
    compare: RangeCompare,
    trailer: number,
    bytewise: boolean,
  ) {
    this.count = starts.length - 1;
    this.bytes = bytes;
    this.starts = starts;
    this.#compare = compare;
    this.#trailer = trailer;
    this.#heads = new Float64Array(bytewise ? this.count : 0);
    this.#shared = bytewise ? this.#findHeads() : -1;
  }

  /** Returns the place of the first key that is `key[start, end)` or after it; `count` if none is. */
  search(key: Uint8Array, start: number, end: number): number {
    const { bytes } = this;
    const shared = this.#shared;
    let low = 0;
    let high = this.count;
    if (shared < 0) return this.#searchByComparing(key, start, end);
    const userEnd = end - this.#trailer;
    for (let i = 0; i < shared; i++) {
      const difference = start + i < userEnd ? key[start + i]! - bytes[i]! : -1;
      if (difference !== 0) return difference < 0 ? 0 : high;
    }
    const head = sixBytes(key, start + shared, userEnd);
    const heads = this.#heads;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = heads[middle]!;
      if (other < head || (other === head && this.#isBefore(middle, key, start, end))) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  #searchByComparing(key: Uint8Array, start: number, end: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#isBefore(middle, key, start, end)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #isBefore(index: number, key: Uint8Array, start: number, end: number): boolean {
    const { bytes, starts } = this;
    return this.#compare(bytes, starts[index]!, starts[index + 1]!, key, start, end) < 0;
  }

  #findHeads(): number {
    const { bytes, starts, count } = this;
    if (count === 0) return 0;
    const trailer = this.#trailer;
    const last = starts[count - 1]!;
    // Sorted, so what the first and the last share, all share.
    const shared = commonPrefixLength(
      bytes,
      0,
      starts[1]! - trailer,
      bytes,
      last,
      starts[count]! - trailer,
    );
    for (let i = 0; i < count; i++) {
      this.#heads[i] = sixBytes(bytes, starts[i]! + shared, starts[i + 1]! - trailer);
    }
    return shared;
  }
}

/** Reads up to six bytes as one number, as if zeros followed: keeps the order of the bytes. */
function sixBytes(bytes: Uint8Array, at: number, end: number): number {
  if (end - at >= 6) {
    return (
      ((bytes[at]! << 16) | (bytes[at + 1]! << 8) | bytes[at + 2]!) * 0x1000000 +
      ((bytes[at + 3]! << 16) | (bytes[at + 4]! << 8) | bytes[at + 5]!)
    );
  }
  let value = 0;
  for (let i = at; i < at + 6; i++) value = value * 256 + (i < end ? bytes[i]! : 0);
  return value;
}
