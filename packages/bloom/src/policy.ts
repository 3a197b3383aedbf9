/**
 * Our filter of tables: one filter for all keys of a table, its bits as they are and one byte more.
 *
 *   at  size  field
 *    0    n   bits     n >= 8; place p is bit p & 7 of byte p >>> 3
 *    n    1   probes   bits that a key sets, from 1 to 30
 *
 * A filter is built by a {@link BloomFilter}, so by the npm package `bloom-filters`: the table
 * stores its bit array. Asking one needs no object: the bits are tested where they lie, in the
 * table's memory, by the function that `BloomFilter.has` calls too. So the package is loaded by who
 * builds a filter, when the first is built; not by who only reads. Bundlers drop it where only
 * LevelDB's policy is used.
 */
import type { FilterPolicy, KeyHash } from '@jump/base';
import { BloomFilter } from './bloom-filter.ts';
import { hashBytes } from './hash.ts';
import { type BloomPolicyOptions, readBitsPerKey } from './options.ts';
import { testBits } from './probe.ts';

/** A filter policy of this package: also says how large its filters are. */
export interface BloomPolicy extends FilterPolicy {
  /** Bits for each key. */
  readonly bitsPerKey: number;
}

/** Bytes of bits at least, so that a table of few keys has as good a filter as others. */
const MIN_BYTES = 8;
/** Bytes of bits at most: places are numbers of 32 bits. Larger tables get worse filters. */
const MAX_BYTES = 2 ** 29 - 1;
/** Bits that a key sets at most. Filters that say more are from a later format: "perhaps". */
const MAX_PROBES = 30;

/**
 * Makes the policy of JumpDB's own filters: one for a table, a 64-bit hash, the rate of theory.
 *
 * The name is on disk: do not change the format under it.
 */
export function bloomPolicy(options: BloomPolicyOptions = {}): BloomPolicy {
  const bitsPerKey = readBitsPerKey(options);
  const probes = Math.min(MAX_PROBES, Math.max(1, Math.round(bitsPerKey * Math.LN2)));
  return {
    name: 'jumpdb.bloom1',
    scope: 'table',
    bitsPerKey,
    hash(key: Uint8Array, start: number, end: number, hash: KeyHash): void {
      hashBytes(key, start, end, 0, 0, hash);
    },
    build(hashes: Uint32Array, count: number): Uint8Array {
      const wanted = Math.ceil((count * bitsPerKey) / 8);
      const bytes = Math.min(MAX_BYTES, Math.max(MIN_BYTES, wanted));
      const filter = new BloomFilter(8 * bytes, probes);
      for (let i = 0; i < count; i++) filter.addHash(hashes[2 * i]!, hashes[2 * i + 1]!);
      const built = new Uint8Array(bytes + 1);
      built.set(filter._filter.array);
      built[bytes] = probes;
      return built;
    },
    mayContain(filter: Uint8Array, start: number, end: number, hash: KeyHash): boolean {
      const bytes = end - start - 1;
      // What this policy cannot have built says nothing: to answer "no" might hide keys.
      if (bytes < MIN_BYTES || bytes > MAX_BYTES) return true;
      const stored = filter[end - 1]!;
      if (stored === 0 || stored > MAX_PROBES) return true;
      return testBits(filter, start, 8 * bytes, stored, hash.low, hash.high);
    },
  };
}
