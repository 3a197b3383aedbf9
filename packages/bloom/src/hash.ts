/**
 * The hash of 64 bits that our filters use, as two halves of 32 bits.
 *
 * Two lanes are fed with four bytes each in turn and stir one another: the scheme of MurmurHash3's
 * 128-bit variant for 32-bit machines (Austin Appleby, public domain) with two lanes instead of
 * four, since `Math.imul` is the widest fast multiplication that JavaScript has. For a fixed length and
 * state every step is a bijection of the eight bytes it eats, so keys of up to eight bytes never
 * collide in all 64 bits. Not meant to withstand somebody who looks for collisions: the worst that
 * he gains is a filter that says "perhaps".
 *
 * On disk: a filter is only good for the hash that it was built with. Do not change.
 */
import type { KeyHash } from '@jump/base';

const C1 = 0x239b961b;
const C2 = 0xab0e9789;
const C3 = 0x38b34ae5;

/** Hashes `bytes[start, end)` into `hash`, under a seed of 64 bits in two halves. O(length). */
export function hashBytes(
  bytes: Uint8Array,
  start: number,
  end: number,
  seedLow: number,
  seedHigh: number,
  hash: KeyHash,
): void {
  // The length goes in first, so that the zeros that fill up the last eight bytes are no ambiguity.
  const length = end - start;
  let a = seedLow ^ Math.imul(length, C3);
  let b = seedHigh ^ length;
  let i = start;
  for (const last = end - 7; i < last; i += 8) {
    const x = bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24);
    const y = bytes[i + 4]! | (bytes[i + 5]! << 8) | (bytes[i + 6]! << 16) | (bytes[i + 7]! << 24);
    const p = Math.imul(x, C1);
    a ^= Math.imul((p << 15) | (p >>> 17), C2);
    a = (((a << 19) | (a >>> 13)) + b) | 0;
    a = (Math.imul(a, 5) + 0x561ccd1b) | 0;
    const q = Math.imul(y, C2);
    b ^= Math.imul((q << 16) | (q >>> 16), C3);
    b = (((b << 17) | (b >>> 15)) + a) | 0;
    b = (Math.imul(b, 5) + 0x0bcaa747) | 0;
  }
  if (i < end) {
    let x = 0;
    let y = 0;
    for (let shift = 0; i < end; shift += 8, i++) {
      if (shift < 32) x |= bytes[i]! << shift;
      else y |= bytes[i]! << (shift - 32);
    }
    const p = Math.imul(x, C1);
    a ^= Math.imul((p << 15) | (p >>> 17), C2);
    a = (((a << 19) | (a >>> 13)) + b) | 0;
    a = (Math.imul(a, 5) + 0x561ccd1b) | 0;
    const q = Math.imul(y, C2);
    b ^= Math.imul((q << 16) | (q >>> 16), C3);
    b = (((b << 17) | (b >>> 15)) + a) | 0;
    b = (Math.imul(b, 5) + 0x0bcaa747) | 0;
  }
  a = (a + b) | 0;
  b = (b + a) | 0;
  a = finish(a);
  b = finish(b);
  a = (a + b) | 0;
  b = (b + a) | 0;
  hash.low = a >>> 0;
  hash.high = b >>> 0;
}

/** Spreads every bit of a lane over all of it; MurmurHash3's finalizer of 32 bits. */
function finish(lane: number): number {
  let h = lane ^ (lane >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
