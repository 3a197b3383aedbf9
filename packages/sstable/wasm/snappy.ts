/** Snappy, both ways; see `src/snappy.ts`, which does the same and has the format. */
import { CAPACITY, HASH, INPUT, OUTPUT, PATTERNS } from './memory.ts';

// How bytes that begin 1 to 15 before a place go on repeating there.
for (let distance: usize = 1; distance < 16; distance++) {
  for (let i: usize = 0; i < 16; i++) store<u8>(PATTERNS + 16 * distance + i, i % distance);
}

/** Where the next element is read, and where its bytes go; see {@link begin}. */
let at: usize = 0;
let out: usize = 0;

/**
 * Begins to decompress the stream at `start` to the output.
 *
 * @returns how many bytes it says that it holds; -1 if it cannot be sound, -2 if it says more than
 *   fits
 */
export function begin(start: usize, size: usize): i32 {
  const end = start + size;
  let length: u64 = 0;
  at = start;
  for (let shift: u64 = 0; ; shift += 7) {
    if (at === end || shift > 28) return -1;
    const byte = load<u8>(at++) as u64;
    length |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  if (length > ((22 * size + 64) as u64)) return -1;
  if (length > (CAPACITY as u64)) return -2;
  out = OUTPUT;
  return length as i32;
}

/** Decompresses what {@link begin} began; returns its length, or -1 if it is not sound. */
export function decompress(start: usize, size: usize): i32 {
  const length = begin(start, size);
  if (length < 0) return length;
  return decode(start + size, OUTPUT + (length as usize)) ? length : -1;
}

/** Decodes elements until the input ends; returns whether they are sound and reach `stop`. */
function decode(end: usize, stop: usize): bool {
  let from = at;
  let to = out;
  while (from < end) {
    const tag = load<u8>(from++) as usize;
    let size = tag >>> 2;
    if ((tag & 3) === 0) {
      if (size >= 60) {
        const extra = size - 59;
        if (extra > end - from) return false;
        size = (load<u32>(from) as usize) & ((-1 as usize) >>> (32 - 8 * extra));
        from += extra;
        // Before one is added: that may wrap.
        if (size >= CAPACITY) return false;
      }
      size++;
      if (size > end - from || size > stop - to) return false;
      copyOver(from, to, size);
      from += size;
      to += size;
      continue;
    }
    let offset: usize;
    if ((tag & 3) === 1) {
      size = 4 + (size & 7);
      if (from === end) return false;
      offset = ((tag >>> 5) << 8) | (load<u8>(from++) as usize);
    } else {
      size++;
      const extra: usize = (tag & 3) === 3 ? 4 : 2;
      if (extra > end - from) return false;
      offset = extra === 4 ? (load<u32>(from) as usize) : (load<u16>(from) as usize);
      from += extra;
    }
    // An offset of 0 wraps, and is too large.
    if (offset - 1 >= to - OUTPUT || size > stop - to) return false;
    repeat(to, offset, size);
    to += size;
  }
  return to === stop;
}

/**
 * Decompresses what {@link begin} began up to `target` at least, which is not behind its end; returns
 * up to where. The stream was found to be sound before: nothing is checked.
 */
export function decodeTo(target: usize): usize {
  let from = at;
  let to = out;
  while (to < target) {
    const tag = load<u8>(from++) as usize;
    let size = (tag >>> 2) + 1;
    if ((tag & 3) === 0) {
      if (size > 60) {
        const extra = size - 60;
        size = ((load<u32>(from) as usize) & ((-1 as usize) >>> (32 - 8 * extra))) + 1;
        from += extra;
      }
      copyOver(from, to, size);
      from += size;
    } else if ((tag & 3) === 1) {
      size = 4 + ((tag >>> 2) & 7);
      repeat(to, ((tag >>> 5) << 8) | (load<u8>(from++) as usize), size);
    } else if ((tag & 3) === 2) {
      repeat(to, load<u16>(from) as usize, size);
      from += 2;
    } else {
      repeat(to, load<u32>(from) as usize, size);
      from += 4;
    }
    to += size;
  }
  at = from;
  out = to;
  return to;
}

/** Copies at least `size` bytes, 16 at a time; the two ranges are apart. `size` is not 0. */
function copyOver(from: usize, to: usize, size: usize): void {
  let i: usize = 0;
  do {
    v128.store(to + i, v128.load(from + i));
    i += 16;
  } while (i < size);
}

/** Copies from `offset` bytes back. Where that overlaps, a pattern is repeated. */
function repeat(start: usize, offset: usize, size: usize): void {
  const end = start + size;
  let to = start;
  if (offset >= 16) {
    do {
      v128.store(to, v128.load(to - offset));
      to += 16;
    } while (to < end);
    return;
  }
  const pattern = v128.swizzle(v128.load(start - offset), v128.load(PATTERNS + 16 * offset));
  // As much as is a whole number of patterns.
  const step = 15 - (load<u8>(PATTERNS + 16 * offset + 15) as usize);
  do {
    v128.store(to, pattern);
    to += step;
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
