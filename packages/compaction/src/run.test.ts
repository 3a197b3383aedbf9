// Goal:   a job changes nothing that a reader can see, leaves a shape that LevelDB accepts, and
//         either completes or leaves no trace.
// Method: random histories are flushed and compacted by every strategy with snapshots held, and
//         after each job all readers' views are compared with the history; then each promise by
//         itself.
import { compareBytes, type JumpError, readSequence } from '@jump/base';
import { FaultVfs, type Random, seeded } from '@jump/testkit';
import { memoryVfs, type Vfs } from '@jump/vfs';
import { describe, expect, test } from 'vitest';
import { ListCursor } from '../test/list-cursor.ts';
import { history, view } from '../test/merge-model.ts';
import { finish, MiniStore, SMALL } from '../test/mini-store.ts';
import { key } from '../test/tables.ts';
import { DropRule } from './drop-rule.ts';
import {
  type CompactionStrategy,
  full,
  leveled,
  makeJob,
  runCompaction,
  tiered,
  writeTables,
} from './index.ts';

const strategies: [string, CompactionStrategy][] = [
  ['leveled', leveled({ l0Trigger: 2, baseSize: 3000, levelMultiplier: 2 })],
  ['tiered', tiered({ l0Trigger: 2 })],
  ['full', full({ mergeThreshold: 2 })],
];

describe.each(strategies)('%s', (_, strategy) => {
  test(
    'shows every reader the same, before and after',
    seeded((random) => {
      for (let round = 0; round < 12; round++) oneLife(random, strategy);
    }),
  );
});

/** Writes, snapshots that come and go, compactions, and a manual one at the end. */
function oneLife(random: Random, strategy: CompactionStrategy): void {
  const store = new MiniStore(random.chance(0.3) ? { ...SMALL, tableSize: 300 } : SMALL);
  const all = history(random, random.integer(50, 900), random.integer(3, 200), 0.4);
  let written = 0;
  const check = (): void => {
    checkShape(store);
    const live = store.entries();
    for (const reader of [...store.snapshots, written, Number.MAX_SAFE_INTEGER]) {
      const expected = view(all.slice(0, written), reader);
      if (JSON.stringify([...view(live, reader)]) !== JSON.stringify([...expected])) {
        expect(view(live, reader), `at ${reader}, after ${store.jobs.at(-1)}`).toEqual(expected);
      }
      expect(throughLevels(store, reader)).toEqual(expected);
    }
  };
  while (written < all.length) {
    const count = Math.min(random.integer(1, 80), all.length - written);
    store.flush(all.slice(written, written + count));
    written += count;
    if (random.chance(0.3)) store.snapshots.push(written);
    if (random.chance(0.3)) store.snapshots.splice(random.integer(0, 3), 1);
    store.settle(strategy);
    check();
  }
  store.snapshots = [];
  store.settle(strategy);
  for (let i = 0; ; i++) {
    const pick = strategy.manual(store.state(), { smallest: undefined, largest: undefined });
    if (pick === undefined) break;
    expect(i).toBeLessThan(300);
    store.apply(pick);
  }
  check();
  // One place, and nothing but what is there to be seen.
  expect(store.levels.filter((tables) => tables.length > 0).length).toBeLessThanOrEqual(1);
  expect(store.entries().filter(({ key: one }) => one.at(-8) === 0)).toEqual([]);
}

