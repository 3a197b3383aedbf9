// Goal:   IndexedDB's order is a total one over the keys that Chromium makes, as the standard says,
//         and whatever else is given it answers.
// Method: keys written here by Chromium's scheme, in ascending order; each is compared with each.
//         What the browser itself writes is read in the tests of db.
import { compareBytes } from '@jump/base';
import { seeded } from '@jump/testkit';
import { expect, test } from 'vitest';
import { indexedDbComparator } from './index.ts';

const { compare } = indexedDbComparator;
type WebKey = number | string | Date | Uint8Array | WebKey[];

function webKey(key: WebKey): number[] {
  if (typeof key === 'number') return [3, ...new Uint8Array(new Float64Array([key]).buffer)];
  if (typeof key === 'string') {
    return [
      1,
      key.length,
      ...[...key].flatMap((one) => [one.charCodeAt(0) >> 8, one.charCodeAt(0) & 255]),
    ];
  }
  if (key instanceof Date) return [2, ...webKey(Number(key)).slice(1)];
  if (key instanceof Uint8Array) return [6, key.length, ...key];
  return [4, key.length, ...key.flatMap(webKey)];
}

/** Of one object store, ascending: numbers, dates, text, bytes, arrays. */
const WEB_KEYS: WebKey[] = [
  -Infinity,
  -300,
  -0.5,
  0,
  0.25,
  7,
  1e300,
  Infinity,
  new Date(-5),
  new Date(0),
  new Date(1e12),
  '',
  'A',
  'AB',
  'a',
  'é',
  '\uffff',
  new Uint8Array([]),
  new Uint8Array([0]),
  new Uint8Array([0, 255]),
  new Uint8Array([1]),
  [],
  [-1],
  [-1, 'x'],
  [3],
  [new Date(1)],
  ['text'],
  [[]],
  [[], 1],
];

const min = [5];
const max = [0];
const web = WEB_KEYS.map(webKey);
/** Keys of a whole directory, ascending. */
const KEYS: Uint8Array[] = [
  [0, 0, 0, 0, 0], // the version of the scheme
  [0, 0, 0, 0, 1], // the highest database
  [0, 0, 0, 0, 50, 1, 2, 3],
  [0, 0, 0, 0, 50, 1, 2, 4],
  [0, 0, 0, 0, 100, 9],
  [0, 0, 0, 0, 100, 0x80, 1],
  [0, 0, 0, 0, 201, 1, 0, 97, 1, 0, 97], // origin a, database a
  [0, 0, 0, 0, 201, 1, 0, 97, 1, 0, 98],
  [0, 0, 0, 0, 201, 1, 0, 98, 0],
  [0, 1, 0, 0, 0], // database 1: what it is
  [0, 1, 0, 0, 5],
  [0, 1, 0, 0, 50, 1, 0],
  [0, 1, 0, 0, 50, 1, 7],
  [0, 1, 0, 0, 50, 2, 0],
  [0, 1, 0, 0, 100, 1, 30, 0],
  [0, 1, 0, 0, 100, 1, 31, 0],
  [0, 1, 0, 0, 150, 4],
  [0, 1, 0, 0, 151, 4, 30],
  [0, 1, 0, 0, 151, 4, 31],
  [0, 1, 0, 0, 200, 1, 0, 97],
  [0, 1, 0, 0, 200, 1, 0, 98],
  [0, 1, 0, 0, 201, 4, 1, 0, 97],
  [0, 1, 0, 0, 201, 5, 0],
  [0, 1, 1, 1, ...min],
  ...web.map((key) => [0, 1, 1, 1, ...key]),
  [0, 1, 1, 1, ...max],
  ...web.map((key) => [0, 1, 1, 2, ...key]),
  ...web.map((key) => [0, 1, 1, 3, ...key]),
  ...web.slice(0, 9).flatMap((key) => web.map((primary) => [0, 1, 1, 30, ...key, 0, ...primary])),
  [0, 1, 1, 31, ...webKey(4), 0, ...webKey('a')],
  [0, 1, 1, 31, ...webKey(4), 1, ...webKey('a')], // a number of old databases comes last
  [0, 1, 2, 1, ...webKey(1)],
  [0, 255, 1, 1, ...webKey(1)],
  [0x20, 0, 1, 1, 1, ...webKey(1)], // database 256, in two bytes
  [0x20, 1, 1, 1, 1, ...webKey(1)],
].map((bytes) => Uint8Array.from(bytes));

test('each key is before all those behind it', () => {
  for (const [i, a] of KEYS.entries()) {
    for (const [j, b] of KEYS.entries()) {
      const order = Math.sign(compare(a, b));
      if (order !== Math.sign(i - j)) throw new Error(`${a} and ${b}: ${order}`);
    }
  }
});

test('the order is not that of bytes', () => {
  expect(KEYS.toSorted(compareBytes)).not.toEqual(KEYS);
  expect(KEYS.toReversed().sort(compare)).toEqual(KEYS);
});

test(
  'whatever the bytes are, it answers, and the other way round if they are turned round',
  seeded((random) => {
    for (let i = 0; i < 3000; i++) {
      const [a, b] = [0, 1].map(() => {
        const key = KEYS[random.integer(0, KEYS.length - 1)]?.slice() ?? new Uint8Array(0);
        if (random.chance(0.5)) key[random.integer(0, key.length - 1)] = random.bits();
        return key.subarray(0, random.chance(0.3) ? random.integer(0, key.length) : key.length);
      }) as [Uint8Array, Uint8Array];
      expect(Math.sign(compare(a, b))).toBe(-Math.sign(compare(b, a)) || 0);
      expect(compare(a, a)).toBe(0);
    }
  }),
);

test('arrays in arrays without end are no key', () => {
  const deep = Uint8Array.from([
    0,
    1,
    1,
    1,
    ...Array.from({ length: 100_000 }, (_, i) => (i % 2 === 0 ? 4 : 1)),
  ]);
  const other = deep.slice();
  other[other.length - 1] = 2;
  expect(Math.sign(compare(deep, other))).toBe(-1);
});
