import { compareRanges, encodeInternalKey, internalRangeCompare, rangeCompare } from '@jump/base';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type TableMeta, Version } from './index.ts';

const text = (s: string) => new TextEncoder().encode(s);

/** `#5 a@9..c@3 200`: number, smallest and largest user key (sequence 1 unless said), file size. */
function table(spec: string): TableMeta {
  const match = /^#(\d+) (\w*)(?:@(\d+))?\.\.(\w*)(?:@(\d+))?(?: (\d+))?$/.exec(spec);
  if (match === null) throw new Error(spec);
  const [, number, smallest = '', from = '1', largest = '', to = '1', size = '100'] = match;
  return {
    number: Number(number),
    fileSize: Number(size),
    smallest: encodeInternalKey(text(smallest), Number(from), 1),
    largest: encodeInternalKey(text(largest), Number(to), 1),
  };
}

const level = (n: number, ...specs: string[]) =>
  specs.map((spec) => ({ level: n, table: table(spec) }));
const numbers = (tables: readonly TableMeta[]) => tables.map((t) => t.number);

describe('apply()', () => {
  const base = Version.of([...level(0, '#7 a..z', '#9 b..c'), ...level(1, '#3 m..p', '#5 a..c')]);

  test('level 0 has the newest first, others are in order of keys', () => {
    expect(numbers(base.levels[0]!)).toEqual([9, 7]);
    expect(numbers(base.levels[1]!)).toEqual([5, 3]);
    expect(base.levels.length).toBe(7);
  });

  test('changes levels, and neither the version it starts from nor the levels left alone', () => {
    const next = base.apply({ deleted: [{ level: 1, number: 5 }], added: level(2, '#5 a..c') });
    expect(next.levels.map(numbers)).toEqual([[9, 7], [3], [5], [], [], [], []]);
    expect(base.levels.map(numbers)).toEqual([[9, 7], [5, 3], [], [], [], [], []]);
    expect(next.levels[0]).toBe(base.levels[0]);
    expect(next.bytes(1)).toBe(100);
    expect(base.apply({}).levels).toEqual(base.levels);
  });

  test('accepts a user key that goes on in the next table, older versions there', () => {
    const split = Version.of(level(1, '#3 a..k@9', '#4 k@8..z'));
    expect(numbers(split.levels[1]!)).toEqual([3, 4]);
  });

  test.each([
    [
      'a table deleted from another level',
      { deleted: [{ level: 2, number: 5 }] },
      'not in level 2',
    ],
    [
      'a table deleted twice over',
      {
        deleted: [
          { level: 0, number: 7 },
          { level: 0, number: 8 },
        ],
      },
      'table 8',
    ],
    ['a number that is live', { added: level(4, '#3 x..y') }, 'already in level 1'],
    ['a number added twice', { added: level(4, '#30 a..b', '#30 x..y') }, 'added twice'],
    ['an overlap', { added: level(1, '#30 c..d') }, 'tables 5 and 30 overlap in level 1'],
    ['the same range', { added: level(3, '#30 c..d', '#31 c..d') }, 'overlap in level 3'],
    ['a split key in the wrong order', { added: level(3, '#30 c..k@3', '#31 k@4..m') }, 'overlap'],
    ['a range that ends before it begins', { added: level(0, '#30 d..c') }, 'impossible key range'],
    ['level 7', { added: level(7, '#30 c..d') }, 'no level 7'],
    [
      'a key that is too short',
      { added: [{ level: 1, table: { ...table('#30 x..y'), smallest: text('x') } }] },
      'not an internal key',
    ],
  ])('refuses %s', (_, edit, message) => {
    expect(() => base.apply(edit)).toThrow(RangeError);
    expect(() => base.apply(edit)).toThrow(message);
  });

  test('orders by the comparator that it was made with', () => {
    const reversed = { name: 'r', compare: (a: Uint8Array, b: Uint8Array) => Buffer.compare(b, a) };
    const compare = internalRangeCompare(reversed);
    const version = Version.of(level(1, '#3 c..a', '#4 z..m'), compare);
    expect(numbers(version.levels[1]!)).toEqual([4, 3]);
    const found = version.overlapping(1, text('q'), text('b'), rangeCompare(reversed));
    expect(numbers(found)).toEqual([4, 3]);
  });
});

