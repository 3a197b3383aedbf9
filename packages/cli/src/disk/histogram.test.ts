// Goal:   every size is in exactly one bucket, and there are never too many of them to read.
import { Random } from '@jump/testkit';
import { expect, test } from 'vitest';
import { Histogram } from './histogram.ts';

function histogram(sizes: readonly number[]): Histogram {
  const made = new Histogram();
  for (const size of sizes) made.add(size);
  return made;
}

test('counts, sums, averages', () => {
  const made = histogram([0, 1, 2, 3, 3, 100]);
  expect(made).toMatchObject({ count: 6, total: 109, smallest: 0, largest: 100 });
  expect(made.mean).toBeCloseTo(18.17, 2);
  expect(histogram([]).buckets).toEqual([]);
  expect(JSON.parse(JSON.stringify(histogram([])))).toEqual({
    count: 0,
    total: 0,
    smallest: 0,
    largest: 0,
    mean: 0,
    buckets: [],
  });
});

test('small sizes have a bucket each, larger ones a quarter of a doubling', () => {
  expect(histogram([0, 1, 2, 3, 4, 5]).buckets.map(({ from, to }) => [from, to])).toEqual([
    [0, 1],
    [1, 2],
    [2, 3],
    [3, 4],
    [4, 5],
    [5, 6],
  ]);
  expect(histogram([4096, 4500, 7000]).buckets).toEqual([
    { from: 4096, to: 5120, count: 2 },
    { from: 5120, to: 6144, count: 0 },
    { from: 6144, to: 7168, count: 1 },
  ]);
});

test('each size is in one bucket, whatever the sizes', () => {
  const random = new Random(3);
  for (let round = 0; round < 200; round++) {
    const most = 2 ** random.integer(1, 40);
    const sizes = Array.from({ length: 50 }, () => random.integer(0, most));
    const { buckets } = histogram(sizes);
    expect(buckets.length).toBeLessThanOrEqual(14);
    for (const [i, { from, to, count }] of buckets.entries()) {
      if (i > 0) expect(from).toBe(buckets[i - 1]!.to);
      expect(count).toBe(sizes.filter((size) => size >= from && size < to).length);
    }
    expect(buckets.reduce((sum, { count }) => sum + count, 0)).toBe(sizes.length);
  }
});
