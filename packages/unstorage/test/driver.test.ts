// Goal:   the driver by itself: opening and closing, what is in the store, errors.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryVfs, open } from '@jump/db';
import { FaultVfs } from '@jump/testkit';
import jump, { jumpDriver } from '@jump/unstorage';
import { createStorage, type Driver, defineDriver } from 'unstorage';
import { afterEach, beforeEach, expect, test } from 'vitest';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'jump-unstorage-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test('is what unstorage declares a driver to be', () => {
  const driver: Driver = jumpDriver({ base: ':memory:' });
  expect(driver).toMatchObject({ name: 'jump', options: { base: ':memory:' } });
  expect(defineDriver(jumpDriver)).toBe(jump);
});

test("the driver's own name may be among the options, as Nitro and Nuxt give it", async () => {
  const storage = createStorage({
    driver: jumpDriver({ driver: '@jump/unstorage', base: ':memory:' }),
  });
  await storage.setItem('a', 1);
  expect(await storage.getItem('a')).toBe(1);
  await storage.dispose();
});

test('nothing is opened before something is asked', async () => {
  const base = join(directory, 'lazy');
  const driver = jumpDriver({ base });
  const storage = createStorage({ driver });
  expect(existsSync(base)).toBe(false);
  await storage.hasItem('a');
  expect(existsSync(base)).toBe(true);
  await storage.dispose();
  await jumpDriver({ base }).dispose();
});

test('what was set is there when the store is opened again', async () => {
  const base = join(directory, 'store');
  for (let round = 0; round < 3; round++) {
    const storage = createStorage({ driver: jumpDriver({ base, sync: round === 1 }) });
    expect((await storage.getKeys()).length).toBe(round);
    await storage.setItem(`key:${round}`, { round });
    await storage.dispose();
  }
  const storage = createStorage({ driver: jumpDriver({ base }) });
  expect(await storage.getItem('key:1')).toEqual({ round: 1 });
  await storage.dispose();
});

test('an item is an entry of the store, as it is', async () => {
  const db = open(':memory:');
  const storage = createStorage({ driver: jumpDriver({ db, prefix: 'app:' }) });
  await storage.setItem('a/b', { json: true });
  await storage.setMeta('a/b', { mine: 1 });
  expect([...db.entries()]).toEqual([
    ['app:a:b', '{"json":true}'],
    ['app:a:b$', '{"mine":1}'],
  ]);
  db.set('app:c', '[1]');
  expect(await storage.getItem('c')).toEqual([1]);
  await storage.dispose();
  expect(db.has('app:c')).toBe(true);
  db.close();
});

test('getInstance is the store', async () => {
  const driver = jumpDriver({ base: ':memory:' });
  await driver.setItem('a', 'value');
  expect(driver.getInstance().get('a')).toBe('value');
  expect(driver.getInstance().stats().memtable.entries).toBe(1);
  await driver.dispose();
});

test('getKeys steps over what is too deep, and reads it not', async () => {
  const vfs = new FaultVfs(memoryVfs());
  const driver = jumpDriver({ base: 'store', jump: { vfs, cacheSize: 0, background: 'inline' } });
  await driver.setItems(
    Array.from({ length: 10_000 }, (_, i) => ({ key: `a:${i}`, value: `value ${i}` })),
  );
  await driver.setItem('b', 'value');
  await driver.getInstance().flush();
  const readsOf = async (maxDepth: number): Promise<number> => {
    vfs.operations.length = 0;
    expect((await driver.getKeys('', { maxDepth })).length).toBe(maxDepth === 0 ? 1 : 10_001);
    return vfs.operations.filter(({ kind }) => kind === 'read').length;
  };
  expect(await readsOf(1)).toBeGreaterThan(10);
  expect(await readsOf(0)).toBeLessThan(5);
  expect(driver.getInstance().stats().pinned.iterators).toBe(0);
  await driver.dispose();
});

