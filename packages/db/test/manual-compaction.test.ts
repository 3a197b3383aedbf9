// Goal:   a manual compaction ends while writing goes on, writing goes on while it runs, and small
//         tables are one afterwards.
// Method: a listener that writes several memtables after each merge, so that there is always
//         something new in level 0 when the next step is chosen; and a strategy whose steps are as
//         small as can be: the oldest table of level 0 goes to level 1.
import { type CompactionStrategy, leveled, type Pick, type PickState } from '@jump/compaction';
import { open } from '@jump/db';
import { expect, test } from 'vitest';

/** Enough rounds to tell "ends" from "is chased for ever". */
const ROUNDS = 30;

/** Keys ascend, so tables never overlap and can go down one by one. */
function oldestDown({ levels }: PickState): Pick | undefined {
  const oldest = levels[0]?.at(-1);
  if (oldest === undefined) return undefined;
  const inputs = [{ level: 0, tables: [oldest] }];
  return { inputs, outputLevel: 1, reason: 'manual', trivialMove: false };
}

/** Opens a store into which several memtables of new keys are written after every manual merge. */
function busyStore(compaction: CompactionStrategy) {
  let rounds = 0;
  let written = 0;
  const write = () => {
    for (let i = 0; i < 40; i++) db.set(`${1e6 + written++}`, 'v'.repeat(100));
  };
  const db = open(undefined, {
    memtableSize: 1024,
    compaction,
    onEvent: (event) => {
      if (event.type !== 'compaction' || event.reason !== 'manual' || rounds >= ROUNDS) return;
      rounds++;
      write();
    },
  });
  return { db, write, rounds: () => rounds, written: () => written };
}

test('ends, though each of its merges is followed by new tables', async () => {
  const strategy = leveled({ l0Trigger: 1000, stop: 1000 });
  const { db, write, rounds, written } = busyStore({ ...strategy, manual: oldestDown });
  write();
  await db.flush();
  const before = db.stats().levels[0]!.files;
  await db.compact();
  expect(rounds()).toBe(before);
  // What was there before has gone down; what came meanwhile lies where flushes put it.
  expect(db.stats().levels[1]?.files).toBe(before);
  expect(db.stats().levels[0]?.files).toBeGreaterThan(0);
  expect([...db.keys()]).toHaveLength(written());
  db.close();
});

test('lets the strategy make room first when level 0 stops writers', async () => {
  const strategy = leveled({ l0Trigger: 3, stop: 3 });
  const level0: number[] = [];
  const { db, write, written } = busyStore({
    ...strategy,
    // Ten steps that do nothing for level 0.
    manual: ({ levels }) => {
      if (level0.push(db.stats().levels[0]!.files) > 10) return undefined;
      const inputs = [{ level: 1, tables: levels[1]!.slice(0, 1) }];
      return { inputs, outputLevel: 1, reason: 'manual', trivialMove: false };
    },
  });
  write();
  await db.compact();
  expect(level0.length).toBe(11);
  expect(Math.max(...level0)).toBeLessThan(strategy.level0.stop);
  expect([...db.keys()]).toHaveLength(written());
  db.close();
});

test('makes one table of many tiny ones, and does nothing once more', async () => {
  const db = open(undefined, { memtableSize: 1 << 20 });
  const tables = (): number => db.stats().levels.reduce((sum, { files }) => sum + files, 0);
  for (let i = 0; i < 50; i++) {
    db.set(`key${String(i).padStart(2, '0')}`, `value ${i}`);
    await db.flush();
  }
  await db.compact({ gte: 'key10', lt: 'key20' });
  expect(tables()).toBeGreaterThan(30);
  await db.compact();
  expect(tables()).toBe(1);
  expect([...db.keys()]).toHaveLength(50);
  const { compactions } = db.stats().jobs;
  await db.compact();
  expect(db.stats().jobs.compactions).toBe(compactions);
  db.close();
});
