import { compareBytes } from '@jump/base';
import { expect, test } from 'vitest';
import { randomKey, randomValue } from './entries.ts';
import { Model } from './model.ts';
import { seeded } from './random.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const names = (list: { key: Uint8Array }[]) =>
  list.map(({ key }) => new TextDecoder().decode(key)).join(' ');

function letters(): Model {
  const model = new Model();
  for (const letter of ['d', 'b', 'a', 'c', 'cc', 'e']) model.set(bytes(letter), bytes(letter));
  return model;
}

test.each([
  [{}, 'a b c cc d e'],
  [{ gte: bytes('b'), lt: bytes('d') }, 'b c cc'],
  [{ gt: bytes('b'), lte: bytes('d') }, 'c cc d'],
  [{ prefix: bytes('c') }, 'c cc'],
  [{ reverse: true, limit: 2 }, 'e d'],
  [{ gt: bytes('z') }, ''],
])('entries(%o)', (range, expected) => {
  expect(names(letters().entries(range))).toBe(expected);
});

test('a snapshot keeps what was there', () => {
  const model = letters();
  const before = model.snapshot();
  model.write([
    { type: 'delete', key: bytes('a') },
    { type: 'set', key: bytes('b'), value: bytes('new') },
  ]);
  model.clear({ gte: bytes('d') });
  expect(names(before.entries())).toBe('a b c cc d e');
  expect(before.get(bytes('b'))).toEqual(bytes('b'));
  expect(names(model.entries())).toBe('b c cc');
});

test('changing what was passed in changes nothing', () => {
  const model = new Model();
  const [key, value] = [bytes('k'), bytes('v')];
  model.set(key, value);
  key[0] = 0;
  value[0] = 0;
  expect(model.get(bytes('k'))).toEqual(bytes('v'));
});

test(
  'does as a Map does, whatever the order',
  seeded((random) => {
    const model = new Model((a, b) => compareBytes(b, a));
    const map = new Map<string, Uint8Array>();
    for (let i = 0; i < 3000; i++) {
      const key = randomKey(random, { maxLength: 100 });
      const value = randomValue(random, 20);
      if (random.chance(0.7)) {
        model.set(key, value);
        map.set(key.join(), value);
      } else {
        model.delete(key);
        map.delete(key.join());
      }
      expect(model.has(key)).toBe(map.has(key.join()));
    }
    expect(new Map(model.entries().map(({ key, value }) => [key.join(), value]))).toEqual(map);
    const keys = model.entries().map(({ key }) => key);
    expect(keys.every((key, i) => i === 0 || compareBytes(keys[i - 1]!, key) > 0)).toBe(true);
  }),
);
