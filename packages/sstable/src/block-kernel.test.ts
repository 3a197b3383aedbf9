// Goal:   the kernel and the JavaScript beside it cannot be told apart.
// Method: both do the same with all small lengths, random data and random streams; each reads what
//         the other wrote; what lies around a block changes nothing.
import { crc32c } from '@jump/base';
import { fromHex, type Random, seeded } from '@jump/testkit';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BlockKernel, kernelFor, TOO_LARGE } from './block-kernel.ts';
import { compressSnappy, decompressSnappy, maxCompressedLength, snappyLength } from './snappy.ts';

const kernel = kernelFor(0) as BlockKernel;
const CAPACITY = kernel.input.length;

/** Bytes that compress more or less: few letters, and now and then something from further back. */
function someBytes(random: Random, length: number) {
  const letters = random.pick([1, 2, 4, 30, 256]);
  const source = random.bytes(length).map((byte) => byte % letters);
  for (let n = random.integer(0, 20); n > 0 && length > 100; n--) {
    const from = random.integer(0, length - 60);
    source.copyWithin(random.integer(0, length - 60), from, from + random.integer(1, 60));
  }
  return source;
}

function load(bytes: Uint8Array): number {
  kernel.load(bytes, 0, bytes.length);
  // What was here before must not matter.
  kernel.input.fill(0xa5, bytes.length, bytes.length + 64);
  return bytes.length;
}

/** What the JavaScript makes of a stream. */
function expected(stream: Uint8Array): Uint8Array | number {
  const length = snappyLength(stream, 0, stream.length);
  if (length < 0) return -1;
  if (length > CAPACITY) return TOO_LARGE;
  const target = new Uint8Array(length);
  return decompressSnappy(stream, 0, stream.length, target) ? target : -1;
}

function decompress(stream: Uint8Array): Uint8Array | number {
  kernel.output.fill(0x5a, 0, 4096);
  const length = kernel.decompress(load(stream));
  return length < 0 ? length : kernel.output.slice(0, length);
}

function compress(source: Uint8Array): Uint8Array {
  const size = kernel.compress(load(source));
  return kernel.output.slice(0, size);
}

function expectEqual(a: Uint8Array | number, b: Uint8Array | number, what: string): void {
  // Much faster than toEqual.
  if (typeof a === 'number' || typeof b === 'number') expect(a, what).toBe(b);
  else expect(Buffer.compare(a, b), what).toBe(0);
}

test('this engine has a kernel, for blocks that are not too large', () => {
  expect(kernel).toBeInstanceOf(BlockKernel);
  expect(kernelFor(CAPACITY)).toBe(kernel);
  expect(kernelFor(CAPACITY + 1)).toBeUndefined();
});

describe('checksums', () => {
  test(
    'of every length up to 1,200, and around every change of method',
    seeded((random) => {
      const bytes = random.bytes(CAPACITY);
      const lengths = Array.from({ length: 1200 }, (_, i) => i);
      for (const near of [4096, 8192, 8704, 16384, 65536]) {
        for (let i = -40; i <= 40; i++) lengths.push(near + i);
      }
      for (const length of [...lengths, CAPACITY]) {
        const part = bytes.subarray(0, length);
        expect(kernel.inputCrc(load(part)), `${length} bytes`).toBe(crc32c(part));
      }
    }),
  );

  test('of output', () => {
    kernel.output.set(new TextEncoder().encode('123456789'));
    expect(kernel.outputCrc(9)).toBe(0xe3069283); // RFC 3720
  });

  test('of every single bit of 700 bytes differ from the whole', () => {
    const bytes = new Uint8Array(700);
    const whole = crc32c(bytes);
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      const crc = kernel.inputCrc(load(bytes));
      expect(crc).toBe(crc32c(bytes));
      expect(crc).not.toBe(whole);
      bytes[bit >> 3] = 0;
    }
  });
});

