import { expect, test } from 'vitest';
import { expiresEncoding, isExpired, NO_TIME, storedEncoding, Unreadable } from './stored.ts';

const LATEST = Number.MAX_SAFE_INTEGER;
const ascii = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1');

test.each([
  [{ expires: 0, text: '{"value":"bar"}' }, '"{"value":"bar"}'],
  [{ expires: 1763830000000, text: '{"value":1}' }, '1763830000000"{"value":1}'],
  [{ expires: 0, text: '' }, '"'],
  [{ expires: 7, text: '\ud800' }, '7"\xef\xbf\xbfd800'],
])('%o is stored as %o', (stored, bytes) => {
  const encoded = storedEncoding.encode(stored);
  expect(ascii(encoded)).toBe(bytes);
  expect(storedEncoding.decode(encoded)).toEqual(stored);
  expect(expiresEncoding.decode(encoded)).toBe(stored.expires);
});

test.each(['1763830000000', 'é\u{1f600}', '\ufeffmark', '\uffff', 'a\udc00b\ud800', '"'])(
  '%o is text at any time',
  (text) => {
    for (const expires of [0, 1, LATEST]) {
      const encoded = storedEncoding.encode({ expires, text });
      expect(storedEncoding.decode(encoded)).toEqual({ expires, text });
      expect(expiresEncoding.decode(encoded)).toBe(expires);
    }
  },
);

test('an expiry has no value', () => {
  expect(storedEncoding.encode(undefined).length).toBe(0);
});

test.each(['', '123', 'x', '12x'])('%o is none of ours', (bytes) => {
  expect(storedEncoding.decode(Buffer.from(bytes))).toBeInstanceOf(Unreadable);
  expect(expiresEncoding.decode(Buffer.from(bytes))).toBe(NO_TIME);
});

test('what lives a second, lives a second', () => {
  expect(isExpired(1000, 999)).toBe(false);
  expect(isExpired(1000, 1000)).toBe(true);
  expect(isExpired(0, LATEST)).toBe(false);
});

test('nor is what is no UTF-8', () => {
  const found = storedEncoding.decode(Uint8Array.of(0x22, 0xff));
  expect(found).toBeInstanceOf(Unreadable);
  expect(found).toMatchObject({ cause: expect.any(TypeError) });
});
