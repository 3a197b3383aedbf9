import { compareBytes } from '@jump/base';
import { expect, test } from 'vitest';
import { randomEntries, randomKey, randomValue } from './entries.ts';
import { seeded } from './random.ts';

test(
  'keys and values reach their extremes',
  seeded((random) => {
    const keys = Array.from({ length: 4000 }, () => randomKey(random));
    expect(keys.some((key) => key.length === 0)).toBe(true);
    expect(keys.some((key) => key.length > 20_000)).toBe(true);
    expect(keys.some((key) => key.length > 1 && key.every((byte) => byte === 0xff))).toBe(true);
    expect(keys.some((key) => key.length > 1 && key.every((byte) => byte === 0))).toBe(true);
    expect(new Set(keys.map((key) => key.join())).size).toBeLessThan(2500);
    const lengths = Array.from({ length: 4000 }, () => randomValue(random, 10_000).length);
    expect(Math.min(...lengths)).toBe(0);
    expect(Math.max(...lengths)).toBe(10_000);
  }),
);

test(
  'entries ascend without equals',
  seeded((random) => {
    const list = randomEntries(random, 1000);
    expect(list.length).toBeGreaterThan(700);
    for (const [i, { key }] of list.entries()) {
      if (i > 0) expect(compareBytes(list[i - 1]!.key, key)).toBeLessThan(0);
    }
  }),
);
