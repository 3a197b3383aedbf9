// Goal:   each option of the contract does what it says.
// Method: one test an option, looking at the files or the statistics that it changes.
import { compareBytes } from '@jump/base';
import { bloomPolicy } from '@jump/bloom';
import { memoryVfs, type OpenOptions, open, type Vfs } from '@jump/db';
import { TableReader } from '@jump/sstable';
import { describe, expect, test } from 'vitest';
import { reversed } from './variants.ts';

const code = (wanted: string) => expect.objectContaining({ code: wanted });

/** Fills a store of 500 entries, compacts it, and gives the properties of its first table. */
async function firstTable(options: OpenOptions<string, string>, vfs: Vfs = memoryVfs()) {
  const db = open('store', { ...options, vfs });
  for (let i = 0; i < 500; i++) db.set(`key ${i}`, `value ${i} `.repeat(5));
  await db.compact();
  const files = db.stats().levels.reduce((sum, level) => sum + level.files, 0);
  db.close();
  const name = vfs
    .list('store')
    .filter((one) => one.endsWith('.ldb'))
    .sort()[0];
  const table = TableReader.open({ vfs, path: `store/${name}` });
  const { properties } = table;
  table.close();
  return { ...properties, files };
}

test('blockSize and indexInterval set how much a block holds', async () => {
  expect((await firstTable({ blockSize: 1 })).blocks).toBe(500);
  expect((await firstTable({ blockSize: 2 ** 20 })).blocks).toBe(1);
  expect((await firstTable({ indexInterval: 10 })).blocks).toBe(50);
  expect((await firstTable({ indexInterval: 1, blockSize: 2 ** 20 })).blocks).toBe(500);
});

test('tableSize sets how much a table holds', async () => {
  const small = { tableSize: 4096, memtableSize: 4096, compression: 'none' } as const;
  expect((await firstTable(small)).files).toBeGreaterThan(5);
  expect((await firstTable({ ...small, tableSize: 2 ** 21 })).files).toBe(1);
});

test('compression', async () => {
  const sizes = async (compression: 'snappy' | 'none') =>
    (await firstTable({ compression })).codecs;
  expect(JSON.stringify(await sizes('snappy'))).not.toBe(JSON.stringify(await sizes('none')));
});

test('memtableSize sets when a table is made', () => {
  for (const [memtableSize, flushes] of [
    [1024, true],
    [2 ** 24, false],
  ] as const) {
    const db = open(undefined, { memtableSize });
    for (let i = 0; i < 100; i++) db.set(`k${i}`, 'x'.repeat(100));
    expect(db.stats().jobs.flushes > 0).toBe(flushes);
    db.close();
  }
});

test.each(['jump', 'leveldb', 'none'] as const)(
  'filter: %s, and every kind is read',
  async (filter) => {
    const vfs = memoryVfs();
    await firstTable({ filter }, vfs);
    const db = open('store', { vfs, filter: filter === 'none' ? 'jump' : 'none' });
    for (let i = 0; i < 500; i++) expect(db.has(`key ${i}!`)).toBe(false);
    for (let i = 0; i < 500; i++) expect(db.has(`key ${i}`)).toBe(true);
    const { hits, misses, falsePositives } = db.stats().filter;
    if (filter === 'none') expect([hits, misses, falsePositives]).toEqual([0, 0, 0]);
    else {
      expect(hits).toBeGreaterThan(450);
      expect(misses).toBe(500);
      expect(hits + falsePositives).toBeLessThanOrEqual(500);
    }
    db.close();
  },
);

test("a filter policy of the user's own", async () => {
  const vfs = memoryVfs();
  const filter = { ...bloomPolicy({ bitsPerKey: 4 }), name: 'test.Mine' };
  expect((await firstTable({ filter }, vfs)).filterName).toBe('test.Mine');
  // Unknown when it is not given: ignored, never an error.
  for (const given of [filter, 'jump', 'none'] as const) {
    const db = open('store', { vfs, filter: given });
    expect(db.get('key 7')).toContain('value 7');
    expect(db.has('key 7!')).toBe(false);
    expect(db.stats().filter.misses).toBe(given === filter ? 1 : 0);
    db.close();
  }
});

