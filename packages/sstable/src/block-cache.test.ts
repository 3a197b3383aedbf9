// Goal:   the cache holds at most what it may, keeps what is used, and a record that can be found
//         is the one that was written.
// Method: random records, each filled with a byte of its own, against a plain list; real tables.
import { seeded } from '@jump/testkit';
import { expect, test } from 'vitest';
import { openWritten } from '../test/tables.ts';
import { BlockCache } from './block-cache.ts';
import { BlockRing, HEADER, PlainMemory, type RingTable, roomFor } from './block-ring.ts';

const enter = (ring: BlockRing, count: number): RingTable => ring.enter(new Uint32Array(count));

function put(ring: BlockRing, table: RingTable, ordinal: number, length: number, byte: number) {
  const room = roomFor(length);
  const place = ring.reserve(room);
  if (place === 0) return 0;
  ring.memory.bytes.fill(byte, place + HEADER, place + HEADER + length);
  ring.commit(place, room, table, ordinal);
  return room;
}

test(
  'what can be found is what was written; its account is that of its records, below its capacity',
  seeded((random) => {
    const ring = new BlockRing(new PlainMemory(), 4000);
    let tables = [enter(ring, 50), enter(ring, 50)];
    const written = new Map<string, { length: number; byte: number }>();
    for (let i = 0; i < 20_000; i++) {
      const which = random.integer(0, 1);
      const ordinal = random.integer(0, 49);
      const table = tables[which]!;
      const name = `${which} ${ordinal}`;
      if (random.chance(0.001)) {
        ring.leave(table);
        tables = tables.with(which, enter(ring, 50));
      } else if (table.places[ordinal] === 0) {
        const length = random.chance(0.01) ? random.integer(1, 5000) : random.integer(1, 500);
        written.set(name, { length, byte: i & 0xff });
        const kept = put(ring, table, ordinal, length, i & 0xff);
        expect(kept > 0).toBe(roomFor(length) <= 4000);
      } else if (random.chance(0.5)) ring.touch(table.places[ordinal]!);
      if (i % 8 > 0) continue;
      let held = 0;
      tables.forEach((one, t) => {
        one.places.forEach((place, o) => {
          if (place === 0) return;
          const { length, byte } = written.get(`${t} ${o}`)!;
          held += roomFor(length);
          const at = place + HEADER;
          const { bytes } = ring.memory;
          if (bytes[at] !== byte || bytes[at + length - 1] !== byte) expect.fail(`${t} ${o}`);
        });
      });
      expect(ring.bytes).toBe(held);
      expect(held).toBeLessThanOrEqual(4000);
    }
  }),
);

test('keeps what is used over what is read once', () => {
  const ring = new BlockRing(new PlainMemory(), 10 * roomFor(100));
  const table = enter(ring, 100);
  put(ring, table, 0, 100, 0);
  for (let i = 1; i < 100; i++) {
    ring.touch(table.places[0]!);
    put(ring, table, i, 100, i);
  }
  expect(table.places[0]).not.toBe(0);
  expect([...table.places].filter((place) => place !== 0)).toHaveLength(10);
});

test('when all is used, one that comes still moves only a few', () => {
  const ring = new BlockRing(new PlainMemory(), 1000 * roomFor(100));
  const table = enter(ring, 1001);
  for (let i = 0; i < 1000; i++) put(ring, table, i, 100, i & 0xff);
  for (const place of table.places) if (place !== 0) ring.touch(place);
  const before = table.places.slice();
  put(ring, table, 1000, 100, 1);
  expect(table.places.filter((place, i) => place !== before[i]).length).toBeLessThan(12);
});

test('memory that cannot grow is used as far as it goes', () => {
  const memory = new PlainMemory();
  const grow = memory.grow.bind(memory);
  const ring = new BlockRing(
    {
      start: 8,
      get bytes() {
        return memory.bytes;
      },
      get words() {
        return memory.words;
      },
      grow: (end) => end <= 1 << 16 && grow(end),
    },
    1 << 30,
  );
  const table = enter(ring, 100);
  for (let i = 0; i < 100; i++) expect(put(ring, table, i, 2000, i)).toBeGreaterThan(0);
  expect(ring.reserve(1 << 17)).toBe(0);
  expect(ring.bytes).toBeGreaterThan(50_000);
  expect(ring.bytes).toBeLessThanOrEqual(1 << 16);
});

test('does not keep what is larger than itself', () => {
  const entries = [{ key: Uint8Array.of(1), value: new Uint8Array(100) }];
  const cache = new BlockCache(10);
  const table = openWritten(entries, {}, { cache });
  for (let i = 0; i < 3; i++) expect(table.get(Uint8Array.of(1))).toHaveLength(100);
  expect(cache.stats).toEqual({ hits: 0, misses: 3, bytes: 0 });
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

test("a table's blocks are in the account until it is closed", () => {
  const entries = Array.from({ length: 200 }, (_, i) => ({
    key: Uint8Array.of(i),
    value: new Uint8Array(100).fill(i),
  }));
  const cache = new BlockCache(1 << 20);
  const one = openWritten(entries, { blockSize: 1000 }, { cache });
  const other = openWritten(entries, { blockSize: 1000 }, { cache });
  for (const { key } of entries) expect(one.get(key)).toEqual(other.get(key));
  const { hits, misses, bytes } = cache.stats;
  expect(hits + misses).toBe(400);
  one.close();
  expect(cache.stats.bytes).toBe(bytes / 2);
  other.close();
  expect(cache.stats.bytes).toBe(0);
});
