/**
 * crc32c, the Castagnoli CRC (RFC 3720 appendix B.4; polynomial 0x1EDC6F41, reflected 0x82F63B78),
 * and LevelDB's mask over it.
 *
 * Eight tables, eight bytes a step ("slicing by 8", Kounavis and Berry, 2005): about 1 ns a byte.
 */

/** Table k holds the CRC of each byte followed by k zero bytes: TABLES[256 * k + byte]. */
const TABLES: Int32Array = makeTables();

function makeTables(): Int32Array {
  const tables = new Int32Array(8 * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    tables[byte] = crc;
  }
  for (let at = 256; at < tables.length; at++) {
    const crc = tables[at - 256]!;
    tables[at] = (crc >>> 8) ^ tables[crc & 0xff]!;
  }
  return tables;
}

/**
 * Computes the crc32c of `bytes[start, end)`.
 *
 * @param seed - the CRC of what comes before, to continue it
 * @returns an unsigned number of 32 bits
 */
export function crc32c(bytes: Uint8Array, start = 0, end: number = bytes.length, seed = 0): number {
  const t = TABLES;
  let crc = ~seed;
  let i = start;
  for (const last = end - 7; i < last; i += 8) {
    crc ^= bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    crc =
      t[1792 + (crc & 0xff)]! ^
      t[1536 + ((crc >>> 8) & 0xff)]! ^
      t[1280 + ((crc >>> 16) & 0xff)]! ^
      t[1024 + (crc >>> 24)]! ^
      t[768 + bytes[i + 4]!]! ^
      t[512 + bytes[i + 5]!]! ^
      t[256 + bytes[i + 6]!]! ^
      t[bytes[i + 7]!]!;
  }
  for (; i < end; i++) crc = (crc >>> 8) ^ t[(crc ^ bytes[i]!) & 0xff]!;
  return ~crc >>> 0;
}

/** Added by the mask. On disk: do not change. */
const MASK_DELTA = 0xa282ead8;

/**
 * Masks a CRC for storage, as LevelDB does: a CRC over bytes that hold CRCs of their own would
 * otherwise be weak. Rotates right by 15 bits and adds a constant.
 */
export function maskCrc(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + MASK_DELTA) >>> 0;
}

/** Undoes {@link maskCrc}. */
export function unmaskCrc(masked: number): number {
  const rotated = (masked - MASK_DELTA) >>> 0;
  return ((rotated >>> 17) | (rotated << 15)) >>> 0;
}
