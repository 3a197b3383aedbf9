// Goal:   messages name what was given, whatever it is, in one short line.
// Method: one of each kind; then things made to be long or to throw.
import { expect, test } from 'vitest';
import { showBytes, showGiven, wrongType } from './show.ts';

test.each([
  ['abc', 'string "abc"'],
  ['line\n', 'string "line\\n"'],
  ['x'.repeat(100), `string "${'x'.repeat(40)}"… (100 long)`],
  [5, 'number 5'],
  [-0, 'number -0'],
  [Number.NaN, 'number NaN'],
  [5n, 'bigint 5'],
  [10n ** 100n, 'a huge bigint'],
  [true, 'boolean true'],
  [undefined, 'undefined'],
  [null, 'null'],
  [Symbol('s'), 'a symbol'],
  [() => 1, 'a function'],
  [{}, 'an object'],
  [Object.create(null), 'an object'],
  [[], 'an object (Array)'],
  [new Date(), 'an object (Date)'],
  [new Uint8Array(2), 'an object (Uint8Array)'],
  [{ constructor: { name: 'y'.repeat(100) } }, `an object (${'y'.repeat(40)})`],
])('shows %o', (given, expected) => {
  expect(showGiven(given)).toBe(expected);
});

test('shows an object that throws at every touch', () => {
  const touchy = new Proxy(
    {},
    {
      get: () => {
        throw new Error('touched');
      },
    },
  );
  expect(showGiven(touchy)).toBe('an object');
});

test('shows the first 32 bytes', () => {
  expect(showBytes(Uint8Array.of(0, 0x0f, 0xff))).toBe('000fff');
  expect(showBytes(new Uint8Array(32))).toBe('00'.repeat(32));
  expect(showBytes(new Uint8Array(33))).toBe(`${'00'.repeat(32)}… (33 bytes)`);
});

test('wrongType() says what was expected and what was given', () => {
  expect(wrongType('key', 'a string', 5)).toEqual(
    new TypeError('key must be a string, got number 5'),
  );
});
