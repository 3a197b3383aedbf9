// Goal:   every string that UTF-8 can hold comes back as it was; everything else is refused, never
//         replaced by U+FFFD.
// Method: random strings of all planes, of lengths on both sides of each way of converting, against
//         Buffer; every kind of broken UTF-8; lone surrogates in all places.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JumpError } from './errors.ts';
import { utf8Encode, utf8Read, utf8ReadLossy, utf8Write } from './utf8.ts';

/** Well-formed text: mostly ASCII, so that the loops are used, and everything else. */
const text = fc.oneof(
  fc.string({ maxLength: 60 }),
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: fc.constantFrom('k', 'é', '鍵', '🔑', '\ufeff', '\0'), maxLength: 40 }),
);

test('text comes back, in the bytes that Buffer gives it', () => {
  fc.assert(
    fc.property(text, fc.nat(3), (text, at) => {
      const target = new Uint8Array(at + 3 * text.length + 1).fill(0xee);
      const end = utf8Write(text, target, at);
      const bytes = new Uint8Array(Buffer.from(text));
      expect(target.slice(at, end)).toEqual(bytes);
      expect(target[end]).toBe(0xee);
      expect(utf8Encode(text)).toEqual(bytes);
      expect(utf8Read(target, at, end)).toBe(text);
    }),
  );
});

test.each(['', 'k', '\0', '\x7f', '\x80', '\u07ff', '\u0800', '\uffff', '\u{10000}', '\u{10ffff}'])(
  'the ends of each length come back, alone and at every place of a key: %j',
  (text) => {
    for (let length = 0; length < 40; length++) {
      for (let at = 0; at <= length; at++) {
        const whole = 'k'.repeat(at) + text + 'k'.repeat(length - at);
        const bytes = utf8Encode(whole);
        expect(utf8Read(bytes, 0, bytes.length)).toBe(whole);
      }
    }
  },
);

test('a byte-order mark is text like any other', () => {
  for (const text of ['\ufeff', '\ufeffkey', `\ufeff${'k'.repeat(100)}`]) {
    const bytes = utf8Encode(text);
    expect(utf8Read(bytes, 0, bytes.length)).toBe(text);
  }
});

test('works in shared memory', () => {
  const shared = new Uint8Array(new SharedArrayBuffer(200));
  for (const text of ['key', 'schlüssel', '鍵'.repeat(50)]) {
    const end = utf8Write(text, shared, 1);
    expect(utf8Read(shared, 1, end)).toBe(text);
  }
});

describe('lone surrogates', () => {
  test.each(['\ud800', '\udfff', '\udc00\ud800', '\ud800k'])('%j is refused anywhere', (lone) => {
    const target = new Uint8Array(1000);
    for (const length of [0, 5, 30, 200]) {
      for (const whole of [lone + 'k'.repeat(length), 'é🔑k'.repeat(length) + lone]) {
        expect(() => utf8Write(whole, target, 0, 'key')).toThrow(TypeError);
        expect(() => utf8Encode(whole, 'key')).toThrow(/^key holds a lone surrogate/);
      }
    }
  });

  test('the message says which and where', () => {
    expect(() => utf8Encode('🔑\ud83d', 'value')).toThrow(
      'value holds a lone surrogate (U+D83D at index 2), which UTF-8 cannot hold',
    );
  });

  test('are found without isWellFormed() too, which older browsers lack', () => {
    const { prototype } = String as unknown as { prototype: { isWellFormed?: () => boolean } };
    const original = prototype.isWellFormed;
    delete prototype.isWellFormed;
    try {
      expect(utf8Encode('🔑').length).toBe(4);
      expect(() => utf8Encode('🔑\ud83d')).toThrow(TypeError);
    } finally {
      if (original !== undefined) {
        Object.defineProperty(prototype, 'isWellFormed', {
          value: original,
          writable: true,
          configurable: true,
        });
      }
    }
  });
});

test.each([5, undefined, null, new Uint8Array(1), new String('s')])(
  'refuses %o, which is no string',
  (given) => {
    const expected = /^key must be a string, got /;
    expect(() => utf8Write(given as string, new Uint8Array(9), 0, 'key')).toThrow(expected);
    expect(() => utf8Encode(given as string, 'key')).toThrow(TypeError);
  },
);

test('says when there is no room, rather than write less', () => {
  for (const text of ['abc', 'é', 'k'.repeat(100)]) {
    const { length } = utf8Encode(text);
    expect(utf8Write(text, new Uint8Array(length), 0)).toBe(length);
    expect(() => utf8Write(text, new Uint8Array(length - 1), 0)).toThrow(RangeError);
  }
});

describe('bytes that are not UTF-8', () => {
  test.each([
    ['a continuation alone', [0x80]],
    ['two bytes, cut', [0xc3]],
    ['three bytes, cut', [0xe9, 0x8d]],
    ['four bytes, cut', [0xf0, 0x9f, 0x94]],
    ['too long for what it says', [0xc0, 0x80]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
    ['above U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['0xff', [0xff]],
  ])('%s is refused wherever it is', (_, broken) => {
    for (const length of [0, 3, 7, 8, 15, 16, 17, 300]) {
      const k = new Array<number>(length).fill(0x6b);
      for (const bytes of [
        [...k, ...broken],
        [...broken, ...k],
      ]) {
        const read = () => utf8Read(Uint8Array.from(bytes), 0, bytes.length, 'key');
        expect(read).toThrow(JumpError);
        expect(read).toThrow(/^stored key is not UTF-8 \(.*\): keyEncoding 'bytes' reads it$/);
        expect(read).toThrow(expect.objectContaining({ code: 'JUMP_CORRUPTION' }));
      }
    }
  });

  test('random bytes are read as Buffer reads them, or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30 }), (bytes) => {
        const lossy = Buffer.from(bytes).toString();
        let strict: string | undefined;
        try {
          strict = utf8Read(bytes, 0, bytes.length);
        } catch {
          strict = undefined;
        }
        const good = Buffer.from(lossy).equals(bytes);
        expect(strict).toBe(good ? lossy : undefined);
      }),
    );
  });

  test('are read with U+FFFD in their place where that is asked for', () => {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
    const pieces = ['k', 'kkkkkkkk', 'é', '🔑', '\ufeff', '\ufffd'].map((text) =>
      Buffer.from(text),
    );
    const broken = [[0x80], [0xc3], [0xf0, 0x9f, 0x94], [0xed, 0xa0, 0x80], [0xff]];
    const piece = fc.constantFrom(...pieces, ...broken.map((bytes) => Buffer.from(bytes)));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), fc.constantFrom(1, 5000), (some, times) => {
        const bytes = Buffer.concat([...some, Buffer.alloc(times - 1, 'k')]);
        const padded = Uint8Array.of(0xc3, ...bytes, 0x80);
        const expected = decoder.decode(bytes);
        expect(utf8ReadLossy(padded, 1, padded.length - 1)).toBe(expected);
        const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
        shared.set(bytes);
        expect(utf8ReadLossy(shared, 0, bytes.length)).toBe(expected);
      }),
    );
  });

  test('an error leaves the next read alone', () => {
    const broken = new Uint8Array(100).fill(0xe9);
    expect(() => utf8Read(broken, 0, 100)).toThrow(JumpError);
    const good = utf8Encode('é'.repeat(100));
    expect(utf8Read(good, 0, good.length)).toBe('é'.repeat(100));
  });
});
