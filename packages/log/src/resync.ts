/**
 * Finds whole fragments behind damage, within one block.
 *
 * LevelDB drops the rest of a block after any damage, so that a flipped bit in a length looks like
 * a torn tail and takes synced records with it in silence. Two searches do better, and neither is
 * quadratic, whatever the block holds:
 *
 * {@link findOwnEnd}: if only the length bytes are damaged, the stored checksum still fits the type
 * byte and the true data. One CRC is rolled over the rest of the block; where it equals the stored
 * one *and* the place is a plausible end, the record's true end is found. A torn record never fits
 * (2^-32 a byte), not even if its data hold another log.
 *
 * {@link BlockScan}: any whole fragment at all, for damage that took a whole header. With the raw
 * CRC P[i] of each prefix of the block, and "followed by n zero bytes" being multiplication by x^8n
 * in GF(2)[x] mod the CRC's polynomial, the CRC of bytes [a, b) is P[b] + P[a]·x^8(b-a): one
 * multiplication a candidate, however long it is. The identity is that of zlib's crc32_combine.
 */
import { crc32c, maskCrc, readFixed32, unmaskCrc } from '@jump/base';
import { BLOCK_LENGTH, fragmentLength, fragmentType, HEADER_LENGTH, LAST } from './format.ts';

/**
 * Looks for the true end of the fragment at `at` whose length field is not to be trusted.
 *
 * @param isEnd - whether a fragment may end there: something known follows, or nothing
 * @returns its end, or -1. O(end - at)
 */
export function findOwnEnd(
  bytes: Uint8Array,
  at: number,
  end: number,
  isEnd: (position: number) => boolean,
): number {
  const table = TABLE;
  const stored = ~unmaskCrc(readFixed32(bytes, at));
  let raw = step(-1, fragmentType(bytes, at));
  for (let position = at + HEADER_LENGTH; ; position++) {
    if (raw === stored && isEnd(position)) return position;
    if (position >= end) return -1;
    raw = (raw >>> 8) ^ table[(raw ^ bytes[position]!) & 0xff]!;
  }
}

/** Searches one block for whole fragments, each place at most once. */
export class BlockScan {
  /** Made when it is first needed: most logs are whole. */
  #prefix: Int32Array = new Int32Array(0);
  #ready = false;

  /** Forgets the block: the next search is in another one. */
  reset(): void {
    this.#ready = false;
  }

  /**
   * Finds the first whole fragment that begins in `[from, end)`.
   *
   * @param start - where the block begins in `bytes`, `end` where it ends; the same for all
   * searches until {@link BlockScan.reset}
   * @returns its place, or -1
   */
  find(bytes: Uint8Array, start: number, from: number, end: number): number {
    if (!this.#ready) this.#prepare(bytes, start, end);
    for (let at = from; at + HEADER_LENGTH <= end; at++) {
      const type = fragmentType(bytes, at);
      if (type === 0 || type > LAST) continue;
      const dataEnd = at + HEADER_LENGTH + fragmentLength(bytes, at);
      if (dataEnd > end) continue;
      const crc = this.#crc(at + 6 - start, dataEnd - start);
      if (maskCrc(crc) === readFixed32(bytes, at)) return at;
    }
    return -1;
  }

  #prepare(bytes: Uint8Array, start: number, end: number): void {
    if (this.#prefix.length === 0) this.#prefix = new Int32Array(BLOCK_LENGTH + 1);
    const prefix = this.#prefix;
    prefix[0] = 0;
    for (let at = start; at < end; at++) {
      prefix[at - start + 1] = step(prefix[at - start]!, bytes[at]!);
    }
    this.#ready = true;
  }

  /**
   * The crc32c of the block's bytes `[from, to)`: a raw CRC that starts from all ones, inverted.
   */
  #crc(from: number, to: number): number {
    const carried = multiply(powers()[to - from]!, ~this.#prefix[from]!);
    return ~(this.#prefix[to]! ^ carried) >>> 0;
  }
}

/** crc32c's polynomial, the lowest power in the highest bit. */
const POLYNOMIAL = 0x82f63b78;

/** The raw CRC of each single byte. */
const TABLE: Int32Array = Int32Array.from(
  { length: 256 },
  (_, byte) => ~crc32c(Uint8Array.of(byte), 0, 1, 0xffffffff),
);

/** Continues a raw CRC (no inversion before and after) by one byte. */
function step(raw: number, byte: number): number {
  return (raw >>> 8) ^ TABLE[(raw ^ byte) & 0xff]!;
}

/** Multiplies two polynomials modulo crc32c's, as zlib's multmodp does. */
function multiply(a: number, b: number): number {
  let product = 0;
  let factor = b;
  for (let rest = a; rest !== 0; rest <<= 1) {
    if (rest < 0) product ^= factor;
    factor = factor & 1 ? (factor >>> 1) ^ POLYNOMIAL : factor >>> 1;
  }
  return product;
}

let powersOfX: Int32Array | undefined;

/** x^8n for n from 0 to a block's length; made when first needed: most logs are whole. */
function powers(): Int32Array {
  if (powersOfX === undefined) {
    powersOfX = new Int32Array(BLOCK_LENGTH + 1);
    powersOfX[0] = 1 << 31;
    for (let n = 1; n <= BLOCK_LENGTH; n++) powersOfX[n] = step(powersOfX[n - 1]!, 0);
  }
  return powersOfX;
}
