/**
 * crc32c, the Castagnoli CRC (RFC 3720 appendix B.4; polynomial 0x1EDC6F41, reflected 0x82F63B78),
 * and LevelDB's mask over it.
 *
 * Sixteen tables, sixteen bytes a step ("slicing", Kounavis and Berry, 2005): half a nanosecond a
 * byte. A step has to wait for the one before it only with the first four of its bytes, which is
 * why longer steps are faster. `bench/crc32c.mjs` has what was tried beside it: eight tables are slower by
 * a fifth in V8 and by almost half in JavaScriptCore; reading 32 bits at once through a view gains
 * a seventh on long ranges in V8, loses a third in JavaScriptCore, and costs a view on short ones.
 */

/** Table k holds the CRC of each byte followed by k zero bytes: TABLES[256 * k + byte]. */
const TABLES: Int32Array = /* @__PURE__ */ makeTables();

function makeTables(): Int32Array {
  const tables = new Int32Array(16 * 256);
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
  const b = bytes;
  let crc = ~seed;
  let i = start;
  for (const last = end - 15; i < last; i += 16) {
    const x = crc ^ (b[i]! | (b[i + 1]! << 8) | (b[i + 2]! << 16) | (b[i + 3]! << 24));
    crc =
      t[3840 + (x & 0xff)]! ^
      t[3584 + ((x >>> 8) & 0xff)]! ^
      t[3328 + ((x >>> 16) & 0xff)]! ^
      t[3072 + (x >>> 24)]! ^
      (t[2816 + b[i + 4]!]! ^
        t[2560 + b[i + 5]!]! ^
        t[2304 + b[i + 6]!]! ^
        t[2048 + b[i + 7]!]! ^
        (t[1792 + b[i + 8]!]! ^
          t[1536 + b[i + 9]!]! ^
          t[1280 + b[i + 10]!]! ^
          t[1024 + b[i + 11]!]!) ^
        (t[768 + b[i + 12]!]! ^ t[512 + b[i + 13]!]! ^ t[256 + b[i + 14]!]! ^ t[b[i + 15]!]!));
  }
  for (const last = end - 3; i < last; i += 4) {
    const x = crc ^ (b[i]! | (b[i + 1]! << 8) | (b[i + 2]! << 16) | (b[i + 3]! << 24));
    crc =
      t[768 + (x & 0xff)]! ^
      t[512 + ((x >>> 8) & 0xff)]! ^
      t[256 + ((x >>> 16) & 0xff)]! ^
      t[x >>> 24]!;
  }
  for (; i < end; i++) crc = (crc >>> 8) ^ t[(crc ^ b[i]!) & 0xff]!;
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
