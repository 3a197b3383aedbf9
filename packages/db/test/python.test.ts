// Goal:   what JumpDB for Python 0.0.6 did is there, under our names, and what it got wrong is not.
// Method: each call of its README, each parameter, the scenarios of its tests; then its faults.
import { full, type OpenOptions, open, record } from '@jump/db';
import { describe, expect, test } from 'vitest';
import { temporary } from './temporary.ts';

/** `DB(max_inmemory_size=…, segment_size=…, sparse_offset=…, merge_threshold=…)`. */
const LIKE_PYTHON: OpenOptions<string, string> = {
  memtableSize: 1024,
  tableSize: 2 ** 20,
  indexInterval: 5,
  mergeThreshold: 3,
  compaction: full(),
};
const filler = 'x'.repeat(60);

describe('the calls of its README', () => {
  test('get, set, delete, contains', () => {
    const db = open();
    db.set('k1', 'v1');
    expect(db.get('k1')).toBe('v1');
    expect(db.contains('k1')).toBe(true);
    db.delete('k1');
    expect(db.get('k1')).toBeUndefined();
    expect(db.contains('k1')).toBe(false);
    db.close();
  });

  test('the dictionary syntax', () => {
    const db = open();
    const dict = record(db);
    dict['k1'] = 'v1';
    expect(dict['k1']).toBe('v1');
    expect('k1' in dict).toBe(true);
    delete dict['k1'];
    expect('k1' in dict).toBe(false);
    expect(dict['k1']).toBeUndefined();
    db.close();
  });

  test('DB(), DB(path) and persist_segments=False', () => {
    const path = temporary();
    for (const [db, kept] of [
      [open(), false],
      [open(path), true],
      [open(':memory:'), false],
    ] as const) {
      db.set('k', 'v');
      db.close();
      const again = kept ? open(path) : open();
      expect(again.contains('k')).toBe(kept);
      again.close();
    }
  });
});

describe('the scenarios of its tests', () => {
  const segments = (db: ReturnType<typeof open>): number =>
    db.stats().levels.reduce((sum, level) => sum + level.files, 0);

  test('more entries than the memtable holds; several tables; every entry is found', async () => {
    const db = open(undefined, { ...LIKE_PYTHON, mergeThreshold: 1000 });
    for (let i = 0; i < 30; i++) db.set(`k${i}`, `v${i} ${filler}`);
    await db.flush();
    expect(segments(db)).toBeGreaterThan(1);
    for (let i = 0; i < 30; i++) expect(db.get(`k${i}`)).toBe(`v${i} ${filler}`);
    db.close();
  });

  test('one merged table: what was overwritten, and what was deleted, is so after the merge', async () => {
    const db = open(undefined, LIKE_PYTHON);
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 30; i++) db.set(`k${i}`, `round ${round} ${filler}`);
      await db.flush();
    }
    for (let i = 0; i < 10; i++) db.delete(`k${i}`);
    await db.flush();
    await db.compact();
    expect(segments(db)).toBe(1);
    for (let i = 0; i < 30; i++) {
      expect(db.get(`k${i}`)).toBe(i < 10 ? undefined : `round 2 ${filler}`);
      expect(db.contains(`k${i}`)).toBe(i >= 10);
    }
    db.close();
  });

  test('merge_threshold: that many segments become one, by themselves', async () => {
    const db = open(undefined, LIKE_PYTHON);
    for (let i = 0; i < 300; i++) {
      db.set(`k${i % 50}`, `v${i} ${filler}`);
      if (i % 40 === 0) await db.flush();
    }
    await db.flush();
    for (let turn = 0; turn < 50 && segments(db) > 3; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(segments(db)).toBeLessThanOrEqual(3);
    for (let i = 250; i < 300; i++) expect(db.get(`k${i % 50}`)).toBe(`v${i} ${filler}`);
    db.close();
  });

  test('eviction: a flush empties the memtable', async () => {
    const db = open(undefined, LIKE_PYTHON);
    db.set('k', 'v');
    expect(db.stats().memtable.entries).toBe(1);
    await db.flush();
    expect(db.stats().memtable.entries).toBe(0);
    expect(db.get('k')).toBe('v');
    db.close();
  });
});

describe('what it got wrong', () => {
  test('a deletion survives a flush, a merge, and opening again', async () => {
    const path = temporary();
    let db = open(path, LIKE_PYTHON);
    db.set('k', 'old');
    await db.flush();
    db.delete('k');
    await db.flush();
    expect(db.get('k')).toBeUndefined();
    db.set('other', 'v');
    await db.compact();
    expect(db.contains('k')).toBe(false);
    db.close();
    db = open(path, LIKE_PYTHON);
    expect(db.contains('k')).toBe(false);
    expect([...db.keys()]).toEqual(['other']);
    db.close();
  });

  test('membership works after opening again: the filter comes back with the table', async () => {
    const path = temporary();
    let db = open(path, LIKE_PYTHON);
    for (let i = 0; i < 100; i++) db.set(`k${i}`, filler);
    await db.flush();
    db.close();
    db = open(path, LIKE_PYTHON);
    for (let i = 0; i < 100; i++) expect(db.contains(`k${i}`)).toBe(true);
    for (let i = 0; i < 100; i++) expect(db.contains(`k${i}!`)).toBe(false);
    expect(db.stats().filter.hits).toBeGreaterThan(80);
    db.close();
  });

  test('values are not limited to strings', () => {
    const db = open<string, { list: number[] }>(undefined, { valueEncoding: 'json' });
    db.set('k', { list: [1, 2] });
    expect(db.get('k')).toEqual({ list: [1, 2] });
    db.close();
  });

  test('a write costs no merge of everything: it returns while merging goes on', () => {
    const db = open(undefined, { ...LIKE_PYTHON, memtableSize: 4096 });
    for (let i = 0; i < 40; i++) db.set(`k${i}`, filler);
    expect(db.stats().jobs.compactions).toBe(0);
    db.close();
  });

  // "No write is lost by a crash" needs a process that dies: crash-images.test.ts, and the kill tests.
});
