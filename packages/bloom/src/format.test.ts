// Goal:   FORMAT.md says what the code writes.
// Method: every hexadecimal block of it, by name, is compared with the bytes of the same filter.
import { readFileSync } from 'node:fs';
import { hexBlocks } from '@jump/testkit';
import { expect, test } from 'vitest';
import { BloomFilter } from './bloom-filter.ts';
import { leveldbBloomPolicy } from './leveldb-policy.ts';
import { type BloomPolicy, bloomPolicy } from './policy.ts';

const blocks = hexBlocks(readFileSync(new URL('../FORMAT.md', import.meta.url), 'utf8'));
const WORDS = ['hello', 'world'];

function build(policy: BloomPolicy): Uint8Array {
  const hashes = new Uint32Array(2 * WORDS.length);
  WORDS.forEach((word, i) => {
    const hash = { low: 0, high: 0 };
    policy.hash(new TextEncoder().encode(word), 0, word.length, hash);
    hashes.set([hash.low, hash.high], 2 * i);
  });
  return policy.build(hashes, WORDS.length);
}

test('the filters of tables', () => {
  expect(build(bloomPolicy())).toEqual(blocks.get('jumpdb.bloom1'));
  expect(build(leveldbBloomPolicy())).toEqual(blocks.get('leveldb.BuiltinBloomFilter2'));
});

test('a filter by itself', () => {
  const filter = new BloomFilter(20, 3);
  for (const word of WORDS) filter.add(word);
  expect(filter.toBytes()).toEqual(blocks.get('BloomFilter'));
});

test('no block is left over', () => {
  expect([...blocks.keys()]).toEqual([
    'jumpdb.bloom1',
    'leveldb.BuiltinBloomFilter2',
    'BloomFilter',
  ]);
});
