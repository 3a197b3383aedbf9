// Goal:   whatever a compressed block is, decoding ends soon, takes no more memory than the data
//         can be worth, and says "not sound" instead of throwing.
// Method: frames made by hand, and real ones with bytes changed and ends cut off; each with Node's
//         zlib and without.
import { deflateRawSync, deflateSync } from 'node:zlib';
import { EMPTY_BYTES } from '@jump/base';
import { seeded, worldTable } from '@jump/testkit';
import { describe, expect, test } from 'vitest';
import type { BlockCodec } from '../codecs.ts';
import { defaultCodecs } from '../codecs.ts';
import { Contents } from '../contents.ts';
import { TableReader } from '../index.ts';
import { TableFile } from '../table-file.ts';
import { deflateCodec } from './deflate.ts';
import { allCodecs } from './index.ts';
import { nativeZlib } from './native-zlib.ts';
import { zstdCodec } from './zstd.ts';

const native = nativeZlib();
const text = new TextEncoder().encode('JumpDB reads what others wrote. '.repeat(300));

/** The first block of LevelDB's zstd table, as it is stored. */
function zstdBlock(): Uint8Array {
  const bytes = worldTable('leveldb-main-zstd');
  let stored = new Uint8Array(0);
  const spy: BlockCodec = {
    name: 'spy',
    decode(source, start, end) {
      if (stored.length === 0) stored = source.slice(start, end);
      return allCodecs[2]?.decode(source, start, end);
    },
  };
  TableReader.fromBytes(bytes, { codecs: { ...defaultCodecs, 2: spy } });
  return stored;
}

const SOUND: [string, BlockCodec, Uint8Array][] = [
  ['zlib, Node’s', deflateCodec('zlib', native), Uint8Array.from(deflateSync(text))],
  ['zlib, scripted', deflateCodec('zlib', null), Uint8Array.from(deflateSync(text))],
  ['deflate, Node’s', deflateCodec('deflate', native), Uint8Array.from(deflateRawSync(text))],
  ['deflate, scripted', deflateCodec('deflate', null), Uint8Array.from(deflateRawSync(text))],
  ['zstd, scripted', zstdCodec(null), zstdBlock()],
  ...(native?.zstdDecompressSync === undefined
    ? []
    : ([['zstd, Node’s', zstdCodec(native), zstdBlock()]] as [string, BlockCodec, Uint8Array][])),
];

describe.each(SOUND)('%s', (_, codec, sound) => {
  test('decodes a part of an array into one of its own', () => {
    const whole = codec.decode(sound, 0, sound.length);
    expect(whole?.length).toBeGreaterThan(sound.length / 2);
    const padded = Uint8Array.of(1, 2, 3, ...sound, 4, 5);
    const part = codec.decode(padded, 3, 3 + sound.length);
    expect(same(part, whole ?? EMPTY_BYTES)).toBe(true);
    expect(part?.buffer.byteLength).toBe(part?.length);
    expect(Object.getPrototypeOf(part)).toBe(Uint8Array.prototype);
  });

  test('an end that is cut off is not sound', () => {
    for (const length of [0, 1, 2, 5, 20, Math.floor(sound.length / 2)]) {
      expect(codec.decode(sound, 0, length)).toBe(undefined);
    }
  });

  test(
    'changed bytes never throw',
    seeded((random) => {
      for (let i = 0; i < 60; i++) {
        const bytes = sound.slice();
        for (let k = random.integer(1, 3); k > 0; k--) {
          bytes[random.integer(0, bytes.length - 1)] = random.bits();
        }
        const found = codec.decode(bytes, 0, bytes.length);
        if (found !== undefined) expect(found.length).toBeLessThan(1 << 20);
      }
    }),
  );
});

/** Compares without a message of megabytes. */
function same(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && Buffer.compare(a, b) === 0;
}

test('a block larger than the first guess is whole without Node', () => {
  const large = new Uint8Array(3_000_000).map((_, i) => (i * i) >>> 7);
  const codec = deflateCodec('zlib', null);
  const data = deflateSync(large);
  expect(same(codec.decode(data, 0, data.length), large)).toBe(true);
  const zeros = new Uint8Array(1 << 18);
  const few = deflateSync(zeros);
  expect(same(codec.decode(few, 0, few.length), zeros)).toBe(true);
});

/** A frame that claims `length` bytes, and one part, a run. */
function frame(length: bigint, run: number): Uint8Array {
  const bytes = new Uint8Array(4 + 1 + 8 + 4);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0xfd2fb528, true);
  bytes[4] = 0xe0; // eight bytes of length, one segment
  view.setBigUint64(5, length, true);
  view.setUint32(13, (run << 3) | 2 | 1, true); // the last part: a run of the byte behind it
  return bytes;
}

test.each([
  ['4 GiB', 2n ** 32n],
  ['2^63 bytes', 2n ** 63n],
  ['a byte more than it has', 1001n],
  ['nothing', 0n],
])('a zstd frame that claims %s is refused before memory is taken', (_, length) => {
  const codec = zstdCodec(null);
  expect(codec.decode(frame(1000n, 1000), 0, 17)).toHaveLength(1000);
  expect(codec.decode(frame(length, 1000), 0, 17)).toBe(undefined);
});

test('a bomb of zlib’s stays within what its format allows', () => {
  const bomb = deflateSync(new Uint8Array(50_000_000));
  const before = process.memoryUsage().arrayBuffers;
  const file = TableFile.fromBytes(bomb, 'bomb', allCodecs);
  expect(() => file.decode(bomb, 0, 100, 0, new Contents())).toThrow(/checksum/);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 20);
  const found = deflateCodec('zlib', native).decode(bomb, 0, bomb.length);
  expect(found).toHaveLength(50_000_000);
});

describe.each(SOUND)('a beginning in %s', (_, codec, sound) => {
  test('is known as such, and others seldom are', () => {
    expect(codec.mayBegin?.(sound, 0, sound.length)).toBe(true);
    let taken = 0;
    for (let at = 1; at < sound.length; at++) {
      if (codec.mayBegin?.(sound, at, sound.length) === true) taken++;
    }
    // Deflate's fixed codes begin with three bits and no more.
    expect(taken).toBeLessThan(sound.length / 4);
  });
});

test(
  'whatever zlib writes may begin where it begins',
  seeded((random) => {
    const deflate = deflateCodec('deflate', native);
    const zlib = deflateCodec('zlib', native);
    for (let level = 0; level <= 9; level++) {
      for (const length of [1, 30, 400, 4096, 200_000]) {
        const word = random.bytes(random.integer(1, 40));
        const data = new Uint8Array(length).map((_, i) =>
          i % 3 ? word[i % word.length]! : i >> 4,
        );
        const raw = deflateRawSync(data, { level });
        expect(deflate.mayBegin?.(raw, 0, raw.length), `${length} at ${level}`).toBe(true);
        const wrapped = deflateSync(data, { level });
        expect(zlib.mayBegin?.(wrapped, 0, wrapped.length), `${length} at ${level}`).toBe(true);
      }
    }
  }),
);
