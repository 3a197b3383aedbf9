// Goal:   ranges are compared and copied as if they were arrays of their own.
// Method: each function on ranges inside larger arrays, against the same thing said with plain
//         arrays; lengths on both sides of the point where copying changes its way.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  commonPrefixLength,
  compareBytes,
  compareRanges,
  copyRange,
  EMPTY_BYTES,
  equalRanges,
  sliceRange,
} from './bytes.ts';

/** Bytes of few values, so that ranges often share beginnings, and 0x80 and 0xff occur. */
const few = fc
  .array(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), { maxLength: 6 })
  .map((bytes) => Uint8Array.from(bytes));

/** A range inside a larger array, and its content. */
const range = fc.tuple(few, few, few).map(([before, content, after]) => ({
  bytes: Uint8Array.of(...before, ...content, ...after),
  start: before.length,
  end: before.length + content.length,
  content,
}));

/** The order told in another way: as text in which each byte is a fixed-width word. */
function asText(bytes: Uint8Array): string {
  return [...bytes].map((byte) => String.fromCharCode(byte)).join('');
}

describe('compareRanges()', () => {
  test('orders as unsigned bytes, a prefix first', () => {
    fc.assert(
      fc.property(range, range, (a, b) => {
        const order = compareRanges(a.bytes, a.start, a.end, b.bytes, b.start, b.end);
        const [textA, textB] = [asText(a.content), asText(b.content)];
        expect(Math.sign(order)).toBe(textA < textB ? -1 : textA > textB ? 1 : 0);
        expect(Math.sign(compareBytes(a.content, b.content))).toBe(Math.sign(order));
      }),
    );
  });
});

test('equalRanges() tells whether the bytes are the same', () => {
  fc.assert(
    fc.property(range, range, (a, b) => {
      expect(equalRanges(a.bytes, a.start, a.end, b.bytes, b.start, b.end)).toBe(
        asText(a.content) === asText(b.content),
      );
      expect(equalRanges(a.bytes, a.start, a.end, a.content, 0, a.content.length)).toBe(true);
    }),
  );
});

test('commonPrefixLength() counts shared bytes, within both ranges', () => {
  fc.assert(
    fc.property(range, range, (a, b) => {
      let expected = 0;
      while (
        expected < Math.min(a.content.length, b.content.length) &&
        a.content[expected] === b.content[expected]
      ) {
        expected++;
      }
      expect(commonPrefixLength(a.bytes, a.start, a.end, b.bytes, b.start, b.end)).toBe(expected);
    }),
  );
});

test.each([0, 1, 95, 96, 97, 5000])('copies %i bytes, and those only', (length) => {
  const source = Uint8Array.from({ length: length + 10 }, (_, i) => i * 7 + 1);
  const target = new Uint8Array(length + 4).fill(0xee);
  copyRange(source, 5, 5 + length, target, 3);
  expect(target.subarray(0, 3)).toEqual(Uint8Array.of(0xee, 0xee, 0xee));
  expect(target.subarray(3, 3 + length)).toEqual(source.subarray(5, 5 + length));
  expect(target[3 + length]).toBe(0xee);

  const copy = sliceRange(source, 5, 5 + length);
  expect(copy).toEqual(source.slice(5, 5 + length));
  source.fill(0);
  expect(copy).toEqual(target.slice(3, 3 + length));
});

test('a slice of a Buffer is a plain array with memory of its own', () => {
  const copy = sliceRange(Buffer.from('pooled'), 1, 4);
  expect(Buffer.isBuffer(copy)).toBe(false);
  expect(copy.buffer.byteLength).toBe(3);
});

test('EMPTY_BYTES is empty', () => {
  expect(EMPTY_BYTES.length).toBe(0);
});
