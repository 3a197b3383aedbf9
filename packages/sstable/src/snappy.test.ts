// Goal:   what is compressed comes back; streams of other compressors are understood.
// Method: random data of all kinds; elements that our compressor never writes, by hand.
import { fromHex, seeded } from '@jump/testkit';
import { expect, test } from 'vitest';
import { compressSnappy, decompressSnappy, maxCompressedLength, snappyLength } from './snappy.ts';

function compress(source: Uint8Array): Uint8Array {
  const target = new Uint8Array(maxCompressedLength(source.length));
  return target.slice(0, compressSnappy(source, 0, source.length, target, 0));
}

function decompress(source: Uint8Array): Uint8Array | undefined {
  const length = snappyLength(source, 0, source.length);
  if (length < 0) return undefined;
  const target = new Uint8Array(length);
  return decompressSnappy(source, 0, source.length, target) ? target : undefined;
}

test(
  'any data comes back',
  seeded((random) => {
    for (let i = 0; i < 300; i++) {
      const letters = random.pick([1, 2, 4, 30, 256]);
      const length = random.skewed(i % 30 === 0 ? 300_000 : 5000);
      const source = random.bytes(length).map((byte) => byte % letters);
      // Now and then something from further back, for long copies and far offsets.
      for (let n = random.integer(0, 20); n > 0 && length > 100; n--) {
        const from = random.integer(0, length - 60);
        source.copyWithin(random.integer(0, length - 60), from, from + random.integer(1, 60));
      }
      const packed = compress(source);
      expect(packed.length).toBeLessThanOrEqual(maxCompressedLength(length));
      expect(Buffer.compare(decompress(packed) ?? new Uint8Array(1), source)).toBe(0);
    }
  }),
);

test('repetition takes little', () => {
  expect(compress(new Uint8Array(100_000)).length).toBeLessThan(100_000 / 20);
});

test.each([
  ['a copy with an offset of four bytes', '06 08 61 62 63 0b 03 00 00 00', 'abcabc'],
  ['a literal whose length takes four bytes', '03 fc 02 00 00 00 61 62 63', 'abc'],
  ['a length longer than it need be', '83 80 00 08 61 62 63', 'abc'],
  ['a run', '0a 00 61 22 01 00', 'aaaaaaaaaa'],
  ['nothing', '00', ''],
])('%s is understood', (_, hex, expected) => {
  expect(new TextDecoder().decode(decompress(fromHex(hex)))).toBe(expected);
});

test.each([
  ['too little data', '04 08 61 62 63'],
  ['too much data', '02 08 61 62 63'],
  ['a copy that ends early', '06 08 61 62 63 0b 03 00 00'],
  ['a claim of more than can be', 'ff ff 03 00 61'],
])('%s is refused', (_, hex) => {
  expect(decompress(fromHex(hex))).toBeUndefined();
});
