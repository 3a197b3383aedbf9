// Goal:   our filter of tables never hides a key, is as good as theory says, and is the bit array
//         of a filter of bloom-filters.
// Method: random sets of keys; rates measured over so many absent keys that a tenth is at least six
//         standard deviations, under a fixed seed; the same bits from the library's own `add`.
import { Random } from '@jump/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BloomFilter } from './bloom-filter.ts';
import { leveldbBloomPolicy } from './leveldb-policy.ts';
import { LibraryBloomFilter } from './library.ts';
import { type BloomPolicy, bloomPolicy } from './policy.ts';

function hashAll(policy: BloomPolicy, keys: readonly Uint8Array[]): Uint32Array {
  const hashes = new Uint32Array(2 * keys.length);
  const hash = { low: 0, high: 0 };
  keys.forEach((key, i) => {
    policy.hash(key, 0, key.length, hash);
    hashes.set([hash.low, hash.high], 2 * i);
  });
  return hashes;
}

function asks(policy: BloomPolicy, filter: Uint8Array, key: Uint8Array): boolean {
  const hash = { low: 0, high: 0 };
  policy.hash(key, 0, key.length, hash);
  return policy.mayContain(filter, 0, filter.length, hash);
}

test('says what tables and databases have to know', () => {
  const policy = bloomPolicy();
  expect([policy.name, policy.scope, policy.bitsPerKey]).toEqual(['jumpdb.bloom1', 'table', 10]);
});

test.each([
  [1, 1],
  [5, 3],
  [9.5, 7],
  [10, 7],
  [16, 11],
  [64, 30],
])('%d bits a key: %i probes', (bitsPerKey, probes) => {
  const filter = bloomPolicy({ bitsPerKey }).build(new Uint32Array(200), 100);
  expect(filter.length).toBe(Math.ceil((100 * bitsPerKey) / 8) + 1);
  expect(filter.at(-1)).toBe(probes);
});

test.each([bloomPolicy, leveldbBloomPolicy])('%o never hides a key', (make) => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 60 }),
      fc.integer({ min: 1, max: 64 }),
      (keys, bitsPerKey) => {
        const policy = make({ bitsPerKey });
        const filter = policy.build(hashAll(policy, keys), keys.length);
        for (const key of keys) expect(asks(policy, filter, key)).toBe(true);
      },
    ),
  );
});

test('a filter of no keys says no', () => {
  const policy = bloomPolicy();
  const filter = policy.build(new Uint32Array(0), 0);
  expect(filter).toEqual(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 7));
  expect(asks(policy, filter, Uint8Array.of(1))).toBe(false);
});

test('its bits are those that the code of bloom-filters sets, given our hash', () => {
  const random = new Random(3);
  const keys = Array.from({ length: 500 }, () => random.bytes(random.integer(0, 30)));
  const policy = bloomPolicy();
  const filter = policy.build(hashAll(policy, keys), keys.length);
  const library = new BloomFilter(8 * (filter.length - 1), filter.at(-1)!);
  library.seed = 0;
  for (const key of keys) LibraryBloomFilter.prototype.add.call(library, key);
  expect(library._filter.array).toEqual(filter.subarray(0, -1));
});

test.each([
  ['empty', Uint8Array.of()],
  ['probes only', Uint8Array.of(7)],
  ['shorter than ours ever are', Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 7)],
  ['without probes', Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0)],
  ['with more probes than ours ever have', Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 31)],
])('a filter that it cannot have built says perhaps: %s', (_, filter) => {
  expect(asks(bloomPolicy(), filter, Uint8Array.of(1))).toBe(true);
});

test('asks the filter inside its range', () => {
  const policy = bloomPolicy();
  const key = Uint8Array.of(1, 2, 3);
  const built = policy.build(hashAll(policy, [key]), 1);
  const file = new Uint8Array(built.length + 9).fill(0);
  file.set(built, 4);
  const hash = { low: 0, high: 0 };
  policy.hash(key, 0, 3, hash);
  expect(policy.mayContain(file, 4, 4 + built.length, hash)).toBe(true);
  policy.hash(key, 0, 2, hash);
  expect(policy.mayContain(file, 4, 4 + built.length, hash)).toBe(false);
});

/** Absent keys asked, so that 4,600 to 18,000 of them match: a deviation of at most 1.5 %. */
const PROBED: Record<number, number> = { 5: 200_000, 10: 1_000_000, 16: 10_000_000 };

describe.each([100_000, 1_000_000])('with %i keys', (count) => {
  test.each([5, 10, 16])('%i bits a key: the rate of theory', { timeout: 60_000 }, (bitsPerKey) => {
    const policy = bloomPolicy({ bitsPerKey });
    // Counters after a few constant bytes: as near one another as keys are in practice.
    const key = new Uint8Array(16).fill(0x6b);
    const view = new DataView(key.buffer);
    const hash = { low: 0, high: 0 };
    const hashes = new Uint32Array(2 * count);
    for (let i = 0; i < count; i++) {
      view.setUint32(12, i);
      policy.hash(key, 0, 16, hash);
      hashes[2 * i] = hash.low;
      hashes[2 * i + 1] = hash.high;
    }
    const filter = policy.build(hashes, count);
    let found = 0;
    const probed = PROBED[bitsPerKey]!;
    for (let i = 0; i < probed; i++) {
      view.setUint32(12, count + i);
      policy.hash(key, 0, 16, hash);
      if (policy.mayContain(filter, 0, filter.length, hash)) found++;
    }
    const probes = filter.at(-1)!;
    const theory = (1 - Math.exp((-probes * count) / (8 * (filter.length - 1)))) ** probes;
    expect(found / probed / theory).toBeGreaterThan(0.9);
    expect(found / probed / theory).toBeLessThan(1.1);
  });
});

test.each([bloomPolicy, leveldbBloomPolicy])('%o refuses wrong options by name', (make) => {
  const wrong = (options: unknown) => () => make(options as { bitsPerKey: number });
  expect(wrong({ bitsPerKey: '10' })).toThrow(
    new TypeError('bitsPerKey must be a number, got string "10"'),
  );
  expect(wrong({ bitsPerKey: Number.NaN })).toThrow(
    new RangeError('bitsPerKey must be from 1 to 64, got NaN'),
  );
  expect(wrong({ bitsPerKey: 0 })).toThrow(RangeError);
  expect(wrong({ bitsPerKey: 65 })).toThrow(RangeError);
  expect(wrong({ bits: 10 })).toThrow(new TypeError('unknown option of a Bloom policy: bits'));
  expect(wrong(10)).toThrow(new TypeError('options must be an object, got number 10'));
  expect(wrong(null)).toThrow(new TypeError('options must be an object, got null'));
});
