// Goal:   of tables that were made of each other the newer one says what is there, and of logs that
//         were flushed the tables; nothing is hidden that is nowhere else.
// Method: sources of a few entries, each a case from the life of a store, merged as a repair does.
import {
  bytewiseComparator,
  type Cursor,
  compareInternalKeys,
  compareRanges,
  encodeInternalKey,
  KIND_DELETION,
  KIND_VALUE,
  readKind,
  readSequence,
  TRAILER_LENGTH,
} from '@jump/base';
import type { TableDamage } from '@jump/sstable';
import { expect, test } from 'vitest';
import { Memtable } from '../write/memtable.ts';
import { JudgedCursor, NumberedCursor, VerdictCursor } from './judged-cursor.ts';
import { findKin, judgeByKin } from './kinship.ts';
import { mergeSources } from './merge.ts';
import { memtableSource, type Source, type Verdict } from './source.ts';

/** `b7` is a value of b with sequence 7, `b7x` its deletion. */
function source(number: number, entries: string, options: Partial<Source> = {}): Source {
  const memtable = new Memtable({ comparator: bytewiseComparator, shared: false, size: 1024 });
  memtable.protect(1000);
  for (const entry of entries.split(' ')) {
    const [, key = '', sequence = '', deleted] = /^([a-z]+)(\d+)(x?)$/.exec(entry) ?? [];
    const bytes = new TextEncoder().encode(`${key}${entry}`);
    const kind = deleted === 'x' ? KIND_DELETION : KIND_VALUE;
    const from = kind === KIND_VALUE ? key.length : bytes.length;
    memtable.add(Number(sequence), kind, bytes, 0, key.length, from, bytes.length);
  }
  return { ...memtableSource(memtable, `${number}`, number), log: false, ...options };
}

const log = (number: number, entries: string): Source => source(number, entries, { log: true });

function show({ keyBytes, keyStart, keyEnd }: Cursor): string {
  const key = new TextDecoder().decode(keyBytes.subarray(keyStart, keyEnd - TRAILER_LENGTH));
  const deleted = readKind(keyBytes, keyEnd) === KIND_DELETION ? 'x' : '';
  return `${key}${readSequence(keyBytes, keyEnd)}${deleted}`;
}

/** What is left of sources, all versions of it, when kin are known. */
function left(...sources: Source[]): string {
  const merged = mergeSources(
    sources,
    compareInternalKeys,
    (one, cursor) => new NumberedCursor(cursor, sources.indexOf(one)),
  );
  const steps = findKin(merged, sources);
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  merged.close();
  for (const one of sources) one.judge = judgeByKin(one, step.value, compareRanges);
  // What two of them have is there twice, until it is written.
  return [...new Set(walk(sources))].join(' ');
}

function walk(sources: readonly Source[]): string[] {
  const merged = mergeSources(sources, compareInternalKeys, ({ judge }, cursor) =>
    judge === undefined ? cursor : new JudgedCursor(cursor, judge),
  );
  const cursor = new VerdictCursor(merged, compareRanges);
  const shown: string[] = [];
  for (let more = cursor.first(); more; more = cursor.next()) {
    // What is shown is the entry itself, not a mark.
    const { valueBytes, valueStart, valueEnd } = cursor;
    const value = new TextDecoder().decode(valueBytes.subarray(valueStart, valueEnd));
    const entry = show(cursor);
    expect(value).toBe(entry.endsWith('x') ? '' : entry);
    shown.push(entry);
  }
  cursor.close();
  return shown;
}

test('sources that have nothing in common are no kin', () => {
  expect(left(source(3, 'a1 c3'), source(4, 'b2 d4'))).toBe('a1 b2 c3 d4');
  expect(left(source(3, 'a1 c3'), source(4, 'a5 c6x'))).toBe('a5 a1 c6x c3');
  expect(left(log(3, 'a1 c3'), source(4, 'a5'))).toBe('a5 a1 c3');
  expect(left()).toBe('');
});

