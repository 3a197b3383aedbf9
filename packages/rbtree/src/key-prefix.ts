/**
 * The order of byte keys, squeezed into two integers.
 *
 * Most keys of a store begin alike, so comparing them from their first byte is mostly waste. With a
 * prefix `P`, a key is summarised as the 64-bit number
 *
 *   keys that begin with P          the eight bytes after P, big-endian, padded with zeros
 *   other keys, sorting before P    the lowest number
 *   other keys, sorting after P     the highest number
 *
 * Invariant: a < b implies summary(a) <= summary(b), for every P. So different summaries decide
 * the order, equal ones leave it to the bytes, and `P` concerns speed alone: a lone odd key costs
 * nothing, and the tree need not hurry to follow when the keys change. Rejected: a prefix that all
 * keys must share, for one odd key spoils it, and each byte that a key takes from it forces all
 * nodes to be computed anew at once.
 *
 * Halves are stored with the top bit flipped, so that signed comparison gives the unsigned order.
 */

/** Bytes of `P` at most: bounds the memory, and the work where the first key is enormous. */
export const PREFIX_LIMIT = 4096;

const LOWEST = -0x80000000;
const HIGHEST = 0x7fffffff;

/** A prefix, and the summary of the key that was measured last. */
export class KeyPrefix {
  /** High half of the last summary, as it is stored. */
  high = 0;
  /** Low half of the last summary, as it is stored. */
  low = 0;
  /** Of two keys with the last summary, bytes before this one are known to be equal. */
  from = 0;
  /** The prefix: bytes that keys are expected to begin with. */
  bytes: Uint8Array = new Uint8Array(0);
  /** Whether summaries are made; otherwise, for other orders than that of bytes, all are 0. */
  readonly enabled: boolean;

  /** Starts without a prefix. */
  constructor(enabled: boolean) {
    this.enabled = enabled;
  }

  /** Sets `high`, `low` and `from` for `key[start, end)`. O(prefix). */
  measure(key: Uint8Array, start: number, end: number): void {
    if (!this.enabled) return;
    const prefix = this.bytes;
    const skip = prefix.length;
    const shared = Math.min(end - start, skip);
    let i = 0;
    while (i < shared && key[start + i] === prefix[i]) i++;
    if (i < skip) {
      // Outside: an end of the key counts as lower than any byte.
      const extreme = i < shared && key[start + i]! > prefix[i]! ? HIGHEST : LOWEST;
      this.high = extreme;
      this.low = extreme;
      this.from = 0;
      return;
    }
    const at = start + skip;
    if (at + 8 <= end) {
      this.high =
        ((key[at]! << 24) | (key[at + 1]! << 16) | (key[at + 2]! << 8) | key[at + 3]!) ^ LOWEST;
      this.low =
        ((key[at + 4]! << 24) | (key[at + 5]! << 16) | (key[at + 6]! << 8) | key[at + 7]!) ^ LOWEST;
    } else {
      this.high = paddedWord(key, at, end);
      this.low = paddedWord(key, at + 4, end);
    }
    // Keys outside share the two extreme summaries: of those nothing is known to be equal.
    const extreme = this.high === this.low && (this.high === LOWEST || this.high === HIGHEST);
    this.from = extreme ? 0 : skip + 8;
  }

  /** Makes the bytes that `a[aStart, aEnd)` and `b[bStart, bEnd)` share the prefix; tells if it changed. */
  adopt(
    a: Uint8Array,
    aStart: number,
    aEnd: number,
    b: Uint8Array,
    bStart: number,
    bEnd: number,
  ): boolean {
    const limit = Math.min(aEnd - aStart, bEnd - bStart, PREFIX_LIMIT);
    const old = this.bytes;
    let shared = 0;
    let same = true;
    while (shared < limit && a[aStart + shared] === b[bStart + shared]) {
      same = same && a[aStart + shared] === old[shared];
      shared++;
    }
    if (same && shared === old.length) return false;
    this.bytes = new Uint8Array(a.subarray(aStart, aStart + shared));
    return true;
  }
}

/** The four bytes of `key` at `at` as they are stored, zeros for those from `end` on. */
function paddedWord(key: Uint8Array, at: number, end: number): number {
  let word = 0;
  for (let i = at; i < at + 4; i++) word = (word << 8) | (i < end ? key[i]! : 0);
  return word ^ LOWEST;
}
