// Goal:   the cache holds at most what it may, keeps what is used, and never pulls a block away
//         from somebody who uses it.
import { seeded } from '@jump/testkit';
import { expect, test } from 'vitest';
import { openWritten } from '../test/tables.ts';
import { Block } from './block.ts';
import { BlockCache, Clock } from './block-cache.ts';

const make = (charge: number): Block => new Block(new Uint8Array(0), 0, 0, 1, charge);

test(
  'its account is that of its blocks, and never above its capacity',
  seeded((random) => {
    const cache = new Clock(1000);
    const home: (Block | undefined)[] = Array.from({ length: 50 }, () => undefined);
    for (let i = 0; i < 5000; i++) {
      const ordinal = random.integer(0, 49);
      const block = home[ordinal];
      if (block === undefined) cache.insert(make(random.integer(1, 300)), home, ordinal);
      else if (random.chance(0.2)) cache.remove(block);
      else block.referenced = true;
      const held = home.reduce((sum, one) => sum + (one?.charge ?? 0), 0);
      expect(cache.bytes).toBe(held);
      expect(held).toBeLessThanOrEqual(1000);
    }
  }),
);

test('keeps what is used over what is read once', () => {
  const cache = new Clock(1000);
  const home: (Block | undefined)[] = [];
  cache.insert(make(100), home, 0);
  for (let i = 1; i < 100; i++) {
    (home[0] as Block).referenced = true;
    cache.insert(make(100), home, i);
  }
  expect(home[0]).toBeDefined();
  expect(home.filter((block) => block !== undefined)).toHaveLength(10);
});

test('does not keep what is larger than itself', () => {
  const cache = new Clock(10);
  const home: (Block | undefined)[] = [undefined];
  cache.insert(make(11), home, 0);
  expect(home[0]).toBeUndefined();
  expect(new BlockCache(0).stats).toEqual({ hits: 0, misses: 0, bytes: 0 });
});

test('a cursor stays on its block although it is evicted', () => {
  const entries = Array.from({ length: 200 }, (_, i) => ({
    key: Uint8Array.of(i),
    value: new Uint8Array(100).fill(i),
  }));
  const cache = new BlockCache(1500);
  const table = openWritten(entries, { blockSize: 1000, compression: 'none' }, { cache });
  const cursor = table.cursor();
  cursor.seek(Uint8Array.of(5), 0, 1);
  for (const { key } of entries) table.get(key);
  expect(cursor.valueBytes[cursor.valueStart]).toBe(5);
  cursor.next();
  expect(cursor.keyBytes[0]).toBe(6);
  cursor.previous();
  cursor.previous();
  expect(cursor.valueBytes[cursor.valueEnd - 1]).toBe(4);
});
