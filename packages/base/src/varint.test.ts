// Goal:   numbers come back, in the bytes that LevelDB writes; damaged ones are refused by name and
// place. Method: fixed bytes at every change of length; round trips of random numbers; each reader
//         on bytes that end early, go on too long, or hold more bits than fit.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JumpError } from './errors.ts';
import {
  ByteReader,
  MAX_VARINT32_LENGTH,
  MAX_VARINT64_LENGTH,
  readFixed32,
  readFixed64,
  varintLength,
  writeFixed32,
  writeFixed64,
  writeVarint,
  writeVarint64,
} from './varint.ts';

const ONES = (count: number) => new Array<number>(count).fill(0xff);

/** Where the length changes, and what is written there. */
const BOUNDARIES: [number, number[]][] = [
  [0, [0x00]],
  [1, [0x01]],
  [127, [0x7f]],
  [128, [0x80, 0x01]],
  [300, [0xac, 0x02]],
  [2 ** 14 - 1, [0xff, 0x7f]],
  [2 ** 14, [0x80, 0x80, 0x01]],
  [2 ** 21 - 1, [0xff, 0xff, 0x7f]],
  [2 ** 21, [0x80, 0x80, 0x80, 0x01]],
  [2 ** 28 - 1, [0xff, 0xff, 0xff, 0x7f]],
  [2 ** 28, [0x80, 0x80, 0x80, 0x80, 0x01]],
  [2 ** 31 - 1, [0xff, 0xff, 0xff, 0xff, 0x07]],
  [2 ** 31, [0x80, 0x80, 0x80, 0x80, 0x08]],
  [2 ** 32 - 1, [0xff, 0xff, 0xff, 0xff, 0x0f]],
  [2 ** 32, [0x80, 0x80, 0x80, 0x80, 0x10]],
  [2 ** 35, [0x80, 0x80, 0x80, 0x80, 0x80, 0x01]],
  [2 ** 53 - 1, [...ONES(7), 0x0f]],
];

function written(value: number): number[] {
  const target = new Uint8Array(12);
  return [...target.subarray(1, writeVarint(target, 1, value))];
}

function written64(value: bigint): number[] {
  const target = new Uint8Array(12);
  return [...target.subarray(1, writeVarint64(target, 1, value))];
}

test.each(BOUNDARIES)('writes %i, and reads it back', (value, bytes) => {
  expect(written(value)).toEqual(bytes);
  expect(written64(BigInt(value))).toEqual(bytes);
  expect(varintLength(value)).toBe(bytes.length);
  expect(new ByteReader(Uint8Array.from(bytes)).varint53()).toBe(value);
  expect(new ByteReader(Uint8Array.from(bytes)).varint64()).toBe(BigInt(value));
  if (value < 2 ** 32) expect(new ByteReader(Uint8Array.from(bytes)).varint32()).toBe(value);
});

test('the lengths that are promised hold', () => {
  expect(varintLength(2 ** 32 - 1)).toBe(MAX_VARINT32_LENGTH);
  expect(written64(2n ** 64n - 1n)).toEqual([...ONES(9), 0x01]);
  expect(written64(2n ** 64n - 1n).length).toBe(MAX_VARINT64_LENGTH);
});

test('numbers of every size come back', () => {
  const anySize = fc
    .tuple(fc.bigInt(0n, 2n ** 64n - 1n), fc.integer({ min: 0, max: 63 }))
    .map(([value, shift]) => value >> BigInt(shift));
  fc.assert(
    fc.property(fc.array(anySize, { maxLength: 5 }), (values) => {
      const target = new Uint8Array(5 * MAX_VARINT64_LENGTH);
      let end = 0;
      for (const value of values) {
        const next = writeVarint64(target, end, value);
        if (value <= Number.MAX_SAFE_INTEGER) {
          expect(next - end).toBe(varintLength(Number(value)));
          expect(written(Number(value))).toEqual([...target.subarray(end, next)]);
        }
        end = next;
      }
      const reader = new ByteReader(target, 0, end);
      for (const value of values) expect(reader.varint64()).toBe(value);
      expect(reader.remaining).toBe(0);
    }),
  );
});

test('fixed widths are little endian, and unsigned when read', () => {
  fc.assert(
    fc.property(fc.nat({ max: 0xffffffff }), fc.maxSafeNat(), (word, long) => {
      const bytes = new Uint8Array(16).fill(0xee);
      writeFixed32(bytes, 1, word);
      writeFixed64(bytes, 6, long);
      const view = new DataView(bytes.buffer);
      expect(view.getUint32(1, true)).toBe(word);
      expect(view.getBigUint64(6, true)).toBe(BigInt(long));
      expect(readFixed32(bytes, 1)).toBe(word);
      expect(readFixed64(bytes, 6)).toBe(BigInt(long));
      expect([bytes[0], bytes[5], bytes[14]]).toEqual([0xee, 0xee, 0xee]);
    }),
  );
  expect(readFixed64(new Uint8Array(8).fill(0xff), 0)).toBe(2n ** 64n - 1n);
});