describe('overlapping()', () => {
  const find = (version: Version, n: number, from?: string, to?: string) =>
    numbers(
      version.overlapping(
        n,
        from === undefined ? undefined : text(from),
        to === undefined ? undefined : text(to),
        compareRanges,
      ),
    );
  // The cases of LevelDB's own widening, and what it is for: a newer version never goes below an
  // older.
  const zero = Version.of(
    level(0, '#1 a..d', '#2 c..g', '#3 f..k', '#4 m..p', '#5 p..r', '#6 x..x'),
  );
  test.each([
    ['b', 'b', [3, 2, 1]],
    ['h', 'h', [3, 2, 1]],
    ['l', 'l', []],
    ['p', 'p', [5, 4]],
    ['l', 'm', [5, 4]],
    [undefined, 'a', [3, 2, 1]],
    ['s', undefined, [6]],
    ['q', undefined, [6, 5, 4]],
    [undefined, undefined, [6, 5, 4, 3, 2, 1]],
  ])('level 0, %s to %s', (from, to, expected) => {
    expect(find(zero, 0, from, to)).toEqual(expected);
  });

  const split = Version.of(
    level(1, '#1 a..c', '#2 e..k@9', '#3 k@8..k@5', '#4 k@4..m', '#5 m@0..p', '#6 r..t'),
  );
  test.each([
    ['a', 'b', [1]],
    ['d', 'd', []],
    ['b', 'f', [1, 2, 3, 4, 5]],
    ['k', 'k', [2, 3, 4, 5]],
    ['l', 'l', [4, 5]],
    ['n', 'n', [5]],
    ['q', 'q', []],
    ['s', undefined, [6]],
    [undefined, 'a', [1]],
    [undefined, undefined, [1, 2, 3, 4, 5, 6]],
    ['z', undefined, []],
    [undefined, 'A', []],
  ])('level 1, %s to %s: tables that share a user key go together', (from, to, expected) => {
    expect(find(split, 1, from, to)).toEqual(expected);
  });

  test('level 0 against its definition: the least set that no other table touches', () => {
    const ranges = fc.array(fc.tuple(fc.nat(60), fc.nat(8)), { maxLength: 12 });
    const show = (n: number) => n.toString().padStart(3, '0');
    const property = fc.property(ranges, fc.nat(60), fc.nat(10), (all, from, span) => {
      const version = Version.of(
        level(0, ...all.map(([a, n], i) => `#${i + 1} ${show(a)}..${show(a + n)}`)),
      );
      let low = from;
      let high = from + span;
      const touching = () => all.filter(([a, n]) => a + n >= low && a <= high);
      for (let before = -1; before !== touching().length; ) {
        before = touching().length;
        for (const [a, n] of touching()) [low, high] = [Math.min(low, a), Math.max(high, a + n)];
      }
      expect(find(version, 0, show(from), show(from + span)).length).toBe(touching().length);
    });
    fc.assert(property);
  });
});

test('indexFor() finds the first table that may hold a key or one after it', () => {
  const version = Version.of(level(1, '#1 b..d', '#2 f..k@9', '#3 k@8..m'));
  const index = (key: string, sequence = 1) => {
    const internal = encodeInternalKey(text(`..${key}`), sequence, 1);
    return version.indexFor(1, internal, 2, internal.length);
  };
  expect(['a', 'b', 'd', 'e', 'f', 'm', 'z'].map((key) => index(key))).toEqual([
    0, 0, 0, 1, 1, 2, 3,
  ]);
  expect([index('k', 20), index('k', 9), index('k', 8), index('k', 1)]).toEqual([1, 1, 2, 2]);
  expect(Version.empty().indexFor(3, text('12345678'), 0, 8)).toBe(0);
});
