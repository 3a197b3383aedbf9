// Goal:   of all versions a reader sees the newest of its time, both ways, within its range.
// Method: random versions against a filter; random walks that change direction against an index.
import {
  bytewiseComparator,
  compareBytes,
  compareRanges,
  encodeInternalKey,
  KIND_DELETION,
  KIND_VALUE,
} from '@jump/base';
import { type Random, seeded } from '@jump/testkit';
import { expect, test } from 'vitest';
import { Memtable } from '../write/memtable.ts';
import { type Bounds, VisibleCursor } from './visible-cursor.ts';

const EVERYTHING: Bounds = {
  lower: undefined,
  lowerExclusive: false,
  upper: undefined,
  upperExclusive: false,
};

interface Version {
  readonly key: string;
  readonly sequence: number;
  readonly value: string | undefined;
}

const bytes = (text: string) => new TextEncoder().encode(text);
const textOf = (b: Uint8Array, start: number, end: number) =>
  new TextDecoder().decode(b.subarray(start, end));

function cursorOver(versions: readonly Version[], sequence: number, bounds: Bounds): VisibleCursor {
  const memtable = new Memtable({ comparator: bytewiseComparator, shared: false, size: 1024 });
  // Everything is protected, so that no version replaces another.
  memtable.protect(Number.MAX_SAFE_INTEGER);
  for (const { key, sequence: at, value } of versions) {
    const entry = bytes(key + (value ?? ''));
    const end = bytes(key).length;
    const kind = value === undefined ? KIND_DELETION : KIND_VALUE;
    memtable.add(at, kind, entry, 0, end, end, entry.length);
  }
  return new VisibleCursor(memtable.cursor(), sequence, compareRanges, bounds);
}

function visible(versions: readonly Version[], sequence: number, bounds: Bounds): string[] {
  const newest = new Map<string, Version>();
  for (const one of versions) if (one.sequence <= sequence) newest.set(one.key, one);
  const { lower, lowerExclusive, upper, upperExclusive } = bounds;
  return [...newest.values()]
    .filter(({ key, value }) => {
      const low = lower === undefined ? 1 : compareBytes(bytes(key), lower);
      const high = upper === undefined ? -1 : compareBytes(bytes(key), upper);
      if (value === undefined) return false;
      return (lowerExclusive ? low > 0 : low >= 0) && (upperExclusive ? high < 0 : high <= 0);
    })
    .map(({ key, value }) => `${key}=${value}`)
    .sort();
}

const KEYS = ['', 'a', 'aa', 'b', 'c', 'cc', 'd'];

function randomVersions(random: Random): Version[] {
  return Array.from({ length: random.integer(0, 30) }, (_, i) => ({
    key: random.pick(KEYS),
    sequence: i + 1,
    value: random.chance(0.3) ? undefined : `v${i}`,
  }));
}

function randomBounds(random: Random): Bounds {
  const bound = () => (random.chance(0.5) ? undefined : bytes(random.pick(KEYS)));
  return {
    lower: bound(),
    lowerExclusive: random.chance(0.5),
    upper: bound(),
    upperExclusive: random.chance(0.5),
  };
}

const shown = (c: VisibleCursor) =>
  `${textOf(c.keyBytes, c.keyStart, c.keyEnd)}=${textOf(c.valueBytes, c.valueStart, c.valueEnd)}`;

test(
  'random versions, random walks',
  seeded((random) => {
    for (let round = 0; round < 2000; round++) {
      const versions = randomVersions(random);
      const sequence = random.integer(0, versions.length + 1);
      const bounds = random.chance(0.3) ? EVERYTHING : randomBounds(random);
      const cursor = cursorOver(versions, sequence, bounds);
      const expected = visible(versions, sequence, bounds);
      let at = -1;
      for (let step = 0; step < 20; step++) {
        const move = random.pick(['first', 'last', 'seek', 'next', 'previous'] as const);
        if (move === 'first') at = cursor.first() ? 0 : -1;
        else if (move === 'last') at = cursor.last() ? expected.length - 1 : -1;
        else if (move === 'seek') {
          const key = random.pick(KEYS);
          cursor.seek(bytes(key), 0, bytes(key).length);
          at = expected.findIndex(
            (entry) => compareBytes(bytes(entry.split('=')[0] as string), bytes(key)) >= 0,
          );
        } else if (cursor.valid) {
          cursor[move]();
          at += move === 'next' ? 1 : -1;
          if (at >= expected.length) at = -1;
        } else at = -1;
        expect(cursor.valid ? shown(cursor) : undefined, `${round}: ${move}`).toBe(expected[at]);
      }
    }
  }),
);

test('the drawing of the module', () => {
  const versions: Version[] = [
    { key: 'b', sequence: 3, value: 'b3' },
    { key: 'c', sequence: 4, value: 'c4' },
    { key: 'a', sequence: 5, value: 'a5' },
    { key: 'b', sequence: 7, value: undefined },
    { key: 'a', sequence: 9, value: 'a9' },
  ];
  const cursor = cursorOver(versions, 8, EVERYTHING);
  const walked: string[] = [];
  for (let more = cursor.first(); more; more = cursor.next()) walked.push(shown(cursor));
  for (let more = cursor.last(); more; more = cursor.previous()) walked.push(shown(cursor));
  expect(walked).toEqual(['a=a5', 'c=c4', 'c=c4', 'a=a5']);
  expect(encodeInternalKey(bytes('a'), 5, KIND_VALUE)).toHaveLength(9);
});
