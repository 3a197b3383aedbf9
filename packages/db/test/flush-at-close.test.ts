// Goal:   what is in memory when a store is closed becomes tables, if it is much; and neither a
//         disk that fails then, nor the power, takes anything with it.
import { bytewiseComparator } from '@jump/base';
import { type JumpDB, type JumpEvent, leveled, memoryVfs, open, type Vfs } from '@jump/db';
import { CrashVfs, FaultVfs, Random } from '@jump/testkit';
import { expect, test, vi } from 'vitest';
import { filesOf } from './disk-files.ts';
import { checkDirectory } from './invariants.ts';

vi.setConfig({ testTimeout: 120_000 });

const OPTIONS = { background: 'inline', compression: 'none' } as const;
const CHOICES = [
  { entries: 'none', bytes: 'none' },
  { entries: 'all', bytes: 'none' },
  { entries: 'random', bytes: 'random' },
] as const;
/** Twelve of them are more than a mebibyte. */
const LARGE = 'v'.repeat(100_000);

function fill(db: JumpDB<string, string>, count = 12): void {
  for (let i = 0; i < count; i++) db.set(`key${i % 20}`, `${i} ${LARGE}`);
  db.delete('key3');
}

/** All entries, told apart by the beginnings of their values. */
function contents(db: JumpDB<string, string>): string[] {
  return [...db.entries()].map(([key, value]) => `${key} ${value.slice(0, 9)} ${value.length}`);
}

function read(vfs: Vfs): string[] {
  const db = open('db', { ...OPTIONS, vfs, recovery: 'strict' });
  const found = contents(db);
  db.close();
  return found;
}

/** Bytes of the logs. */
function logBytes(vfs: Vfs): number {
  const logs = [...filesOf(vfs, 'db')].filter(([name]) => name.endsWith('.log'));
  return logs.reduce((sum, [, bytes]) => sum + bytes.length, 0);
}

test('much in memory becomes a table, little stays in the log', () => {
  for (const count of [9, 12, 120]) {
    const vfs = memoryVfs();
    const db = open('db', { ...OPTIONS, vfs });
    fill(db, count);
    const before = contents(db);
    db.close();
    if (count === 9) expect(logBytes(vfs)).toBeGreaterThan(900_000);
    else expect(logBytes(vfs)).toBeLessThan(100);
    checkDirectory(vfs, 'db', bytewiseComparator);
    expect(read(vfs)).toEqual(before);
  }
});

test('both memtables go, the older one below; snapshots and iterators do not hold it up', () => {
  const vfs = memoryVfs();
  const db = open('db', { ...OPTIONS, vfs });
  fill(db);
  const snapshot = db.snapshot();
  const entries = db.entries();
  entries.next();
  const count = (end: string): number => vfs.list('db').filter((name) => name.endsWith(end)).length;
  // All in one turn: when the second memtable begins, the flush of the first has not ended.
  for (let i = 0; count('.log') === 1; i++) db.set(`more${i}`, `${i} ${LARGE}`);
  db.set('key1', 'newer');
  const before = contents(db);
  db.close();
  expect(count('.ldb')).toBe(2);
  expect(logBytes(vfs)).toBeLessThan(100);
  expect(() => snapshot.get('key1')).toThrow(expect.objectContaining({ code: 'JUMP_CLOSED' }));
  checkDirectory(vfs, 'db', bytewiseComparator);
  expect(read(vfs)).toEqual(before);
  // A point read believes the newer table, by its number.
  const again = open('db', { ...OPTIONS, vfs });
  expect(again.get('key1')).toBe('newer');
  again.close();
});

test('each call of the disk fails once: closing tells, and nothing is lost', async () => {
  let failures = 0;
  for (let at = 0; ; at++) {
    const vfs = new FaultVfs(memoryVfs());
    const events: JumpEvent[] = [];
    const db = open('db', { ...OPTIONS, vfs, onEvent: (event) => events.push(event) });
    fill(db);
    await db.sync();
    const before = contents(db);
    const kinds = ['open', 'write', 'sync', 'syncDirectory', 'remove'] as const;
    vfs.setFault({ at, path: /db/, kinds });
    let failed: unknown;
    try {
      db.close();
    } catch (error) {
      failed = error;
      failures++;
    }
    const { struck } = vfs;
    vfs.setFault(undefined);
    if (failed !== undefined)
      expect(failed).toMatchObject({ code: expect.stringMatching(/^JUMP_/) });
    // Neither a table that cannot be written nor a file that stays is worth an exception.
    else if (struck) expect(events.some(({ type }) => type === 'error')).toBe(true);
    expect(read(vfs), `call ${at}`).toEqual(before);
    checkDirectory(vfs, 'db', bytewiseComparator);
    if (!struck) break;
  }
  expect(failures).toBeGreaterThan(2);
});

test('the power may go at any time while it closes: what was synced is there', () => {
  let images = 0;
  for (const mode of ['posix', 'ext4', 'windows'] as const) {
    for (let seed = 1; seed <= 3; seed++) {
      const random = new Random(seed);
      const disk = new CrashVfs(undefined, { mode });
      const db = open('db', { ...OPTIONS, vfs: disk });
      fill(db);
      db.set('synced', 'yes', { sync: true });
      const before = contents(db);
      db.set('later', 'perhaps');
      const after = contents(db);
      disk.onOperation = () => {
        images++;
        const image = disk.image(random.pick(CHOICES), random);
        expect([before, after]).toContainEqual(read(new CrashVfs(image, { mode })));
      };
      db.close();
      disk.onOperation = () => {};
      expect(read(disk.restart())).toEqual(after);
    }
  }
  expect(images).toBeGreaterThan(60);
});

test('tables that were only moved are where they are at the next opening too', async () => {
  const vfs = memoryVfs();
  // Each closed store of an ascending key makes a table that overlaps no other.
  for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) {
    const db = open('db', { ...OPTIONS, vfs });
    db.set(key, key);
    db.close();
  }
  const db = open('db', { ...OPTIONS, vfs });
  await db.compact();
  const levels = db.stats().levels.map(({ files }) => files);
  expect(levels[0]).toBe(0);
  db.close();
  checkDirectory(vfs, 'db', bytewiseComparator);
  const again = open('db', { ...OPTIONS, vfs });
  expect(again.stats().levels.map(({ files }) => files)).toEqual(levels);
  again.close();
});

test('a manifest that closing begins leaves none beside it', async () => {
  let begun = 0;
  for (let flushes = 1; flushes < 30; flushes++) {
    const vfs = memoryVfs();
    // Manifests end after a memtable's bytes of edits: the smallest one.
    const compaction = leveled({ l0Trigger: 1 });
    const db = open('db', { ...OPTIONS, vfs, memtableSize: 1024, compaction });
    for (let i = 100; i < 100 + flushes; i++) {
      db.set(`key${i}`, 'x');
      await db.flush();
    }
    // Nothing overlaps: all tables are moved, and closing writes that down.
    const manifest = (): string =>
      vfs
        .list('db')
        .filter((name) => /^MANIFEST/.test(name))
        .join();
    const before = manifest();
    db.close();
    if (manifest() !== before) begun++;
    checkDirectory(vfs, 'db', bytewiseComparator);
  }
  expect(begun).toBeGreaterThan(0);
});
