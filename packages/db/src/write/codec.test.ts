// Goal:   what comes out is what went in, in memory of its own; what cannot go in is named.
// Method: round trips at the widths where paths change, and each refusal.
import { constants } from 'node:buffer';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeWith, makeCodec, mostBytes, writePrepared } from './codec.ts';

test('text, bytes and JSON come back', () => {
  const back = <T>(encoding: 'utf8' | 'bytes' | 'json', value: T) => {
    const codec = makeCodec<T>('value', encoding);
    const bytes = encodeWith(codec, value, 'value');
    const padded = Uint8Array.from([9, ...bytes, 9]);
    return codec.read(padded, 1, padded.length - 1);
  };
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
      expect(back('utf8', text)).toBe(text);
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      expect(back('bytes', bytes)).toEqual(bytes);
    }),
  );
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(back('json', value)).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test.each([0, 65_535, 65_536, 70_000])(
  'text of %i units takes no more than was promised',
  (length) => {
    const codec = makeCodec<string>('value', 'utf8');
    for (const unit of ['a', '€']) {
      const prepared = codec.prepare(unit.repeat(length));
      const target = new Uint8Array(mostBytes(prepared));
      expect(writePrepared(prepared, target, 0, 'value')).toBe(Buffer.byteLength(unit) * length);
    }
  },
);

test('bytes are copied on the way out', () => {
  const codec = makeCodec<Uint8Array>('value', 'bytes');
  const stored = Uint8Array.of(1, 2, 3);
  codec.read(stored, 0, 3).fill(9);
  expect(stored).toEqual(Uint8Array.of(1, 2, 3));
});

test("a decoder of the user's gets a copy, an encoder's buffer is copied", () => {
  const buffer = new Uint8Array(3);
  const codec = makeCodec<number>('value', {
    encode: (value) => buffer.fill(value),
    decode: (bytes) => bytes.fill(0).length,
  });
  const prepared = codec.prepare(7);
  codec.prepare(8);
  expect(prepared).toEqual(Uint8Array.of(7, 7, 7));
  const stored = Uint8Array.of(1, 2, 3);
  expect(codec.read(stored, 0, 3)).toBe(3);
  expect(stored).toEqual(Uint8Array.of(1, 2, 3));
});

test("an encoder of the user's may make text, however long, or leave it to encode()", () => {
  const codec = makeCodec<number>('value', {
    encode: (value) => new Uint8Array(value),
    encodeText: (value) => (value % 2 === 0 ? '€'.repeat(value) : undefined),
    decode: (bytes) => bytes.length,
  });
  for (const length of [0, 10, 70_000]) {
    const bytes = encodeWith(codec, length, 'value');
    expect(Buffer.from(bytes).toString()).toBe('€'.repeat(length));
  }
  expect(encodeWith(codec, 3, 'value')).toEqual(new Uint8Array(3));
  const text = (made: unknown) => {
    const encoding = { encode: () => Uint8Array.of(), encodeText: () => made, decode: String };
    return () => encodeWith(makeCodec<string>('value', encoding as never), '', 'value');
  };
  expect(text('\ud800')).toThrow(/^value holds a lone surrogate/);
  expect(text(5)).toThrow(/encodeText\(\) made of the value must be a string, got number 5/);
});

test("a decoder of the user's of a range gets the store's own bytes", () => {
  const stored = Uint8Array.of(9, 1, 2, 9);
  const encoding = {
    encode: () => stored,
    decode: () => expect.unreachable('a copy was made'),
    decodeRange(this: object, ...range: readonly unknown[]) {
      return [this === encoding, ...range];
    },
  };
  const codec = makeCodec<readonly unknown[]>('value', encoding);
  const found = codec.read(stored, 1, 3);
  expect(found).toEqual([true, stored, 1, 3]);
  expect(found[1]).toBe(stored);
});

test('the wrong type is named', () => {
  expect(() => makeCodec<string>('key', 'utf8').prepare(5 as never)).toThrow(/key.*string.*5/);
  expect(() => makeCodec('key', 'bytes').prepare('a')).toThrow(/key must be a Uint8Array/);
  expect(() => makeCodec('value', 'json').prepare(undefined)).toThrow(/value/);
  expect(() => makeCodec('value', 'json').prepare(1n)).toThrow(TypeError);
});

test('text that is longer than a string can be says so, and how to read it', () => {
  const bytes = new Uint8Array(constants.MAX_STRING_LENGTH + 1).fill(0x61);
  const read = () => makeCodec('value', 'utf8').read(bytes, 0, bytes.length);
  expect(read).toThrow(/longer than a string can be: valueEncoding 'bytes' reads it/);
}, 300_000);

test('what is refused as a value is told with its key, shortened', () => {
  const key = 'k'.repeat(100);
  const refusal = (
    encoding: Parameters<typeof makeCodec>[1],
    value: unknown,
    of?: string | Uint8Array,
  ) => {
    try {
      return makeCodec<unknown>('value', encoding).prepare(value, of);
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError);
      return (error as Error).message;
    }
  };
  const shown = `"${'k'.repeat(40)}"… (100 long)`;
  expect(refusal('utf8', 5, key)).toBe(
    `value must be a string, got number 5 (at the key ${shown})`,
  );
  expect(refusal('bytes', 'text', Uint8Array.of(0, 255))).toBe(
    'value must be a Uint8Array, got string "text" (at the key 00ff)',
  );
  expect(refusal('json', undefined, 'a')).toBe(
    'value must be something that JSON has, got undefined (at the key "a")',
  );
  const wrong = { encode: () => 5 as never, decode: () => 0 };
  expect(refusal(wrong, 0, 'a')).toBe(
    'what encode() made of the value must be a Uint8Array, got number 5 (at the key "a")',
  );
  expect(refusal('utf8', 5)).toBe('value must be a string, got number 5');
});