test('a write that does not reach the operating system is rejected', async () => {
  const vfs = new FaultVfs(memoryVfs());
  const driver = jumpDriver({ base: 'store', jump: { vfs } });
  await driver.setItem('a', 'value');
  vfs.setFault({ at: 0, kinds: ['write'] });
  await expect(driver.setItem('a', 'new')).rejects.toMatchObject({ name: 'JumpError' });
  await expect(driver.setItem('a', 'new')).rejects.toMatchObject({ code: 'JUMP_POISONED' });
  await driver.dispose().catch(() => undefined);
});

test('a write that nobody waited for is written before the store is closed', async () => {
  const base = join(directory, 'store');
  const driver = jumpDriver({ base });
  const set = driver.setItem('a', 'value');
  await driver.dispose();
  await driver.dispose();
  await set;
  const again = jumpDriver({ base });
  expect(await again.getItem('a')).toBe('value');
  await again.dispose();
});

test('with sync, a write is on the disk when it resolves', async () => {
  const vfs = new FaultVfs(memoryVfs());
  const driver = jumpDriver({ base: 'store', sync: true, jump: { vfs } });
  await driver.hasItem('a');
  const syncs = (): number => vfs.operations.filter(({ kind }) => kind === 'sync').length;
  let before = syncs();
  for (const write of [
    () => driver.setItem('a', 'value'),
    () => driver.setItemRaw('a', Uint8Array.of(1)),
    () => driver.setItems([{ key: 'a', value: 'value' }]),
    () => driver.clear(),
    () => driver.removeItem('a'),
  ]) {
    await write();
    expect(syncs()).toBeGreaterThan(before);
    before = syncs();
  }
  await driver.dispose();
});

test.each([
  [undefined, /options/],
  [null, /options/],
  [{}, /base.*db/],
  [{ base: 'a', db: {} }, /base.*db/],
  [{ base: '' }, /base/],
  [{ base: 1 }, /base/],
  [{ db: {} }, /db/],
  [{ base: 'a', prefix: 1 }, /prefix/],
  [{ base: 'a', sync: 1 }, /sync/],
  [{ base: 'a', ttl: 1 }, /ttl/],
  [{ db: open(':memory:'), jump: {} }, /jump/],
  [{ base: 'a', jump: { cachSize: 3 } }, /cachSize.*cacheSize/],
  [{ base: 'a', jump: { cacheSize: '3' } }, /cacheSize/],
])('the options %o are refused', (options, message) => {
  const make = (): unknown => jumpDriver(options as never);
  expect(make).toThrow(TypeError);
  expect(make).toThrow(message);
});

test('errors have the codes of the store', async () => {
  const base = join(directory, 'store');
  const db = open(base);
  const driver = jumpDriver({ base });
  await expect(driver.getItem('a')).rejects.toMatchObject({ code: 'JUMP_LOCKED' });
  db.close();
  expect(await driver.getItem('a')).toBeNull();
  await expect(driver.setItem('a', 1 as never)).rejects.toThrow(TypeError);
  await expect(driver.getItem(1 as never)).rejects.toThrow(TypeError);
  await expect(driver.setItem('\ud800', 'value')).rejects.toThrow(TypeError);
  await driver.dispose();
  const closed = { code: 'JUMP_CLOSED' };
  await expect(driver.getItem('a')).rejects.toMatchObject(closed);
  await expect(driver.getItemRaw('a')).rejects.toMatchObject(closed);
  await expect(driver.getItems([{ key: 'a' }])).rejects.toMatchObject(closed);
  await expect(driver.hasItem('a')).rejects.toMatchObject(closed);
  await expect(driver.getMeta('a')).rejects.toMatchObject(closed);
  await expect(driver.getKeys('')).rejects.toMatchObject(closed);
  await expect(driver.setItem('a', 'value')).rejects.toMatchObject(closed);
  await expect(driver.setItemRaw('a', 'value')).rejects.toMatchObject(closed);
  await expect(driver.setItems([])).rejects.toMatchObject(closed);
  await expect(driver.removeItem('a')).rejects.toMatchObject(closed);
  await expect(driver.clear('')).rejects.toMatchObject(closed);
  expect(() => driver.getInstance()).toThrow(expect.objectContaining(closed));
});
