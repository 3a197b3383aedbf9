// Goal:   few tables open, none closed under a reader. Method: real tables in memory, each rule.
import { bytewiseComparator, encodeInternalKey, KIND_VALUE } from '@jump/base';
import { type TableMeta, tableName } from '@jump/manifest';
import { TableWriter } from '@jump/sstable';
import { memoryVfs, type Vfs } from '@jump/vfs';
import { beforeEach, expect, test } from 'vitest';
import { TableCache } from './table-cache.ts';

let vfs: Vfs;
let tables: TableMeta[];

beforeEach(() => {
  vfs = memoryVfs();
  vfs.makeDirectory('store');
  tables = [1, 2, 3, 4].map((number) => {
    const key = encodeInternalKey(Uint8Array.of(number), number, KIND_VALUE);
    const writer = new TableWriter(
      { vfs, path: `store/${tableName(number)}` },
      { keys: 'internal' },
    );
    writer.add(key, Uint8Array.of(number));
    const { fileSize, smallest, largest } = writer.finish();
    return { number, fileSize, smallest, largest };
  });
});

const cacheOf = (maxOpenFiles: number) =>
  new TableCache({
    vfs,
    directory: 'store',
    comparator: bytewiseComparator,
    filters: [],
    cache: undefined,
    maxOpenFiles,
  });

test('keeps at most so many open, but never closes one that a cursor reads', () => {
  const cache = cacheOf(2);
  for (const table of tables) cache.get(table);
  expect(cache.size).toBe(2);
  const lease = cache.lease(true);
  const cursors = tables.map((table) => lease.open(table));
  expect(cache.size).toBe(4);
  for (const cursor of cursors) expect(cursor.first()).toBe(true);
  lease.giveBack(cursors[0]!);
  expect(cache.size).toBe(3);
  lease.release();
  lease.release();
  expect(cache.size).toBe(2);
  cache.close();
  expect(cache.size).toBe(0);
});

test('two cursors of one table: it stays until the last is given back', () => {
  const cache = cacheOf(1);
  const lease = cache.lease(true);
  const first = lease.open(tables[0]!);
  const second = lease.open(tables[0]!);
  lease.giveBack(first);
  cache.get(tables[1]!);
  expect(second.first()).toBe(true);
  lease.release();
  cache.close();
});

test('a table of another size than the manifest says is damage, and no file stays open', () => {
  const cache = cacheOf(2);
  const wrong = { ...tables[0]!, fileSize: 1 };
  expect(() => cache.get(wrong)).toThrow(expect.objectContaining({ code: 'JUMP_CORRUPTION' }));
  expect(() => cache.get(wrong)).toThrow(/000001\.ldb: 1 bytes expected/);
  expect(cache.size).toBe(0);
});

test("finds a table under LevelDB's old name", () => {
  vfs.rename('store/000003.ldb', 'store/000003.sst');
  const cache = cacheOf(2);
  expect(cache.get(tables[2]!).properties.entries).toBe(1);
  cache.close();
});
