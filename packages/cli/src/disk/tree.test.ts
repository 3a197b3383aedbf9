// Goal:   tables lie on the axis in the order of their keys, and as wide as they have bytes.
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { bytes, Kept, levelStore, temporary } from '../../test/jump.ts';
import { Context } from '../context.ts';
import { readLayout } from './directory.ts';
import { overlapOf, readTree } from './tree.ts';

vi.setConfig({ testTimeout: 60_000 });

const key = (i: number): Uint8Array => bytes(`key${String(i).padStart(5, '0')}`);

/** Fills a store of LevelDB, in so many rounds over the same keys. */
async function treeOf(rounds: number): Promise<Awaited<ReturnType<typeof readTree>>> {
  const directory = join(temporary(), 'store');
  await levelStore(
    directory,
    async (db) => {
      for (let round = 0; round < rounds; round++) {
        for (let i = 0; i < 3000; i++) await db.put(key(i), bytes(`${round}`.repeat(100)));
      }
      // Out of the log, into tables.
      if (rounds === 1) await db.compactRange(key(0), key(3000));
    },
    { writeBufferSize: 65536, maxFileSize: 1 << 20, compression: false },
  );
  const context = new Context({ stdout: new Kept(), stderr: new Kept() });
  return readTree(context, readLayout(directory));
}

test('places tables that LevelDB made', async () => {
  const tree = await treeOf(3);
  const all = tree.flat();
  expect(all.length).toBeGreaterThan(4);
  expect(Math.min(...all.map(({ from }) => from))).toBe(0);
  expect(Math.max(...all.map(({ to }) => to))).toBeCloseTo(1, 10);
  for (const a of all) {
    expect(a.from).toBeLessThan(a.to);
    for (const b of all) {
      // The same order on the axis as among the keys.
      if (Buffer.compare(a.last, b.first) < 0) expect(a.to).toBeLessThanOrEqual(b.from);
      if (Buffer.compare(a.first, b.first) < 0) expect(a.from).toBeLessThanOrEqual(b.from);
    }
  }
  for (const tables of tree.slice(1)) {
    for (let i = 1; i < tables.length; i++) {
      expect(tables[i]!.from).toBeGreaterThanOrEqual(tables[i - 1]!.to - 1e-9);
    }
  }
  expect(overlapOf(tree, 6)).toBeUndefined();
});

test('half of the keys have half of the room if their values are as long', async () => {
  const tree = await treeOf(1);
  expect(tree.flat()).not.toHaveLength(0);
  for (const { first, from } of tree.flat()) {
    expect(from).toBeCloseTo(Number(Buffer.from(first).toString().slice(3)) / 3000, 1);
  }
});
