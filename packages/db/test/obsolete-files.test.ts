// Goal:   a file goes when nothing needs it any more, not before; foreign files never.
// Method: the names in the directory, after each thing that lets go or holds on.
import { type JumpEvent, memoryVfs, open } from '@jump/db';
import { CrashVfs, FaultVfs } from '@jump/testkit';
import { expect, test, vi } from 'vitest';
import { checkDirectory } from './invariants.ts';

const TINY = { memtableSize: 1024, tableSize: 1024 } as const;

function filledStore(vfs = memoryVfs()) {
  const db = open('store', { ...TINY, vfs });
  const fill = (value: string) => {
    for (let i = 0; i < 100; i++) db.set(`k${i}`, value.repeat(50));
  };
  const tables = () => vfs.list('store').filter((name) => name.endsWith('.ldb'));
  fill('1');
  return { vfs, db, fill, tables };
}

test('tables stay while an iterator or a cursor reads them, and go with the last', async () => {
  const { vfs, db, fill, tables } = filledStore();
  await db.compact();
  const old = tables();
  const iterator = db.entries();
  const cursor = db.cursor();
  fill('2');
  await db.compact();
  const has = () => old.every((name) => tables().includes(name));
  expect(has()).toBe(true);
  iterator.return();
  expect(has()).toBe(true);
  expect(cursor.last() && cursor.value).toBe('1'.repeat(50));
  cursor.close();
  // Not in the call that lets go: removing a file takes its time.
  for (let turns = 0; turns < 5; turns++) await new Promise((resolve) => setImmediate(resolve));
  expect(tables().some((name) => old.includes(name))).toBe(false);
  db.close();
  checkDirectory(vfs, 'store');
});

test('an iterator that is open at close() leaves its tables, and the next opening removes them', async () => {
  const { vfs, db, fill, tables } = filledStore();
  await db.compact();
  const iterator = db.entries();
  fill('2');
  await db.compact();
  const before = tables();
  db.close();
  iterator.return();
  expect(tables()).toEqual(before);
  open('store', { ...TINY, vfs }).close();
  checkDirectory(vfs, 'store');
});

test("opening removes garbage with LevelDB's names alone", () => {
  const { vfs, db } = filledStore();
  db.close();
  const touch = (name: string) => vfs.open(`store/${name}`, 'create').close();
  const garbage = ['900001.ldb', '900002.sst', '900003.dbtmp', 'MANIFEST-900004', '000001.log'];
  const foreign = ['notes.txt', '900001.ldb.bak', 'x.ldb', 'MANIFEST-x', 'LOG'];
  for (const name of [
    ...garbage.filter((one) => vfs.stat(`store/${one}`) === undefined),
    ...foreign,
  ]) {
    touch(name);
  }
  const again = open('store', { ...TINY, vfs });
  const names = vfs.list('store');
  for (const name of garbage) expect(names, name).not.toContain(name);
  for (const name of foreign) expect(names, name).toContain(name);
  expect([...again.keys()]).toHaveLength(100);
  again.close();
});

test('a file that cannot be removed is reported, and gone after the next opening', async () => {
  const memory = memoryVfs();
  const vfs = new FaultVfs(memory);
  const db = open('store', { ...TINY, vfs });
  for (let i = 0; i < 100; i++) db.set(`k${i}`, 'x'.repeat(50));
  vfs.setFault({ at: 0, kinds: ['remove'], path: /ldb$/, sticky: true });
  await db.compact();
  expect(db.stats().backgroundErrors.join()).toContain('.ldb');
  db.set('still', 'writable');
  db.close();
  open('store', { ...TINY, vfs: memory }).close();
  checkDirectory(memory, 'store');
});

test('a poisoned store removes nothing', async () => {
  const memory = memoryVfs();
  const vfs = new FaultVfs(memory);
  const db = open('store', { ...TINY, vfs, logWrites: 'each' });
  for (let i = 0; i < 50; i++) db.set(`k${i}`, 'x'.repeat(50));
  await db.compact();
  const iterator = db.entries();
  for (let i = 0; i < 50; i++) db.set(`k${i}`, 'y'.repeat(50));
  await db.compact();
  vfs.setFault({ at: 0, kinds: ['write'], path: /log$/ });
  expect(() => db.set('k', 'v')).toThrow(expect.objectContaining({ code: 'JUMP_IO' }));
  const before = memory.list('store');
  iterator.return();
  expect(memory.list('store')).toEqual(before);
  expect(() => db.set('k', 'v')).toThrow(expect.objectContaining({ code: 'JUMP_POISONED' }));
  expect(db.get('k1')).toBe('y'.repeat(50));
  db.close();
});

test('where open files keep their names, a log that the disk is at work on goes later (SEED=1)', async () => {
  const disk = new CrashVfs(new Map(), { mode: 'windows' });
  let done = (): void => {};
  disk.syncDelay = () =>
    new Promise((resolve) => {
      done = resolve;
    });
  const events: JumpEvent[] = [];
  const onEvent = (event: JumpEvent) => events.push(event);
  const db = open('/store', { memtableSize: 1024, vfs: disk, background: 'inline', onEvent });
  const logs = () => disk.list('/store').filter((name) => name.endsWith('.log')).length;
  db.set('a', '1');
  const sync = db.sync();
  await new Promise((resolve) => process.nextTick(resolve));
  await db.flush();
  expect(logs()).toBe(2);
  disk.syncDelay = async () => {};
  done();
  await sync;
  // With the next that is removed; which another sync can hold up, where the machine is busy.
  await vi.waitFor(async () => {
    db.set('b', '2');
    await db.flush();
    expect(logs()).toBe(1);
  });
  expect(events.filter(({ type }) => type === 'error')).toEqual([]);
  db.close();
});
