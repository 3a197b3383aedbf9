// Goal:   separators and successors lie where index blocks rely on them; orders of ranges and of
//         internal keys follow from an order of user keys.
// Method: the inequalities themselves, on keys that often share beginnings and hold 0xff; the cases
//         that LevelDB's comparator decides, by hand; a comparator of the user's beside the model.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareBytes, compareRanges } from './bytes.ts';
import {
  bytewiseComparator,
  type Comparator,
  internalRangeCompare,
  rangeCompare,
} from './comparator.ts';
import { compareInternalKeys, encodeInternalKey } from './internal-key.ts';

const key = fc
  .array(fc.constantFrom(0, 1, 2, 0x61, 0xfe, 0xff), { maxLength: 5 })
  .map((bytes) => Uint8Array.from(bytes));
const { separator, successor } = bytewiseComparator as Required<Comparator>;
const text = (bytes: string) => new TextEncoder().encode(bytes);

describe('bytewiseComparator', () => {
  test('has the name that LevelDB stores', () => {
    expect(bytewiseComparator.name).toBe('leveldb.BytewiseComparator');
  });

  test('a <= separator(a, b) < b, and it is no longer than a', () => {
    fc.assert(
      fc.property(key, key, (x, y) => {
        fc.pre(compareBytes(x, y) !== 0);
        const [a, b] = compareBytes(x, y) < 0 ? [x, y] : [y, x];
        const before = [a.slice(), b.slice()];
        const s = separator(a, b);
        expect(compareBytes(a, s)).toBeLessThanOrEqual(0);
        expect(compareBytes(s, b)).toBeLessThan(0);
        expect(s.length).toBeLessThanOrEqual(a.length);
        expect([a, b]).toEqual(before);
      }),
    );
  });

  test.each([
    ['abcdef', 'abzz', 'abd'],
    ['abc', 'abd', 'abc'],
    ['abcx', 'abdx', 'abcx'],
    ['ab', 'abc', 'ab'],
    ['', 'a', ''],
    ['helloworld', 'hellozoo', 'hellox'],
  ])('separator(%j, %j) is %j', (a, b, expected) => {
    expect(separator(text(a), text(b))).toEqual(text(expected));
  });

  test('a <= successor(a), and it is no longer than a', () => {
    fc.assert(
      fc.property(key, (a) => {
        const before = a.slice();
        const s = successor(a);
        expect(compareBytes(a, s)).toBeLessThanOrEqual(0);
        expect(s.length).toBeLessThanOrEqual(a.length);
        expect(a).toEqual(before);
      }),
    );
  });

  test.each([
    [[0x61, 0x62], [0x62]],
    [
      [0xff, 0x61, 0x62],
      [0xff, 0x62],
    ],
    [
      [0xff, 0xff],
      [0xff, 0xff],
    ],
    [[], []],
  ])('successor of %j is %j', (a, expected) => {
    expect([...successor(Uint8Array.from(a))]).toEqual(expected);
  });
});

/** An order of the user's: backwards. */
const reverse: Comparator = { name: 'reverse', compare: (a, b) => compareBytes(b, a) };

test('the bytewise orders are the fast ones', () => {
  expect(rangeCompare(bytewiseComparator)).toBe(compareRanges);
  expect(internalRangeCompare(bytewiseComparator)).toBe(compareInternalKeys);
});

test('orders of ranges and internal keys follow the order of user keys', () => {
  const sequence = fc.nat(3);
  fc.assert(
    fc.property(key, key, sequence, sequence, fc.nat(3), (a, b, seqA, seqB, pad) => {
      const inA = Uint8Array.of(...new Uint8Array(pad), ...a, 9);
      const users = Math.sign(compareBytes(b, a));
      const ranges = rangeCompare(reverse)(inA, pad, pad + a.length, b, 0, b.length);
      expect(Math.sign(ranges)).toBe(users);

      const keyA = encodeInternalKey(a, seqA, 1);
      const keyB = encodeInternalKey(b, seqB, 1);
      const order = internalRangeCompare(reverse)(keyA, 0, keyA.length, keyB, 0, keyB.length);
      expect(Math.sign(order)).toBe(users !== 0 ? users : Math.sign(seqB - seqA));
    }),
  );
});
