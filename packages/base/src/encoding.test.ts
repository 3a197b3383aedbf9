// Goal:   the rules of the API for keys and values: what is taken, what comes back, what each error
// says. Method: round trips; one test a rule.
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesEncoding, encodings, isBytes, jsonEncoding, utf8Encoding } from './encoding.ts';
import { JumpError } from './errors.ts';

test('each is found by its name', () => {
  expect(Object.keys(encodings)).toEqual(['utf8', 'bytes', 'json']);
  for (const [name, encoding] of Object.entries(encodings)) expect(encoding.name).toBe(name);
});

describe('utf8', () => {
  test('text comes back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(utf8Encoding.decode(utf8Encoding.encode(text))).toBe(text);
      }),
    );
  });

  test('errors name what was at fault', () => {
    const encode = (x: unknown) => () => utf8Encoding.encode(x as string, 'key');
    expect(encode(5)).toThrow(new TypeError('key must be a string, got number 5'));
    expect(encode('\ud800')).toThrow(TypeError);
    const decode = () => utf8Encoding.decode(Uint8Array.of(0xff), 'value');
    expect(decode).toThrow("stored value is not UTF-8 (ff): valueEncoding 'bytes' reads it");
  });

  test('results do not share memory', () => {
    const first = utf8Encoding.encode('first');
    utf8Encoding.encode('other');
    expect(utf8Encoding.decode(first)).toBe('first');
  });
});

describe('bytes', () => {
  test('takes any Uint8Array as it is, and gives back a copy', () => {
    for (const bytes of [Uint8Array.of(1, 2), Buffer.from([1, 2]), new Uint8Array(0)]) {
      expect(bytesEncoding.encode(bytes)).toBe(bytes);
      const copy = bytesEncoding.decode(bytes);
      expect([...copy]).toEqual([...bytes]);
      bytes.fill(9);
      expect([...copy]).not.toContain(9);
    }
  });

  test('takes one of another realm', () => {
    const foreign: unknown = runInNewContext('Uint8Array.of(1, 2)');
    expect(foreign instanceof Uint8Array).toBe(false);
    expect(isBytes(foreign)).toBe(true);
  });

  test.each([
    ['abc', 'string "abc"'],
    [[1, 2], 'an object (Array)'],
    [new ArrayBuffer(2), 'an object (ArrayBuffer)'],
    [new Uint16Array(2), 'an object (Uint16Array)'],
    [new Uint8ClampedArray(2), 'an object (Uint8ClampedArray)'],
    [undefined, 'undefined'],
  ])('refuses %o', (given, shown) => {
    expect(() => bytesEncoding.encode(given as unknown as Uint8Array, 'key')).toThrow(
      new TypeError(`key must be a Uint8Array, got ${shown}`),
    );
  });
});

describe('json', () => {
  test('values come back', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const again = jsonEncoding.decode(jsonEncoding.encode(value));
        expect(again).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test('a lone surrogate inside comes back: JSON escapes it', () => {
    expect(jsonEncoding.decode(jsonEncoding.encode({ a: '\ud800' }))).toEqual({ a: '\ud800' });
  });

  test.each([
    [undefined, 'undefined'],
    [() => 1, 'a function'],
    [Symbol('s'), 'a symbol'],
    [{ toJSON: () => undefined }, 'an object'],
  ])('refuses %o, which JSON does not have', (given, shown) => {
    expect(() => jsonEncoding.encode(given)).toThrow(
      new TypeError(`value must be something that JSON has, got ${shown}`),
    );
  });

  test('refuses cycles and big integers', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    expect(() => jsonEncoding.encode(cycle)).toThrow(TypeError);
    expect(() => jsonEncoding.encode({ n: 1n })).toThrow(TypeError);
  });

  test('refuses stored bytes that are something else, naming the way out', () => {
    const decode = (bytes: string) => () =>
      jsonEncoding.decode(new TextEncoder().encode(bytes), 'value');
    expect(decode('{')).toThrow("stored value is not JSON (7b): valueEncoding 'bytes' reads it");
    expect(decode('')).toThrow(JumpError);
    expect(() => jsonEncoding.decode(Uint8Array.of(0xff))).toThrow(/is not UTF-8/);
  });
});
