// Goal:   ranges of a table mean what ranges of a store mean: prefix, limit, and both with bounds.
import { compareBytes, prefixEnd } from '@jump/base';
import { memoryVfs } from '@jump/vfs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type TableKeys, type TableRange, TableReader, TableWriter } from './index.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (value: Uint8Array): string => new TextDecoder().decode(value);
const KEYS = ['a', 'ab', 'aba', 'abb', 'ac', 'b', 'ba', 'bb', 'c'];

/** A table of all keys; of internal ones, each has an older version that nobody sees. */
function tableOf(keys: TableKeys): TableReader {
  const target = { vfs: memoryVfs(), path: 'table.ldb' };
  const writer = new TableWriter(target, { keys, blockSize: 1 });
  const trailer = (sequence: number): number[] => [1, sequence, 0, 0, 0, 0, 0, 0];
  for (const key of KEYS) {
    if (keys === 'raw') writer.add(bytes(key), bytes(key));
    else
      for (const sequence of [9, 3])
        writer.add(Uint8Array.of(...bytes(key), ...trailer(sequence)), bytes(key));
  }
  writer.finish();
  return TableReader.open(target, { keys });
}

const found = (table: TableReader, range: TableRange): string[] =>
  [...table.entries(range)].map(({ key }) => text(key));

test.each(['raw', 'internal'] as const)('of %s keys', (keys) => {
  const table = tableOf(keys);
  const word = fc.option(fc.constantFrom('', 'a', 'ab', 'abb', 'b', 'bc', 'd'), { nil: undefined });
  const ranges = fc.record({
    prefix: word,
    lower: word,
    upper: word,
    inclusive: fc.boolean(),
    reverse: fc.boolean(),
    limit: fc.option(fc.nat(10), { nil: undefined }),
  });
  fc.assert(
    fc.property(ranges, ({ prefix, lower, upper, inclusive, reverse, limit }) => {
      const low = lower === undefined ? undefined : bytes(lower);
      const high = upper === undefined ? undefined : bytes(upper);
      const range: TableRange = {
        ...(inclusive ? { gte: low, lte: high } : { gt: low, lt: high }),
        prefix: prefix === undefined ? undefined : bytes(prefix),
        reverse,
        limit,
      };
      const inside = KEYS.filter((key) => {
        const [above, below] = [compareOr(key, lower, 1), compareOr(key, upper, -1)];
        const within = inclusive ? above >= 0 && below <= 0 : above > 0 && below < 0;
        return within && key.startsWith(prefix ?? '');
      });
      if (reverse) inside.reverse();
      expect(found(table, range)).toEqual(inside.slice(0, limit));
    }),
    { numRuns: 300 },
  );
  table.close();
});

/** How a key compares with a bound; `otherwise` without one. */
const compareOr = (key: string, bound: string | undefined, otherwise: number): number =>
  bound === undefined ? otherwise : compareBytes(bytes(key), bytes(bound));

test('internal entries, of which each version counts', () => {
  const table = tableOf('internal');
  const all = (range: TableRange): string[] =>
    [...table.internalEntries(range)].map(
      ({ userKey, sequence }) => `${text(userKey)}@${sequence}`,
    );
  expect(all({ prefix: bytes('ab'), limit: 3 })).toEqual(['ab@9', 'ab@3', 'aba@9']);
  expect(all({ limit: 0 })).toEqual([]);
  table.close();
});

test('what is no prefix and no limit is refused', () => {
  const table = tableOf('raw');
  expect(() => table.entries({ prefix: 'a' as never })).toThrow(/^prefix: a Uint8Array expected/);
  expect(() => table.entries({ limit: '1' as never })).toThrow(TypeError);
  for (const limit of [-1, 0.5, Number.NaN]) {
    expect(() => table.entries({ limit })).toThrow(RangeError);
  }
  expect(found(table, { limit: Number.POSITIVE_INFINITY })).toEqual(KEYS);
  table.close();
});

test('a prefix needs the order of bytes', () => {
  const target = { vfs: memoryVfs(), path: 'table.ldb' };
  const comparator = {
    name: 'backwards',
    compare: (a: Uint8Array, b: Uint8Array) => compareBytes(b, a),
  };
  const writer = new TableWriter(target, { comparator });
  for (const key of KEYS.toReversed()) writer.add(bytes(key), bytes(key));
  writer.finish();
  const table = TableReader.open(target, { comparator });
  expect(() => table.entries({ prefix: bytes('a') })).toThrow(
    expect.objectContaining({ code: 'JUMP_UNSUPPORTED' }),
  );
  expect(found(table, { limit: 2 })).toEqual(['c', 'bb']);
  table.close();
});

test('prefixEnd() is the first after all that begin so', () => {
  expect(prefixEnd(bytes('ab'))).toEqual(bytes('ac'));
  expect(prefixEnd(Uint8Array.of(1, 255, 255))).toEqual(Uint8Array.of(2));
  expect(prefixEnd(Uint8Array.of(255))).toBeUndefined();
  expect(prefixEnd(Uint8Array.of())).toBeUndefined();
});
