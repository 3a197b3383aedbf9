// Goal:   a level reads as one sorted run, with one table open at a time.
// Method: the cursor contract over entries cut into tables of many sizes; then a count of open
//         tables.
import { compareInternalKeys } from '@jump/base';
import type { TableMeta } from '@jump/manifest';
import { cursorContract, type Entry } from '@jump/testkit';
import { expect, test } from 'vitest';
import { ListCursor } from '../test/list-cursor.ts';
import { key, table } from '../test/tables.ts';
import { levelCursor } from './level-cursor.ts';

function cut(entries: readonly Entry[], size: number): Map<TableMeta, Entry[]> {
  const tables = new Map<TableMeta, Entry[]>();
  for (let at = 0; at < entries.length; at += size) {
    const part = entries.slice(at, at + size);
    const meta = { number: at + 1, fileSize: 1, smallest: part[0]!.key, largest: part.at(-1)!.key };
    tables.set(meta, part);
  }
  return tables;
}

for (const size of [1, 7, 1000]) {
  cursorContract({
    name: `a level of tables of ${size} entries`,
    keys: 'internal',
    open(entries) {
      const tables = cut(entries, size);
      return levelCursor([...tables.keys()], {
        openTable: (one) => new ListCursor(tables.get(one)!),
      });
    },
  });
}

test('one table is open at a time, and one that holds nothing is passed over', () => {
  const open = new Set<number>();
  const parts: Record<number, string[]> = { 1: ['a', 'b'], 2: [], 3: ['p', 'q'] };
  const tables = [table('#1 a..b'), table('#2 c..d'), table('#3 p..q')];
  const level = levelCursor(tables, {
    openTable: ({ number }) => {
      const entries = parts[number]!.map((one) => ({ key: key(one), value: key(one) }));
      const cursor = new ListCursor(entries, compareInternalKeys);
      open.add(number);
      cursor.close = () => void open.delete(number);
      return cursor;
    },
  });
  const seen: string[] = [];
  for (level.first(); level.valid; level.next()) {
    seen.push(String.fromCharCode(level.keyBytes[level.keyStart]!));
    expect(open.size).toBe(1);
  }
  for (level.last(); level.valid; level.previous()) {
    seen.push(String.fromCharCode(level.keyBytes[level.keyStart]!));
    expect(open.size).toBe(1);
  }
  expect(seen.join('')).toBe('abpqqpba');
  const probe = key('bb');
  expect(level.seek(probe, 0, probe.length)).toBe(true);
  expect(String.fromCharCode(level.keyBytes[level.keyStart]!)).toBe('p');
  level.close();
  level.close();
  expect(open.size).toBe(0);
});
