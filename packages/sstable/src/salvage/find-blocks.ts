/**
 * Finds the blocks of a file by their checksums alone, for tables whose index is lost.
 *
 * A block is contents, a codec byte and the CRC of both; nothing says where it begins or how long
 * it is. Trying every beginning with every end would be quadratic. But the CRC of bytes [a, b)
 * follows from the raw CRCs P of the prefixes: it is P[b] + (P[a] + 1…1)·x^8(b-a), in GF(2)[x]
 * modulo the CRC's polynomial (the identity of zlib's crc32_combine). Divided by x^8b, beginning and end fall
 * apart:
 *
 *     (P[a] + 1…1)·x^-8a  =  (P[b] + stored)·x^-8b
 *
 * So each possible beginning is put into a table under its left side, each possible end looks its
 * right side up, and all pairs are found in one pass over the file, whatever lies between them and
 * however long they are. A pair that fits by chance, one in 2^32, is refused by what it holds.
 *
 * What a file holds may be a table itself, block by block, as the value of somebody's key. So of
 * two blocks of which one lies within the other the outer one counts.
 */
import { crc32c, readFixed32, unmaskCrc } from '@jump/base';
import { type BlockCodec, CODEC_NONE, snappyCodec } from '../codecs.ts';
import { EntryHeader, readHeader } from '../entry-header.ts';
import { BLOCK_TRAILER_LENGTH } from '../footer.ts';
import type { TableFile } from '../table-file.ts';

/** Where a block lies, without codec byte and checksum. */
export interface BlockPlace {
  /** Where it begins. */
  readonly offset: number;
  /** Bytes of it. */
  readonly size: number;
}

/** Bytes that are looked at in one go. */
const PORTION = 1 << 16;
/** How far a look at a possible beginning goes: three lengths and most keys. */
const LOOK_AHEAD = 256;
/** The shortest block: one restart, and how many there are. */
const MIN_BLOCK = 8;
/** Beginnings that are kept: some fifty megabytes. Beyond, the file was made to have so many. */
const MAX_BEGINNINGS = 1 << 20;

/**
 * Finds blocks, in ascending order, none within another; yields how many bytes have been searched.
 *
 * @param trailer - how many bytes its keys have at least: 8 if they are internal ones
 * @param isBlock - looks into one whose checksum fits
 */
export function* findBlocks(
  file: TableFile,
  trailer: number,
  isBlock: (place: BlockPlace) => boolean,
): Generator<number, BlockPlace[], void> {
  const found: BlockPlace[] = [];
  const search = new Search(file, trailer, (place) => {
    if (isBlock(place)) found.push(place);
  });
  for (let at = 0; at < file.size; at += PORTION) {
    search.portion(at);
    yield Math.min(file.size, at + PORTION);
  }
  return outermost(found);
}

class Search {
  readonly #file: TableFile;
  readonly #trailer: number;
  /** How blocks may be stored beside plainly and in Snappy, and the bytes that say so. */
  readonly #others: BlockCodec[] = [];
  readonly #codecs = new Uint8Array(256);
  readonly #onPair: (place: BlockPlace) => void;
  /** `#bytes[0, #length)` are the file's from `#base` on. */
  readonly #bytes = new Uint8Array(PORTION + LOOK_AHEAD);
  #length = 0;
  #base = 0;
  /** Raw CRC of everything in front. */
  #crc = 0;
  /** x^-8n, n bytes being in front. */
  #power = 1 << 31;
  /** The byte in front. */
  #previous = 0;
  /** Possible beginnings by their side of the equation. */
  readonly #beginnings = new Map<number, number>();
  readonly #header = new EntryHeader();

  constructor(file: TableFile, trailer: number, onPair: (place: BlockPlace) => void) {
    this.#file = file;
    this.#trailer = trailer;
    this.#onPair = onPair;
    for (const [id, codec] of Object.entries(file.codecs)) {
      this.#codecs[Number(id)] = 1;
      if (codec !== snappyCodec) this.#others.push(codec);
    }
  }

