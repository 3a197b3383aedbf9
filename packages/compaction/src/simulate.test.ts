// Goal:   the simulation says what a store would, in seconds, for any size.
// Method: cases whose answer is known by arithmetic; then the same small workload carried out with
//         real tables (MiniStore) and compared; then seeds, bad input, and strategies that
//         misbehave.
import { encodeInternalKey, KIND_VALUE, writeFixed32 } from '@jump/base';
import { type Entry, Random } from '@jump/testkit';
import { expect, test } from 'vitest';
import { MiniStore } from '../test/mini-store.ts';
import { full, leveled, simulate, tiered } from './index.ts';
import type { CompactionStrategy } from './strategy.ts';

const GB = 1e9;

test('keys in ascending order are written once, by every strategy', () => {
  for (const strategy of [leveled(), tiered(), full()]) {
    const result = simulate(strategy, { writes: GB, distribution: 'sequential' });
    // 116 bytes become 128 in a table.
    expect(result.writeAmplification).toBeCloseTo(128 / 116, 2);
    expect(result.spaceAmplification).toBeCloseTo(1, 2);
    expect(result.readAmplification).toBeLessThan(1.1);
    expect(result.merges).toBe(0);
  }
});

// Generous, since other tests run beside it.
const SLOW = { timeout: 60_000 };

test('a terabyte is a matter of seconds', SLOW, () => {
  const start = performance.now();
  const result = simulate(tiered(), { writes: 9 * GB, distribution: 'uniform' });
  expect(performance.now() - start).toBeLessThan(20_000);
  expect(result.userBytes).toBeGreaterThan(1e12);
  expect(result.writeAmplification).toBeGreaterThan(7);
  expect(result.writeAmplification).toBeLessThan(13);
  expect(result.series.length).toBeGreaterThan(90);
  const { userBytes } = result.series.at(-1)!;
  expect(userBytes / result.userBytes).toBeGreaterThan(0.98);
});

test('leveled() costs about half its multiplier, and some, for each level', SLOW, () => {
  // 12 GB: 0.3 GB fit level 1, 3.4 GB level 2; the rest is in level 3.
  const result = simulate(leveled(), { writes: 1e8, distribution: 'uniform' });
  const bytes = result.levels.map((level) => level.bytes);
  expect(bytes[3]).toBeGreaterThan(bytes[2]!);
  expect(bytes[2]).toBeGreaterThan(2 * bytes[1]!);
  expect(bytes.slice(4)).toEqual([0, 0, 0]);
  expect(result.writeAmplification).toBeGreaterThan(7);
  expect(result.writeAmplification).toBeLessThan(15);
  expect(result.spaceAmplification).toBeLessThan(1.2);
});

test('tiered() writes less and needs more space while it merges; full() reads the least', () => {
  const workload = { writes: 1e8, distribution: 'uniform', overwrites: 0.5 } as const;
  const [l, t, f] = [leveled(), tiered(), full()].map((one) => simulate(one, workload));
  expect(t!.writeAmplification).toBeLessThan(0.7 * l!.writeAmplification);
  expect(f!.writeAmplification).toBeGreaterThan(2 * l!.writeAmplification);
  expect(t!.peakSpaceAmplification).toBeGreaterThan(l!.peakSpaceAmplification);
  expect(f!.readAmplification).toBeLessThan(l!.readAmplification);
  for (const result of [l!, t!, f!]) expect(result.overwriteShare).toBeCloseTo(0.5, 2);
});

test('hot keys are merged away before they go deep', () => {
  const uniform = simulate(leveled(), { writes: 1e8, distribution: 'uniform' });
  const zipf = simulate(leveled(), { writes: 1e8, distribution: 'zipf' });
  expect(zipf.writeAmplification).toBeLessThan(0.7 * uniform.writeAmplification);
});

test('deleted keys are gone from the disk', () => {
  const base = { writes: 1e8, distribution: 'uniform', keys: 1e7 } as const;
  const kept = simulate(leveled(), base);
  const deleted = simulate(leveled(), { ...base, deletes: 0.5 });
  expect(deleted.liveKeys / kept.liveKeys).toBeCloseTo(0.5, 3);
  expect(deleted.diskBytes).toBeLessThan(0.75 * kept.diskBytes);
  expect(deleted.spaceAmplification).toBeLessThan(2);
});

test('the same seed gives the same result, another one nearly the same', () => {
  const workload = { writes: 1e8, distribution: 'zipf', deletes: 0.1 } as const;
  const [first, again] = [simulate(leveled(), workload), simulate(leveled(), workload)];
  expect(again).toEqual(first);
  expect(structuredClone(first)).toEqual(first);
  const other = simulate(leveled(), { ...workload, seed: 2 });
  expect(other.writeAmplification).not.toBe(first.writeAmplification);
  expect(other.writeAmplification / first.writeAmplification).toBeCloseTo(1, 1);
});

const RUNS: [string, () => CompactionStrategy, number][] = [
  ['leveled', () => leveled({ baseSize: 20_000, levelMultiplier: 4 }), 0],
  ['leveled, deletions', () => leveled({ baseSize: 20_000, levelMultiplier: 4 }), 0.3],
  ['tiered', () => tiered(), 0],
  ['tiered, deletions', () => tiered(), 0.3],
  ['full', () => full({ mergeThreshold: 4 }), 0],
];

