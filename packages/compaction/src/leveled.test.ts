// Goal:   the size of level 1 that nobody has asked for; all else is in ../testdata.
import { compareBytes } from '@jump/base';
import { expect, test } from 'vitest';
import { table } from '../test/tables.ts';
import { leveled } from './leveled.ts';

const MEGABYTE = 1024 ** 2;

/** Whether a level 1 of one table of so many megabytes has to give something to level 2. */
function isTooLarge(megabytes: number, tableSize: number): boolean {
  const levels = [[], [table(`#1 a..z ${megabytes}MB`)], [], [], [], [], []];
  const pick = leveled().pick({
    levels,
    compareUser: compareBytes,
    compactPointers: [],
    tableSize: tableSize * MEGABYTE,
    oldestSnapshot: Number.POSITIVE_INFINITY,
    tombstonesBlocked: new Map(),
    readDebt: () => 0,
  });
  return pick !== undefined;
}

test('level 1 has room for 24 MiB, or for five tables', () => {
  expect(isTooLarge(23, 2)).toBe(false);
  expect(isTooLarge(24, 2)).toBe(true);
  expect(isTooLarge(79, 16)).toBe(false);
  expect(isTooLarge(80, 16)).toBe(true);
});
