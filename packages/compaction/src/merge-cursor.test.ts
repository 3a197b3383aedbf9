// Goal:   a merge is one sorted cursor, whatever its children are and however it is walked.
// Method: the cursor contract over entries that were dealt out to k children at random, evenly and
//         unevenly; then what the contract cannot know: equal keys, failing children, closing.
import { type Cursor, compareRanges } from '@jump/base';
import { cursorContract, type Entry, Random } from '@jump/testkit';
import { expect, test } from 'vitest';
import { ListCursor } from '../test/list-cursor.ts';
import { mergeCursors } from './merge-cursor.ts';

/** Deals entries out to `count` children; the later children get fewer and fewer if `uneven`. */
function deal(entries: readonly Entry[], count: number, uneven: boolean): Entry[][] {
  const random = new Random(entries.length);
  const hands: Entry[][] = Array.from({ length: count }, () => []);
  for (const entry of entries) {
    const hand = uneven ? random.skewed(count - 1) : random.integer(0, count - 1);
    hands[hand]!.push(entry);
  }
  return hands;
}

for (const [count, uneven] of [
  [1, false],
  [2, false],
  [2, true],
  [3, false],
  [9, true],
  [40, false],
] as const) {
  cursorContract({
    name: `a merge of ${count} ${uneven ? 'uneven ' : ''}children`,
    keys: 'internal',
    open: (entries) => mergeCursors(deal(entries, count, uneven).map((one) => new ListCursor(one))),
  });
}

cursorContract({
  name: 'a merge of raw keys',
  keys: 'raw',
  open: (entries) =>
    mergeCursors(
      deal(entries, 4, false).map((one) => new ListCursor(one, compareRanges)),
      compareRanges,
    ),
});

test('a merge of nothing is empty', () => {
  const merged = mergeCursors([]);
  expect([merged.first(), merged.last(), merged.seek(new Uint8Array(8), 0, 8)]).toEqual([
    false,
    false,
    false,
  ]);
});

/** Raw cursors whose keys are letters and whose values name the child. */
function letters(...words: string[]): Cursor[] {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  return words.map(
    (word, i) =>
      new ListCursor(
        [...word].map((letter) => ({ key: bytes(letter), value: bytes(`${i}`) })),
        compareRanges,
      ),
  );
}

function shown(cursor: Cursor): string {
  if (!cursor.valid) return '-';
  const text = new TextDecoder();
  const key = text.decode(cursor.keyBytes.subarray(cursor.keyStart, cursor.keyEnd));
  return key + text.decode(cursor.valueBytes.subarray(cursor.valueStart, cursor.valueEnd));
}

test('equal keys come in the order of the children, and backwards in the opposite one', () => {
  const merged = mergeCursors(letters('bd', 'abd', 'b'), compareRanges);
  const forwards: string[] = [];
  for (merged.first(); merged.valid; merged.next()) forwards.push(shown(merged));
  expect(forwards).toEqual(['a1', 'b0', 'b1', 'b2', 'd0', 'd1']);
  const backwards: string[] = [];
  for (merged.last(); merged.valid; merged.previous()) backwards.push(shown(merged));
  expect(backwards).toEqual(forwards.toReversed());
  // Turning round on each entry meets its neighbours, equal keys included.
  for (let i = 1; i < forwards.length - 1; i++) {
    merged.first();
    for (let step = 0; step < i; step++) merged.next();
    const seen = [merged.previous() && shown(merged), merged.next() && shown(merged)];
    expect(seen).toEqual([forwards[i - 1], forwards[i]]);
    expect(merged.next() && shown(merged)).toBe(forwards[i + 1]);
    expect(merged.previous() && shown(merged)).toBe(forwards[i]);
  }
});

test('after a child has thrown, the merge stands nowhere, until it is placed again', () => {
  const [a, b] = letters('ac', 'bd') as [Cursor, Cursor];
  let broken = true;
  const next = b.next.bind(b);
  b.next = () => {
    if (broken) throw new Error('damaged');
    return next();
  };
  const merged = mergeCursors([a, b], compareRanges);
  merged.first();
  merged.next();
  expect(shown(merged)).toBe('b1');
  expect(() => merged.next()).toThrow('damaged');
  expect([merged.valid, merged.next(), merged.previous()]).toEqual([false, false, false]);
  broken = false;
  merged.first();
  expect([shown(merged), merged.next() && merged.next() && shown(merged)]).toEqual(['a0', 'c0']);
});

test('closing closes every child, once and again', () => {
  const children = letters('a', 'b', '') as ListCursor[];
  const merged = mergeCursors(children, compareRanges);
  merged.first();
  merged.close();
  merged.close();
  expect(merged.valid).toBe(false);
  expect(children.every((child) => child.closed)).toBe(true);
});
