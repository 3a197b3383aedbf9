import { expect, test } from 'vitest';
import { fromHex, hexBlocks, hexdump } from './hexdump.ts';

test('hexdump() shows sixteen bytes a line', () => {
  expect(hexdump(new TextEncoder().encode('sorted string table\n'))).toBe(
    [
      '000000  73 6f 72 74 65 64 20 73 74 72 69 6e 67 20 74 61  sorted string ta',
      '000010  62 6c 65 0a                                      ble.',
    ].join('\n'),
  );
});

test('fromHex() leaves comments out and refuses what is no hexadecimal', () => {
  expect(fromHex('01 0a # one: 5\nff; two')).toEqual(Uint8Array.of(1, 10, 255));
  expect(() => fromHex('0 1 2')).toThrow('not hexadecimal: 012');
  expect(() => fromHex('zz')).toThrow(RangeError);
});

test('hexBlocks() finds blocks by name', () => {
  const text = 'Text\n\n```hex footer\n01 02 # two\n```\n\n```hex empty\n```\n\n```ts\nx\n```\n';
  expect([...hexBlocks(text)]).toEqual([
    ['footer', Uint8Array.of(1, 2)],
    ['empty', new Uint8Array(0)],
  ]);
});
