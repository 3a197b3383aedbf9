/**
 * LevelDB's own filter, equal bit for bit (its `util/bloom.cc` and `util/hash.cc`).
 *
 *   at  size  field
 *    0    n   bits     n >= 8; place p is bit p & 7 of byte p >>> 3
 *    n    1   probes   bits that a key sets; above 30: of a format to come, every key matches
 *
 * The places of a key with hash h are h, h + d, h + 2d, … modulo the number of bits, the sums taken
 * modulo 2^32, where d is h rotated right by 17. With 32 bits of hash the rate of false positives
 * grows with the number of keys; a filter here covers the keys of 2 KiB of a file only.
 */
import { type KeyHash, readFixed32 } from '@jump/base';
import { type BloomPolicyOptions, readBitsPerKey } from './options.ts';
import type { BloomPolicy } from './policy.ts';

/** On disk: do not change. */
const SEED = 0xbc9f1d34;
const MULTIPLIER = 0xc6a4a793;
const MIN_BYTES = 8;
const MAX_PROBES = 30;

/** Hashes `bytes[start, end)` as LevelDB's `Hash` does; returns 32 bits, unsigned. O(length). */
export function leveldbHash(bytes: Uint8Array, start: number, end: number, seed: number): number {
  let h = seed ^ Math.imul(end - start, MULTIPLIER);
  let i = start;
  for (const last = end - 3; i < last; i += 4) {
    h = Math.imul((h + readFixed32(bytes, i)) | 0, MULTIPLIER);
    h ^= h >>> 16;
  }
  if (i < end) {
    let rest = bytes[i]!;
    if (i + 1 < end) rest |= bytes[i + 1]! << 8;
    if (i + 2 < end) rest |= bytes[i + 2]! << 16;
    h = Math.imul((h + rest) | 0, MULTIPLIER);
    h ^= h >>> 24;
  }
  return h >>> 0;
}

/**
 * Makes LevelDB's policy, `NewBloomFilterPolicy(bitsPerKey)`.
 *
 * @throws RangeError also if `bitsPerKey` is not an integer: LevelDB's is an `int`.
 */
export function leveldbBloomPolicy(options: BloomPolicyOptions = {}): BloomPolicy {
  const bitsPerKey = readBitsPerKey(options);
  if (!Number.isInteger(bitsPerKey)) {
    throw new RangeError(`bitsPerKey must be an integer, got ${bitsPerKey}`);
  }
  // 0.69 and rounding down, not ln 2 and to the nearest: on disk, as LevelDB has it.
  const probes = Math.min(MAX_PROBES, Math.max(1, Math.floor(bitsPerKey * 0.69)));
  return {
    name: 'leveldb.BuiltinBloomFilter2',
    scope: 'block',
    bitsPerKey,
    hash(key: Uint8Array, start: number, end: number, hash: KeyHash): void {
      hash.low = leveldbHash(key, start, end, SEED);
      hash.high = 0;
    },
    build(hashes: Uint32Array, count: number): Uint8Array {
      const bytes = Math.max(MIN_BYTES, Math.ceil((count * bitsPerKey) / 8));
      const built = new Uint8Array(bytes + 1);
      for (let i = 0; i < count; i++) setLeveldbBits(built, 8 * bytes, probes, hashes[2 * i]!);
      built[bytes] = probes;
      return built;
    },
    mayContain(filter: Uint8Array, start: number, end: number, hash: KeyHash): boolean {
      // A filter of no bits is how LevelDB says that there are no keys.
      if (end - start < 2) return false;
      const stored = filter[end - 1]!;
      if (stored > MAX_PROBES) return true;
      return testLeveldbBits(filter, start, 8 * (end - start - 1), stored, hash.low);
    },
  };
}

function setLeveldbBits(bits: Uint8Array, size: number, probes: number, hash: number): void {
  let h = hash | 0;
  const delta = (h >>> 17) | (h << 15);
  for (let i = 0; i < probes; i++) {
    const place = (h >>> 0) % (size >>> 0);
    bits[place >>> 3]! |= 1 << (place & 7);
    h = (h + delta) | 0;
  }
}

function testLeveldbBits(
  bits: Uint8Array,
  start: number,
  size: number,
  probes: number,
  hash: number,
): boolean {
  let h = hash | 0;
  const delta = (h >>> 17) | (h << 15);
  for (let i = 0; i < probes; i++) {
    const place = (h >>> 0) % (size >>> 0);
    if ((bits[start + (place >>> 3)]! & (1 << (place & 7))) === 0) return false;
    h = (h + delta) | 0;
  }
  return true;
}
