// Goal:   no reader at any snapshot can tell that entries were dropped, and nothing that could go
//         stays.
// Method: the drawing of drop-rule.ts as cases; then random histories, dealt out to a merge and to
//         tables below it, every reader's view compared before and after by brute force; and the
//         kept entries compared with a slow statement of the rule.
import {
  type Comparator,
  compareBytes,
  encodeInternalKey,
  KIND_DELETION,
  readKind,
  readSequence,
  sliceRange,
} from '@jump/base';
import { type Entry, type Random, seeded } from '@jump/testkit';
import { expect, test } from 'vitest';
import { byKey, history, view } from '../test/merge-model.ts';
import { key } from '../test/tables.ts';
import { DropRule, type DropRuleOptions } from './drop-rule.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** `a9 a7D b3`: versions in order, D for tombstones; returns those that are kept. */
function kept(entries: string, options: Partial<DropRuleOptions>): string {
  const rule = new DropRule({ snapshots: [], older: [], ...options });
  return entries
    .split(' ')
    .filter((word) => {
      const [, user = '', sequence, deleted] = /^([A-Za-z]+?)(\d+)(D?)$/.exec(word) ?? [];
      const internal = deleted
        ? encodeInternalKey(bytes(user), Number(sequence), KIND_DELETION)
        : key(`${user}@${sequence}`);
      return rule.keep(internal, 0, internal.length);
    })
    .join(' ');
}

const range = (smallest: string, largest: string) => [
  { smallest: bytes(smallest), largest: bytes(largest) },
];

test.each([
  ['without snapshots the newest version stays', 'a9 a7 a1 b3', {}, 'a9 b3'],
  ['one version a stripe', 'a9 a8 a7 a6 a5 a3 a1', { snapshots: [3, 6] }, 'a9 a6 a3'],
  ['a snapshot sees its own sequence', 'a4 a3', { snapshots: [3] }, 'a4 a3'],
  ['no stripe, no version', 'a9 a8', { snapshots: [1, 2, 3, 8] }, 'a9 a8'],
  ['a tombstone goes with all below it', 'a9D a7 b3', {}, 'b3'],
  ['... if no deeper table can hold the key', 'a9D a7 b9D', { older: range('a', 'a') }, 'a9D'],
  ['... ranges include both ends', 'a1D b1D c1D d1D', { older: range('b', 'c') }, 'b1D c1D'],
  ['a flush keeps its tombstones', 'a9D a7 b3D', { older: 'everywhere' as const }, 'a9D b3D'],
  ['a tombstone that a reader needs stays', 'b5D b2', { snapshots: [3, 6] }, 'b5D b2'],
  ['a tombstone in the lowest stripe goes', 'b3D b1', { snapshots: [3, 6] }, ''],
  ['a tombstone above a kept tombstone', 'b9D b5D b3D b1', { snapshots: [3, 6] }, 'b9D b5D'],
  ['a value on a tombstone', 'b9 b8D b3', { snapshots: [] }, 'b9'],
])('%s', (_, entries, options, expected) => {
  expect(kept(entries, options)).toBe(expected);
});

test('refuses a version that comes after an older one; the same entry twice is taken once', () => {
  expect(() => kept('a3 a9', { snapshots: [5] })).toThrow('out of order');
  expect(kept('a9 a9 a3 a3', { snapshots: [5] })).toBe('a9 a3');
});

test('says which tombstones only a snapshot keeps', () => {
  const rule = new DropRule({ snapshots: [3], older: range('m', 'm') });
  const held = ['a@9', 'm@9'].map((text) => {
    const internal = encodeInternalKey(bytes(text[0]!), 9, KIND_DELETION);
    rule.keep(internal, 0, internal.length);
    return rule.heldBack;
  });
  expect(held).toEqual([9, -1]);
});

test('versions are told by the comparator, not by their bytes', () => {
  const comparator: Comparator = {
    name: 'case-insensitive',
    compare: (a, b) => compareBytes(bytes(lower(a)), bytes(lower(b))),
  };
  expect(kept('a9 A7 b3', { comparator })).toBe('a9 b3');
  expect(kept('A9D a7 b3', { comparator, older: range('A', 'A') })).toBe('A9D b3');
});

function lower(text: Uint8Array): string {
  return new TextDecoder().decode(text).toLowerCase();
}

test(
  'no reader sees a difference, and nothing is kept in vain',
  seeded((random) => {
    for (let round = 0; round < 1500; round++) oneMerge(random);
  }),
);

/** Entries above `bottom` are merged, some of the others lie in deeper tables. */
function oneMerge(random: Random): void {
  const all = history(random, random.integer(1, 60), random.integer(1, 8));
  const bottom = random.chance(0.4) ? 0 : random.integer(0, all.length);
  const older = all.slice(0, bottom);
  const merged = all.slice(bottom).sort(byKey);
  const snapshots = Array.from({ length: random.integer(0, 4) }, () =>
    random.integer(0, all.length),
  ).sort((a, b) => a - b);
  const ranges = deeperRanges(older, random);
  const rule = new DropRule({ snapshots, older: ranges });
  const rest = merged.filter(({ key: one }) => {
    // Somewhere in a larger array, as a block has it.
    const wide = new Uint8Array(one.length + 9).fill(7);
    wide.set(one, 5);
    return rule.keep(wide, 5, 5 + one.length);
  });
  for (const reader of [...snapshots, all.length, all.length + 5]) {
    expect(view([...older, ...rest], reader)).toEqual(view(all, reader));
  }
  expect(rest).toEqual(merged.filter((one) => slowRule(one, merged, snapshots, ranges)));
  expect(rule.covered + rule.purged).toBe(merged.length - rest.length);
}

/** The deeper entries cut into tables, which are joined where they touch. */
function deeperRanges(entries: readonly Entry[], random: Random) {
  const users = [...new Set(entries.map(({ key: one }) => lower(one.subarray(0, -8))))].sort();
  const ranges: { smallest: Uint8Array; largest: Uint8Array }[] = [];
  for (let at = 0; at < users.length; ) {
    const end = random.integer(at, users.length - 1);
    ranges.push({ smallest: bytes(users[at]!), largest: bytes(users[end]!) });
    at = end + 1;
  }
  return ranges;
}

/** Rules 1 and 2 word by word: stripes as the set of snapshots that see an entry. */
function slowRule(
  { key: one }: Entry,
  merged: readonly Entry[],
  snapshots: readonly number[],
  ranges: readonly { smallest: Uint8Array; largest: Uint8Array }[],
): boolean {
  const user = sliceRange(one, 0, one.length - 8);
  const stripe = (internal: Uint8Array): number =>
    snapshots.filter((snapshot) => snapshot < readSequence(internal, internal.length)).length;
  const hidden = merged.some(
    ({ key: other }) =>
      compareBytes(other.subarray(0, -8), user) === 0 &&
      readSequence(other, other.length) > readSequence(one, one.length) &&
      stripe(other) === stripe(one),
  );
  if (hidden) return false;
  const outside = ranges.some(
    ({ smallest, largest }) =>
      compareBytes(user, smallest) >= 0 && compareBytes(user, largest) <= 0,
  );
  return readKind(one, one.length) !== KIND_DELETION || outside || stripe(one) > 0;
}
