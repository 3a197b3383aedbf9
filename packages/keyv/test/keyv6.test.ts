// Goal:   Keyv 6 on the adapter: it takes it for a store of Keyv 5, and says keys without their
//         namespace and times that are absolute. It asks for Node 22.19, and runs on Node 20 too.
import { KeyvJump } from '@jump/keyv';
import { Keyv } from 'keyv6';
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

const adapterOf = (namespace?: string): KeyvJump =>
  new KeyvJump(store.db, { sweepInterval: 0, ...(namespace && { namespace }) });
const keyvOf = (namespace?: string): Keyv =>
  new Keyv({ store: adapterOf(), ...(namespace && { namespace }) });
const all = async (keyv: Keyv): Promise<unknown[]> => {
  const found = [];
  for await (const entry of keyv.iterator()) found.push(entry);
  return found;
};

test.each(['text', 0, false, null, { deep: [1, 'two'] }, 12345678901234567890n, ':colon'])(
  'gives %o back',
  async (value) => {
    const keyv = keyvOf('ns');
    expect(await keyv.set('a', value)).toBe(true);
    expect(await keyv.get('a')).toEqual(value);
  },
);

test('sets, has, gets and deletes, one and many', async () => {
  for (const keyv of [keyvOf(), keyvOf('ns')]) {
    expect(await keyv.get('a')).toBeUndefined();
    expect(
      await keyv.setMany([
        { key: 'a', value: 1 },
        { key: 'b', value: 2, ttl: 1000 },
      ]),
    ).toEqual([true, true]);
    expect(await keyv.get(['a', 'b', 'none'])).toEqual([1, 2, undefined]);
    expect(await keyv.has(['a', 'none'])).toEqual([true, false]);
    expect(await keyv.delete('a')).toBe(true);
    expect(await keyv.delete('a')).toBe(false);
    expect(await keyv.deleteMany(['b'])).toEqual([true]);
    expect(await all(keyv)).toEqual([]);
  }
  expect(keysOf(store.db)).toEqual({ entries: [], expiries: [] });
});

test('lives as long as Keyv says, and is swept', async () => {
  const keyv = keyvOf('ns');
  await keyv.set('a', 'value', 1000);
  await keyv.set('b', 'value');
  expect(keysOf(store.db).expiries).toEqual(['keyv/ns:@0000000001001000=a']);
  expect(await keyv.getRaw('a')).toEqual({ value: 'value', expires: 1_001_000 });
  vi.setSystemTime(1_001_001);
  expect(await keyv.get('a')).toBeUndefined();
  expect(await keyv.has('a')).toBe(false);
  expect(await all(keyv)).toEqual([['b', 'value']]);
  expect(await adapterOf().sweep()).toBe(1);
  expect(keysOf(store.db)).toEqual({ entries: ['keyv/ns:=b'], expiries: [] });
});

test('what is set when its time is over deletes what was there', async () => {
  const keyv = keyvOf('ns');
  await keyv.set('a', 'value', 1000);
  await keyv.setRaw('a', { value: 'late', expires: 999_999 });
  expect(await keyv.get('a')).toBeUndefined();
  expect(keysOf(store.db)).toEqual({ entries: [], expiries: [] });
});

test('namespaces and keys that look alike have nothing in common', async () => {
  const [none, short, long] = [keyvOf(), keyvOf('a'), keyvOf('a:b')];
  for (const [i, keyv] of [none, short, long].entries()) {
    for (const key of ['x', 'a:x', 'b:x', 'a:b:x']) await keyv.set(key, `${i} ${key}`);
  }
  for (const [i, keyv] of [none, short, long].entries()) {
    const keys = ['x', 'a:x', 'b:x', 'a:b:x'];
    expect(await keyv.get(keys)).toEqual(keys.map((key) => `${i} ${key}`));
    expect(new Map((await all(keyv)) as [string, string][])).toEqual(
      new Map(keys.map((key) => [key, `${i} ${key}`])),
    );
  }
  await short.clear();
  expect(await all(short)).toEqual([]);
  expect(await long.get('x')).toBe('2 x');
  expect(await none.get('a:x')).toBe('0 a:x');
});

test("takes the adapter's namespace when it has none", async () => {
  const keyv = new Keyv({ store: adapterOf('mine') });
  expect(keyv.namespace).toBe('mine');
  await keyv.set('a', 1);
  expect(keysOf(store.db).entries).toEqual(['keyv/mine:=a']);
});

test('keeps what a compression makes', async () => {
  const turn = async (text: string): Promise<string> => [...text].reverse().join('');
  const compression = { compress: turn, decompress: turn };
  const keyv = new Keyv({ store: adapterOf(), compression: compression as never });
  await keyv.set('a', { some: 'value' }, 1000);
  expect(store.db.get('keyv/:=a')).toBe('1001000"}0001001:"seripxe",}"eulav":"emos"{:"eulav"{');
  expect(await keyv.get('a')).toEqual({ some: 'value' });
});

test('a failing store is an error event', async () => {
  const adapter = adapterOf();
  const keyv = new Keyv({ store: adapter });
  const codes = new Set<unknown>();
  keyv.on('error', ({ code }: { code: unknown }) => codes.add(code));
  await adapter.disconnect();
  expect(await keyv.set('a', 1)).toBe(false);
  expect(await keyv.get('a')).toBeUndefined();
  expect([...codes]).toEqual(['JUMP_CLOSED']);
});

test('opened again, it is all there', async () => {
  const jump = { vfs: store.vfs };
  const first = new Keyv({ store: new KeyvJump('elsewhere', { jump }), namespace: 'ns' });
  await first.set('a', 1, 60_000);
  await first.disconnect();
  const second = new Keyv({ store: new KeyvJump('elsewhere', { jump }), namespace: 'ns' });
  expect(await second.getRaw('a')).toEqual({ value: 1, expires: 1_060_000 });
  await second.disconnect();
});
