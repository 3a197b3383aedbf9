// Goal:   summaries never contradict the order of the bytes, whatever the prefix.
// Method: random keys around random prefixes; the extremes by hand.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { KeyPrefix, PREFIX_LIMIT } from './key-prefix.ts';

function measured(prefix: KeyPrefix, key: Uint8Array): [number, number, number] {
  prefix.measure(key, 0, key.length);
  return [prefix.high, prefix.low, prefix.from];
}

const BYTES = fc.array(fc.constantFrom(0, 1, 0x61, 0x7f, 0x80, 0xff), { maxLength: 14 });

test('a lower key never has a higher summary, and equal ones share their bytes before `from`', () => {
  fc.assert(
    fc.property(BYTES, BYTES, BYTES, fc.nat(14), fc.nat(14), (p, x, y, cutX, cutY) => {
      const prefix = new KeyPrefix(true);
      prefix.bytes = Uint8Array.from(p);
      // Most keys begin with the prefix or a part of it.
      const a = Uint8Array.from([...p.slice(0, cutX), ...x]);
      const b = Uint8Array.from([...p.slice(0, cutY), ...y]);
      const [high, low, from] = measured(prefix, a);
      const [otherHigh, otherLow] = measured(prefix, b);
      const order = high - otherHigh || low - otherLow;
      if (order !== 0) {
        expect(Math.sign(order)).toBe(Buffer.compare(a, b));
      } else {
        const end = Math.min(from, a.length, b.length);
        expect(a.slice(0, end)).toEqual(b.slice(0, end));
      }
    }),
    { numRuns: 2000 },
  );
});

test('halves are unsigned, big-endian, with the top bit flipped', () => {
  const prefix = new KeyPrefix(true);
  prefix.bytes = Uint8Array.of(0x61);
  expect(measured(prefix, Uint8Array.of(0x61, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xfe, 5))).toEqual([
    -0x80000000 + 1,
    0x7ffffffe,
    9,
  ]);
  expect(measured(prefix, Uint8Array.of(0x61, 0x80))).toEqual([0, -0x80000000, 9]);
  expect(measured(prefix, Uint8Array.of())).toEqual([-0x80000000, -0x80000000, 0]);
  expect(measured(prefix, Uint8Array.of(0x62))).toEqual([0x7fffffff, 0x7fffffff, 0]);
});

test('adopts what two keys share, up to the limit, and says whether that is new', () => {
  const prefix = new KeyPrefix(true);
  const a = new Uint8Array(PREFIX_LIMIT + 10);
  expect(prefix.adopt(a, 0, a.length, a, 0, a.length)).toBe(true);
  expect(prefix.bytes.length).toBe(PREFIX_LIMIT);
  expect(prefix.adopt(a, 0, a.length, a, 1, a.length)).toBe(false);
  const b = Uint8Array.of(9, 1, 2, 3);
  const c = Uint8Array.of(1, 2, 4);
  expect(prefix.adopt(b, 1, 4, c, 0, 3)).toBe(true);
  expect([...prefix.bytes]).toEqual([1, 2]);
  expect(prefix.adopt(c, 0, 2, c, 0, 2)).toBe(false);
  expect(prefix.adopt(b, 0, 1, c, 0, 3)).toBe(true);
  expect(prefix.bytes.length).toBe(0);
});
