// Goal:   what a program sees that has the driver under unstorage.
// Method: each thing that unstorage documents, on a directory, in memory, and on an open store with
//         a prefix and a neighbour; then the same random history as on unstorage's own memory.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { memoryVfs, nodeVfs, open } from '@jump/db';
import { seeded } from '@jump/testkit';
import { jumpDriver } from '@jump/unstorage';
import {
  createStorage,
  type Driver,
  prefixStorage,
  restoreSnapshot,
  type Storage,
  type StorageValue,
  snapshot,
} from 'unstorage';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

let directory: string;
let driver: Driver;
let storage: Storage;

const drivers = {
  'a directory': () => jumpDriver({ base: directory, jump: { vfs: nodeVfs } }),
  memory: () => jumpDriver({ base: 'store', jump: { vfs: memoryVfs() } }),
  'an open store': () => {
    const db = open(':memory:');
    for (const key of ['app', 'app.', 'app;', 'b', 'a']) db.set(key, 'a neighbour');
    return jumpDriver({ db, prefix: 'app:' });
  },
};

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'jump-unstorage-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

describe.each(Object.entries(drivers))('on %s', (_, make) => {
  beforeEach(() => {
    driver = make();
    storage = createStorage({ driver });
  });
  afterEach(() => storage.dispose());

  test('at first there is nothing', async () => {
    expect(await storage.hasItem('a')).toBe(false);
    expect(await storage.getItem('a')).toBeNull();
    expect(await storage.getItemRaw('a')).toBeNull();
    expect(await storage.getItems(['a'])).toEqual([{ key: 'a', value: null }]);
    expect(await storage.getMeta('a')).toEqual({});
    expect(await storage.getKeys()).toEqual([]);
    await storage.removeItem('a');
    await storage.clear();
  });

  test('sets, has, gets and removes', async () => {
    await storage.setItem('a:b', 'value');
    await storage.setItem('a:c', 'other');
    expect(await storage.hasItem('a:b')).toBe(true);
    expect(await storage.getItem('a:b')).toBe('value');
    await storage.setItem('a:b', 'new');
    expect(await storage.getItem('a:b')).toBe('new');
    await storage.removeItem('a:b');
    expect(await storage.hasItem('a:b')).toBe(false);
    expect(await storage.getItem('a:c')).toBe('other');
    await storage.setItem('a:c', undefined as never);
    expect(await storage.hasItem('a:c')).toBe(false);
  });

  test.each([
    '',
    'text',
    'é\u{1f600}',
    0,
    -1.5,
    false,
    true,
    null,
    { deep: [1, 'two'] },
    [],
    'x'.repeat(100_000),
  ])('gives %o back', async (value) => {
    await storage.setItem('key', value as never);
    expect(await storage.getItem('key')).toEqual(value);
  });

  test('refuses what unstorage refuses', async () => {
    class Odd {}
    await expect(storage.setItem('key', new Odd())).rejects.toThrow(/stringify/);
    await expect(storage.setItem('', 'value')).rejects.toThrow(/key/i);
    await expect(storage.setItem('a:..:b', 'value')).rejects.toThrow(/key/i);
    expect(await storage.getKeys()).toEqual([]);
  });

  test('a key has one form, however it is written', async () => {
    await storage.setItem('/a/b\\c:', 'value');
    for (const key of ['a:b:c', 'a/b/c', '/a:b/c', 'a\\b\\c', 'a/b/c?query']) {
      expect(await storage.getItem(key)).toBe('value');
    }
    await storage.setItem('a:b/c', 'new');
    expect(await storage.getKeys()).toEqual(['a:b:c']);
    expect(await storage.getItem('/a/b/c/')).toBe('new');
  });

  test.each(['ö', '*', '..a', '%2e', "it's", 'a b', '$', 'a$b', '\u{1f600}', '\0', ';', '[x]'])(
    'the key %o is like any other',
    async (key) => {
      await storage.setItem(key, 'value');
      await storage.setItem(`x:${key}:x`, 'deep');
      expect(await storage.getItem(key)).toBe('value');
      expect(await storage.getItem(`x:${key}:x`)).toBe('deep');
      const [name] = await storage.getKeys('x');
      expect(name).toBe(`x:${key}:x`);
    },
  );

  test('raw bytes are bytes, of every kind', async () => {
    const bytes = Uint8Array.of(9, 0, 0xff, 0xc0, 3, 9);
    const inner = new DataView(bytes.buffer, 1, 4);
    for (const value of [bytes, Buffer.from(bytes), bytes.buffer]) {
      await storage.setItemRaw('raw.bin', value);
      expect(await storage.getItemRaw('raw.bin')).toEqual(bytes);
    }
    await storage.setItemRaw('raw.bin', inner);
    expect(await storage.getItemRaw('raw.bin')).toEqual(Uint8Array.of(0, 0xff, 0xc0, 3));
    await storage.setItemRaw('raw.bin', 'text é');
    expect(await storage.getItem('raw.bin')).toBe('text é');
    await storage.setItemRaw('raw.bin', new Uint8Array(0));
    expect(await storage.getItemRaw('raw.bin')).toEqual(new Uint8Array(0));
    expect(await storage.hasItem('raw.bin')).toBe(true);
  });

  test('one item is text and bytes, as it is asked for', async () => {
    await storage.setItem('key', { é: 1 });
    expect(Buffer.from((await storage.getItemRaw('key'))!).toString()).toBe('{"é":1}');
    await storage.setItemRaw('key', Uint8Array.of(0xef, 0xbb, 0xbf, 0x61, 0xff));
    expect(await storage.getItem('key')).toBe('\ufeffa\ufffd');
  });

  test('what is set and got is copied', async () => {
    const bytes = Uint8Array.of(1, 2);
    await storage.setItemRaw('key', bytes);
    bytes[0] = 9;
    const got = (await storage.getItemRaw<Uint8Array>('key'))!;
    got[1] = 9;
    expect(await storage.getItemRaw('key')).toEqual(Uint8Array.of(1, 2));
  });

  test.each([1, {}, null, []])('the raw value %o is refused', async (value) => {
    await expect(storage.setItemRaw('key', value)).rejects.toThrow(TypeError);
  });

  test('several at once', async () => {
    await storage.setItems<StorageValue>([
      { key: 'a:1', value: 'one' },
      { key: '/a/2', value: { two: 2 } },
      { key: 'b', value: 3 },
    ]);
    expect(await storage.getItems(['a:2', { key: 'b' }, 'none', 'a/1?query'])).toEqual([
      { key: 'a:2', value: { two: 2 } },
      { key: 'b', value: 3 },
      { key: 'none', value: null },
      { key: 'a:1', value: 'one' },
    ]);
  });

  test('of several nothing is set if one is refused', async () => {
    const items = [
      { key: 'a', value: 'one' },
      { key: 'b', value: '\ud800' },
    ];
    await expect(storage.setItems(items)).rejects.toThrow(TypeError);
    expect(await storage.getKeys()).toEqual([]);
  });

  test('keys, in order, of a base, and to a depth', async () => {
    for (const key of ['b', 'a', 'a:b:c:d', 'a:b:c:e', 'a:b', 'a:z', 'ab:c', 'a;b', 'a!']) {
      await storage.setItem(key, 'value');
    }
    const all = ['a', 'a!', 'a:b', 'a:b:c:d', 'a:b:c:e', 'a:z', 'a;b', 'ab:c', 'b'];
    expect(await storage.getKeys()).toEqual(all);
    expect(await storage.getKeys('a')).toEqual(['a:b', 'a:b:c:d', 'a:b:c:e', 'a:z']);
    expect(await storage.getKeys('a:b')).toEqual(['a:b:c:d', 'a:b:c:e']);
    expect(await storage.getKeys('a:b:c:d')).toEqual([]);
    const to = (maxDepth: number, base?: string): Promise<string[]> =>
      storage.getKeys(base, { maxDepth });
    expect(await to(0)).toEqual(['a', 'a!', 'a;b', 'b']);
    expect(await to(1)).toEqual(['a', 'a!', 'a:b', 'a:z', 'a;b', 'ab:c', 'b']);
    expect(await to(2)).toEqual(await to(1));
    expect(await to(3)).toEqual(all);
    expect(await to(1, 'a')).toEqual(['a:b', 'a:z']);
    expect(await to(1, 'a:b')).toEqual([]);
    expect(await to(-1)).toEqual([]);
  });

  test('clears a base, or all', async () => {
    for (const key of ['a', 'a:b', 'a:c:d', 'ab', 'b:a']) await storage.setItem(key, 'value');
    // unstorage clears only drivers that are mounted within a base.
    await storage.clear('a');
    expect((await storage.getKeys()).length).toBe(5);
    await driver.clear!('a:', {});
    expect(await storage.getKeys()).toEqual(['a', 'ab', 'b:a']);
    await storage.clear();
    expect(await storage.getKeys()).toEqual([]);
    await storage.clear();
  });

  test('an item has a size, and what else it was told', async () => {
    await storage.setItem('key', 'é');
    expect(await storage.getMeta('key')).toEqual({ size: 2 });
    const mtime = new Date(1_000_000);
    await storage.setMeta('key', { mtime, mine: 'yes' });
    expect(await storage.getMeta('key')).toEqual({ size: 2, mtime, mine: 'yes' });
    expect(await storage.getMeta('key', { nativeOnly: true })).toEqual({ size: 2 });
    expect(await storage.getKeys()).toEqual(['key']);
    await storage.removeItem('key', { removeMeta: true });
    expect(await storage.getMeta('key')).toEqual({});
  });

  test('snapshots', async () => {
    const items = { 'a:b': 'text', 'a:c': { json: true }, 'a:d:e': 3 };
    await restoreSnapshot(storage, items, 'deep');
    expect(await storage.getKeys('deep')).toEqual(['deep:a:b', 'deep:a:c', 'deep:a:d:e']);
    expect(await snapshot(storage, 'deep')).toEqual(items);
    await storage.clear();
    await restoreSnapshot(storage, items);
    expect(await snapshot(storage, '')).toEqual(items);
    await storage.setItemRaw('raw', Uint8Array.of(0xff));
    expect((await snapshot(storage, ''))['raw']).toBe('\ufffd');
  });

  test('a prefix', async () => {
    const mine = prefixStorage(storage, 'mine');
    await mine.setItem('a', 1);
    await storage.setItem('a', 2);
    expect(await storage.getItem('mine:a')).toBe(1);
    expect(await mine.getKeys()).toEqual(['a']);
    await mine.setItemRaw('deep:raw', Uint8Array.of(0xff));
    expect(await mine.getItemRaw('deep/raw')).toEqual(Uint8Array.of(0xff));
    await mine.removeItem('a');
    expect(await storage.getKeys()).toEqual(['a', 'mine:deep:raw']);
  });

  test('mounted beside others', async () => {
    const root = createStorage();
    root.mount('disk', driver);
    await root.setItem('disk:a', 'on the disk');
    await root.setItem('disk:a:b', 'on the disk');
    await root.setItem('a', 'in memory');
    expect(await driver.getKeys('', {})).toEqual(['a', 'a:b']);
    expect((await root.getKeys()).sort()).toEqual(['a', 'disk:a', 'disk:a:b']);
    expect(await root.getKeys('disk:a')).toEqual(['disk:a:b']);
    expect((await root.getKeys('', { maxDepth: 1 })).sort()).toEqual(['a', 'disk:a']);
    const found = await root.getItems(['disk:a', 'a']);
    expect(found.map(({ key }) => key).sort()).toEqual(['a', 'disk:a']);
    await root.clear('disk');
    expect(await root.getKeys()).toEqual(['a']);
    await root.unmount('disk');
    await expect(driver.hasItem('a', {})).rejects.toMatchObject({ code: 'JUMP_CLOSED' });
  });

  test('changes through unstorage are watched', async () => {
    const seen: string[] = [];
    const unwatch = await storage.watch((event, key) => seen.push(`${event} ${key}`));
    await storage.setItem('a:b', 1);
    await storage.setItemRaw('c', Uint8Array.of(1));
    await storage.removeItem('a:b');
    await unwatch();
    await storage.setItem('d', 1);
    expect(seen).toEqual(['update a:b', 'update c', 'remove a:b']);
  });

  test(
    "does as unstorage's own memory does, whatever the order",
    seeded(async (random) => {
      const memory = createStorage();
      const both = [memory, storage];
      const parts = ['a', 'b', 'ab', 'a;', 'a!', '0', 'é'];
      const key = (): string =>
        Array.from({ length: random.integer(1, 4) }, () => random.pick(parts)).join(':');
      const same = async (ask: (of: Storage) => Promise<unknown>): Promise<void> => {
        const [expected, found] = await Promise.all(both.map(ask));
        expect(found).toEqual(expected);
      };
      for (let i = 0; i < 400; i++) {
        const [one, other, value] = [key(), key(), random.bits()];
        const maxDepth = random.integer(0, 3);
        switch (random.integer(0, 9)) {
          case 0:
            await same((of) => of.removeItem(one));
            break;
          case 1: {
            const base = random.chance(0.9) ? one : '';
            if (random.chance(0.2)) await same((of) => of.clear(base));
            break;
          }
          case 2:
            await same(async (of) => (await of.getKeys(one)).sort());
            break;
          case 3:
            await same(async (of) => (await of.getKeys('', { maxDepth })).sort());
            await same(async (of) => (await of.getKeys(one, { maxDepth })).sort());
            break;
          case 4:
            await same((of) => of.getItems([one, other]));
            break;
          case 5:
            await same((of) => of.setItems([one, other].map((name) => ({ key: name, value }))));
            break;
          default:
            await same((of) => of.setItem(one, `value ${value}`));
            await same((of) => of.getItem(other));
        }
      }
      await same((of) => snapshot(of, ''));
    }),
  );
});
