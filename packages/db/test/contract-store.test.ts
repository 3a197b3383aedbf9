// Goal:   what the contract says of a store's life: opening, durability calls, background work,
// statistics.
// Method: its sentences, each as a test.
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { destroy, type JumpDB, type JumpEvent, memoryVfs, open, openReadOnly } from '@jump/db';
import { describe, expect, test } from 'vitest';
import { temporary } from './temporary.ts';

const code = (wanted: string) => expect.objectContaining({ code: wanted });
const TINY = { memtableSize: 1024, tableSize: 1024 } as const;

function filled(db: JumpDB<string, string>, count = 300): JumpDB<string, string> {
  for (let i = 0; i < count; i++) db.set(`k${String(i).padStart(5, '0')}`, 'x'.repeat(100));
  return db;
}

describe('open', () => {
  test('without a path, and with :memory:, is a store of its own in memory', () => {
    const first = open();
    const second = open(':memory:');
    first.set('k', '1');
    expect(second.has('k')).toBe(false);
    expect(first.stats().lock).toBe('none');
    first.close();
    second.close();
  });

  test('creates the directory and those above it; keeps what was written', () => {
    const path = join(temporary(), 'a', 'b', 'store');
    const db = open(path);
    db.set('k', 'v');
    db.close();
    const again = open(path);
    expect(again.get('k')).toBe('v');
    again.close();
  });

  test('createIfMissing: false is JUMP_NOT_FOUND, and makes nothing', () => {
    const path = join(temporary(), 'store');
    expect(() => open(path, { createIfMissing: false })).toThrow(code('JUMP_NOT_FOUND'));
    expect(existsSync(path)).toBe(false);
    mkdirSync(path);
    expect(() => open(path, { createIfMissing: false })).toThrow(code('JUMP_NOT_FOUND'));
    expect(readdirSync(path)).toEqual([]);
  });

  test('errorIfExists is JUMP_EXISTS', () => {
    const path = temporary();
    open(path, { errorIfExists: true }).close();
    expect(() => open(path, { errorIfExists: true })).toThrow(code('JUMP_EXISTS'));
    open(path).close();
  });

  test('twice at a time is JUMP_LOCKED, whatever path leads there', () => {
    const path = temporary();
    const db = open(path);
    expect(() => open(path)).toThrow(code('JUMP_LOCKED'));
    expect(() => open(join(path, '.'))).toThrow(code('JUMP_LOCKED'));
    expect(() => destroy(path)).toThrow(code('JUMP_LOCKED'));
    db.set('k', 'v');
    db.close();
    open(path).close();
  });
});

describe('durability', () => {
  test('handOver, sync and set with sync', async () => {
    const path = temporary();
    const db = open(path);
    db.set('k', 'v');
    db.handOver();
    const reader = openReadOnly(path);
    expect(reader.get('k')).toBe('v');
    reader.close();
    db.set('k2', 'v', { sync: true });
    db.delete('k', { sync: false });
    const all = [db.sync(), db.sync()];
    expect(await Promise.all(all)).toEqual([undefined, undefined]);
    expect(await db.sync()).toBeUndefined();
    expect(() => db.set('k', 'v', { sync: 1 } as never)).toThrow(/sync.*number 1/);
    expect(() => db.set('k', 'v', { snyc: true } as never)).toThrow(/unknown option "snyc"/);
    expect(() => db.batch().write(null as never)).toThrow(/options.*null/);
    db.close();
  });

  test('a turn of writes is handed over when it ends', async () => {
    const path = temporary();
    const db = open(path);
    db.set('k', 'v');
    await new Promise((resolve) => setImmediate(resolve));
    const reader = openReadOnly(path);
    expect(reader.get('k')).toBe('v');
    reader.close();
    db.close();
  });

  test("logWrites: 'each' hands over before set returns", () => {
    const path = temporary();
    const db = open(path, { logWrites: 'each' });
    db.set('k', 'v');
    const reader = openReadOnly(path);
    expect(reader.get('k')).toBe('v');
    reader.close();
    db.close();
  });
});

