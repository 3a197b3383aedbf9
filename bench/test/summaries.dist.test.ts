// Goal:   percentiles, predictions and micro-benches are what their names say.
import { expect, test } from 'vitest';
import { runMicro } from '../src/micro/measure.mjs';
import { micros } from '../src/micro/micros.mjs';
import { predicted } from '../src/report/amplification.mjs';
import { digits, duration, linearScale, logScale } from '../src/report/scale.mjs';
import { summary } from '../src/rows-latency.mjs';
import { Workload } from '../src/workload.mjs';

test('percentiles of latencies, of all and of each hundredth of them', () => {
  // 0.001 to 100 ms, the longest in the middle: 1 to 100,000 µs.
  const count = 100_000;
  const latencies = Float64Array.from({ length: count }, (_, i) => ((i + count / 2) % count) + 1);
  const found = summary(latencies.map((ms) => ms / 1000));
  expect(found).toMatchObject({ p50: 50_000, p99: 99_000, p999: 99_900, p9999: 99_990 });
  expect(found.max).toBe(100_000);
  expect(found.series).toHaveLength(100);
  expect(found.series[49]).toEqual([99_500, 99_990, 99_999, 100_000]);
  expect(found.series[50]).toEqual([500, 990, 999, 1000]);
});

test('a store that never merges writes everything twice: log and table', () => {
  const shape = { entries: 60_000, valueSize: 100, cacheMib: 64, compression: false };
  const written = predicted('fillrandom', shape);
  expect(written).toBeGreaterThan(1.9);
  expect(written).toBeLessThan(2.3);
  const large = { ...shape, entries: 3_000_000 };
  expect(predicted('overwrite', large)).toBeGreaterThan(predicted('fillrandom', large));
});

test('the workload visits each key once in no order, and draws keys evenly', () => {
  const load = new Workload(3000, 100);
  const order = Array.from({ length: 3000 }, (_, i) => load.scatter(i));
  expect(new Set(order).size).toBe(3000);
  expect(Math.max(...order)).toBe(2999);
  expect(order.filter((key, i) => key === i).length).toBeLessThan(30);
  const drawn = new Set(Array.from({ length: 3000 }, (_, i) => load.random(i)));
  // 1 − 1/e of them, if each draw is as good as any other.
  expect(drawn.size / 3000).toBeCloseTo(0.632, 1);
  expect(load.key(42)).toBe('0000000000000042');
  expect(load.key(42, 17)).toBe('0000000000000042.');
  expect(load.value(7)).toHaveLength(100);
  expect(new Set(load.value(7).slice(50)).size).toBe(1);
});

test('numbers are written with three digits, axes end at round ones', () => {
  expect([0.126, 1.26, 12.64, 126.4].map(digits)).toEqual(['0.13', '1.26', '12.6', '126']);
  expect([1.5, 1500, 1.5e6].map(duration)).toEqual(['1.50 µs', '1.50 ms', '1.50 s']);
  const x = logScale([100, 90_000], [0, 300], 10);
  expect(x.ticks.map((tick) => Math.round(tick))).toEqual([100, 1000, 10_000, 100_000]);
  expect(x.at(1000)).toBeCloseTo(100);
  const y = linearScale(7.3, [100, 0]);
  expect(y.ticks).toEqual([0, 2, 4, 6, 8]);
  expect(y.at(4)).toBe(50);
});

test('each package has a micro-bench, and the quick ones run', { timeout: 60_000 }, () => {
  const packages = new Set(micros.map((one) => one.package));
  const all = ['base', 'bloom', 'compaction', 'db', 'log', 'manifest', 'rbtree'];
  expect([...packages].sort()).toEqual([...all, 'sstable', 'vfs']);
  for (const micro of micros.filter((one) => ['crc32c', 'snappy', 'file'].includes(one.name))) {
    runMicro(
      micro,
      ({ name, ns, least, most }) => {
        expect(least, name).toBeGreaterThan(0);
        expect(ns, name).toBeGreaterThanOrEqual(least);
        expect(most, name).toBeGreaterThanOrEqual(ns);
      },
      1,
    );
  }
});