test('cacheSize: 0 caches nothing and reads all the same; a larger one hits', async () => {
  for (const cacheSize of [0, 2 ** 20]) {
    const db = open(undefined, { cacheSize });
    db.set('k', 'v');
    await db.flush();
    for (let i = 0; i < 10; i++) expect(db.get('k')).toBe('v');
    expect([...db]).toEqual([['k', 'v']]);
    const { hits, bytes } = db.stats().cache;
    expect([hits > 0, bytes > 0]).toEqual(cacheSize === 0 ? [false, false] : [true, true]);
    db.close();
  }
});

test('maxOpenFiles: 1 keeps one table open, but for what a scan reads', async () => {
  const db = open(undefined, { maxOpenFiles: 1, tableSize: 1024, memtableSize: 4096 });
  for (let i = 0; i < 500; i++) db.set(`k${String(i).padStart(3, '0')}`, `${i}`.repeat(30));
  await db.compact();
  expect(db.stats().levels.reduce((sum, level) => sum + level.files, 0)).toBeGreaterThan(5);
  for (let i = 0; i < 500; i += 50) db.get(`k${String(i).padStart(3, '0')}`);
  expect(db.stats().openTables).toBe(1);
  const cursors = [db.cursor(), db.cursor(), db.cursor()];
  for (const [index, cursor] of cursors.entries()) cursor.seek(`k${index}50`);
  expect(db.stats().openTables).toBeGreaterThan(1);
  for (const [index, cursor] of cursors.entries()) expect(cursor.key).toBe(`k${index}50`);
  for (const cursor of cursors) cursor.close();
  expect(db.stats().openTables).toBe(1);
  expect([...db.keys()]).toHaveLength(500);
  expect(db.stats().openTables).toBe(1);
  db.close();
});

describe('comparator', () => {
  test('orders everything', async () => {
    const db = open(undefined, { comparator: reversed, memtableSize: 1024 });
    for (const key of ['a', 'c', 'b', 'ba']) db.set(key, 'x'.repeat(400));
    await db.compact();
    db.set('bb', '');
    expect([...db.keys()]).toEqual(['c', 'bb', 'ba', 'b', 'a']);
    expect([...db.keys({ gt: 'bb', lte: 'b' })]).toEqual(['ba', 'b']);
    expect([...db.keys({ gte: 'b', lte: 'bb' })]).toEqual([]);
    db.clear({ gte: 'bb', lt: 'b' });
    expect([...db.keys({ reverse: true })]).toEqual(['a', 'b', 'c']);
    db.close();
  });

  test('of another name is JUMP_UNSUPPORTED, and both are named', () => {
    const vfs = memoryVfs();
    open('mine', { vfs, comparator: reversed }).close();
    open('default', { vfs }).close();
    const message =
      /test\.Reversed.*leveldb\.BytewiseComparator|leveldb\.BytewiseComparator.*test\.Reversed/;
    for (const call of [
      () => open('mine', { vfs }),
      () => open('default', { vfs, comparator: reversed }),
    ]) {
      expect(call).toThrow(message);
      expect(call).toThrow(code('JUMP_UNSUPPORTED'));
    }
    open('mine', { vfs, comparator: reversed }).close();
  });

  test('separator and successor are used where there are any', async () => {
    let asked = 0;
    const comparator = {
      name: 'test.Shortening',
      compare: compareBytes,
      separator: (a: Uint8Array) => {
        asked++;
        return a;
      },
      successor: (a: Uint8Array) => a,
    };
    expect((await firstTable({ comparator, blockSize: 100 })).entries).toBe(500);
    expect(asked).toBeGreaterThan(0);
  });
});
