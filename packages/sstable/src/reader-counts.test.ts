// Goal:   what a reader counts is what it has done.
// Method: a table of a hundred keys, with a filter and without, of which everything is known.
import { encodeInternalKey } from '@jump/base';
import { expect, test } from 'vitest';
import { openWritten, plainBloomPolicy } from '../test/tables.ts';
import { Lookup, type TableReader } from './index.ts';

test('a reader counts what was searched for nothing, and the blocks that cursors went to', () => {
  const entries = Array.from({ length: 100 }, (_, i) => {
    const key = encodeInternalKey(new TextEncoder().encode(`key ${i + 100}`), 7, 1);
    return { key, value: new Uint8Array(20) };
  });
  const writing = { keys: 'internal', blockSize: 256 } as const;
  const lookup = new Lookup();
  const look = (table: TableReader, text: string) => {
    const user = new TextEncoder().encode(text);
    lookup.setNewest(user, 0, user.length);
    return table.find(lookup);
  };
  const plain = openWritten(entries, writing);
  expect([look(plain, 'key 150'), look(plain, 'key 150x'), look(plain, 'zzz')]).toEqual([
    true,
    false,
    false,
  ]);
  expect(plain.vainSearches).toBe(2);
  expect(plain.filterStats.falsePositives).toBe(0);
  const policy = plainBloomPolicy(10, 'table');
  const filtered = openWritten(entries, { ...writing, filter: policy }, { filters: [policy] });
  for (let i = 0; i < 1000; i++) look(filtered, `key ${i}, absent`);
  const { hits, falsePositives } = filtered.filterStats;
  expect(hits + falsePositives).toBe(1000);
  expect(filtered.vainSearches).toBe(falsePositives);
  const cursor = plain.cursor();
  expect(plain.blocksScanned).toBe(0);
  cursor.first();
  expect(plain.blocksScanned).toBe(1);
  while (cursor.next());
  const { blocksScanned } = plain;
  expect(blocksScanned).toBeGreaterThan(5);
  cursor.last();
  expect(plain.blocksScanned).toBe(blocksScanned + 1);
  cursor.close();
  plain.close();
  filtered.close();
});
