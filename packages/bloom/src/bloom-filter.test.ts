// Goal:   BloomFilter is a filter of bloom-filters in every respect, never hides an element, and
//         its bytes come back or are refused.
// Method: the package's own methods are run on our filters and compared; round trips of random
//         filters; every damaged bit, every cut, and headers that lie under a good checksum.
import { crc32c, writeFixed32, writeFixed64 } from '@jump/base';
import { seeded } from '@jump/testkit';
import library from 'bloom-filters';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BloomFilter } from './bloom-filter.ts';
import { type Element, LibraryBloomFilter, LibraryHashingBase } from './library.ts';

const element = fc.oneof(fc.string({ unit: 'binary' }), fc.uint8Array());
const elements = fc.array(element, { maxLength: 40 });
const size = fc.integer({ min: 1, max: 400 });
const probes = fc.integer({ min: 1, max: 20 });

function filled(size: number, probes: number, elements: readonly Element[]): BloomFilter {
  const filter = new BloomFilter(size, probes);
  for (const element of elements) filter.add(element);
  return filter;
}

test('is a BloomFilter of bloom-filters', () => {
  expect(BloomFilter.create(10, 0.01)).toBeInstanceOf(library.BloomFilter);
});

test('never hides an element', () => {
  fc.assert(
    fc.property(size, probes, elements, (size, probes, elements) => {
      const filter = filled(size, probes, elements);
      for (const element of elements) expect(filter.has(element)).toBe(true);
    }),
  );
});

test("its bits and answers are those of the package's own add and has", () => {
  fc.assert(
    fc.property(size, probes, elements, elements, (size, probes, elements, others) => {
      const filter = filled(size, probes, elements);
      const theirs = new BloomFilter(size, probes);
      for (const element of elements) LibraryBloomFilter.prototype.add.call(theirs, element);
      expect(theirs._filter.array).toEqual(filter._filter.array);
      expect(filter.equals(theirs)).toBe(true);
      for (const other of others) {
        expect(LibraryBloomFilter.prototype.has.call(filter, other)).toBe(filter.has(other));
      }
    }),
  );
});

test('a Hashing that somebody puts in is used', () => {
  class Everywhere extends LibraryHashingBase {
    override serialize(): number {
      return 1;
    }
  }
  const filter = new BloomFilter(100, 3);
  filter._hashing = new Everywhere();
  filter.add('one');
  expect(filter.has('another')).toBe(true);
});

test('text, its UTF-8, a Buffer and an ArrayBuffer are the same element', () => {
  const filter = new BloomFilter(1000, 5);
  for (const text of ['', 'key', 'schlüssel', '鍵', '🔑', 'k'.repeat(1025), 'é'.repeat(5000)]) {
    const bytes = new TextEncoder().encode(text);
    filter.add(text);
    const added = filter._filter.array.slice();
    filter.add(bytes);
    filter.add(Buffer.from(bytes));
    filter.add(bytes.buffer);
    expect(filter._filter.array, text).toEqual(added);
  }
});

test.each([
  [5, 'number 5'],
  [undefined, 'undefined'],
  [null, 'null'],
  [['a'], 'an object (Array)'],
  [new Uint16Array(1), 'an object (Uint16Array)'],
])('refuses to add or find %o', (given, shown) => {
  const filter = new BloomFilter(10, 1);
  const message = `element must be a string, a Uint8Array or an ArrayBuffer, got ${shown}`;
  expect(() => filter.add(given as unknown as string)).toThrow(new TypeError(message));
  expect(() => filter.has(given as unknown as string)).toThrow(new TypeError(message));
});

test('refuses text that UTF-8 cannot hold', () => {
  expect(() => new BloomFilter(10, 1).add('a\ud800')).toThrow(/element holds a lone surrogate/);
});

test(
  'create() gives the rate that it was asked for, and rate() tells it',
  seeded((random) => {
    for (const wanted of [0.1, 0.01]) {
      const filter = BloomFilter.create(5000, wanted);
      for (let i = 0; i < 5000; i++) filter.add(`key${i}`);
      let found = 0;
      for (let i = 0; i < 200_000; i++) if (filter.has(random.bytes(8))) found++;
      expect(found / 200_000 / wanted).toBeGreaterThan(0.85);
      expect(found / 200_000 / wanted).toBeLessThan(1.15);
      expect(filter.rate() / wanted).toBeGreaterThan(0.9);
      expect(filter.rate() / wanted).toBeLessThan(1.1);
    }
  }),
);

test.each([
  [0, 0.01, RangeError, 'expectedKeys must be an integer from 1 to 9007199254740991, got 0'],
  [1.5, 0.01, RangeError, /expectedKeys .* got 1.5/],
  ['9', 0.01, TypeError, 'expectedKeys must be a number, got string "9"'],
  [10, 0, RangeError, 'falsePositiveRate must be between 0 and 1, got 0'],
  [10, 1, RangeError, 'falsePositiveRate must be between 0 and 1, got 1'],
  [10, Number.NaN, RangeError, 'falsePositiveRate must be between 0 and 1, got NaN'],
  [10, '0.1', TypeError, 'falsePositiveRate must be a number, got string "0.1"'],
  [1e12, 0.01, RangeError, /^size must be an integer from 1 to 4294967295, got 9585058/],
  [1, 1e-100, RangeError, /^probes must be an integer from 1 to 255, got 333/],
])('create(%j, %j) is refused', (keys, rate, kind, message) => {
  const create = () => BloomFilter.create(keys as number, rate as number);
  expect(create).toThrow(kind);
  expect(create).toThrow(message);
});

