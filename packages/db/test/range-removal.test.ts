// Goal:   ranges that are cut out of tables are gone, at once and for good, and nothing else is,
//         whatever else the store holds of the same keys, and whenever the disk or the power fails.
// Method: stores of many small blocks on several levels, and random ranges, beside a sorted map;
//         then one clear that the disk fails, and the power, at each of its calls. Cut tables are
//         known by what they do not say of themselves.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Comparator, compareBytes } from '@jump/base';
import {
  type JumpDB,
  type JumpEvent,
  type KeyRange,
  leveled,
  memoryVfs,
  type OpenOptions,
  open,
  type Vfs,
} from '@jump/db';
import { TableReader } from '@jump/sstable';
import { CrashVfs, FaultVfs, Random } from '@jump/testkit';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { contents, read } from './checkpoint-store.ts';
import { checkDirectory } from './invariants.ts';
import { Level } from './level.ts';

// A machine that is busy with other things takes its time.
vi.setConfig({ testTimeout: 120_000 });

const KEYS = 600;
const SMALL: OpenOptions = { memtableSize: 8192, tableSize: 4096, blockSize: 128 };
const key = (i: number): string => `key${String(i).padStart(4, '0')}`;

type Range = KeyRange<string>;

/** A store with versions and deletions on several levels, in memory, and what is to be in it. */
async function layered(random: Random, options: OpenOptions) {
  const model = new Map<string, string>();
  const db = open('db', { ...SMALL, ...options });
  const some = (count: number): void => {
    for (let i = 0; i < count; i++) {
      const one = key(random.integer(0, KEYS - 1));
      if (random.chance(0.2)) {
        model.delete(one);
        db.delete(one);
      } else {
        const value = `value ${random.integer(0, 1e9)}`;
        model.set(one, value);
        db.set(one, value);
      }
    }
  };
  for (let i = 0; i < KEYS; i++) {
    model.set(key(i), 'first');
    db.set(key(i), 'first');
  }
  await db.compact();
  some(random.integer(0, 150));
  await db.flush();
  some(random.integer(0, 60));
  return { db, model, some };
}

function drawRange(random: Random): Range {
  const first = random.integer(0, KEYS);
  const [low, high] = [key(first), key(first + random.integer(0, KEYS / 2))];
  return {
    ...random.pick([{ gte: low }, { gt: low }, { gte: low }, {}]),
    ...random.pick([{ lt: high }, { lte: high }, { lt: high }, {}]),
  };
}

const isIn = (one: string, { gt, gte, lt, lte }: Range): boolean =>
  !(
    (gt !== undefined && one <= gt) ||
    (gte !== undefined && one < gte) ||
    (lt !== undefined && one >= lt) ||
    (lte !== undefined && one > lte)
  );

const sorted = (model: ReadonlyMap<string, string>): [string, string][] =>
  [...model].sort(([a], [b]) => (a < b ? -1 : 1));

/** How many tables of a closed store were cut. */
function cutTables(vfs: Vfs, comparator?: Comparator): number {
  const names = vfs.list('db').filter((name) => name.endsWith('.ldb'));
  return names.filter((name) => {
    const table = TableReader.open(
      { vfs, path: `db/${name}` },
      { keys: 'internal', ...(comparator && { comparator }) },
    );
    table.verify();
    table.close();
    return table.record === undefined;
  }).length;
}

/** The same order under another name, so that no loop that knows it is used. */
const named: Comparator = { name: 'test.named', compare: compareBytes };

