// Goal:   LevelDB's hash, and the answers to filters that are not as we write them.
// Method: vectors that LevelDB's own hash test uses (bytes of 0x80 and more, where a signed char
//         would go wrong); filters made by hand. Whole filters: leveldb-golden.test.ts.
import { fromHex } from '@jump/testkit';
import { expect, test } from 'vitest';
import { leveldbBloomPolicy, leveldbHash } from './leveldb-policy.ts';

test.each([
  ['', 0xbc9f1d34, 0xbc9f1d34],
  ['62', 0xbc9f1d34, 0xef1345c4],
  ['c397', 0xbc9f1d34, 0x5b663814],
  ['e299a5', 0xbc9f1d34, 0x323c078f],
  ['e180b932', 0xbc9f1d34, 0xed21633a],
  [
    '01c00000 00000000 00000000 00000000 14000000 00000400 00000014 00000018 28000000 00000000 02000000 00000000',
    0x12345678,
    0xf333dabb,
  ],
])('hash of [%s] under seed %i', (hex, seed, expected) => {
  const bytes = fromHex(hex);
  expect(leveldbHash(bytes, 0, bytes.length, seed)).toBe(expected);
});

test('the hash reads its range and nothing beside it', () => {
  const bytes = fromHex('ff ff e180b932 e299a5 ff ff');
  const alone = fromHex('e180b932 e299a5');
  expect(leveldbHash(bytes, 2, 9, 1)).toBe(leveldbHash(alone, 0, 7, 1));
});

const policy = leveldbBloomPolicy();

function mayContain(filter: Uint8Array): boolean {
  const hash = { low: 0, high: 0 };
  policy.hash(fromHex('61'), 0, 1, hash);
  return policy.mayContain(filter, 0, filter.length, hash);
}

test('says what tables and databases have to know', () => {
  expect(policy.name).toBe('leveldb.BuiltinBloomFilter2');
  expect(policy.scope).toBe('block');
  expect(policy.bitsPerKey).toBe(10);
});

test('a filter without bits holds no keys', () => {
  expect(mayContain(fromHex(''))).toBe(false);
  expect(mayContain(fromHex('06'))).toBe(false);
});

test('a number of probes of formats to come matches every key', () => {
  expect(mayContain(fromHex('0000000000000000 1e'))).toBe(false);
  expect(mayContain(fromHex('0000000000000000 1f'))).toBe(true);
  expect(mayContain(fromHex('0000000000000000 ff'))).toBe(true);
});

test('no probes at all match every key, as in LevelDB', () => {
  expect(mayContain(fromHex('0000000000000000 00'))).toBe(true);
});

test('asks the filter inside its range', () => {
  const hash = { low: 0, high: 0 };
  policy.hash(fromHex('61'), 0, 1, hash);
  const built = policy.build(Uint32Array.of(hash.low, 0), 1);
  const block = new Uint8Array(built.length + 8);
  block.set(built, 3);
  expect(policy.mayContain(block, 3, 3 + built.length, hash)).toBe(true);
  hash.low ^= 0x5555;
  expect(policy.mayContain(block, 3, 3 + built.length, hash)).toBe(false);
});

test('takes whole bits only', () => {
  expect(() => leveldbBloomPolicy({ bitsPerKey: 9.5 })).toThrow(
    new RangeError('bitsPerKey must be an integer, got 9.5'),
  );
});