describe('background work', () => {
  test('flush empties the memtable, compact leaves one sorted run, drain waits for room', async () => {
    const db = filled(open(undefined, TINY));
    await db.drain();
    await db.flush();
    expect(db.stats().memtable.entries).toBe(0);
    await db.flush();
    filled(db);
    await db.compact();
    const runs = db.stats().levels.filter((level) => level.files > 0);
    expect(runs).toHaveLength(1);
    expect(runs[0]?.level).toBeGreaterThan(0);
    await db.compact({ gte: 'k00010', lt: 'k00020' });
    expect([...db.keys()]).toHaveLength(300);
    db.close();
  });

  test('clear deletes a range, drops whole tables, respects what readers see', async () => {
    const db = filled(open(undefined, TINY));
    await db.compact();
    const before = db.stats();
    const snapshot = db.snapshot();
    db.clear({ gte: 'k00100', lt: 'k00200' });
    expect([...db.keys({ gte: 'k001', lt: 'k002' })]).toEqual([]);
    expect([...snapshot.keys()]).toHaveLength(300);
    snapshot.release();
    db.clear({ gt: 'k00200' });
    expect(db.stats().levels.reduce((sum, level) => sum + level.files, 0)).toBeLessThan(
      before.levels.reduce((sum, level) => sum + level.files, 0),
    );
    expect([...db.keys()]).toHaveLength(101);
    db.clear();
    expect([...db]).toEqual([]);
    db.set('k', 'v');
    db.clear({ gte: 'z', lte: 'a' });
    expect(db.get('k')).toBe('v');
    db.close();
  });

  test('approximateSize adds up the bytes of a range on the disk', async () => {
    const db = filled(
      open(undefined, { compression: 'none', tableSize: 4096, blockSize: 256 }),
      1000,
    );
    expect(db.approximateSize({})).toBe(0);
    await db.flush();
    const all = db.approximateSize({});
    expect(all).toBe(db.stats().levels.reduce((sum, level) => sum + level.bytes, 0));
    const half = db.approximateSize({ lt: 'k00500' });
    expect(half / all).toBeCloseTo(0.5, 1);
    expect(db.approximateSize({ gte: 'k00500' }) / all).toBeCloseTo(0.5, 1);
    expect(db.approximateSize({ gt: 'z' })).toBe(0);
    expect(db.approximateSize({ gte: 'k00600', lt: 'k00400' })).toBe(0);
    expect(() => db.approximateSize(undefined as never)).toThrow(TypeError);
    db.close();
  });
});

test('stats() has the shape of the contract', async () => {
  const db = filled(open(undefined, TINY));
  await db.compact();
  db.set('k', 'v');
  const snapshot = db.snapshot();
  const cursor = db.cursor();
  const number = expect.any(Number);
  const stats = db.stats();
  expect(stats).toMatchObject({
    levels: [0, 1, 2, 3, 4, 5, 6].map((level) => ({ level, files: number, bytes: number })),
    memtable: { entries: 1, bytes: number },
    cache: { hits: number, misses: number, bytes: number },
    filter: { hits: number, misses: number, falsePositives: number },
    amplification: { write: number, space: number },
    stalls: { count: number, ms: number },
    pinned: { iterators: 1, snapshots: 1 },
    executor: 'inline',
    jobs: { flushes: number, compactions: number },
    backgroundErrors: [],
    lock: 'none',
  });
  expect(Object.keys(stats.levels[0] ?? {})).toEqual(['level', 'files', 'bytes']);
  expect(JSON.parse(JSON.stringify(stats))).toEqual(stats);
  expect(stats.amplification.write).toBeGreaterThan(1);
  expect(stats.amplification.space).toBeGreaterThanOrEqual(1);
  cursor.close();
  snapshot.release();
  db.close();
});

test('recoveryLoss is told only when something was dropped', () => {
  const vfs = memoryVfs();
  const events: JumpEvent[] = [];
  const onEvent = (event: JumpEvent) => events.push(event);
  for (let i = 0; i < 3; i++) {
    const db = open('store', { vfs, onEvent });
    db.set(`k${i}`, 'v');
    db.close();
  }
  expect(events).toEqual([]);
});
