// Goal:   what many reads look into for nothing is merged, and reads lose nothing by it.
// Method: a store of several sorted runs, read by one kind of read alone until nothing more is
//         merged; every answer is compared on the way.
import { leveled, type OpenOptions, open, tiered } from '@jump/db';
import { expect, test } from 'vitest';

const ENTRIES = 3000;
const turn = () => new Promise((resolve) => setImmediate(resolve));
const key = (i: number) => `key ${String(i).padStart(6, '0')}`;
const text = (i: number, round: number) => `${round}, ${i} `.repeat(4);

/** Makes a store with two overlapping tables in level 0, and a run below. */
async function severalRuns(options: OpenOptions<string, string> = {}) {
  const reasons: string[] = [];
  const db = open(undefined, {
    memtableSize: 2 ** 20,
    tableSize: 8192,
    // What merges must not come from sizes.
    compaction: leveled({ l0Trigger: 100, baseSize: 2 ** 30 }),
    ...options,
    onEvent: (event) => void (event.type === 'compaction' && reasons.push(event.reason)),
  });
  const latest = new Map<string, string>();
  for (const [round, step] of [1, 3, 7].entries()) {
    for (let i = 0; i < ENTRIES; i += step) {
      db.set(key(i), text(i, round));
      latest.set(key(i), text(i, round));
    }
    await db.flush();
    if (round === 0) await db.compact();
  }
  reasons.length = 0;
  return { db, latest, reasons };
}

type Made = Awaited<ReturnType<typeof severalRuns>>;

const runs = ({ db }: Made): number =>
  db
    .stats()
    .levels.reduce((sum, { level, files }) => sum + (level === 0 ? files : Math.min(files, 1)), 0);

/** Reads, with turns in between, until all is one run; at most so many times. */
async function readUntilMerged(made: Made, read: () => void, times: number): Promise<number> {
  for (let i = 1; i <= times; i++) {
    read();
    await turn();
    if (runs(made) === 1) return i;
  }
  return Number.POSITIVE_INFINITY;
}

function getAll({ db, latest }: Made): void {
  for (const [name, value] of latest) expect(db.get(name)).toBe(value);
}

test('reads of keys have what they look into merged', async () => {
  const made = await severalRuns();
  expect(runs(made)).toBe(3);
  expect(await readUntilMerged(made, () => getAll(made), 100)).toBeLessThan(100);
  expect(new Set(made.reasons)).toEqual(new Set(['reads looked into L0 for nothing']));
  getAll(made);
  made.db.close();
});

test('scans do, too', async () => {
  const made = await severalRuns({ filter: 'none' });
  const all = [...made.latest];
  const scan = () => expect([...made.db]).toEqual(all);
  expect(await readUntilMerged(made, scan, 60)).toBeLessThan(60);
  scan();
  made.db.close();
});

test('short ranges, getMany, has and cursors do, too', async () => {
  const kinds: ((made: Made) => void)[] = [
    ({ db, latest }) => {
      for (let i = 0; i < ENTRIES; i += 10) {
        const name = key(i);
        expect([...db.entries({ gte: name, limit: 1 })]).toEqual([[name, latest.get(name)]]);
      }
    },
    ({ db, latest }) => expect(db.getMany(latest.keys())).toEqual([...latest.values()]),
    ({ db, latest }) => {
      for (const name of latest.keys()) expect(db.has(name)).toBe(true);
    },
    ({ db, latest }) => {
      const cursor = db.cursor();
      for (const [name, value] of latest) {
        expect(cursor.seek(name) && cursor.value).toBe(value);
      }
      cursor.close();
    },
  ];
  for (const kind of kinds) {
    const made = await severalRuns();
    expect(await readUntilMerged(made, () => kind(made), 100)).toBeLessThan(100);
    getAll(made);
    made.db.close();
  }
});

test('few reads change nothing, nor do those of a store of one run', async () => {
  const made = await severalRuns();
  for (let i = 0; i < 10; i++) {
    made.db.get(key(i));
    await turn();
  }
  expect(made.reasons).toEqual([]);
  await made.db.compact();
  const { db, reasons } = made;
  reasons.length = 0;
  for (let i = 0; i < 20; i++) {
    getAll(made);
    for (let at = 0; at < ENTRIES; at++) expect(db.get(`${key(at)}, absent`)).toBe(undefined);
    await turn();
  }
  expect(reasons).toEqual([]);
  db.close();
});

test('a strategy that does not ask is not asked for more', async () => {
  const made = await severalRuns({ compaction: tiered({ l0Trigger: 100 }) });
  for (let i = 0; i < 20; i++) {
    getAll(made);
    await turn();
  }
  expect(made.reasons).toEqual([]);
  made.db.close();
});

test('a snapshot and an iterator see what they saw', async () => {
  const made = await severalRuns();
  const { db, latest } = made;
  const snapshot = db.snapshot();
  const iterator = db.entries();
  const before = [...latest];
  for (let i = 0; i < ENTRIES; i += 2) db.delete(key(i));
  await db.flush();
  const read = () => {
    for (const [name, value] of before) expect(db.get(name, { snapshot })).toBe(value);
  };
  expect(await readUntilMerged(made, read, 200)).toBeLessThan(200);
  expect([...iterator]).toEqual(before);
  snapshot.release();
  db.close();
});

test('a listener that closes the store in the middle of a read is told so', async () => {
  let closeNow = false;
  const db = open(undefined, {
    memtableSize: 2 ** 20,
    tableSize: 8192,
    compaction: leveled({ l0Trigger: 100, baseSize: 2 ** 30 }),
    onEvent: (event) => {
      if (event.type === 'compaction' && closeNow) db.close();
    },
  });
  // Two runs that do not overlap: one is moved, at once, by the read that finds this due.
  for (let i = 0; i < ENTRIES; i++) db.set(key(i), text(i, 0));
  await db.compact();
  db.set('zzx', 'before the end');
  db.set('zzz', 'the end');
  await db.flush();
  closeNow = true;
  // On a busy machine the move may wait for the disk, and with it for a turn.
  const readOn = async () => {
    for (let i = 0; i < 1000; i++) {
      for (let at = 0; at < 2000; at++) db.get('zzy');
      await turn();
    }
  };
  await expect(readOn()).rejects.toMatchObject({ code: 'JUMP_CLOSED' });
});