describe.each<[string, OpenOptions, boolean]>([
  ['a filter of whole tables', {}, true],
  ['no filter, no compression', { filter: 'none', compression: 'none' }, true],
  ["a comparator of the user's", { filter: 'none', comparator: named }, true],
  ['few open files', { maxOpenFiles: 1, cacheSize: 0 }, true],
  ["LevelDB's filters, which go by the places of blocks", { filter: 'leveldb' }, false],
])('with %s', (_name, options, cuts) => {
  test('random ranges', async () => {
    let cut = 0;
    for (let seed = 1; seed <= 24; seed++) {
      const random = new Random(seed);
      const vfs = memoryVfs();
      const { db, model, some } = await layered(random, { ...options, vfs });
      for (let i = 0; i < 5; i++) {
        const range = drawRange(random);
        db.clear(range);
        for (const one of [...model.keys()]) if (isIn(one, range)) model.delete(one);
        expect(contents(db), `seed ${seed}, clear ${i}`).toEqual(sorted(model));
        some(random.integer(0, 20));
        if (random.chance(0.3)) await db.flush();
      }
      const left = sorted(model);
      db.close();
      cut += cutTables(vfs, options.comparator);
      checkDirectory(vfs, 'db', options.comparator);
      expect(read(vfs, 'db', { ...SMALL, ...options })).toEqual(left);
      const again = open('db', { ...SMALL, ...options, vfs });
      await again.compact();
      expect(contents(again)).toEqual(left);
      again.close();
    }
    if (cuts) expect(cut).toBeGreaterThan(2);
    else expect(cut).toBe(0);
  });
});

test('blocks go without a tombstone for each of their keys, and the room is free', async () => {
  const vfs = memoryVfs();
  const db = open('db', { ...SMALL, vfs });
  for (let i = 0; i < KEYS; i++) db.set(key(i), `value ${i}`);
  await db.compact();
  const bytes = () => db.stats().levels.reduce((sum, level) => sum + level.bytes, 0);
  const [before, sequence] = [bytes(), db.stats().sequence];
  db.clear({ gte: key(70), lt: key(530) });
  expect(db.stats().sequence - sequence).toBeLessThan(40);
  expect(bytes()).toBeLessThan(before / 2);
  expect([...db.keys()]).toHaveLength(KEYS - 460);
  db.close();
});

test('what somebody reads stays as it is', async () => {
  const vfs = memoryVfs();
  const { db, model } = await layered(new Random(1), { vfs });
  const snapshot = db.snapshot();
  const before = sorted(model);
  db.clear({ gte: key(100), lt: key(400) });
  expect([...snapshot.entries()]).toEqual(before);
  expect([...db.keys({ gte: key(100), lt: key(400) })]).toEqual([]);
  snapshot.release();
  db.close();
  expect(cutTables(vfs)).toBe(0);
});

describe('when the disk fails', () => {
  test.each([
    ['once', { systemCode: 'EIO' }],
    ['for want of room', { systemCode: 'ENOSPC', sticky: true, kinds: ['write'] }],
  ] as const)('%s, at each call: it is told, and nothing else is lost', async (_name, fault) => {
    let told = 0;
    let cut = 0;
    for (let at = 0; ; at++) {
      const vfs = new FaultVfs(memoryVfs());
      const events: JumpEvent[] = [];
      const onEvent = (event: JumpEvent) => event.type === 'error' && events.push(event);
      const { db, model } = await layered(new Random(1), { vfs, onEvent });
      await db.sync();
      const range = { gte: key(50), lt: key(500) };
      const kinds = ['open', 'read', 'write', 'sync', 'syncDirectory'] as const;
      vfs.setFault({ kinds, ...fault, at });
      const failed = attempt(() => db.clear(range));
      const { struck } = vfs;
      vfs.setFault(undefined);
      attempt(() => db.close());
      if (struck) {
        expect(failed !== undefined || events.length > 0, `call ${at}`).toBe(true);
        told++;
      }
      expectCleared(vfs, model, range, failed === undefined);
      checkDirectory(vfs, 'db');
      cut += cutTables(vfs);
      if (!struck) break;
    }
    expect(told).toBeGreaterThan(3);
    expect(cut).toBeGreaterThan(0);
  });
});