/** Point reads as a store does them: the first run that has a version decides. */
function throughLevels(store: MiniStore, reader: number): Map<string, string> {
  const found = new Map<string, string>();
  const seen = new Set<string>();
  const runs = store.levels.flatMap((tables, level) =>
    level === 0 ? tables.map((one) => [one]) : [tables],
  );
  for (const run of runs) {
    for (const { key: one, value } of run.flatMap(({ number }) => store.table(number))) {
      const user = Buffer.from(one.subarray(0, -8)).toString('latin1');
      if (seen.has(user) || readSequence(one, one.length) > reader) continue;
      seen.add(user);
      if (one.at(-8) === 1) found.set(user, Buffer.from(value).toString('latin1'));
    }
  }
  return new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What LevelDB demands of a version, and what this store promises on top. */
function checkShape(store: MiniStore): void {
  for (const [level, tables] of store.levels.entries()) {
    for (const [i, table] of tables.entries()) {
      expect(store.vfs.stat(store.path(table.number))?.size).toBe(table.fileSize);
      const entries = store.table(table.number);
      expect(entries.length).toBe(table.entries);
      expect(entries.filter(({ key: one }) => one.at(-8) === 0).length).toBe(table.tombstones);
      expect(compareBytes(entries[0]!.key, table.smallest)).toBe(0);
      expect(compareBytes(entries.at(-1)!.key, table.largest)).toBe(0);
      if (level === 0 || i === 0) continue;
      // No user key is split over two tables.
      const before = tables[i - 1]!.largest.subarray(0, -8);
      expect(compareBytes(before, table.smallest.subarray(0, -8))).toBeLessThan(0);
    }
  }
  expect(store.vfs.list('/db').length).toBe(store.levels.flat().length);
}

/** A store with two tables of level 0 to merge. */
function twoTables(vfs = memoryVfs(), count = 300) {
  const store = new MiniStore({ ...SMALL, compression: 'none' }, vfs);
  const entries = (from: number) =>
    Array.from({ length: count }, (_, i) => ({
      key: key(`key${String(i).padStart(4, '0')}@${from + i}`),
      value: new Uint8Array(20).fill(i),
    }));
  store.flush(entries(1));
  store.flush(entries(1000));
  const job = makeJob(store.state(), full({ mergeThreshold: 2 }).pick(store.state())!, {
    directory: '/db',
    numbers: { first: 50, count: 20 },
    snapshots: [],
    table: store.spec,
  });
  return { store, job };
}

test('a job is plain data, and so is its result; progress ascends to the bytes of the inputs', () => {
  const { store, job } = twoTables();
  const steps: number[] = [];
  const run = runCompaction(structuredClone(job), store);
  let step = run.next();
  for (; step.done !== true; step = run.next()) steps.push(step.value);
  expect(steps).toEqual([...steps].sort((a, b) => a - b));
  const total = store.levels[0]!.reduce((sum, { fileSize }) => sum + fileSize, 0);
  expect(steps.at(-1)).toBeLessThanOrEqual(total);
  expect(steps.at(-1)).toBeGreaterThan(0.8 * total);
  const result = step.value;
  expect(structuredClone(result)).toEqual(result);
  expect(result).toMatchObject({ entriesRead: 600, entriesWritten: 300, covered: 300, purged: 0 });
  expect(result.tables.length).toBeGreaterThan(3);
  // Each is about as large as it should be.
  for (const { fileSize } of result.tables) expect(fileSize).toBeLessThan(2 * store.spec.tableSize);
});

test('damage to any byte of an input ends the job, naming the file, and leaves no output', () => {
  const { store, job } = twoTables();
  const path = store.path(1);
  const file = store.vfs.open(path, 'read');
  const good = new Uint8Array(file.size());
  file.read(good, 0, good.length, 0);
  file.close();
  const expected = finish(runCompaction(job, store)).tables;
  for (const { number } of expected) store.vfs.remove(store.path(number));
  for (let at = 0; at < good.length; at += 13) {
    const damaged = good.slice();
    damaged[at]! ^= 0x10;
    const out = store.vfs.open(path, 'replace');
    out.write(damaged, 0, damaged.length);
    out.close();
    let tables: unknown;
    try {
      tables = finish(runCompaction(job, store)).tables;
    } catch (error) {
      expect(error, `byte ${at}`).toMatchObject({
        code: expect.stringMatching(/CORRUPTION|UNSUPPORTED/),
      });
      expect((error as JumpError).message).toContain('000001.ldb');
      expect(store.vfs.list('/db').sort()).toEqual(['000001.ldb', '000002.ldb']);
      continue;
    }
    // Bytes that nobody reads, in meta blocks of no use here or padding, may change nothing.
    expect(tables, `byte ${at}`).toEqual(expected);
    for (const { number } of expected) store.vfs.remove(store.path(number));
  }
});

test('an input of another size or range than the manifest says is refused', () => {
  const { store, job } = twoTables();
  const [newer, older] = store.levels[0]!;
  const changed = (table: object) => ({
    ...job,
    inputs: [{ level: 0, tables: [newer!, { ...older!, ...table }] }],
  });
  for (const table of [
    { fileSize: 17 },
    { smallest: key('key0001') },
    { largest: key('key0100') },
    { number: 9 },
  ]) {
    expect(() => finish(runCompaction(changed(table), store))).toThrow(/00000[19]\.ldb/);
  }
});

test('a failure of the file system at any step leaves no output', () => {
  let failures = 0;
  for (let at = 0; ; at++) {
    const inner = memoryVfs();
    const { store, job } = twoTables(inner);
    const vfs = new FaultVfs(inner);
    vfs.setFault({ at });
    try {
      finish(runCompaction(job, { vfs, comparator: store.comparator }));
      expect(vfs.struck).toBe(false);
      break;
    } catch (error) {
      failures++;
      expect(error, `operation ${at}`).toMatchObject({ code: 'JUMP_IO' });
      expect(inner.list('/db').length, `operation ${at}`).toBe(2);
    }
  }
  expect(failures).toBeGreaterThan(20);
});

test.each([
  ['cancelled', 1],
  ['cancelled', 3],
  ['given up', 1],
  ['given up', 3],
])('a job that is %s after step %i leaves no output', (how, after) => {
  const { store, job } = twoTables(memoryVfs(), 4000);
  let steps = 0;
  const run = runCompaction(job, {
    ...store,
    cancelled: () => how === 'cancelled' && steps === after,
  });
  const go = (): void => {
    for (; steps < after + 1; steps++) run.next();
  };
  if (how === 'cancelled') expect(go).toThrow(expect.objectContaining({ code: 'JUMP_CLOSED' }));
  else {
    for (; steps < after; steps++) run.next();
    expect(store.vfs.list('/db').length).toBeGreaterThan(2);
    run.return({} as never);
  }
  expect(store.vfs.list('/db').length).toBe(2);
});

test('an existing file is never overwritten', () => {
  const { store, job } = twoTables();
  const file = store.vfs.open(store.path(50), 'create');
  file.close();
  expect(() => finish(runCompaction(job, store))).toThrow('000050.ldb');
  expect(store.vfs.list('/db').length).toBe(3);
});

test('tables end where they would overlap too much of the level behind', () => {
  const { store, job } = twoTables();
  const grandparents = Array.from({ length: 30 }, (_, i) => ({
    number: 100 + i,
    fileSize: 5 * job.table.tableSize,
    smallest: key(`key0${String(i * 10).padStart(3, '0')}`),
    largest: key(`key0${String(i * 10 + 9).padStart(3, '0')}@1`),
  }));
  const wide = { ...job, table: { ...job.table, tableSize: 1e6 } };
  expect(finish(runCompaction(wide, store)).tables.length).toBe(1);
  store.vfs.remove(store.path(50));
  const behind = grandparents.map((one) => ({ ...one, fileSize: 5e6 }));
  const { tables } = finish(runCompaction({ ...wide, grandparents: behind }, store));
  // Ten tables' worth is two of them; a table is cut up to 16 keys late.
  expect(tables.length).toBeGreaterThan(5);
  expect(tables.length).toBeLessThan(12);
});

test('when numbers run out, the last table takes the rest', () => {
  const { store, job } = twoTables();
  const { tables } = finish(runCompaction({ ...job, numbers: { first: 50, count: 2 } }, store));
  expect(tables.map(({ number }) => number)).toEqual([50, 51]);
  expect(tables[1]!.entries).toBeGreaterThan(tables[0]!.entries!);
});

test('a merge in which everything goes makes no table', () => {
  const store = new MiniStore();
  store.flush(history({ integer: () => 0, chance: () => true } as unknown as Random, 3, 1));
  const table = store.levels[0]![0]!;
  const result = store.apply({
    inputs: [{ level: 0, tables: [table] }],
    outputLevel: 1,
    reason: 'test',
    trivialMove: false,
  });
  expect(result).toMatchObject({ tables: [], purged: 1, entriesRead: 1 });
  expect(store.levels.flat()).toEqual([]);
});

test('tombstones that a snapshot holds back are reported, and not rewritten until it is gone', () => {
  const store = new MiniStore();
  const strategy = leveled({ l0Trigger: 1 });
  const values = Array.from({ length: 20 }, (_, i) => ({
    key: key(`k${i + 10}@${i + 1}`),
    value: key('v'),
  }));
  const deletions = values.map(({ key: one }, i) => {
    const deletion = key(`${new TextDecoder().decode(one.subarray(0, -8))}@${i + 100}`);
    deletion[deletion.length - 8] = 0;
    return { key: deletion, value: new Uint8Array(0) };
  });
  store.flush(values);
  store.snapshots = [50];
  store.flush(deletions.slice(0, 19));
  store.settle(strategy);
  expect([...store.blocked.values()]).toEqual([118]);
  expect(store.entries().length).toBe(39);
  store.snapshots = [117];
  expect(store.settle(strategy)).toBe(0);
  store.snapshots = [];
  // 19 of 39 is no more than half: only a compaction by hand would.
  const share = leveled({ l0Trigger: 1, tombstoneShare: 0.4 });
  expect(share.pick({ ...store.state(), oldestSnapshot: 117 })).toBeUndefined();
  store.settle(share);
  expect(store.entries().length).toBe(1);
});

test('old tables are read under their old name', () => {
  const { store, job } = twoTables();
  store.vfs.rename(store.path(1), store.path(1).replace('.ldb', '.sst'));
  expect(finish(runCompaction(job, store)).entriesRead).toBe(600);
});

test('writeTables refuses versions out of order, and leaves nothing', () => {
  const bad = new ListCursor([
    { key: key('a@5'), value: key('v') },
    { key: key('a@9'), value: key('v') },
  ]);
  const { store } = twoTables();
  const write = writeTables(bad, {
    vfs: store.vfs,
    directory: '/db',
    numbers: { first: 70, count: 1 },
    comparator: store.comparator,
    table: SMALL,
    rule: new DropRule({ snapshots: [], older: [] }),
  });
  expect(() => finish(write)).toThrow('out of order');
  expect(store.vfs.list('/db').length).toBe(2);
});

test('each table is synced, closed and read again, and the directory synced last', () => {
  const inner = memoryVfs();
  const { job, store } = twoTables(inner);
  const vfs = new FaultVfs(inner);
  finish(runCompaction({ ...job, table: { ...job.table, tableSize: 1e6 } }, { ...store, vfs }));
  const calls = vfs.operations
    .filter(({ path }) => path === '/db' || path.includes('000050'))
    .map(({ kind, detail }) => (kind === 'open' ? `open ${detail}` : kind));
  const steps = calls.filter((kind, i) => kind !== calls[i - 1]);
  expect(steps.join(', ')).toBe(
    'open create, write, sync, close, open read, read, close, syncDirectory',
  );
});

test('an output that cannot be read again replaces nothing', () => {
  const inner = memoryVfs();
  const { job, store } = twoTables(inner);
  // A disk that loses the last byte of what it is given.
  const vfs = opening(inner, (path, mode) => {
    const file = inner.open(path, mode);
    if (mode !== 'create') return file;
    const write = file.write.bind(file);
    file.write = (source, start, end) => write(source, start, end - 1);
    return file;
  });
  expect(() => finish(runCompaction(job, { ...store, vfs }))).toThrow('000050.ldb');
  expect(inner.list('/db').length).toBe(2);
});

/** The methods of `inner`, which need their own `this`, but for `open`. */
function opening(inner: Vfs, open: Vfs['open']): Vfs {
  return {
    name: inner.name,
    capabilities: inner.capabilities,
    open,
    stat: (path) => inner.stat(path),
    list: (path) => inner.list(path),
    makeDirectory: (path) => inner.makeDirectory(path),
    remove: (path) => inner.remove(path),
    removeDirectory: (path) => inner.removeDirectory(path),
    rename: (from, to) => inner.rename(from, to),
    link: (from, to) => inner.link(from, to),
    syncDirectory: (path) => inner.syncDirectory(path),
    lock: (path) => inner.lock(path),
  };
}
