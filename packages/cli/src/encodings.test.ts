// Goal:   bytes survive every encoding both ways; what people see of them stays in its line and
//         tells the terminal nothing.
import { Random } from '@jump/testkit';
import { describe, expect, test } from 'vitest';
import {
  ENCODINGS,
  escapeControls,
  fromJson,
  type Json,
  NotEncodable,
  parse,
  show,
  toJson,
  visible,
} from './encodings.ts';
import { UsageError } from './exit-codes.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** Bytes of all kinds: text, parts of characters, anything. */
function samples(count: number): Uint8Array[] {
  const random = new Random(5);
  return Array.from({ length: count }, () => {
    const bytes = Uint8Array.from({ length: random.integer(0, 12) }, () => random.integer(0, 255));
    if (random.chance(0.3)) return bytes;
    return text(random.chance(0.5) ? '\u0000a\n"\\\u009f€😀' : String(random.integer(0, 10 ** 6)));
  });
}

describe('every encoding', () => {
  test.each(ENCODINGS.filter((encoding) => encoding !== 'json'))(
    '%s gives bytes back through JSON',
    (encoding) => {
      for (const bytes of samples(300)) {
        const line = toJson(encoding, bytes, 'it');
        expect(line).not.toContain('\n');
        const back = fromJson(encoding, JSON.parse(line) as Json, 'it');
        expect(Buffer.from(back)).toEqual(Buffer.from(bytes));
      }
    },
  );

  test('hex and base64 give bytes back as they are shown', () => {
    for (const bytes of samples(100)) {
      for (const encoding of ['hex', 'base64'] as const) {
        const back = parse(encoding, show(encoding, bytes, 'it'), 'it');
        expect(Buffer.from(back)).toEqual(Buffer.from(bytes));
      }
    }
    expect(parse('hex', 'FFab', 'it')).toEqual(Buffer.of(255, 171));
    expect(parse('base64', '_-8', 'it')).toEqual(Buffer.of(255, 239));
  });

  test('JSON stays as it is written, in one line; what is none is told', () => {
    expect(toJson('json', text('{"a":1.0,\n "b":12345678901234567890}'), 'it')).toBe(
      '{"a":1.0,  "b":12345678901234567890}',
    );
    expect(parse('json', ' { "a" : [ 1 ] } ', 'it')).toEqual(text('{"a":[1]}'));
    expect(fromJson('json', { a: [1] }, 'it')).toEqual(text('{"a":[1]}'));
    expect(() => show('json', text('{a}'), 'it')).toThrow(NotEncodable);
    expect(() => toJson('json', Uint8Array.of(255), 'it')).toThrow('it is not JSON: \\xff');
  });
});

test('what is not what it should be is the caller’s mistake', () => {
  for (const wrong of [5, null, [], {}, { base64: 5 }, { base64: 'AA==', more: 1 }] as Json[]) {
    expect(() => fromJson('text', wrong, 'it')).toThrow(UsageError);
  }
  expect(() => fromJson('text', { base64: '!' }, 'it')).toThrow('it is not base64: !');
  expect(() => fromJson('text', '\ud800', 'it')).toThrow(UsageError);
  expect(() => parse('hex', 'abc', 'it')).toThrow(UsageError);
});

describe('what people see', () => {
  test('is text where it is text, and escapes where it is not', () => {
    expect(visible(text('größer 😀 \\n'))).toBe('größer 😀 \\n');
    expect(visible(text('a\tb\r\nc\u0000\u001b[0m\u007f\u0085'))).toBe(
      'a\\tb\\r\\nc\\x00\\x1b[0m\\x7f\\x85',
    );
    expect(visible(Uint8Array.of(0x61, 0xe2, 0x82, 0x62, 0xff, 0xe2, 0x82, 0xac))).toBe(
      'a\\xe2\\x82b\\xff€',
    );
    expect(escapeControls('a\n\tb\u001b', '\n\t')).toBe('a\n\tb\\x1b');
  });

  test('escapes exactly the bytes that are no UTF-8', () => {
    const random = new Random(8);
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    // What a decoder replaces, byte by byte, is what is shown as an escape.
    for (let round = 0; round < 3000; round++) {
      const parts = [
        [0xe2, 0x82, 0xac],
        [0xf0, 0x9f, 0x98, 0x80],
        [0xed, 0xa0, 0x80],
        [0xc0, 0x80],
      ];
      const bytes = Uint8Array.from(
        Array.from({ length: random.integer(1, 4) }, () => random.pick(parts)).flat(),
        (byte) => (random.chance(0.2) ? random.integer(0x80, 0xff) : byte),
      );
      const shown = visible(bytes);
      expect(shown.replaceAll(/\\x../g, '').includes('\ufffd')).toBe(false);
      const back = Buffer.concat(
        [...shown.matchAll(/\\x(..)|([^\\]+)/g)].map(([, hex, plain]) =>
          hex === undefined ? Buffer.from(plain!) : Buffer.from(hex, 'hex'),
        ),
      );
      // Controls of two bytes are shown as one escape.
      if (!/[\u0080-\u009f]/.test(decoder.decode(bytes))) {
        expect(back).toEqual(Buffer.from(bytes));
      }
      expect(shown.includes('\\x')).toBe(
        decoder.decode(bytes).includes('\ufffd') || /[\u0080-\u009f]/.test(decoder.decode(bytes)),
      );
    }
  });

  test('is never more than one line, nor a control', () => {
    for (const bytes of samples(300)) expect(visible(bytes)).not.toMatch(/\p{Cc}/u);
  });
});