function attempt(step: () => void): unknown {
  try {
    step();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Opens a store: nothing may be missing but what a range was cleared of, all of it if `done`. */
function expectCleared(
  vfs: Vfs,
  model: ReadonlyMap<string, string>,
  range: Range,
  done: boolean,
): void {
  const found = read(vfs, 'db', SMALL);
  const outside = ([one]: [string, string]): boolean => !isIn(one, range);
  expect(found.filter(outside)).toEqual(sorted(model).filter(outside));
  const inside = found.filter((entry) => !outside(entry));
  if (done) expect(inside).toEqual([]);
  // An older version would be a ghost.
  else expect(inside.filter(([one, value]) => model.get(one) !== value)).toEqual([]);
}

test('the power may go at any time', { timeout: 240_000 }, async () => {
  let images = 0;
  let cut = 0;
  for (let seed = 1; seed <= 3; seed++) {
    const random = new Random(seed);
    const disk = new CrashVfs();
    const { db, model } = await layered(random, { vfs: disk });
    await db.sync();
    const range = drawRange(random);
    disk.onOperation = () => {
      for (const choice of [
        { entries: 'all', bytes: 'all' },
        { entries: 'none', bytes: 'none' },
        { entries: 'all', bytes: 'none' },
        { entries: 'newest', bytes: 'zeros' },
        { entries: 'random', bytes: 'random' },
        { entries: 'random', bytes: 'random' },
      ] as const) {
        images++;
        const image = new CrashVfs(disk.image(choice, random));
        expectCleared(image, model, range, false);
        checkDirectory(image, 'db');
      }
    };
    db.clear(range);
    await db.sync();
    disk.onOperation = () => {};
    const last = new CrashVfs(disk.image({ entries: 'none', bytes: 'none' }));
    expectCleared(last, model, range, true);
    cut += cutTables(last);
    db.close();
  }
  expect(images).toBeGreaterThan(60);
  expect(cut).toBeGreaterThan(2);
});

// With another number it would count as newer than those that are.
test('a table of level 0 is not cut', async () => {
  const vfs = memoryVfs();
  const compaction = leveled({ l0Trigger: 100 });
  const db = open('db', { ...SMALL, memtableSize: 2 ** 20, compaction, vfs });
  for (let i = 0; i < KEYS; i++) db.set(key(i), 'older');
  await db.flush();
  for (let i = KEYS - 100; i < KEYS; i++) db.set(key(i), 'newer');
  await db.flush();
  db.clear({ gte: key(100), lt: key(400) });
  expect(db.get(key(KEYS - 1))).toBe('newer');
  expect([...db.keys()]).toHaveLength(KEYS - 300);
  db.close();
  expect(cutTables(vfs)).toBe(0);
});

// Tombstones of what the removal would have left are synced; those of the rest must not get lost.
test('a clear that a reader came into is whole when it returns', async () => {
  const disk = new CrashVfs();
  const { db, model } = await layered(new Random(1), { vfs: disk });
  await db.sync();
  const range = { gte: key(50), lt: key(500) };
  const before = sorted(model);
  let reader: ReturnType<typeof db.entries> | undefined;
  disk.onOperation = ({ kind, path }) => {
    if (kind === 'sync' && path.endsWith('.log')) reader ??= db.entries();
  };
  db.clear(range);
  disk.onOperation = () => {};
  expectCleared(new CrashVfs(disk.image({ entries: 'none', bytes: 'none' })), model, range, true);
  const outside = before.filter(([one]) => !isIn(one, range));
  expect([...(reader ?? [])].filter(([one]) => !isIn(one, range))).toEqual(outside);
  db.close();
  expect(cutTables(disk)).toBe(0);
});

describe('LevelDB', () => {
  const directory = mkdtempSync(join(tmpdir(), 'jumpdb-range-removal-'));
  const level = new Level();
  afterAll(() => {
    level.end();
    rmSync(directory, { recursive: true, force: true });
  });

  test('reads, and compacts, what is left', async () => {
    const place = join(directory, 'db');
    const db: JumpDB = open(place, { ...SMALL, background: 'inline' });
    for (let i = 0; i < KEYS; i++) db.set(key(i), `value ${i}`);
    await db.compact();
    db.clear({ gte: key(70), lt: key(530) });
    const left = contents(db);
    db.close();
    await level.open(place);
    const before = await level.read([new TextEncoder().encode(key(300))]);
    expect(before).toHaveLength(left.length);
    await level.compact();
    expect(await level.read()).toEqual(before);
    await level.close();
    const again = open(place, { ...SMALL, background: 'inline' });
    expect(contents(again)).toEqual(left);
    again.close();
  });
});
