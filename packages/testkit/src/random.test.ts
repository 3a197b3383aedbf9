import { expect, test } from 'vitest';
import { Random, seeded } from './random.ts';

test('the same seed draws the same, another one something else', () => {
  const draw = (seed: number) => {
    const random = new Random(seed);
    return Array.from({ length: 20 }, () => random.bits());
  };
  expect(draw(7)).toEqual(draw(7));
  expect(draw(7)).not.toEqual(draw(8));
});

test(
  'integer() stays in its range and reaches its ends',
  seeded((random) => {
    const seen = new Set<number>();
    for (let i = 0; i < 1000; i++) seen.add(random.integer(3, 9));
    expect([...seen].sort()).toEqual([3, 4, 5, 6, 7, 8, 9]);
  }),
);

test(
  'skewed() draws small numbers often and reaches the top',
  seeded((random) => {
    const drawn = Array.from({ length: 5000 }, () => random.skewed(1000));
    expect(drawn.filter((n) => n < 32).length).toBeGreaterThan(2000);
    expect(Math.max(...drawn)).toBe(1000);
    expect(Math.min(...drawn)).toBe(0);
  }),
);

test(
  'shuffle() keeps every item',
  seeded((random) => {
    const items = Array.from({ length: 50 }, (_, i) => i);
    const shuffled = random.shuffle([...items]);
    expect(shuffled).not.toEqual(items);
    expect(shuffled.sort((a, b) => a - b)).toEqual(items);
  }),
);

test('a failure names its seed', async () => {
  const failing = seeded(() => {
    throw new Error('no');
  }, 42);
  await expect(failing()).rejects.toThrow('no\nrepeat with SEED=42');
});
