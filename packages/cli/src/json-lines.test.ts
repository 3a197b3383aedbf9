// Goal:   what export writes is read, however it is cut into chunks, compressed or not; any other
//         line is refused by its number.
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readable } from '../test/jump.ts';
import { readEntries } from './json-lines.ts';

const TEXT = { key: 'text', value: 'text' } as const;

async function read(
  chunks: readonly (string | Uint8Array)[],
  options: Parameters<typeof readEntries>[1] = TEXT,
): Promise<[string, string][]> {
  const found: [string, string][] = [];
  for await (const [key, value] of readEntries(readable(...chunks), options, () => {})) {
    found.push([Buffer.from(key).toString(), Buffer.from(value).toString()]);
  }
  return found;
}

const LINES = '{"key":"a","value":"1"}\n{"value":"zwölf","key":"b"}\n{"key":"","value":""}';
const WANTED = [
  ['a', '1'],
  ['b', 'zwölf'],
  ['', ''],
];

describe('entries', () => {
  test('are read wherever the chunks are cut, compressed or not', async () => {
    for (const bytes of [Buffer.from(LINES), gzipSync(LINES)]) {
      expect(await read([bytes])).toEqual(WANTED);
      for (let at = 0; at <= bytes.length; at += 3) {
        expect(await read([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(WANTED);
      }
      expect(await read([...bytes].map((byte) => Buffer.of(byte)))).toEqual(WANTED);
    }
  });

  test('of two compressed files, one behind the other', async () => {
    const [first, ...rest] = LINES.split('\n');
    const files = [gzipSync(`${first}\n`), gzipSync(rest.join('\n'))];
    expect(await read(files)).toEqual(WANTED);
  });

  test('may come with carriage returns, empty lines, and a byte order mark', async () => {
    expect(await read([`\ufeff${LINES.replaceAll('\n', '\r\n\r\n')}\n\n`])).toEqual(WANTED);
    expect(await read([])).toEqual([]);
    expect(await read(['\n'])).toEqual([]);
  });

  test('in other encodings', async () => {
    const line = '{"key":"6b6579","value":{"b":[1.50]}}';
    expect(await read([line], { key: 'hex', value: 'json' })).toEqual([['key', '{"b":[1.5]}']]);
    const bytes = '{"key":{"base64":"AP8="},"value":"x"}';
    expect((await read([bytes]))[0]?.[0]).toBe(Buffer.of(0, 255).toString());
  });

  test('tell how far the source is, in its own bytes', async () => {
    const file = gzipSync(`${LINES}\n`.repeat(50));
    let told = 0;
    for await (const _ of readEntries(
      readable(file.subarray(0, 30), file.subarray(30)),
      TEXT,
      (size) => {
        told += size;
      },
    )) {
      // Only the bytes count.
    }
    expect(told).toBe(file.length);
  });
});

test.each([
  ['[1,2]', 'line 2: not an object of key and value'],
  ['{"key":"a"}', 'line 2: it has no value'],
  ['{"value":"a"}', 'line 2: it has no key'],
  ['{"key":"a","value":"b","sequence":5}', 'line 2: not an object of key and value'],
  ['{"key":"a","value":', 'line 2: not JSON: '],
  ['{"key":5,"value":"a"}', 'line 2: the key must be a string, or an object with base64, got 5'],
  ['{"key":"a","value":{"base64":"?"}}', 'line 2: the value is not base64: ?'],
  ['{"key":"\\ud800","value":"a"}', 'line 2: the key'],
  [Buffer.of(0x22, 0xff, 0x22), 'line 2: not UTF-8'],
])('%s is refused', async (line, message) => {
  const rest = typeof line === 'string' ? [line] : [line];
  await expect(read(['{"key":"a","value":"b"}\n', ...rest])).rejects.toThrow(message);
});

test('a compressed file that was cut off is refused', async () => {
  const file = gzipSync(`${LINES}\n`.repeat(100));
  await expect(read([file.subarray(0, file.length - 10)])).rejects.toThrow(/unexpected end/);
});
