/**
 * Reads the parts of a key of Chromium's IndexedDB, and compares them.
 *
 * Follows `content/browser/indexed_db/docs/leveldb_coding_scheme.md` of Chromium's sources.
 */
import { compareRanges } from '@jump/base';

/** A key that is not one; caught by the comparator. */
export class MalformedKey extends Error {}

/** The kinds of key that web pages use, in their order; what is not listed is no kind. On disk. */
const RANK: Readonly<Record<number, number>> = { 5: 0, 3: 1, 2: 2, 1: 3, 6: 4, 4: 5, 0: 6 };
const MAX_KEY = 0;
const STRING = 1;
const DATE = 2;
const NUMBER = 3;
const ARRAY = 4;
const MIN_KEY = 5;
const BINARY = 6;
/** Chromium's own limit for arrays in arrays. */
const MAX_DEPTH = 2000;

/** Goes over one key. */
export class KeyReader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get atEnd(): boolean {
    return this.at === this.bytes.length;
  }

  get remaining(): number {
    return this.bytes.length - this.at;
  }

  /** Moves over `length` bytes; returns where they began. */
  skip(length: number): number {
    if (length > this.remaining) throw new MalformedKey();
    this.at += length;
    return this.at - length;
  }

  byte(): number {
    return this.bytes[this.skip(1)]!;
  }

  /** A number of `length` bytes, the lowest first. */
  integer(length: number): bigint {
    const start = this.skip(length);
    let value = 0n;
    for (let i = start + length - 1; i >= start; i--) {
      value = (value << 8n) | BigInt(this.bytes[i]!);
    }
    return value;
  }

  /** A number in groups of seven bits, the lowest first. */
  varint(): bigint {
    let value = 0n;
    for (let shift = 0n; shift < 64n; shift += 7n) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    throw new MalformedKey();
  }

  /** How many bytes follow, of a count of things that take `size` bytes each. */
  length(size: number): number {
    const bytes = this.varint() * BigInt(size);
    if (bytes > BigInt(this.remaining)) throw new MalformedKey();
    return Number(bytes);
  }

  double(): number {
    return this.#view.getFloat64(this.skip(8), true);
  }
}

/** Compares numbers of any kind. */
export function compareNumbers<T extends number | bigint>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Compares what follows a count of things that take `size` bytes each, by its bytes. */
export function compareCounted(a: KeyReader, b: KeyReader, size: number): number {
  const aLength = a.length(size);
  const bLength = b.length(size);
  const aStart = a.skip(aLength);
  const bStart = b.skip(bLength);
  return compareRanges(a.bytes, aStart, a.at, b.bytes, bStart, b.at);
}

/** Compares the keys that web pages use, one of which begins at each reader's place. */
export function compareWebKeys(a: KeyReader, b: KeyReader, depth = 0): number {
  const kind = a.byte();
  const aRank = RANK[kind];
  const bRank = RANK[b.byte()];
  if (aRank === undefined || bRank === undefined || depth > MAX_DEPTH) throw new MalformedKey();
  if (aRank !== bRank) return aRank - bRank;
  switch (kind) {
    case MIN_KEY:
    case MAX_KEY:
      return 0;
    case ARRAY:
      return compareArrays(a, b, depth + 1);
    case BINARY:
      return compareCounted(a, b, 1);
    case STRING:
      return compareCounted(a, b, 2);
    case DATE:
    case NUMBER:
      return compareNumbers(a.double(), b.double());
    default:
      throw new MalformedKey();
  }
}

function compareArrays(a: KeyReader, b: KeyReader, depth: number): number {
  const aLength = a.varint();
  const bLength = b.varint();
  for (let i = 0n; i < aLength && i < bLength; i++) {
    const order = compareWebKeys(a, b, depth);
    if (order !== 0) return order;
  }
  return compareNumbers(aLength, bLength);
}
