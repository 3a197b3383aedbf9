// Goal:   a row is what was offered last for its key and owner, whatever else goes through the
//         cache.
// Method: random lookups by several owners against what each would answer, while blocks of a table
//         come and go in the same memory.
import { KIND_DELETION, KIND_VALUE } from '@jump/base';
import { seeded } from '@jump/testkit';
import { expect, test } from 'vitest';
import { openWritten, plainBloomPolicy } from '../test/tables.ts';
import { BlockCache } from './block-cache.ts';
import { Lookup } from './lookup.ts';
import { RowCache } from './row-cache.ts';

const text = new TextEncoder();

/** What an owner's tables answer: a value that depends on owner and key. */
function answer(lookup: Lookup, key: number, owner: number): void {
  const length = key % 50 === 7 ? 3000 : (key * 37) % 200;
  const bytes = new Uint8Array(length + 8).fill((key + owner) & 0xff);
  lookup.kind = key % 10 === 3 ? KIND_DELETION : KIND_VALUE;
  lookup.valueBytes = bytes;
  lookup.valueStart = 4;
  lookup.valueEnd = 4 + length;
}

const shown = ({ kind, valueBytes, valueStart, valueEnd }: Lookup) =>
  `${kind} ${valueBytes.slice(valueStart, valueEnd).join()}`;

test(
  'answers what its owner answered',
  seeded((random) => {
    const cache = new BlockCache(100_000);
    const rows = new RowCache(cache, plainBloomPolicy(10));
    const entries = Array.from({ length: 3000 }, (_, i) => ({
      key: text.encode(String(10_000 + i)),
      value: random.bytes(100),
    }));
    const table = openWritten(entries, { blockSize: 1000 }, { cache });
    const owners = [{}, {}];
    let owner = 0;
    let found = 0;
    for (let i = 0; i < 12_000; i++) {
      if (random.chance(0.001)) owner = 1 - owner;
      const key = random.chance(0.8) ? random.integer(0, 99) : random.integer(0, 9999);
      const bytes = text.encode(`key ${key}`);
      const lookup = new Lookup();
      lookup.set(bytes, 0, bytes.length, 1000);
      const expected = new Lookup();
      answer(expected, key, owner);
      if (rows.find(owners[owner] as object, lookup)) {
        found++;
      } else {
        answer(lookup, key, owner);
        rows.offer(owners[owner] as object, lookup);
      }
      // Also after it was offered: it may lie elsewhere now.
      expect(shown(lookup)).toBe(shown(expected));
      if (random.chance(0.3)) {
        const { key: other, value } = random.pick(entries);
        expect(table.get(other)).toEqual(value);
      }
      if (i % 100 === 0) expect(cache.stats.bytes).toBeLessThanOrEqual(100_000);
    }
    expect(found).toBeGreaterThan(2000);
    rows.close();
    table.close();
    expect(cache.stats.bytes).toBe(0);
  }),
);

test('keeps only what is asked for again, and nothing in a cache of no bytes', () => {
  for (const capacity of [0, 1 << 16]) {
    const cache = new BlockCache(capacity);
    const rows = new RowCache(cache, plainBloomPolicy(10));
    const owner = {};
    const ask = (): boolean => {
      const lookup = new Lookup();
      lookup.set(text.encode('a'), 0, 1, 1);
      if (rows.find(owner, lookup)) return true;
      answer(lookup, 1, 0);
      rows.offer(owner, lookup);
      return false;
    };
    expect([ask(), ask(), ask(), ask()]).toEqual([false, false, capacity > 0, capacity > 0]);
  }
});
