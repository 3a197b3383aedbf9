// Goal:   FORMAT.md says what the code writes.
// Method: every hexadecimal block of it, by name, is compared with the bytes of the same thing.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { crc32c, maskCrc } from './crc32c.ts';
import { encodeInternalKey, KIND_VALUE } from './internal-key.ts';
import { writeFixed32, writeVarint } from './varint.ts';

// `@jump/testkit` reads such blocks too, but it builds on this package.
const document = readFileSync(new URL('../FORMAT.md', import.meta.url), 'utf8');
const blocks = new Map(
  [...document.matchAll(/^```hex +(\S+)\n([\s\S]*?)^```/gm)].map(([, name = '', body = '']) => [
    name,
    Uint8Array.from(body.replace(/#.*$/gm, '').match(/\S+/g) ?? [], (pair) => Number(`0x${pair}`)),
  ]),
);

const word = (value: number) => {
  const bytes = new Uint8Array(4);
  writeFixed32(bytes, 0, value);
  return bytes;
};
const text = (value: string) => new TextEncoder().encode(value);

test('every block', () => {
  const varint = new Uint8Array(2);
  writeVarint(varint, 0, 300);
  expect(blocks).toEqual(
    new Map([
      ['varint-300', varint],
      ['fixed32-0x01020304', word(0x01020304)],
      ['masked-crc32c-of-123456789', word(maskCrc(crc32c(text('123456789'))))],
      ['internal-key', encodeInternalKey(text('key'), 12345, KIND_VALUE)],
    ]),
  );
});