  /** Searches the bytes from `base` on, after those in front of it. */
  portion(base: number): void {
    const bytes = this.#bytes;
    const codecs = this.#codecs;
    const trailer = this.#trailer;
    this.#base = base;
    this.#length = Math.min(bytes.length, this.#file.size - base);
    this.#file.read(bytes, 0, this.#length, base);
    const end = Math.min(PORTION, this.#length);
    // Locals: this loop sees every byte of the file.
    let crc = this.#crc;
    let power = this.#power;
    let previous = this.#previous;
    for (let i = 0; i < end; i++) {
      const byte = bytes[i]!;
      const next = bytes[i + 1]!;
      // A block begins with the 0 of its first entry; or with a length, and then a literal.
      const literal = byte < 0x80 ? (next & 3) === 0 : next >= 0x80 || (bytes[i + 2]! & 3) === 0;
      const plain = byte === 0 ? next >= trailer : literal;
      if ((plain && this.#mayBegin(i)) || this.#mayBeginOtherwise(i)) {
        this.#addBeginning(i, crc, power);
      }
      crc = (crc >>> 8) ^ TABLE[(crc ^ byte) & 0xff]!;
      power = (power << 8) ^ INVERSE[power >>> 24]!;
      // Contents that are not compressed end with how many restarts there are: fewer than 2^24.
      if (byte === CODEC_NONE ? previous === 0 : codecs[byte] === 1) {
        this.#tryEnd(i, crc, power);
      }
      previous = byte;
    }
    this.#crc = crc;
    this.#power = power;
    this.#previous = previous;
  }

  #addBeginning(i: number, crc: number, power: number): void {
    if (this.#beginnings.size >= MAX_BEGINNINGS) return;
    const side = multiply(power, ~crc);
    // The first one: of blocks within each other the outer one counts.
    if (!this.#beginnings.has(side)) this.#beginnings.set(side, this.#base + i);
  }

  /** Looks for a beginning of the block whose codec byte is `bytes[i]`. */
  #tryEnd(i: number, crc: number, power: number): void {
    if (i + BLOCK_TRAILER_LENGTH > this.#length) return;
    const stored = ~unmaskCrc(readFixed32(this.#bytes, i + 1));
    const offset = this.#beginnings.get(multiply(power, crc ^ stored));
    if (offset === undefined) return;
    const size = this.#base + i - offset;
    if (size >= MIN_BLOCK) this.#onPair({ offset, size });
  }

  #mayBeginOtherwise(i: number): boolean {
    for (const codec of this.#others) {
      if (codec.mayBegin?.(this.#bytes, i, this.#length) !== false) return true;
    }
    return false;
  }

  /** Whether a block may begin at `bytes[i]`, not compressed or with Snappy. */
  #mayBegin(i: number): boolean {
    const bytes = this.#bytes;
    // The first key of a block shares nothing with the one before.
    if (bytes[i] === 0) return this.#mayBeEntry(i, this.#length);
    let at = i;
    while (at < i + 4 && bytes[at]! > 0x7f) at++;
    // How long the contents are, in at most five bytes; then a literal, for there is nothing to
    // copy from yet.
    const tag = bytes[at + 1]!;
    if ((tag & 3) !== 0) return false;
    const literal = at + 2 + Math.max(0, (tag >>> 2) - 59);
    return bytes[literal] === 0 && this.#mayBeEntry(literal, Math.min(literal + 3, this.#length));
  }

  /** Whether an entry that shares nothing may begin at `bytes[i]`, of which we see up to `end`. */
  #mayBeEntry(i: number, end: number): boolean {
    const bytes = this.#bytes;
    const trailer = this.#trailer;
    if (i + 3 > end) return true;
    if (bytes[i + 1]! < trailer) return false;
    if (end < this.#length || trailer === 0) return true;
    const header = this.#header;
    if (!readHeader(bytes, i, end, header)) return false;
    const kindAt = header.keyAt + header.unshared - trailer;
    return kindAt >= end || bytes[kindAt]! <= 1;
  }
}

/** Leaves out what lies within another; of two that overlap, the later one. */
function outermost(found: BlockPlace[]): BlockPlace[] {
  found.sort((a, b) => a.offset - b.offset || b.size - a.size);
  let free = 0;
  return found.filter(({ offset, size }) => {
    if (offset < free) return false;
    free = offset + size + BLOCK_TRAILER_LENGTH;
    return true;
  });
}

/** crc32c's polynomial, the lowest power in the highest bit. */
const POLYNOMIAL = 0x82f63b78;

/** The raw CRC of each single byte. */
const TABLE: Int32Array = Int32Array.from(
  { length: 256 },
  (_, byte) => ~crc32c(Uint8Array.of(byte), 0, 1, 0xffffffff),
);

/** What division by x^8 makes of the highest eight bits. */
const INVERSE: Int32Array = Int32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte << 24;
  for (let bit = 0; bit < 8; bit++) rest = rest < 0 ? ((rest ^ POLYNOMIAL) << 1) | 1 : rest << 1;
  return rest;
});

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
