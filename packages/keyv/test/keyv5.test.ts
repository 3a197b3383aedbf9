// Goal:   Keyv 5 on the adapter, where its own tests do not look.

import { KeyvJump } from '@jump/keyv';
import type { KeyvStoreAdapter } from 'keyv';
import Keyv from 'keyv';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keysOf, memoryStore } from './store.ts';

let store: ReturnType<typeof memoryStore>;
beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000, toFake: ['Date'] });
  store = memoryStore();
});
afterEach(() => {
  store.db.close();
  vi.useRealTimers();
});

const keyvOf = (namespace?: string): Keyv =>
  new Keyv({
    store: new KeyvJump(store.db, { sweepInterval: 0 }),
    ...(namespace && { namespace }),
  });
const all = async (keyv: Keyv): Promise<unknown[]> => {
  const found = [];
  for await (const entry of keyv.iterator!(undefined)) found.push(entry);
  return found;
};

test('is what Keyv 5 declares a store to be', () => {
  const adapter: KeyvStoreAdapter = new KeyvJump(store.db);
  expect(new Keyv(adapter, { namespace: 'ns' }).store.namespace).toBe('ns');
});

test('namespaces that begin alike have nothing in common', async () => {
  const [short, long] = [keyvOf('a'), keyvOf('a:b')];
  await short.set('b:x', 'short');
  await long.set('x', 'long');
  expect(await short.get('b:x')).toBe('short');
  expect(await long.get('x')).toBe('long');
  await short.clear();
  expect(await short.get('b:x')).toBeUndefined();
  expect(await long.get('x')).toBe('long');
});

test('a value that Keyv has set lives as long as it says', async () => {
  const keyv = keyvOf('ns');
  await keyv.set('a', { deep: [1, 'two'] }, 1000);
  await keyv.set('b', 2);
  expect(await keyv.get('a', { raw: true })).toEqual({
    value: { deep: [1, 'two'] },
    expires: 1_001_000,
  });
  expect(keysOf(store.db).expiries).toEqual(['keyv/ns:@0000000001001000#a']);
  vi.setSystemTime(1_001_001);
  expect(await keyv.get(['a', 'b'])).toEqual([undefined, 2]);
  expect(await keyv.has('a')).toBe(false);
  expect(await all(keyv)).toEqual([['b', 2]]);
  expect(await (keyv.store as KeyvJump).sweep()).toBe(1);
  expect(keysOf(store.db)).toEqual({ entries: ['keyv/ns:#b'], expiries: [] });
});

test('the time of all, and that of one', async () => {
  const keyv = new Keyv({ store: new KeyvJump(store.db), ttl: 100 });
  await keyv.set('a', 1);
  await keyv.set('b', 2, 500);
  await keyv.set('c', 3, 0);
  vi.setSystemTime(1_000_101);
  expect(await keyv.get(['a', 'b', 'c'])).toEqual([undefined, 2, 3]);
});

test('many at once', async () => {
  const keyv = keyvOf();
  const set = await keyv.setMany([
    { key: 'a', value: 1 },
    { key: 'b', value: 2, ttl: 1000 },
  ]);
  expect(set).toEqual([true, true]);
  expect(await keyv.hasMany(['a', 'none'])).toEqual([true, false]);
  expect(await keyv.getManyRaw(['b'])).toEqual([{ value: 2, expires: 1_001_000 }]);
  expect(await keyv.deleteMany(['a', 'b'])).toBe(true);
  expect(keysOf(store.db)).toEqual({ entries: [], expiries: [] });
});

test('a failing store is an error event, and an error for who wants it', async () => {
  const adapter = new KeyvJump(store.db);
  const keyv = new Keyv({ store: adapter, namespace: 'ns' });
  const codes: unknown[] = [];
  keyv.on('error', ({ code }) => codes.push(code));
  await adapter.disconnect();
  expect(await keyv.set('a', 1)).toBe(false);
  expect(await keyv.get('a')).toBeUndefined();
  expect(await keyv.delete('a')).toBe(false);
  expect(codes).toEqual(['JUMP_CLOSED', 'JUMP_CLOSED', 'JUMP_CLOSED']);
  keyv.throwOnErrors = true;
  await expect(keyv.get('a')).rejects.toMatchObject({ code: 'JUMP_CLOSED' });
});

test('without serializer there is nothing that could be stored', async () => {
  const keyv = new Keyv({
    store: new KeyvJump(store.db),
    serialize: undefined as never,
    throwOnErrors: true,
  });
  await expect(keyv.set('a', 1)).rejects.toThrow(/serializer/);
});

test('disconnecting Keyv closes the store of a path', async () => {
  const adapter = new KeyvJump('elsewhere', { jump: { vfs: store.vfs } });
  const keyv = new Keyv({ store: adapter });
  await keyv.set('a', 1);
  await keyv.disconnect();
  const again = new Keyv({ store: new KeyvJump('elsewhere', { jump: { vfs: store.vfs } }) });
  expect(await again.get('a')).toBe(1);
  await again.disconnect();
});
