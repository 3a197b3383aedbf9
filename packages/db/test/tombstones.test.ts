// Goal:   what was deleted takes no room and no time for long.
// Method: a queue: pushed at one end, taken from the other; its size on the disk, and what its
//         first
// entry costs to find, stay what the few entries that live are worth.
import { full, leveled, open, tiered } from '@jump/db';
import { describe, expect, test } from 'vitest';

const LENGTH = 200;
const TURNS = 12_000;
const turn = () => new Promise((resolve) => setImmediate(resolve));
const key = (i: number) => `item ${String(i).padStart(9, '0')}`;

describe.each([leveled(), tiered(), full()])('a queue under $name()', (compaction) => {
  test('stays small and fast', async () => {
    const db = open(undefined, { compaction, memtableSize: 16_384, tableSize: 32_768 });
    for (let i = 0; i < TURNS; i++) {
      db.set(key(i), `job ${i} `.repeat(10));
      if (i >= LENGTH) db.delete(key(i - LENGTH));
      if (i % 100 === 0) await turn();
    }
    await db.flush();
    for (let i = 0; i < 100; i++) await turn();
    const bytes = db.stats().levels.reduce((sum, level) => sum + level.bytes, 0);
    // About 20 KB live; all that was ever pushed is above a megabyte.
    expect(bytes).toBeLessThan(400_000);
    const { hits, misses } = db.stats().cache;
    for (let i = 0; i < 10; i++)
      expect(db.keys({ limit: 1 }).next().value).toBe(key(TURNS - LENGTH));
    const asked = db.stats().cache.hits + db.stats().cache.misses - hits - misses;
    // A walk over all tombstones would read hundreds of blocks each time.
    expect(asked / 10).toBeLessThan(60);
    expect([...db.keys()]).toHaveLength(LENGTH);
    db.close();
  });
});

test('a store that was emptied takes no room after a compaction', async () => {
  const db = open(undefined, { memtableSize: 4096, tableSize: 8192 });
  for (let i = 0; i < 1000; i++) db.set(key(i), 'x'.repeat(50));
  await db.flush();
  for (let i = 0; i < 1000; i++) db.delete(key(i));
  await db.compact();
  expect(db.stats().levels.reduce((sum, level) => sum + level.files, 0)).toBe(0);
  expect([...db]).toEqual([]);
  db.close();
});

async function manyDeleted(hold: boolean) {
  const reasons: string[] = [];
  const db = open(undefined, {
    memtableSize: 4096,
    tableSize: 8192,
    onEvent: (event) => void (event.type === 'compaction' && reasons.push(event.reason)),
  });
  for (let i = 0; i < 2000; i++) db.set(key(i), 'x'.repeat(50));
  await db.compact();
  const before = db.stats().levels.reduce((sum, level) => sum + level.bytes, 0);
  const snapshot = hold ? db.snapshot() : undefined;
  for (let i = 0; i < 1990; i++) {
    db.delete(key(i));
    if (i % 100 === 0) await turn();
  }
  await db.flush();
  for (let i = 0; i < 300; i++) await turn();
  const after = db.stats().levels.reduce((sum, level) => sum + level.bytes, 0);
  expect([...db.keys()]).toHaveLength(10);
  if (snapshot !== undefined) expect([...snapshot.keys()]).toHaveLength(2000);
  db.close();
  return { share: after / before, merges: reasons.length };
}

test('tables full of tombstones are merged early, by themselves', async () => {
  const { share } = await manyDeleted(false);
  expect(share).toBeLessThan(0.6);
});

test('what a snapshot holds is not rewritten again and again', async () => {
  const { merges } = await manyDeleted(true);
  expect(merges).toBeLessThan(100);
});