describe('Snappy', () => {
  test(
    'each side reads what the other wrote, and neither writes more',
    seeded((random) => {
      for (let i = 0; i < 700; i++) {
        const length = i < 200 ? i : random.skewed(i % 50 === 0 ? CAPACITY : 5000);
        const source = someBytes(random, length);
        const target = new Uint8Array(maxCompressedLength(length));
        const scripted = target.slice(0, compressSnappy(source, 0, length, target, 0));
        const packed = compress(source);
        expectEqual(packed, scripted, `compressing ${length} bytes`);
        expectEqual(decompress(packed), source, `${length} bytes back`);
      }
    }),
  );

  test('the largest block fits, even of random bytes', () => {
    const source = new Uint8Array(CAPACITY);
    for (let i = 0, x = 1; i < CAPACITY; i++) {
      x = (Math.imul(x, 1664525) + 1013904223) >>> 0;
      source[i] = x >>> 24;
    }
    const packed = compress(source);
    expect(packed.length).toBeLessThan(CAPACITY + 100);
    kernel.input.set(packed.subarray(0, CAPACITY));
    // Its form is larger than the input, so only its damaged beginning can be given back.
    expect(kernel.decompress(CAPACITY)).toBe(-1);
    const zeros = new Uint8Array(CAPACITY);
    expectEqual(decompress(compress(zeros)), zeros, 'zeros');
  });

  test('what says that it holds more than fits is left to others', () => {
    const stream = new Uint8Array(60_000);
    stream.set([0x81, 0x80, 0x40]); // 1,048,577
    expect(decompress(stream)).toBe(TOO_LARGE);
  });

  test('patterns of every length, at every distance', () => {
    for (let offset = 1; offset <= 70; offset++) {
      for (let size = 1; size <= 64; size++) {
        const stream = Uint8Array.of(
          ...(offset + size < 128 ? [offset + size] : [(offset + size) | 0x80, 1]),
          ...(offset <= 60 ? [(offset - 1) << 2] : [60 << 2, offset - 1]),
          ...Array.from({ length: offset }, (_, i) => i + 1),
          ...[2 | ((size - 1) << 2), offset, 0],
        );
        const out = expected(stream);
        expect(out).toBeInstanceOf(Uint8Array);
        expectEqual(decompress(stream), out, `${size} bytes from ${offset} back`);
      }
    }
  });

  test.each([
    '00',
    '',
    'ff',
    'ff ff ff ff ff 00',
    '80 80 80 80 10',
    '83 80 00 08 61 62 63',
    '06 08 61 62 63 0b 03 00 00 00',
    '06 08 61 62 63 0b 03 00 00',
    '06 08 61 62 63 0b 03 00 00 80',
    '03 fc 02 00 00 00 61 62 63',
    '03 fc ff ff ff ff 61 62 63',
    '03 fc fe ff ff ff 61 62 63',
    '03 f8 ff ff ff 61 62 63',
    '03 f0',
    '03 f4 02',
    '04 08 61 62 63',
    '02 08 61 62 63',
    '14 00 41 3e 00 00',
    '14 00 41 3e 09 00',
    '05 00 41 01 00',
    '05 00 41 01',
    '05 00 41 01 01',
  ])('%s gives the same', (hex) => {
    const stream = fromHex(hex);
    expectEqual(decompress(stream), expected(stream), hex);
  });

  test('hostile streams give the same, and harm nothing that is needed later', () => {
    const element = fc.oneof(
      // A literal, true or not, a short copy, a long copy, a longer one, anything.
      fc.uint8Array({ maxLength: 70 }).map((b) => [Math.min(59, b.length) << 2, ...b]),
      fc.uint8Array({ minLength: 1, maxLength: 59 }).map((b) => [(b.length - 1) << 2, ...b]),
      fc.tuple(fc.nat(7), fc.nat(40)).map(([n, offset]) => [1 | (n << 2), offset]),
      fc.tuple(fc.nat(63), fc.nat(90)).map(([n, offset]) => [2 | (n << 2), offset, 0]),
      fc.tuple(fc.nat(63), fc.nat(90)).map(([n, offset]) => [3 | (n << 2), offset, 0, 0, 0]),
      fc.uint8Array({ maxLength: 6 }).map((b) => [...b]),
    );
    const stream = fc
      .tuple(fc.nat(400), fc.array(element, { maxLength: 12 }))
      .map(([length, parts]) =>
        Uint8Array.from([(length & 0x7f) | 0x80, length >>> 7, ...parts.flat()]),
      );
    let sound = 0;
    const check = (bytes: Uint8Array) => {
      const out = expected(bytes);
      kernel.output.fill(0x77, 0, 1024);
      expectEqual(decompress(bytes), out, Buffer.from(bytes).toString('hex'));
      if (out instanceof Uint8Array) sound++;
      return out;
    };
    fc.assert(
      fc.property(stream, (bytes) => {
        check(bytes);
        // The same with the length that its elements make, so that most of it is sound.
        for (let length = 0; length < 400; length++) {
          if (sound > 300 && length % 16 > 0) continue;
          bytes[0] = (length & 0x7f) | 0x80;
          bytes[1] = length >>> 7;
          if (check(bytes) instanceof Uint8Array) break;
        }
      }),
      { numRuns: 300 },
    );
    expect(sound).toBeGreaterThan(20);
    expect(kernel.inputCrc(load(new TextEncoder().encode('123456789')))).toBe(0xe3069283);
  });
});
