/** The checksum of blocks. */
import { FOLDED, TABLES } from './memory.ts';

// Table k holds the CRC of each byte followed by k zero bytes.

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
