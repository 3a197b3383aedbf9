/**
 * Internal keys: what tables and memtables sort by (LevelDB's `db/dbformat.h`).
 *
 *   user key …  | kind (1) | sequence (7) |
 *               \ sequence << 8 | kind, eight bytes, little endian
 *
 * They sort by user key upwards, then by sequence downwards, so that a reader meets the newest
 * version first. The eight bytes are called the trailer, and its value, 64 bits, the tag; in
 * memory a tag is two halves of 32 bits, since it does not fit a number.
 */
import { compareRanges } from './bytes.ts';
import { readFixed32, readFixed64, writeFixed32 } from './varint.ts';

/** Kind of an entry that deletes its key. On disk: do not change. */
export const KIND_DELETION = 0;
/** Kind of an entry that has a value. On disk: do not change. */
export const KIND_VALUE = 1;
/** The kind to look for, so that every kind of a sequence is found: the highest. */
export const KIND_SEEK: 1 = KIND_VALUE;
/** Bytes that follow the user key in an internal key. */
export const TRAILER_LENGTH = 8;
/** The highest sequence that the store can use: numbers end here, though the format has 56 bits. */
export const MAX_SEQUENCE: number = Number.MAX_SAFE_INTEGER;

/** The low half of the tag of `sequence` and `kind`. */
export function tagLow(sequence: number, kind: number): number {
  return ((sequence % 0x1000000) * 0x100 + kind) >>> 0;
}

/** The high half of the tag of `sequence`. */
export function tagHigh(sequence: number): number {
  return Math.floor(sequence / 0x1000000);
}

/** Writes the trailer of an internal key at `at`. */
export function writeTrailer(target: Uint8Array, at: number, sequence: number, kind: number): void {
  writeFixed32(target, at, tagLow(sequence, kind));
  writeFixed32(target, at + 4, tagHigh(sequence));
}

/** Makes an internal key of a user key. */
export function encodeInternalKey(userKey: Uint8Array, sequence: number, kind: number): Uint8Array {
  const key = new Uint8Array(userKey.length + TRAILER_LENGTH);
  key.set(userKey);
  writeTrailer(key, userKey.length, sequence, kind);
  return key;
}

/** Reads the sequence of the internal key that ends at `end`; exact below 2^53, else rounded. */
export function readSequence(bytes: Uint8Array, end: number): number {
  return readFixed32(bytes, end - 4) * 0x1000000 + (readFixed32(bytes, end - 8) >>> 8);
}

/** Reads all 56 bits of the sequence of the internal key that ends at `end`. */
export function readSequence56(bytes: Uint8Array, end: number): bigint {
  return readFixed64(bytes, end - TRAILER_LENGTH) >> 8n;
}

/** Reads the kind of the internal key that ends at `end`: any byte, check it where it came from disk. */
export function readKind(bytes: Uint8Array, end: number): number {
  return bytes[end - TRAILER_LENGTH]!;
}

/** Compares the trailers of two internal keys that end at `aEnd` and `bEnd`: the newer one first. */
export function compareTrailers(a: Uint8Array, aEnd: number, b: Uint8Array, bEnd: number): number {
  for (let i = 1; i <= TRAILER_LENGTH; i++) {
    const difference = b[bEnd - i]! - a[aEnd - i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * Compares two internal keys whose user keys sort by their bytes. Both are at least 8 bytes long.
 */
export function compareInternalKeys(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): number {
  const order = compareRanges(a, aStart, aEnd - TRAILER_LENGTH, b, bStart, bEnd - TRAILER_LENGTH);
  return order !== 0 ? order : compareTrailers(a, aEnd, b, bEnd);
}
