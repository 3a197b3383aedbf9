// Goal:   internal keys hold what was put in and sort by user key upwards, then by tag downwards.
// Method: a model in big integers: the tag as one number of 64 bits, the order told by that.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareBytes } from './bytes.ts';
import {
  compareInternalKeys,
  compareTrailers,
  encodeInternalKey,
  KIND_DELETION,
  KIND_SEEK,
  KIND_VALUE,
  MAX_SEQUENCE,
  readKind,
  readSequence,
  readSequence56,
  TRAILER_LENGTH,
  tagHigh,
  tagLow,
  writeTrailer,
} from './internal-key.ts';

const userKey = fc
  .array(fc.constantFrom(0, 1, 0x61, 0xff), { maxLength: 4 })
  .map((bytes) => Uint8Array.from(bytes));
const sequence = fc.oneof(
  fc.constantFrom(0, 1, 255, 2 ** 24 - 1, 2 ** 24, 2 ** 32, MAX_SEQUENCE - 1, MAX_SEQUENCE),
  fc.nat(300),
  fc.maxSafeNat(),
);
const kind = fc.constantFrom(KIND_DELETION, KIND_VALUE);
const key = fc.record({ userKey, sequence, kind });

const tag = (sequence: number, kind: number) => (BigInt(sequence) << 8n) | BigInt(kind);

test('the frozen numbers', () => {
  expect([KIND_DELETION, KIND_VALUE, KIND_SEEK, TRAILER_LENGTH]).toEqual([0, 1, 1, 8]);
});

test('holds what was put in', () => {
  fc.assert(
    fc.property(key, ({ userKey, sequence, kind }) => {
      const bytes = encodeInternalKey(userKey, sequence, kind);
      const end = bytes.length;
      expect(bytes.slice(0, -TRAILER_LENGTH)).toEqual(userKey);
      expect(new DataView(bytes.buffer).getBigUint64(end - 8, true)).toBe(tag(sequence, kind));
      expect(readSequence(bytes, end)).toBe(sequence);
      expect(readSequence56(bytes, end)).toBe(BigInt(sequence));
      expect(readKind(bytes, end)).toBe(kind);
      const halves = (BigInt(tagHigh(sequence)) << 32n) | BigInt(tagLow(sequence, kind));
      expect(halves).toBe(tag(sequence, kind));
    }),
  );
});

test('reads all 56 bits, as files of others may have them', () => {
  const bytes = Uint8Array.of(0x61, 1, ...new Array<number>(7).fill(0xff));
  expect(readSequence56(bytes, bytes.length)).toBe(2n ** 56n - 1n);
  expect(readSequence(bytes, bytes.length)).toBe(2 ** 56);
});

test('a trailer is written in its place and nowhere else', () => {
  const bytes = new Uint8Array(12).fill(0xee);
  writeTrailer(bytes, 2, 0x1122334455, KIND_VALUE);
  expect([...bytes]).toEqual([0xee, 0xee, 1, 0x55, 0x44, 0x33, 0x22, 0x11, 0, 0, 0xee, 0xee]);
});

test('sorts by user key upwards, then by tag downwards, wherever the keys lie', () => {
  fc.assert(
    fc.property(key, key, fc.nat(5), fc.nat(5), (a, b, padA, padB) => {
      const keyA = encodeInternalKey(a.userKey, a.sequence, a.kind);
      const keyB = encodeInternalKey(b.userKey, b.sequence, b.kind);
      const inA = Uint8Array.of(...new Uint8Array(padA).fill(0x61), ...keyA, 0x61);
      const inB = Uint8Array.of(...new Uint8Array(padB).fill(0x61), ...keyB, 0x61);
      const order = compareInternalKeys(
        inA,
        padA,
        padA + keyA.length,
        inB,
        padB,
        padB + keyB.length,
      );
      const users = Math.sign(compareBytes(a.userKey, b.userKey));
      const tags = tag(b.sequence, b.kind) - tag(a.sequence, a.kind);
      expect(Math.sign(order)).toBe(users !== 0 ? users : tags > 0n ? 1 : tags < 0n ? -1 : 0);
      const trailers = compareTrailers(inA, padA + keyA.length, inB, padB + keyB.length);
      expect(Math.sign(trailers)).toBe(tags > 0n ? 1 : tags < 0n ? -1 : 0);
    }),
  );
});

test('a user key that is the beginning of another sorts first, whatever the trailers', () => {
  const short = encodeInternalKey(Uint8Array.of(0x61), 0, KIND_DELETION);
  const long = encodeInternalKey(Uint8Array.of(0x61, 0), MAX_SEQUENCE, KIND_VALUE);
  expect(compareInternalKeys(short, 0, 9, long, 0, 10)).toBeLessThan(0);
  expect(compareInternalKeys(long, 0, 10, short, 0, 9)).toBeGreaterThan(0);
});

test('the key to look for sorts before every version that may be seen, after every newer one', () => {
  const at = (sequence: number, kind: number) =>
    encodeInternalKey(Uint8Array.of(1), sequence, kind);
  const seek = at(7, KIND_SEEK);
  for (const [sequence, kind, sign] of [
    [8, KIND_DELETION, 1],
    [7, KIND_VALUE, 0],
    [7, KIND_DELETION, -1],
    [6, KIND_VALUE, -1],
  ] as const) {
    const order = compareInternalKeys(seek, 0, 9, at(sequence, kind), 0, 9);
    expect(Math.sign(order), `${sequence} ${kind}`).toBe(sign);
  }
});