describe('ByteReader', () => {
  /** Three bytes of something else, then `bytes`, at offset 1000 of a file. */
  function reader(...bytes: number[]): ByteReader {
    const array = Uint8Array.of(1, 1, 1, ...bytes, 1, 1, 1, 1, 1, 1, 1, 1, 1);
    return new ByteReader(array, 3, 3 + bytes.length, '000007.ldb', 1000);
  }

  test('reads one thing after the other', () => {
    const all = reader(7, 0xac, 0x02, 1, 0, 0, 0x80, 2, 0, 0, 0, 0, 0, 0, 0x80, 3, 97, 98, 99);
    expect(all.remaining).toBe(19);
    expect(all.byte()).toBe(7);
    expect(all.varint32()).toBe(300);
    expect(all.fixed32()).toBe(0x80000001);
    expect(all.fixed64()).toBe(0x8000000000000002n);
    const start = all.lengthPrefixed();
    expect([...all.bytes.subarray(start, all.position)]).toEqual([97, 98, 99]);
    expect(all.remaining).toBe(0);
  });

  test.each<[string, (r: ByteReader) => unknown, number[], string]>([
    ['byte, of none', (r) => r.byte(), [], 'ends early'],
    ['varint32, of none', (r) => r.varint32(), [], 'varint ends early'],
    ['varint32, cut', (r) => r.varint32(), [0x80], 'varint ends early'],
    ['varint32, 33 bits', (r) => r.varint32(), [...ONES(4), 0x1f], 'varint does not fit 32 bits'],
    ['varint32, six bytes', (r) => r.varint32(), [...ONES(5), 0], 'varint does not fit 32 bits'],
    ['varint53, of none', (r) => r.varint53(), [], 'varint ends early'],
    ['varint53, cut', (r) => r.varint53(), ONES(7), 'varint ends early'],
    ['varint53, 2^53', (r) => r.varint53(), [...ONES(7).fill(0x80), 0x10], '2^53 or more'],
    ['varint53, 2^64 - 1', (r) => r.varint53(), [...ONES(9), 1], '2^53 or more'],
    ['varint53, eleven bytes', (r) => r.varint53(), ONES(10), 'longer than ten bytes'],
    ['varint64, of none', (r) => r.varint64(), [], 'varint ends early'],
    ['varint64, cut', (r) => r.varint64(), ONES(9), 'varint ends early'],
    ['varint64, 65 bits', (r) => r.varint64(), [...ONES(9), 2], 'varint does not fit 64 bits'],
    ['varint64, eleven bytes', (r) => r.varint64(), ONES(10), 'varint does not fit 64 bits'],
    ['fixed32, cut', (r) => r.fixed32(), [1, 2, 3], '4 bytes expected, 3 left'],
    ['fixed64, cut', (r) => r.fixed64(), ONES(7), '8 bytes expected, 7 left'],
  ])('refuses %s, and stays where it was', (_, read, bytes, message) => {
    const damaged = reader(...bytes);
    expect(() => read(damaged)).toThrow(`000007.ldb at offset 1003: `);
    expect(() => read(damaged)).toThrow(message);
    expect(damaged.position).toBe(3);
  });

  test('refuses a length that reaches beyond the end', () => {
    const damaged = reader(4, 97, 98, 99);
    const read = () => damaged.lengthPrefixed();
    expect(read).toThrow('000007.ldb at offset 1004: 4 bytes expected, 3 left');
    const huge = reader(0xff, 0xff, 0xff, 0xff, 0x0f, 97);
    expect(() => huge.lengthPrefixed()).toThrow('4294967295 bytes expected, 1 left');
  });

  test('accepts zeros that a varint need not have', () => {
    expect(reader(0x85, 0x80, 0x80, 0x80, 0x00).varint32()).toBe(5);
    expect(reader(0x85, ...ONES(8).fill(0x80), 0x00).varint53()).toBe(5);
    expect(reader(0x85, ...ONES(8).fill(0x80), 0x00).varint64()).toBe(5n);
  });

  test('never reads a number wrongly: bytes give the same in all widths, or an error', () => {
    const attempt = <T>(read: () => T): T | undefined => {
      try {
        return read();
      } catch (error) {
        expect(error).toBeInstanceOf(JumpError);
        return undefined;
      }
    };
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        const wide = attempt(() => new ByteReader(bytes).varint64());
        const safe = attempt(() => new ByteReader(bytes).varint53());
        const narrow = attempt(() => new ByteReader(bytes).varint32());
        if (safe !== undefined) expect(BigInt(safe)).toBe(wide);
        else if (wide !== undefined) expect(wide).toBeGreaterThan(2n ** 53n - 1n);
        if (narrow !== undefined) expect(BigInt(narrow)).toBe(wide);
      }),
    );
  });

  test('names itself where no source is given', () => {
    const read = () => new ByteReader(new Uint8Array(0)).byte();
    expect(read).toThrow(expect.objectContaining({ code: 'JUMP_CORRUPTION' }));
    expect(read).toThrow('bytes at offset 0: ends early');
  });
});
