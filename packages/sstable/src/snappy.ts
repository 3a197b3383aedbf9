/**
 * Snappy's raw format (github.com/google/snappy, format_description.txt), both ways.
 *
 * A stream is the length of the data as a varint, then elements; the low two bits of an element's
 * first byte tell its type:
 *
 *   00  literal   length - 1 in the upper six bits; 60 to 63: in the next 1 to 4 bytes
 *   01  copy      length - 4 in three bits, offset in 3 + 8 bits
 *   10  copy      length - 1 in six bits, offset in 2 bytes
 *   11  copy      length - 1 in six bits, offset in 4 bytes
 *
 * The compressor is the format's usual greedy one: a hash table of four-byte sequences, fragments
 * of 64 KiB so that every offset fits two bytes, steps that grow while nothing matches.
 *
 * `wasm/kernel.ts` does the same three times as fast. This is for blocks that are larger than it
 * takes, and for where there is no WebAssembly; a test compares the two.
 */
import { copyRange, writeVarint } from '@jump/base';

const FRAGMENT = 1 << 16;
const MAX_TABLE_BITS = 14;
/** Fewer bytes than this are not searched for matches. */
const MIN_FRAGMENT = 16;
/** Reused by every call: positions within a fragment, by hash. */
const TABLE = /* @__PURE__ */ new Uint16Array(1 << MAX_TABLE_BITS);

/** The most bytes that `length` bytes compress to: what a target must have room for. */
export function maxCompressedLength(length: number): number {
  return 32 + length + Math.ceil(length / 6);
}

/**
 * Compresses `source[start, end)` into `target` at `at`; returns where it ends.
 *
 * `target` has room for {@link maxCompressedLength} bytes and is another buffer than `source`.
 */
export function compressSnappy(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  at: number,
): number {
  let out = writeVarint(target, at, end - start);
  for (let from = start; from < end; from += FRAGMENT) {
    out = compressFragment(source, from, Math.min(from + FRAGMENT, end), target, out);
  }
  return out;
}

/** Compresses at most 64 KiB. Invariant: everything before `pending` has been written out. */
function compressFragment(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  at: number,
): number {
  if (end - start < MIN_FRAGMENT) return writeLiteral(source, start, end, target, at);
  let bits = 8;
  while (bits < MAX_TABLE_BITS && 1 << bits < end - start) bits++;
  const shift = 32 - bits;
  TABLE.fill(0, 0, 1 << bits);
  const view = new DataView(source.buffer, source.byteOffset, end);
  // So that four bytes can be read everywhere in the loop.
  const limit = end - 4;
  let out = at;
  let pending = start;
  let position = start + 1;
  let misses = 32;
  while (position <= limit) {
    const word = view.getInt32(position, true);
    const slot = Math.imul(word, 0x1e35a7bd) >>> shift;
    const candidate = start + TABLE[slot]!;
    TABLE[slot] = position - start;
    if (candidate >= position || view.getInt32(candidate, true) !== word) {
      position += misses++ >>> 5;
      continue;
    }
    let matchEnd = position + 4;
    let compared = candidate + 4;
    while (matchEnd < end && source[matchEnd] === source[compared]) {
      matchEnd++;
      compared++;
    }
    if (pending < position) out = writeLiteral(source, pending, position, target, out);
    out = writeCopy(target, out, position - candidate, matchEnd - position);
    // The sequence just before the end of the match is often the beginning of the next one.
    if (matchEnd <= limit) {
      const before = matchEnd - 1;
      TABLE[Math.imul(view.getInt32(before, true), 0x1e35a7bd) >>> shift] = before - start;
    }
    position = matchEnd;
    pending = matchEnd;
    misses = 32;
  }
  return pending < end ? writeLiteral(source, pending, end, target, out) : out;
}

function writeLiteral(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  at: number,
): number {
  const n = end - start - 1;
  let out = at;
  if (n < 60) {
    target[out++] = n << 2;
  } else if (n < 256) {
    target[out++] = 60 << 2;
    target[out++] = n;
  } else {
    // A fragment's 64 KiB at most: two bytes.
    target[out++] = 61 << 2;
    target[out++] = n;
    target[out++] = n >>> 8;
  }
  copyRange(source, start, end, target, out);
  return out + end - start;
}