test.each(RUNS)('%s: what real tables cost is within a fifth of it', SLOW, (_, make, deletes) => {
  const writes = 16_000;
  const keys = 8000;
  const perTable = 200;
  const real = realCost(make(), writes, keys, perTable, deletes);
  const predicted = simulate(make(), {
    writes,
    keys,
    deletes,
    distribution: 'uniform',
    keySize: 8,
    valueSize: 100,
    memtableSize: perTable * (108 + 48),
    tableSize: 5000,
  });
  expect(real.write / predicted.writeAmplification).toBeGreaterThan(0.8);
  expect(real.write / predicted.writeAmplification).toBeLessThan(1.2);
  expect(real.live / predicted.liveKeys).toBeCloseTo(1, 1);
  expect(real.space / predicted.spaceAmplification).toBeGreaterThan(0.8);
  expect(real.space / predicted.spaceAmplification).toBeLessThan(1.2);
});

/** Carries the workload out; the space is the mean over the second half. */
function realCost(
  strategy: CompactionStrategy,
  writes: number,
  keys: number,
  perTable: number,
  deletes: number,
): { write: number; space: number; live: number } {
  const random = new Random(7);
  const store = new MiniStore({ tableSize: 5000, blockSize: 4096, compression: 'none' });
  const live = new Set<number>();
  let user = 0;
  let written = 0;
  const spaces: number[] = [];
  for (let sequence = 1; sequence <= writes; ) {
    const table = new Map<number, Entry>();
    for (let i = 0; i < perTable; i++, sequence++) {
      const number = random.integer(0, keys - 1);
      const key = new Uint8Array(8);
      writeFixed32(key, 0, Math.imul(number, 0x9e3779b1));
      const deleted = random.chance(deletes);
      if (deleted) live.delete(number);
      else live.add(number);
      user += deleted ? 8 : 108;
      const value = new Uint8Array(deleted ? 0 : 100);
      table.set(number, { key: encodeInternalKey(key, sequence, deleted ? 0 : KIND_VALUE), value });
    }
    written += store.flush([...table.values()]).fileSize;
    for (let pick = strategy.pick(store.state()); pick; pick = strategy.pick(store.state())) {
      written += store.apply(pick)?.bytesWritten ?? 0;
    }
    const disk = store.levels.flat().reduce((sum, { fileSize }) => sum + fileSize, 0);
    // An entry of the model takes 120 bytes.
    if (sequence > writes / 2) spaces.push(disk / (live.size * 120));
  }
  const space = spaces.reduce((sum, one) => sum + one, 0) / spaces.length;
  return { write: written / user, space, live: live.size };
}

test.each([
  [{ writes: -1 }, 'writes must be from 1'],
  [{ writes: Number.NaN }, 'writes must be from 1'],
  [{ writes: '9' }, 'writes must be a number'],
  [{ distribution: 'normal' }, 'normal is none'],
  [{ keys: 10, overwrites: 0.5 }, 'give keys or overwrites'],
  [{ deletes: 1.5 }, 'deletes must be from 0'],
  [{ colour: 'red' }, 'unknown option colour'],
  [{ writes: 1e12, memtableSize: 2000 }, 'make memtableSize larger'],
])('refuses %j', (wrong, message) => {
  const workload = { writes: 1000, distribution: 'uniform', ...wrong } as never;
  expect(() => simulate(leveled(), workload)).toThrow(message);
});

test('a strategy that breaks the rules, or never comes to an end, is named', () => {
  const workload = { writes: 1e8, distribution: 'uniform' } as const;
  const mine = (pick: CompactionStrategy['pick']): CompactionStrategy => ({
    ...leveled(),
    name: 'mine',
    pick,
  });
  const newest = mine(({ levels }) =>
    levels[0]!.length < 2
      ? undefined
      : {
          inputs: [{ level: 0, tables: [levels[0]![0]!] }],
          outputLevel: 1,
          reason: 'newest first',
          trivialMove: false,
        },
  );
  expect(() => simulate(newest, workload)).toThrow('mine: pick refused');
  const forEver = mine(({ levels }) => {
    const level = levels[0]!.length > 0 ? 0 : 1;
    const inputs = [{ level, tables: levels[level]! }];
    if (level === 0 && levels[1]!.length > 0) inputs.push({ level: 1, tables: levels[1]! });
    return { inputs, outputLevel: 1, reason: 'again', trivialMove: false };
  });
  expect(() => simulate(forEver, workload)).toThrow('mine: 100000 picks, and no end: again');
});

test('options of strategies are checked', () => {
  expect(() => leveled({ l0Trigger: 0 })).toThrow('leveled(): l0Trigger must be from 1');
  expect(() => leveled({ l0Trigger: 9, stop: 8 })).toThrow('stop must be from 9');
  expect(() => tiered({ sizeRatio: '1' as never })).toThrow('sizeRatio must be a number');
  expect(() => full({ mergeThreshold: 1 })).toThrow('mergeThreshold must be from 2');
  expect(() => full({ speed: 1 } as never)).toThrow('full(): unknown option speed');
  expect(leveled().level0).toEqual({ stop: 24 });
});
