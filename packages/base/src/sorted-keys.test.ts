// Goal:   a search finds exactly what a scan finds, for keys that share much, little, or end early.
// Method: random lists of keys with few distinct bytes, so that prefixes, equal heads and keys that
//         are prefixes of others are frequent; every answer compared with a linear scan.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  bytewiseComparator,
  compareBytes,
  compareInternalKeys,
  compareRanges,
  encodeInternalKey,
  rangeCompare,
  SortedKeys,
} from './index.ts';

const key = fc
  .tuple(
    fc.constantFrom('', 'user:', 'user:0000'),
    fc.array(fc.constantFrom(0, 1, 97, 255), { maxLength: 9 }),
  )
  .map(([prefix, rest]) => Uint8Array.of(...[...prefix].map((c) => c.charCodeAt(0)), ...rest));

function pack(keys: readonly Uint8Array[]): { bytes: Uint8Array; starts: Uint32Array } {
  const starts = new Uint32Array(keys.length + 1);
  keys.forEach((one, i) => {
    starts[i + 1] = starts[i]! + one.length;
  });
  const bytes = new Uint8Array(starts[keys.length]!);
  keys.forEach((one, i) => {
    bytes.set(one, starts[i]!);
  });
  return { bytes, starts };
}

test('search() finds what a scan finds, among keys ordered by their bytes', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(key, { comparator: (a, b) => compareBytes(a, b) === 0 }),
      key,
      (keys, wanted) => {
        keys.sort(compareBytes);
        const { bytes, starts } = pack(keys);
        const sorted = new SortedKeys(bytes, starts, compareRanges, 0, true);
        const found = keys.findIndex((one) => compareBytes(one, wanted) >= 0);
        expect(sorted.search(wanted, 0, wanted.length)).toBe(found < 0 ? keys.length : found);
      },
    ),
    { numRuns: 2000 },
  );
});

test('search() finds what a scan finds, among internal keys', () => {
  const entry = fc.tuple(key, fc.integer({ min: 1, max: 3 }));
  fc.assert(
    fc.property(fc.array(entry), entry, (entries, [wantedKey, wantedSequence]) => {
      const order = (a: Uint8Array, b: Uint8Array): number =>
        compareInternalKeys(a, 0, a.length, b, 0, b.length);
      const keys = entries
        .map(([user, sequence]) => encodeInternalKey(user, sequence, 1))
        .sort(order);
      const wanted = encodeInternalKey(wantedKey, wantedSequence, 1);
      const { bytes, starts } = pack(keys);
      const found = keys.findIndex((one) => order(one, wanted) >= 0);
      const expected = found < 0 ? keys.length : found;
      const sorted = new SortedKeys(bytes, starts, compareInternalKeys, 8, true);
      expect(sorted.search(wanted, 0, wanted.length)).toBe(expected);
    }),
    { numRuns: 2000 },
  );
});

test('search() asks a comparator of its own for every comparison', () => {
  const reversed = rangeCompare({
    name: 'reversed',
    compare: (a, b) => bytewiseComparator.compare(b, a),
  });
  const keys = ['d', 'c', 'b', 'a'].map((text) => new TextEncoder().encode(text));
  const { bytes, starts } = pack(keys);
  const sorted = new SortedKeys(bytes, starts, reversed, 0, false);
  expect(keys.map((one) => sorted.search(one, 0, 1))).toEqual([0, 1, 2, 3]);
  expect(sorted.search(new TextEncoder().encode('A'), 0, 1)).toBe(4);
});
