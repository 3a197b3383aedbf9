// Goal:   the adapter by itself: keys, values, namespaces, opening and closing, errors.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryVfs, nodeVfs, open } from '@jump/db';
import { KeyvJump } from '@jump/keyv';
import { FaultVfs } from '@jump/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { keysOf, memoryStore } from './store.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'jump-keyv-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const all = async <T>(iterated: AsyncIterable<T>): Promise<T[]> => {
  const found = [];
  for await (const entry of iterated) found.push(entry);
  return found;
};

/** Every call that writes. */
const writes: Record<string, (adapter: KeyvJump) => Promise<unknown>> = {
  set: (adapter) => adapter.set('a', 'new'),
  setMany: (adapter) => adapter.setMany([{ key: 'b', value: 'new' }]),
  delete: (adapter) => adapter.delete('a'),
  deleteMany: (adapter) => adapter.deleteMany(['b', 'none']),
  clear: (adapter) => adapter.clear(),
};

describe('keys and values', () => {
  const keys = ['', 'a', ':', 'ns:', 'a:b', '@', '\0', '\uffff', '\ud800', 'é\u{1f600}', '%3A'];

  test.each([undefined, 'ns', 'a'])('any string, in the namespace %s', async (namespace) => {
    const adapter = new KeyvJump(':memory:', { ...(namespace && { namespace }) });
    for (const key of keys) await adapter.set(key, `value of ${key}`);
    for (const key of keys) expect(await adapter.get(key)).toBe(`value of ${key}`);
    const listed = new Map(await all(adapter.iterator()));
    expect(listed).toEqual(new Map(keys.map((key) => [key, `value of ${key}`])));
    expect(await adapter.getMany([...keys, 'none'])).toEqual([
      ...keys.map((key) => `value of ${key}`),
      undefined,
    ]);
    await adapter.disconnect();
  });

  test('setMany and deleteMany', async () => {
    const adapter = new KeyvJump(':memory:');
    const set = await adapter.setMany([
      { key: 'a', value: '1' },
      { key: 'b', value: '2', ttl: 60_000 },
    ]);
    expect(set).toEqual([true, true]);
    expect(await adapter.getMany(['a', 'b'])).toEqual(['1', '2']);
    expect(await adapter.deleteMany(['a', 'none', 'a'])).toBe(true);
    expect(await adapter.deleteMany(['a', 'none'])).toBe(false);
    expect(await adapter.deleteMany([])).toBe(false);
    expect(await adapter.getMany(['a', 'b'])).toEqual([undefined, '2']);
    await adapter.disconnect();
  });
});

