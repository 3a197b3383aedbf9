// Goal:   a range means the keys that it says. Method: against a filter over all keys of two bytes.
import { bytewiseComparator, compareBytes } from '@jump/base';
import { Random } from '@jump/testkit';
import { expect, test } from 'vitest';
import { makeCodec } from '../write/codec.ts';
import { ITERATOR_NAMES, type KeyRange, resolveLimit, resolveRange } from './range.ts';
import type { Bounds } from './visible-cursor.ts';

const order = {
  codec: makeCodec<Uint8Array>('key', 'bytes'),
  comparator: bytewiseComparator,
  prefixes: true,
};
const BYTES = [0x00, 0x01, 0x61, 0xfe, 0xff];
const KEYS = [
  new Uint8Array(0),
  ...BYTES.map((a) => Uint8Array.of(a)),
  ...BYTES.flatMap((a) => BYTES.map((b) => Uint8Array.of(a, b))),
];

function inside(
  { lower, lowerExclusive, upper, upperExclusive }: Bounds,
  key: Uint8Array,
): boolean {
  const low = lower === undefined ? 1 : compareBytes(key, lower);
  const high = upper === undefined ? -1 : compareBytes(key, upper);
  return (lowerExclusive ? low > 0 : low >= 0) && (upperExclusive ? high < 0 : high <= 0);
}

function meant({ gt, gte, lt, lte, prefix }: KeyRange<Uint8Array>, key: Uint8Array): boolean {
  return (
    (gt === undefined || compareBytes(key, gt) > 0) &&
    (gte === undefined || compareBytes(key, gte) >= 0) &&
    (lt === undefined || compareBytes(key, lt) < 0) &&
    (lte === undefined || compareBytes(key, lte) <= 0) &&
    (prefix === undefined || Buffer.compare(key.subarray(0, prefix.length), prefix) === 0)
  );
}

test('bounds and prefix choose the keys that they say, in every combination', () => {
  const random = new Random(1);
  for (let i = 0; i < 3000; i++) {
    const range = {
      ...random.pick([{}, { gt: random.pick(KEYS) }, { gte: random.pick(KEYS) }]),
      ...random.pick([{}, { lt: random.pick(KEYS) }, { lte: random.pick(KEYS) }]),
      ...random.pick([{}, { prefix: random.pick(KEYS) }]),
    };
    const bounds = resolveRange<Uint8Array>(range, order, ITERATOR_NAMES);
    for (const key of KEYS) {
      expect(inside(bounds, key), JSON.stringify({ range, key })).toBe(meant(range, key));
    }
  }
});

test('limits', () => {
  expect([undefined, 0, 7, Number.POSITIVE_INFINITY].map(resolveLimit)).toEqual([
    Number.POSITIVE_INFINITY,
    0,
    7,
    Number.POSITIVE_INFINITY,
  ]);
  for (const bad of [-1, 0.5, Number.NaN, 2 ** 53])
    expect(() => resolveLimit(bad)).toThrow(RangeError);
  expect(() => resolveLimit('1' as never)).toThrow(TypeError);
});
