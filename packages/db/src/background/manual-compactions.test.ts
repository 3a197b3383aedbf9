// Goal:   a manual compaction is shown what there was when it began, and which tables came later,
//         so that it never chases those.
import { compareBytes } from '@jump/base';
import { leveled, type PickState } from '@jump/compaction';
import type { TableMeta } from '@jump/manifest';
import { expect, test } from 'vitest';
import { type ManualCompaction, seenBy } from './manual-compactions.ts';

const internalKey = (letter: string): Uint8Array =>
  Uint8Array.of(letter.charCodeAt(0), 1, 0, 0, 0, 0, 0, 0, 0);

/** A small table with one key. */
const small = (number: number, letter: string): TableMeta => ({
  number,
  fileSize: 100,
  smallest: internalKey(letter),
  largest: internalKey(letter),
  entries: 1,
  tombstones: 0,
});

const stateOf = (level0: TableMeta[], level1: TableMeta[]): PickState => ({
  levels: [level0, level1, [], [], [], [], []],
  compareUser: compareBytes,
  compactPointers: [],
  tableSize: 1 << 20,
  oldestSnapshot: Number.POSITIVE_INFINITY,
  tombstonesBlocked: new Map(),
});

const WHOLE = { smallest: undefined, largest: undefined };
const manual: ManualCompaction = {
  range: WHOLE,
  signal: new AbortController().signal,
  onProgress: () => {},
  firstLater: 10,
  resolve: () => {},
  reject: () => {},
  done: 0,
};
const next = (state: PickState) => leveled().manual(seenBy(manual, state), WHOLE);

test('tables of level 0 that came later are not shown', () => {
  expect(next(stateOf([small(11, 'b'), small(10, 'a')], []))).toBeUndefined();
  const pick = next(stateOf([small(11, 'b'), small(9, 'a')], []));
  expect(pick?.inputs.map(({ tables }) => tables.map(({ number }) => number))).toEqual([[9]]);
});

test('small tables that came later are merged with others, and not with each other', () => {
  expect(next(stateOf([], [small(10, 'a'), small(11, 'b')]))).toBeUndefined();
  const pick = next(stateOf([], [small(9, 'a'), small(10, 'b'), small(11, 'c')]));
  expect(pick?.inputs.map(({ tables }) => tables.map(({ number }) => number))).toEqual([
    [9, 10, 11],
  ]);
});
