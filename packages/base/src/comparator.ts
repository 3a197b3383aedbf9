/**
 * Orders of keys: LevelDB's comparator, and the order of internal keys that follows from it.
 */
import { commonPrefixLength, compareBytes, compareRanges } from './bytes.ts';
import { compareInternalKeys, compareTrailers, TRAILER_LENGTH } from './internal-key.ts';

/**
 * An order of user keys, as a user supplies it; its name is stored and must match at every opening.
 */
export interface Comparator {
  /** Stored in the manifest; a store made under another name is refused. */
  readonly name: string;
  /** Negative, zero or positive, as `a` sorts before, with or after `b`. A total order, for ever. */
  compare(a: Uint8Array, b: Uint8Array): number;
  /**
   * Returns a short key `k` with `a <= k < b`, or `a` itself; makes index blocks smaller.
   * Without it the index holds whole keys.
   */
  separator?(a: Uint8Array, b: Uint8Array): Uint8Array;
  /** Returns a short key `k` with `a <= k`, or `a` itself. */
  successor?(a: Uint8Array): Uint8Array;
}

/** LevelDB's default order: by bytes, as unsigned numbers, a prefix first. */
export const bytewiseComparator: Comparator = {
  name: 'leveldb.BytewiseComparator',
  compare: compareBytes,
  /** As `FindShortestSeparator` of LevelDB's `util/comparator.cc`. */
  separator(a: Uint8Array, b: Uint8Array): Uint8Array {
    const shared = commonPrefixLength(a, 0, a.length, b, 0, b.length);
    if (shared >= a.length || shared >= b.length) return a;
    const byte = a[shared]!;
    if (byte < 0xff && byte + 1 < b[shared]!) {
      const key = a.slice(0, shared + 1);
      key[shared] = byte + 1;
      return key;
    }
    return a;
  },
  /** As `FindShortSuccessor` of LevelDB's `util/comparator.cc`. */
  successor(a: Uint8Array): Uint8Array {
    for (let i = 0; i < a.length; i++) {
      if (a[i] !== 0xff) {
        const key = a.slice(0, i + 1);
        key[i] = a[i]! + 1;
        return key;
      }
    }
    return a;
  },
};

/** Compares ranges of bytes: the form of an order that hot paths use. */
export type RangeCompare = (
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
) => number;

/** Returns the range form of a comparator; allocates nothing a call for the bytewise one. */
export function rangeCompare(comparator: Comparator): RangeCompare {
  if (comparator === bytewiseComparator) return compareRanges;
  return (a, aStart, aEnd, b, bStart, bEnd) =>
    comparator.compare(a.subarray(aStart, aEnd), b.subarray(bStart, bEnd));
}

/** Returns the order of internal keys over a comparator of user keys, in range form. */
export function internalRangeCompare(comparator: Comparator): RangeCompare {
  if (comparator === bytewiseComparator) return compareInternalKeys;
  const compareUser = rangeCompare(comparator);
  return (a, aStart, aEnd, b, bStart, bEnd) => {
    const order = compareUser(a, aStart, aEnd - TRAILER_LENGTH, b, bStart, bEnd - TRAILER_LENGTH);
    return order !== 0 ? order : compareTrailers(a, aEnd, b, bEnd);
  };
}
