// Goal:   tables lie on the axis in the order of their keys, and as wide as they have bytes.
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { bytes, Kept, levelStore, temporary } from '../../test/jump.ts';
import { Context } from '../context.ts';
import { readLayout } from './directory.ts';
import { overlapOf, readTree } from './tree.ts';

vi.setConfig({ testTimeout: 60_000 });

test('places tables that LevelDB made', async () => {
  const directory = join(temporary(), 'store');
  await levelStore(
    directory,
    async (db) => {
      for (let round = 0; round < 3; round++) {
        for (let i = 0; i < 3000; i++) {
          await db.put(bytes(`key${String(i).padStart(5, '0')}`), bytes(`${round}`.repeat(100)));
        }
      }
    },
    { writeBufferSize: 65536, maxFileSize: 1 << 20, compression: false },
  );
  const layout = readLayout(directory);
  const tree = await readTree(new Context({ stdout: new Kept(), stderr: new Kept() }), layout);
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
  // The values are as long as each other: half of the keys have about half of the room.
  const [deepest] = tree.filter((tables) => tables.length > 0).slice(-1);
  for (const { first, from } of deepest!) {
    expect(from).toBeCloseTo(Number(Buffer.from(first).toString().slice(3)) / 3000, 1);
  }
  expect(overlapOf(tree, 6)).toBeUndefined();
});