test('an input that is left beside its output brings nothing back', () => {
  // 4, with the tombstone of b, is gone.
  expect(left(source(3, 'a2 b5 c3'), source(6, 'a2 c3'))).toBe('a2 c3');
  // All inputs are there: the tombstone is, too.
  expect(left(source(3, 'a2 b5 c3'), source(4, 'b7x'), source(6, 'a2 c3'))).toBe('a2 b7x c3');
});

test('nothing outside of what the output covers is hidden', () => {
  expect(left(source(3, 'a1 b2 c3 d4 e5'), source(6, 'b2 d4'))).toBe('a1 b2 d4 e5');
});

test('an entry that only an even newer table has is not lost', () => {
  // 6 was merged into 9; both are there, and so is 3.
  expect(left(source(3, 'a2 b5 c3'), source(6, 'a2 b5 c3'), source(9, 'a2 b5 c3'))).toBe(
    'a2 b5 c3',
  );
  expect(left(source(3, 'a2 b5 c3'), source(6, 'a2 b5 c3'), source(9, 'a2 c3'))).toBe('a2 c3');
});

test('what hides older versions goes on hiding them', () => {
  // 2 is no kin of 6, but b5, which 6 has done with, is newer than its b1.
  expect(left(source(2, 'b1'), source(3, 'a2 b5 c3'), source(6, 'a2 c3'))).toBe('a2 c3');
  // A tombstone that is kin's stays, whatever the output says.
  expect(left(source(2, 'b1'), source(3, 'a2 b5x c3'), source(6, 'a2 c3'))).toBe('a2 b5x b1 c3');
});

test('something newer than all kin is shown', () => {
  expect(left(source(3, 'a2 b5 c3'), source(6, 'a2 c3'), source(8, 'b9'))).toBe('a2 b9 c3');
  expect(left(source(3, 'a2 b5 c3'), source(6, 'a2 c3'), log(7, 'b9'))).toBe('a2 b9 c3');
});

test('a damaged output says nothing of what it has lost', () => {
  const key = (letter: string) =>
    encodeInternalKey(new TextEncoder().encode(letter), 9, KIND_VALUE);
  const hole = (after: string | undefined, upTo: string | undefined): TableDamage => ({
    offset: 0,
    bytes: 1,
    reason: 'a test',
    after: after === undefined ? undefined : key(after),
    upTo: upTo === undefined ? undefined : key(upTo),
  });
  const older = () => source(3, 'a1 b2 c3 d4 e5 f6 g7');
  const newer = (...damage: TableDamage[]) => source(6, 'a1 g7', { damage });
  expect(left(older(), newer())).toBe('a1 g7');
  expect(left(older(), newer(hole('c', 'e')))).toBe('a1 c3 d4 e5 g7');
  expect(left(older(), newer(hole(undefined, 'b')))).toBe('a1 b2 g7');
  expect(left(older(), newer(hole('f', undefined)))).toBe('a1 f6 g7');
});

test('of a log everything up to what a table has of it is in tables', () => {
  // b2 was flushed with the others, and deleted since; d9 was not flushed.
  expect(left(log(3, 'a1 b2 c3'), log(5, 'd9'), source(4, 'a1 c3'))).toBe('a1 c3 d9');
  expect(left(log(3, 'a1 b2 c3 d4'), source(4, 'a1 c3'))).toBe('a1 c3 d4');
});

test('tables of one log, made by openings that were cut short, are not made of each other', () => {
  // The first opening had small memtables and wrote 3 to 5; the second one wrote all into 3 again.
  const all = 'a1 b2 c3 d4 e5 f6';
  expect(left(log(2, all), source(3, all), source(4, 'c3 d4'), source(5, 'e5 f6'))).toBe(all);
  expect(left(log(2, all), source(3, all), source(4, 'a1 f6'))).toBe(all);
});

test('a doubtful key is given up with all that is older, unless something newer is there', () => {
  const doubtful = (verdict: Verdict) => (cursor: Cursor) =>
    /^[bc]/.test(show(cursor)) ? verdict : 'keep';
  const lower = source(3, 'a1 b2 c3 d4');
  lower.judge = doubtful('doubtful');
  const shown = walk([lower, source(2, 'b1 e1'), source(5, 'c9')]);
  expect(shown).toEqual(['a1', 'c9', 'd4', 'e1']);
});