function writeCopy(target: Uint8Array, at: number, offset: number, length: number): number {
  let out = at;
  let left = length;
  // No remainder below four bytes: those fit only the longer form.
  while (left >= 68) {
    out = writeLongCopy(target, out, offset, 64);
    left -= 64;
  }
  if (left > 64) {
    out = writeLongCopy(target, out, offset, 60);
    left -= 60;
  }
  if (left >= 12 || offset >= 2048) return writeLongCopy(target, out, offset, left);
  target[out++] = 1 | ((left - 4) << 2) | ((offset >>> 8) << 5);
  target[out++] = offset;
  return out;
}

function writeLongCopy(target: Uint8Array, at: number, offset: number, length: number): number {
  target[at] = 2 | ((length - 1) << 2);
  target[at + 1] = offset;
  target[at + 2] = offset >>> 8;
  return at + 3;
}

/**
 * Reads the length that `source[start, end)` says it decompresses to; -1 if there is none.
 *
 * Also -1 for more than the input can hold: three bytes make at most 64, so a stream that says more
 * than 22 times its own size lies, and must not get memory for it.
 */
export function snappyLength(source: Uint8Array, start: number, end: number): number {
  let length = 0;
  let factor = 1;
  for (let at = start; at < end && at < start + 5; at++) {
    const byte = source[at]!;
    length += (byte & 0x7f) * factor;
    factor *= 128;
    if (byte < 0x80) return length > 22 * (end - start) + 64 ? -1 : length;
  }
  return -1;
}

/**
 * Decompresses `source[start, end)` into `target` at 0.
 *
 * `target` has room for `length` bytes, which is what {@link snappyLength} said.
 *
 * @returns whether the stream is sound and fills the target exactly; hostile ones read and write
 *   nothing outside
 */
export function decompressSnappy(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  length: number = target.length,
): boolean {
  // Four bytes a step: bytes one by one take twice as long. The order of bytes does not matter.
  const from = new DataView(source.buffer, source.byteOffset, end);
  const to = new DataView(target.buffer, target.byteOffset, length);
  let at = start;
  while (source[at]! > 0x7f) at++;
  at++;
  let out = 0;
  while (at < end) {
    const tag = source[at++]!;
    let size = tag >>> 2;
    if ((tag & 3) === 0) {
      if (size >= 60) {
        const extra = size - 59;
        if (extra > end - at) return false;
        size = 0;
        for (let i = extra - 1; i >= 0; i--) size = size * 256 + source[at + i]!;
        at += extra;
      }
      size++;
      if (size > end - at || size > length - out) return false;
      if (size > LONG_LITERAL) copyRange(source, at, at + size, target, out);
      else copyLiteral(from, at, to, out, size);
      at += size;
      out += size;
      continue;
    }
    let offset: number;
    if ((tag & 3) === 1) {
      size = 4 + (size & 7);
      if (at >= end) return false;
      offset = ((tag >>> 5) << 8) | source[at++]!;
    } else {
      size++;
      const wide = (tag & 3) === 3;
      if ((wide ? 4 : 2) > end - at) return false;
      offset = source[at]! | (source[at + 1]! << 8);
      if (wide) offset = (offset | (source[at + 2]! << 16) | (source[at + 3]! << 24)) >>> 0;
      at += wide ? 4 : 2;
    }
    if (offset === 0 || offset > out || size > length - out) return false;
    repeat(target, to, out, offset, size);
    out += size;
  }
  return out === length;
}

/** From here on making a view to copy with is faster than a loop. */
const LONG_LITERAL = 256;

function copyLiteral(
  source: DataView,
  start: number,
  target: DataView,
  at: number,
  size: number,
): void {
  let i = 0;
  for (; i + 4 <= size; i += 4) target.setInt32(at + i, source.getInt32(start + i));
  for (; i < size; i++) target.setUint8(at + i, source.getUint8(start + i));
}

/** Copies from `offset` bytes back; source and target may overlap, which repeats a pattern. */
function repeat(bytes: Uint8Array, view: DataView, at: number, offset: number, size: number): void {
  const stop = at + size;
  let out = at;
  let from = at - offset;
  if (offset === 1) {
    // A run: without reading back what was just written, which the processor waits for.
    const byte = bytes[from]!;
    while (out < stop) bytes[out++] = byte;
    return;
  }
  if (offset >= 4) {
    for (; out + 4 <= stop; out += 4, from += 4) view.setInt32(out, view.getInt32(from));
  }
  while (out < stop) bytes[out++] = bytes[from++]!;
}
