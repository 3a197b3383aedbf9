/**
 * What costs most of a block, in WebAssembly: its checksum, and Snappy both ways.
 *
 * This is AssemblyScript, not TypeScript: numbers have sizes, and `load` and `store` go to memory by
 * address, little endian, aligned or not. There are no objects and no allocation. Memory never
 * grows, and is divided once and for all:
 *
 *   tables of the CRC | Snappy's hash table | folded bytes | input | output
 *
 * Copies go on past their end, up to 15 bytes, where that is faster; input and output have room for
 * it behind them. What is read or written *inside* follows from lengths that were checked before.
 *
 * `npm run kernel` in the package compiles this to `src/kernel-module.ts`.
 */

const TABLES: usize = 0;
const HASH: usize = 0x4000;
const FOLDED: usize = 0xc000;
/** Where the input begins. */
export const INPUT: usize = 0x10000;
/** The most bytes of input, and the most that it may decompress to. */
export const CAPACITY: usize = 0x40000;
/** Where the output begins, with room for what random bytes "compress" to. */
export const OUTPUT: usize = 0x51000;

// crc32c. Table k holds the CRC of each byte followed by k zero bytes.

for (let byte: u32 = 0; byte < 256; byte++) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  store<u32>(TABLES + (byte << 2), crc);
}
for (let at = TABLES + 1024; at < TABLES + 16 * 1024; at += 4) {
  const crc = load<u32>(at - 1024);
  store<u32>(at, (crc >>> 8) ^ tabled(0, crc));
}

function tabled(zeros: usize, byte: u64): u32 {
  return load<u32>(TABLES + (zeros << 10) + (((byte as usize) & 0xff) << 2));
}

