// Goal:   setting, testing and listing mean the same places, those of FORMAT.md's formula.
// Method: the formula in big integers, for random hashes, sizes (the smallest and largest too) and
//         numbers of probes.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { listPlaces, setBits, testBits } from './probe.ts';

const half = fc.nat({ max: 0xffffffff });
const probes = fc.integer({ min: 1, max: 255 });

test('places follow the formula', () => {
  const size = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 0xffffffff }));
  fc.assert(
    fc.property(size, probes, half, half, (size, probes, low, high) => {
      const expected = Array.from({ length: probes }, (_, n) => {
        const i = BigInt(n);
        const sum = BigInt(low) + i * BigInt(high) + (i ** 3n - i) / 6n;
        return Number((sum & 0xffffffffn) % BigInt(size));
      });
      expect(listPlaces(size, probes, low, high)).toEqual(expected);
    }),
  );
});

test('exactly the listed places are set, and are found wherever the bits lie', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 500 }),
      probes,
      half,
      half,
      fc.nat({ max: 9 }),
      (size, probes, low, high, start) => {
        const bits = new Uint8Array(Math.ceil(size / 8));
        setBits(bits, size, probes, low, high);
        const places = new Set(listPlaces(size, probes, low, high));
        for (let p = 0; p < 8 * bits.length; p++) {
          expect((bits[p >> 3]! & (1 << (p & 7))) !== 0, `place ${p}`).toBe(places.has(p));
        }
        const elsewhere = new Uint8Array(start + bits.length);
        elsewhere.set(bits, start);
        expect(testBits(elsewhere, start, size, probes, low, high)).toBe(true);
        for (const p of places) {
          elsewhere[start + (p >> 3)]! ^= 1 << (p & 7);
          expect(testBits(elsewhere, start, size, probes, low, high)).toBe(false);
          elsewhere[start + (p >> 3)]! ^= 1 << (p & 7);
        }
      },
    ),
  );
});

test('reaches places beyond 2^31', () => {
  const size = 0xfffffff0;
  expect(listPlaces(size, 2, 0xffffffef, 0)).toEqual([0xffffffef, 0xffffffef]);
  expect(listPlaces(size, 1, 0xfffffff1, 0)).toEqual([1]);
});