test('the constructor refuses what it cannot be', () => {
  for (const size of [0, -1, 2 ** 32, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => new BloomFilter(size, 1)).toThrow(RangeError);
  }
  for (const probes of [0, 256, 0.5, Number.NaN]) {
    expect(() => new BloomFilter(8, probes)).toThrow(RangeError);
  }
});

test('from() and JSON give filters of our kind', () => {
  const filter = BloomFilter.from(new Set(['a', 'b']), 0.001, 42);
  expect(filter).toBeInstanceOf(BloomFilter);
  expect(filter.seed).toBe(42);
  expect(['a', 'b', 'c'].map((x) => filter.has(x))).toEqual([true, true, false]);
  const again = BloomFilter.fromJSON(JSON.parse(JSON.stringify(filter.saveAsJSON())));
  expect(again).toBeInstanceOf(BloomFilter);
  expect(again.toBytes()).toEqual(filter.toBytes());
  expect(BloomFilter.from([], 0.1).has('a')).toBe(false);
});

test("the package's JSON and ours do not mix: the hash is another one", () => {
  const theirs = library.BloomFilter.from(['a'], 0.01).saveAsJSON() as unknown;
  expect(() => BloomFilter.fromJSON(theirs)).toThrow(TypeError);
  expect(() =>
    library.BloomFilter.fromJSON(filled(9, 1, []).saveAsJSON() as unknown as JSON),
  ).toThrow();
  const odd = [null, 5, {}, { type: 'jumpdb.BloomFilter', bytes: '0' }];
  for (const json of odd) expect(() => BloomFilter.fromJSON(json)).toThrow(TypeError);
});

test('bytes come back as the same filter, and are a copy', () => {
  const seed = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
  fc.assert(
    fc.property(size, probes, elements, seed, (size, probes, elements, seed) => {
      const filter = new BloomFilter(size, probes);
      filter.seed = seed;
      for (const element of elements) filter.add(element);
      const bytes = filter.toBytes();
      const again = BloomFilter.fromBytes(bytes);
      expect(again.toBytes()).toEqual(bytes);
      expect([again.size, again.seed, again._nbHashes]).toEqual([size, seed, probes]);
      bytes.fill(0);
      for (const element of elements) expect(again.has(element)).toBe(true);
    }),
  );
});

test('a seed that cannot be stored is refused, not rounded', () => {
  const filter = new BloomFilter(8, 1);
  for (const seed of [1.5, -1, 2 ** 53, Number.NaN]) {
    filter.seed = seed;
    expect(() => filter.toBytes(), String(seed)).toThrow(RangeError);
  }
});

const SMALL = filled(20, 3, ['hello', 'world']).toBytes();

test('every damaged bit is refused', () => {
  for (let bit = 0; bit < 8 * SMALL.length; bit++) {
    const damaged = SMALL.slice();
    damaged[bit >> 3]! ^= 1 << (bit & 7);
    expect(() => BloomFilter.fromBytes(damaged), `bit ${bit}`).toThrow(/^Bloom filter at offset/);
  }
});

test('every other length is refused', () => {
  for (let length = 0; length < SMALL.length; length++) {
    expect(() => BloomFilter.fromBytes(SMALL.slice(0, length))).toThrow(
      expect.objectContaining({ code: 'JUMP_CORRUPTION' }),
    );
  }
  const longer = new Uint8Array(SMALL.length + 1);
  longer.set(SMALL);
  expect(() => BloomFilter.fromBytes(longer)).toThrow(/do not fit the 32 bytes/);
});

/**
 * Changes a valid filter and seals it again, so that the checks behind the checksum are reached.
 */
function resealed(change: (bytes: Uint8Array) => void): Uint8Array {
  const bytes = SMALL.slice();
  change(bytes);
  const end = bytes.length - 4;
  writeFixed32(bytes, end, crc32c(bytes, 0, end));
  return bytes;
}

test.each<[string, (bytes: Uint8Array) => void, string]>([
  ['another magic', (b) => b.fill(0, 0, 1), 'offset 0: not a Bloom filter (magic)'],
  ['no probes', (b) => b.fill(0, 4, 5), 'offset 4: no probes'],
  ['a byte of the zeros', (b) => b.fill(1, 7, 8), 'offset 5: not zero'],
  ['a seed of 2^53', (b) => writeFixed64(b, 8, 2 ** 53), 'offset 8: seed 9007199254740992 is 2^53'],
  ['no bits', (b) => writeFixed64(b, 16, 0), 'offset 16: 0 bits do not fit'],
  ['a byte less', (b) => writeFixed64(b, 16, 16), 'offset 16: 16 bits do not fit'],
  ['a byte more', (b) => writeFixed64(b, 16, 25), 'offset 16: 25 bits do not fit'],
  ['2^63 bits', (b) => b.fill(0x80, 23, 24), 'offset 16: 9223372036854775828 bits do'],
  ['a bit behind the last', (b) => b.fill(0x10, 26, 27), 'offset 26: bits are set behind'],
])('a header that lies is refused: %s', (_, change, message) => {
  expect(() => BloomFilter.fromBytes(resealed(change), 'f.bloom')).toThrow(`f.bloom at ${message}`);
});

test('refuses what is not bytes', () => {
  expect(() => BloomFilter.fromBytes('jBF1' as unknown as Uint8Array)).toThrow(
    new TypeError('bytes must be a Uint8Array, got string "jBF1"'),
  );
});