describe('namespaces', () => {
  test('each has what is its own, whatever it is called', async () => {
    const { db } = memoryStore();
    const names = [undefined, 'a', 'a:b', 'a:', ':', 'a;', '%', '%3A', 'a%'];
    const adapters = names.map((namespace) => new KeyvJump(db, { namespace, sweepInterval: 0 }));
    for (const [i, adapter] of adapters.entries()) {
      await adapter.set('key', `plain ${i}`);
      await adapter.set('b:key', `long ${i}`, 60_000);
      // As Keyv 5 calls it.
      await adapter.set(`${adapter.namespace}:key`, `said ${i}`);
    }
    for (const [i, adapter] of adapters.entries()) {
      const said = `${adapter.namespace}:key`;
      const values = [`plain ${i}`, `long ${i}`, `said ${i}`];
      expect(await adapter.getMany(['key', 'b:key', said])).toEqual(values);
      expect(new Map(await all(adapter.iterator()))).toEqual(
        new Map([
          ['key', values[0]],
          ['b:key', values[1]],
          [said, values[2]],
        ]),
      );
    }
    for (const [i, adapter] of adapters.entries()) {
      await adapter.clear();
      expect(await all(adapter.iterator())).toEqual([]);
      const left = await Promise.all(adapters.map((one) => one.get('key')));
      expect(left).toEqual(adapters.map((_, j) => (j > i ? `plain ${j}` : undefined)));
      expect(keysOf(db).expiries.length).toBe(names.length - i - 1);
    }
    expect(keysOf(db)).toEqual({ entries: [], expiries: [] });
    db.close();
  });

  test('an adapter that several share finds what each says is its own', async () => {
    const adapter = new KeyvJump(':memory:', { namespace: 'first' });
    await adapter.set('first:key', '1');
    adapter.namespace = 'second';
    await adapter.set('second:key', '2');
    expect(await adapter.getMany(['first:key', 'second:key'])).toEqual(['1', '2']);
    expect(await all(adapter.iterator('first'))).toEqual([['first:key', '1']]);
    await adapter.clear();
    expect(await adapter.getMany(['first:key', 'second:key'])).toEqual(['1', undefined]);
    await adapter.disconnect();
  });

  test('a key that begins like a former namespace is of the one that is set', async () => {
    const adapter = new KeyvJump(':memory:', { namespace: 'a:b' });
    await adapter.set('a:b:x', 'former');
    adapter.namespace = 'a';
    expect(await adapter.get('a:b:x')).toBeUndefined();
    await adapter.set('a:b:x', 'mine');
    await adapter.clear();
    adapter.namespace = 'a:b';
    expect(await adapter.get('a:b:x')).toBe('former');
    await adapter.disconnect();
  });

  test('in a store that is shared, only what is its own is cleared', async () => {
    const { db } = memoryStore();
    db.set('keyv.', 'mine');
    const bytes = db.withEncodings<string, Uint8Array>({ valueEncoding: 'bytes' });
    bytes.set('zzz', Uint8Array.of(0xff));
    const adapter = new KeyvJump(db);
    await adapter.set('key', 'value');
    await adapter.clear();
    expect([...bytes.keys()]).toEqual(['keyv.', 'zzz']);
    await adapter.disconnect();
    db.close();
  });
});

describe('opening and closing', () => {
  test('nothing is opened before something is asked', async () => {
    const path = join(directory, 'lazy');
    const adapter = new KeyvJump(path);
    expect(existsSync(path)).toBe(false);
    await adapter.has('a');
    expect(existsSync(path)).toBe(true);
    await adapter.disconnect();
    await new KeyvJump(path).disconnect();
  });

  test('what was set is there when the store is opened again', async () => {
    const path = join(directory, 'store');
    const first = new KeyvJump(path, { namespace: 'ns', jump: { vfs: nodeVfs } });
    await first.set('a', 'value');
    await first.set('short', 'value', 1);
    await first.set('long', 'value', 600_000);
    await first.disconnect();
    const second = new KeyvJump(path, { namespace: 'ns', sync: true });
    expect(await second.getMany(['a', 'long'])).toEqual(['value', 'value']);
    await second.delete('a');
    await second.disconnect();
    const db = open(path);
    expect(keysOf(db).entries).toContain('keyv/ns:=long');
    expect(db.has('keyv/ns:=a')).toBe(false);
    db.close();
  });

  test('disconnecting closes what the adapter has opened, and nothing else', async () => {
    const path = join(directory, 'store');
    const own = new KeyvJump(path);
    await own.set('a', 'value');
    expect(() => open(path)).toThrow(expect.objectContaining({ code: 'JUMP_LOCKED' }));
    await own.disconnect();
    await own.disconnect();
    const db = open(path);
    const guest = new KeyvJump(db);
    expect(await guest.get('a')).toBe('value');
    await guest.disconnect();
    expect(db.has('keyv/:=a')).toBe(true);
    db.close();
  });

  test('a write that nobody waited for is written before the store is closed', async () => {
    const path = join(directory, 'store');
    const adapter = new KeyvJump(path);
    const set = adapter.set('a', 'value');
    await adapter.disconnect();
    expect(await set).toBe(true);
    const again = new KeyvJump(path);
    expect(await again.get('a')).toBe('value');
    await again.disconnect();
  });

  test('an iterator that is left lets go of the store', async () => {
    const { db } = memoryStore();
    const adapter = new KeyvJump(db);
    for (const key of ['a', 'b', 'c']) await adapter.set(key, 'value');
    for await (const [key] of adapter.iterator()) {
      expect(key).toBe('a');
      expect(db.stats().pinned.iterators).toBe(1);
      break;
    }
    expect(db.stats().pinned.iterators).toBe(0);
    db.close();
  });

  test('with sync, a write is on the disk when it resolves', async () => {
    const vfs = new FaultVfs(memoryVfs());
    const adapter = new KeyvJump('store', { sync: true, jump: { vfs } });
    await adapter.set('c', 'value');
    const syncs = (): number => vfs.operations.filter(({ kind }) => kind === 'sync').length;
    for (const [name, write] of Object.entries(writes)) {
      const before = syncs();
      await write(adapter);
      expect(syncs(), name).toBeGreaterThan(before);
    }
    await adapter.disconnect();
  });
});