/** Continues a CRC by tables, sixteen bytes a step. */
function sliced(start: usize, end: usize, seed: u32): u32 {
  let crc = seed;
  let at = start;
  for (; at + 16 <= end; at += 16) {
    const x = load<u64>(at) ^ crc;
    const y = load<u64>(at, 8);
    crc =
      tabled(15, x) ^
      tabled(14, x >>> 8) ^
      tabled(13, x >>> 16) ^
      tabled(12, x >>> 24) ^
      tabled(11, x >>> 32) ^
      tabled(10, x >>> 40) ^
      tabled(9, x >>> 48) ^
      tabled(8, x >>> 56) ^
      tabled(7, y) ^
      tabled(6, y >>> 8) ^
      tabled(5, y >>> 16) ^
      tabled(4, y >>> 24) ^
      tabled(3, y >>> 32) ^
      tabled(2, y >>> 40) ^
      tabled(1, y >>> 48) ^
      tabled(0, y >>> 56);
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ tabled(0, crc ^ load<u8>(at));
  return crc;
}

// Folding (Sam Russell, "Chorba: A novel CRC32 implementation", arXiv 2412.16398, 2024): the CRC of
// a message does not change when a multiple of the polynomial is added to it. This one has few
// terms:
//
//   x^266 + x^143 + x^121 + x^88 + x^71 + 1
//
// Its eighth power has as few, with exponents eight times as large: whole bytes. Adding it erases a
// byte, and in exchange that byte is added to those that lie 266 - 143 = 123, 145, 178, 195 and 266
// places behind it. Sixteen at a time, without tables; only the last 266 bytes need those.
// Of the multiples with six terms (there are none with two or four that are short) this one is
// short, and its nearest distance is large: what is read has long been written.

const D1: usize = 123;
const D2: usize = 145;
const D3: usize = 178;
const D4: usize = 195;
const D5: usize = 266;
/** Zeros in front of the folded bytes, and behind them: at least `D5 + 16`. */
const ZEROS: usize = 288;
/** The most bytes folded at once, so that all of it stays in the processor's nearest cache. */
const PIECE: usize = 8192;
/** From so many bytes on folding is faster. */
const FOLD_FROM: usize = 512;

/** Sixteen bytes from `at`, with what folding adds to them; `folded` is the place they go to. */
function fold(at: usize, folded: usize): v128 {
  const a = v128.xor(v128.load(folded - D1), v128.load(folded - D2));
  const b = v128.xor(v128.load(folded - D3), v128.load(folded - D4));
  const c = v128.xor(v128.load(folded - D5), v128.load(at));
  return v128.xor(v128.xor(a, b), c);
}

/** Continues a CRC over at least {@link FOLD_FROM} and at most {@link PIECE} bytes. */
function folded(start: usize, end: usize, seed: u32): u32 {
  let at = start;
  let to = FOLDED + ZEROS;
  memory.fill(FOLDED, 0, ZEROS);
  v128.store(to, v128.xor(fold(at, to), i32x4(seed, 0, 0, 0)));
  at += 16;
  to += 16;
  for (const last = end - D5 - 16; at <= last; at += 16, to += 16) v128.store(to, fold(at, to));
  // What is left gets its share of what was erased, and nothing of itself.
  memory.fill(to, 0, ZEROS);
  const rest = to + ZEROS;
  const length = end - at;
  for (let put = rest; at < end; at += 16, to += 16, put += 16) v128.store(put, fold(at, to));
  return sliced(rest, rest + length, 0);
}

/** Computes the crc32c of the memory from `start` to `end`. */
export function crc32c(start: usize, end: usize): u32 {
  let crc: u32 = ~0;
  let at = start;
  while (end - at >= FOLD_FROM) {
    const stop = min(end, at + PIECE);
    crc = folded(at, stop, crc);
    at = stop;
  }
  return ~sliced(at, end, crc);
}

// Snappy; see `src/snappy.ts`, which does the same and has the format.

/**
 * Decompresses the input's first `size` bytes to the output.
 *
 * @returns how many bytes that gave; -1 if the stream is not sound, -2 if it says that it holds
 * more
 *   than fits
 */
export function decompress(size: usize): i32 {
  let at = INPUT;
  const end = at + size;
  let length: u64 = 0;
  for (let shift: u64 = 0; ; shift += 7) {
    if (at === end || shift > 28) return -1;
    const byte = load<u8>(at++) as u64;
    length |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  if (length > ((22 * size + 64) as u64)) return -1;
  if (length > (CAPACITY as u64)) return -2;
  const stop = OUTPUT + (length as usize);
  return decode(at, end, stop) ? (length as i32) : -1;
}

/** Decodes elements until the input ends; returns whether they are sound and reach `stop`. */
function decode(start: usize, end: usize, stop: usize): bool {
  let at = start;
  let out = OUTPUT;
  while (at < end) {
    const tag = load<u8>(at++) as usize;
    let size = tag >>> 2;
    if ((tag & 3) === 0) {
      if (size >= 60) {
        const extra = size - 59;
        if (extra > end - at) return false;
        size = (load<u32>(at) as usize) & ((-1 as usize) >>> (32 - 8 * extra));
        at += extra;
        // Before one is added: that may wrap.
        if (size >= CAPACITY) return false;
      }
      size++;
      if (size > end - at || size > stop - out) return false;
      copyOver(at, out, size);
      at += size;
      out += size;
      continue;
    }
    let offset: usize;
    if ((tag & 3) === 1) {
      size = 4 + (size & 7);
      if (at === end) return false;
      offset = ((tag >>> 5) << 8) | (load<u8>(at++) as usize);
    } else {
      size++;
      const extra: usize = (tag & 3) === 3 ? 4 : 2;
      if (extra > end - at) return false;
      offset = extra === 4 ? (load<u32>(at) as usize) : (load<u16>(at) as usize);
      at += extra;
    }
    // An offset of 0 wraps, and is too large.
    if (offset - 1 >= out - OUTPUT || size > stop - out) return false;
    repeat(out, offset, size);
    out += size;
  }
  return out === stop;
}

/** Copies at least `size` bytes, 16 at a time; the two ranges are apart. `size` is not 0. */
function copyOver(from: usize, to: usize, size: usize): void {
  let i: usize = 0;
  do {
    v128.store(to + i, v128.load(from + i));
    i += 16;
  } while (i < size);
}

/** Copies from `offset` bytes back. Where that overlaps, a pattern is repeated: it doubles first. */
function repeat(start: usize, offset: usize, size: usize): void {
  const end = start + size;
  const from = start - offset;
  let to = start;
  while (to - from < 16) {
    v128.store(to, v128.load(from));
    to += to - from;
    if (to >= end) return;
  }
  const back = to - from;
  do {
    v128.store(to, v128.load(to - back));
    to += 16;
  } while (to < end);
}

const FRAGMENT: usize = 1 << 16;
const MAX_TABLE_BITS: u32 = 14;
const MIN_FRAGMENT: usize = 16;

/** Compresses the input's first `size` bytes to the output; returns how many that gave. */
export function compress(size: usize): usize {
  let out = OUTPUT;
  let left = size;
  for (; left > 0x7f; left >>>= 7) store<u8>(out++, left | 0x80);
  store<u8>(out++, left);
  const end = INPUT + size;
  for (let from = INPUT; from < end; from += FRAGMENT) {
    out = compressFragment(from, min(from + FRAGMENT, end), out);
  }
  return out - OUTPUT;
}

/** Compresses at most 64 KiB. Invariant: everything before `pending` has been written out. */
function compressFragment(start: usize, end: usize, target: usize): usize {
  if (end - start < MIN_FRAGMENT) return writeLiteral(start, end, target);
  let bits: u32 = 8;
  while (bits < MAX_TABLE_BITS && (1 as usize) << bits < end - start) bits++;
  const shift = 32 - bits;
  memory.fill(HASH, 0, (2 as usize) << bits);
  const limit = end - 4;
  let out = target;
  let pending = start;
  let position = start + 1;
  let misses: usize = 32;
  while (position <= limit) {
    const word = load<u32>(position);
    const slot = slotOf(word, shift);
    const candidate = start + (load<u16>(slot) as usize);
    store<u16>(slot, position - start);
    // It lies before `position`: the table holds only what was there before.
    if (load<u32>(candidate) !== word) {
      position += misses++ >>> 5;
      continue;
    }
    const matchEnd = position + 4 + common(position + 4, candidate + 4, end);
    if (pending < position) out = writeLiteral(pending, position, out);
    out = writeCopy(out, position - candidate, matchEnd - position);
    // The sequence just before the end of the match is often the beginning of the next one.
    if (matchEnd <= limit) {
      const before = matchEnd - 1;
      store<u16>(slotOf(load<u32>(before), shift), before - start);
    }
    position = matchEnd;
    pending = matchEnd;
    misses = 32;
  }
  return pending < end ? writeLiteral(pending, end, out) : out;
}

/** Where in the table a sequence of four bytes belongs. */
function slotOf(word: u32, shift: u32): usize {
  return HASH + ((((word * 0x1e35a7bd) >>> shift) as usize) << 1);
}

/** How many bytes from `a`, up to `end`, are equal to those from `b`. */
function common(a: usize, b: usize, end: usize): usize {
  const most = end - a;
  for (let i: usize = 0; i < most; i += 8) {
    const difference = load<u64>(a + i) ^ load<u64>(b + i);
    if (difference !== 0) return min(most, i + ((ctz(difference) >>> 3) as usize));
  }
  return most;
}

function writeLiteral(start: usize, end: usize, target: usize): usize {
  const size = end - start;
  const n = size - 1;
  let out = target;
  if (n < 60) {
    store<u8>(out++, n << 2);
  } else if (n < 256) {
    store<u16>(out, (60 << 2) | (n << 8));
    out += 2;
  } else {
    store<u8>(out, 61 << 2);
    store<u16>(out, n, 1);
    out += 3;
  }
  copyOver(start, out, size);
  return out + size;
}

function writeCopy(target: usize, offset: usize, length: usize): usize {
  let out = target;
  let left = length;
  // No remainder below four bytes: those fit only the longer form.
  for (; left >= 68; left -= 64) out = writeLongCopy(out, offset, 64);
  if (left > 64) {
    out = writeLongCopy(out, offset, 60);
    left -= 60;
  }
  if (left >= 12 || offset >= 2048) return writeLongCopy(out, offset, left);
  store<u16>(out, 1 | ((left - 4) << 2) | ((offset >>> 8) << 5) | ((offset & 0xff) << 8));
  return out + 2;
}

function writeLongCopy(out: usize, offset: usize, length: usize): usize {
  store<u32>(out, (2 | ((length - 1) << 2) | (offset << 8)) as u32);
  return out + 3;
}
