/**
 * One fragment's bytes: what `writer.ts` puts in front of data and `reader.ts` takes apart.
 *
 *   at  size  field
 *    0     4  checksum  masked crc32c of the type byte and the data, little endian
 *    4     2  length    of the data, little endian
 *    6     1  type      FULL 1, FIRST 2, MIDDLE 3, LAST 4
 *    7     …  data
 *
 * A file is a row of blocks of 32 KiB, the last one perhaps shorter. A fragment lies within one
 * block; a record that does not fit is cut into FIRST, MIDDLE …, LAST. Fewer than seven bytes at a
 * block's end hold no header and are zero. Whole format: ../FORMAT.md; origin: LevelDB's
 * doc/log_format.md. On disk: do not change.
 */
import { crc32c, maskCrc, readFixed32 } from '@jump/base';

/** Bytes of a block. */
export const BLOCK_LENGTH = 32768;
/** Bytes in front of a fragment's data. */
export const HEADER_LENGTH = 7;
/** Type of a fragment that is a whole record. */
export const FULL = 1;
/** Type of a record's first fragment. */
export const FIRST = 2;
/** Type of a fragment between the first and the last. */
export const MIDDLE = 3;
/** Type of a record's last fragment. */
export const LAST = 4;

/** Reads the length field of the header at `at`. */
export function fragmentLength(bytes: Uint8Array, at: number): number {
  return bytes[at + 4]! | (bytes[at + 5]! << 8);
}

/** Reads the type field of the header at `at`. */
export function fragmentType(bytes: Uint8Array, at: number): number {
  return bytes[at + 6]!;
}

/**
 * Tells whether a whole fragment with the right checksum lies at `at`, before `end`. O(its
 * length).
 */
export function isFragment(bytes: Uint8Array, at: number, end: number): boolean {
  if (end - at < HEADER_LENGTH) return false;
  const dataEnd = at + HEADER_LENGTH + fragmentLength(bytes, at);
  if (dataEnd > end) return false;
  return maskCrc(crc32c(bytes, at + 6, dataEnd)) === readFixed32(bytes, at);
}