describe('errors', () => {
  test.each(Object.entries(writes))(
    '%s is rejected if it does not reach the operating system',
    async (_, write) => {
      const vfs = new FaultVfs(memoryVfs());
      const adapter = new KeyvJump('store', { jump: { vfs } });
      await adapter.setMany(['a', 'b', 'c'].map((key) => ({ key, value: 'value' })));
      vfs.setFault({ at: 0, kinds: ['write'] });
      await expect(write(adapter)).rejects.toMatchObject({ name: 'JumpError' });
      await expect(adapter.set('a', 'new')).rejects.toMatchObject({ code: 'JUMP_POISONED' });
      await adapter.disconnect().catch(() => undefined);
    },
  );

  test.each([
    [[''], TypeError, /path/],
    [[undefined], TypeError, /path/],
    [[{}], TypeError, /path/],
    [['a', null], TypeError, /options/],
    [['a', { ttl: 1 }], TypeError, /ttl/],
    [['a', { namespace: 1 }], TypeError, /namespace/],
    [['a', { sync: 1 }], TypeError, /sync/],
    [['a', { sweepInterval: '1' }], TypeError, /sweepInterval/],
    [['a', { sweepInterval: -1 }], RangeError, /sweepInterval/],
    [['a', { sweepInterval: Number.NaN }], RangeError, /sweepInterval/],
    [['a', { sweepInterval: 2 ** 31 }], RangeError, /sweepInterval/],
    [[memoryStore().db, { jump: {} }], TypeError, /jump/],
    [['a', { jump: { cachSize: 1 } }], TypeError, /cachSize.*cacheSize/],
    [['a', { jump: { cacheSize: -1 } }], RangeError, /cacheSize/],
  ])('%o is refused', (given, kind, message) => {
    const make = (): KeyvJump => new KeyvJump(...(given as unknown as [string]));
    expect(make).toThrow(kind);
    expect(make).toThrow(message);
  });

  test.each([1, null, undefined, {}, Symbol('a'), new Uint8Array(1)])(
    '%o is neither key nor value',
    async (what) => {
      const adapter = new KeyvJump(':memory:');
      await expect(adapter.set('a', what)).rejects.toThrow(TypeError);
      await expect(adapter.setMany([{ key: 'a', value: what }])).rejects.toThrow(TypeError);
      for (const call of ['get', 'has', 'delete'] as const) {
        await expect(adapter[call](what as string)).rejects.toThrow(TypeError);
      }
      for (const call of ['getMany', 'hasMany', 'deleteMany'] as const) {
        await expect(adapter[call](['a', what as string])).rejects.toThrow(TypeError);
      }
      await adapter.disconnect();
    },
  );

  test.each([Number.NaN, '1', {}])('%o is no time to live', async (ttl) => {
    const adapter = new KeyvJump(':memory:');
    await expect(adapter.set('a', 'value', ttl as number)).rejects.toThrow(/ttl/);
    await adapter.disconnect();
  });

  test('of setMany nothing is written when one entry is refused', async () => {
    const adapter = new KeyvJump(':memory:');
    const entries = [
      { key: 'a', value: 'value' },
      { key: 'b', value: 1 },
    ];
    await expect(adapter.setMany(entries)).rejects.toThrow(TypeError);
    expect(await adapter.has('a')).toBe(false);
    await adapter.disconnect();
  });

  test('after disconnect every call is rejected with JUMP_CLOSED', async () => {
    const adapter = new KeyvJump(':memory:');
    await adapter.set('a', 'value');
    await adapter.disconnect();
    const closed = { code: 'JUMP_CLOSED' };
    await expect(adapter.get('a')).rejects.toMatchObject(closed);
    await expect(adapter.getMany(['a'])).rejects.toMatchObject(closed);
    await expect(adapter.has('a')).rejects.toMatchObject(closed);
    await expect(adapter.hasMany(['a'])).rejects.toMatchObject(closed);
    await expect(adapter.set('a', 'value')).rejects.toMatchObject(closed);
    await expect(adapter.setMany([])).rejects.toMatchObject(closed);
    await expect(adapter.delete('a')).rejects.toMatchObject(closed);
    await expect(adapter.deleteMany(['a'])).rejects.toMatchObject(closed);
    await expect(adapter.clear()).rejects.toMatchObject(closed);
    await expect(adapter.sweep()).rejects.toMatchObject(closed);
    await expect(adapter.iterator().next()).rejects.toMatchObject(closed);
  });

  test('a store that is locked, or not there, says so at each call', async () => {
    const path = join(directory, 'store');
    const db = open(path);
    const adapter = new KeyvJump(path);
    await expect(adapter.get('a')).rejects.toMatchObject({ code: 'JUMP_LOCKED' });
    db.close();
    expect(await adapter.get('a')).toBeUndefined();
    await adapter.disconnect();
    const none = new KeyvJump(join(directory, 'none'), { jump: { createIfMissing: false } });
    await expect(none.set('a', 'value')).rejects.toMatchObject({ code: 'JUMP_NOT_FOUND' });
    await none.disconnect();
  });

  test('a read that fails is told to listeners, until they are off', async () => {
    const { db } = memoryStore();
    const adapter = new KeyvJump(db);
    const errors: unknown[] = [];
    const listen = (error: unknown): void => void errors.push(error);
    expect(adapter.on('error', listen).on('other', listen)).toBe(adapter);
    db.set('keyv/:=a', 'somebody else');
    const error = { code: 'JUMP_CORRUPTION', message: expect.stringContaining('"keyv/:=a"') };
    await expect(adapter.get('a')).rejects.toMatchObject(error);
    expect(errors).toEqual([expect.objectContaining(error)]);
    adapter.off('error', listen);
    await expect(adapter.get('a')).rejects.toMatchObject({ code: 'JUMP_CORRUPTION' });
    expect(errors.length).toBe(1);
    db.close();
  });

  test('a value that somebody else has put there is named, can be replaced, and be deleted', async () => {
    const { db } = memoryStore();
    const adapter = new KeyvJump(db, { namespace: 'ns' });
    const foreign = async (): Promise<void> => {
      await adapter.set('a', 'value', 60_000);
      db.set('keyv/ns:=a', 'somebody else');
    };
    await foreign();
    const message = expect.stringContaining('"keyv/ns:=a"');
    const error = { code: 'JUMP_CORRUPTION', message };
    await expect(adapter.getMany(['b', 'a'])).rejects.toMatchObject(error);
    await expect(adapter.has('a')).rejects.toMatchObject(error);
    await expect(adapter.hasMany(['b', 'a'])).rejects.toMatchObject(error);
    await expect(all(adapter.iterator())).rejects.toMatchObject(error);
    await adapter.set('a', 'new');
    expect(await adapter.get('a')).toBe('new');
    await foreign();
    expect(await adapter.delete('a')).toBe(false);
    expect(await adapter.get('a')).toBeUndefined();
    expect(keysOf(db).entries).toEqual([]);
    db.close();
  });
});
