// Goal:   the hash is the one that FORMAT.md describes, for ever, and a good one.
// Method: a second implementation in big integers, for random keys of all lengths and places in an
//         array; fixed vectors; and two measures of quality: how many output bits a changed input
//         bit changes, and how often halves collide.
import type { KeyHash } from '@jump/base';
import { Random, seeded } from '@jump/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hashBytes } from './hash.ts';

function hashOf(key: Uint8Array, seedLow = 0, seedHigh = 0): [low: number, high: number] {
  const hash: KeyHash = { low: 0, high: 0 };
  hashBytes(key, 0, key.length, seedLow, seedHigh, hash);
  return [hash.low, hash.high];
}

/** The hash as FORMAT.md tells it, slowly. */
function model(key: Uint8Array, seedLow: number, seedHigh: number): [number, number] {
  const low32 = (x: bigint) => x & 0xffffffffn;
  const rotate = (x: bigint, r: bigint) => low32((x << r) | (x >> (32n - r)));
  const finish = (lane: bigint) => {
    let h = lane ^ (lane >> 16n);
    h = low32(h * 0x85ebca6bn);
    h ^= h >> 13n;
    h = low32(h * 0xc2b2ae35n);
    return h ^ (h >> 16n);
  };
  let a = BigInt(seedLow) ^ low32(BigInt(key.length) * 0x38b34ae5n);
  let b = BigInt(seedHigh) ^ BigInt(key.length);
  for (let i = 0; i < key.length; i += 8) {
    const word = (at: number) =>
      [0, 1, 2, 3].reduce((sum, j) => sum | (BigInt(key[at + j] ?? 0) << BigInt(8 * j)), 0n);
    a ^= low32(rotate(low32(word(i) * 0x239b961bn), 15n) * 0xab0e9789n);
    a = low32((rotate(a, 19n) + b) * 5n + 0x561ccd1bn);
    b ^= low32(rotate(low32(word(i + 4) * 0xab0e9789n), 16n) * 0x38b34ae5n);
    b = low32((rotate(b, 17n) + a) * 5n + 0x0bcaa747n);
  }
  a = low32(a + b);
  b = low32(b + a);
  a = finish(a);
  b = finish(b);
  a = low32(a + b);
  b = low32(b + a);
  return [Number(a), Number(b)];
}

test.each([
  ['', 0x0, 0x0],
  ['a', 0x5c34be1a, 0x7e136a47],
  ['hello', 0x4ead688a, 0x96716db7],
  ['12345678', 0xf0d38c17, 0xde09f98d],
  ['123456789', 0x4114d1a1, 0x1851b489],
])('of %j never changes', (text, low, high) => {
  expect(hashOf(new TextEncoder().encode(text))).toEqual([low, high]);
});

test('is the one that FORMAT.md describes', () => {
  const seed = fc.nat({ max: 0xffffffff });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), seed, seed, (key, seedLow, seedHigh) => {
      expect(hashOf(key, seedLow, seedHigh)).toEqual(model(key, seedLow, seedHigh));
    }),
  );
});

test('reads its range and nothing beside it', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 20 }),
      fc.uint8Array({ maxLength: 20 }),
      fc.uint8Array({ maxLength: 20 }),
      (before, key, after) => {
        const hash: KeyHash = { low: 0, high: 0 };
        const bytes = Uint8Array.of(...before, ...key, ...after);
        hashBytes(bytes, before.length, before.length + key.length, 0, 0, hash);
        expect([hash.low, hash.high]).toEqual(hashOf(key));
      },
    ),
  );
});

test('a changed bit of the key changes each bit of the hash half the time', () => {
  const random = new Random(7);
  const keys = 2000;
  for (const length of [4, 8, 13, 16]) {
    for (let bit = 0; bit < 8 * length; bit++) {
      const changes = new Uint32Array(64);
      for (let k = 0; k < keys / 8; k++) {
        const key = random.bytes(length);
        const [low, high] = hashOf(key);
        key[bit >> 3]! ^= 1 << (bit & 7);
        const [low2, high2] = hashOf(key);
        for (let out = 0; out < 32; out++) {
          changes[out]! += ((low ^ low2) >>> out) & 1;
          changes[32 + out]! += ((high ^ high2) >>> out) & 1;
        }
      }
      // 250 keys a bit: a deviation of 0.2 is more than six standard deviations.
      for (const changed of changes) {
        expect(Math.abs(changed / (keys / 8) - 0.5), `bit ${bit} of ${length} bytes`).toBeLessThan(
          0.2,
        );
      }
    }
  }
});

test(
  'near keys collide in a half no oftener than chance has it',
  seeded((random) => {
    const count = 300_000;
    const start = random.bits() >>> 1;
    const key = new Uint8Array(16).fill(0x30);
    const halves = [new Uint32Array(count), new Uint32Array(count)] as const;
    for (let i = 0; i < count; i++) {
      const digits = String(start + i).padStart(16, '0');
      for (let j = 0; j < 16; j++) key[j] = digits.charCodeAt(j);
      [halves[0][i]!, halves[1][i]!] = hashOf(key);
    }
    for (const half of halves) {
      half.sort();
      let collisions = 0;
      for (let i = 1; i < count; i++) if (half[i] === half[i - 1]) collisions++;
      // Expected: count² / 2^33 = 10.5, with a standard deviation of 3.2.
      expect(collisions).toBeLessThan(30);
    }
  }),
);
