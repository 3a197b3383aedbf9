// Goal:   the kernel accepts the blocks that `BlockChecker` accepts, and finds what `findInBlock`
//         finds, in compressed blocks without decompressing more than it must.
// Method: random blocks, some of them damaged under true checksums, through both; every key, keys
//         between, several sequences.
import {
  crc32c,
  encodeInternalKey,
  JumpError,
  KIND_DELETION,
  KIND_VALUE,
  maskCrc,
  writeFixed32,
} from '@jump/base';
import { type Random, seeded } from '@jump/testkit';
import { expect, test } from 'vitest';
import type { Block } from './block.ts';
import { BlockChecker } from './block-checker.ts';
import { HEADER, SIZE } from './block-ring.ts';
import { FOUND, findInBlock, UNDECIDED } from './block-search.ts';
import { BlockWriter } from './block-writer.ts';
import { keyOrder, type TableKeys } from './key-order.ts';
import { Lookup } from './lookup.ts';
import { DAMAGED, FOREIGN, PLAIN, ReadKernel } from './read-kernel.ts';
import { compressSnappy, maxCompressedLength } from './snappy.ts';

const kernel = ReadKernel.start() as ReadKernel;
const place = kernel.stage;

/** User keys with common beginnings, in order, each once. */
function someKeys(random: Random): Uint8Array[] {
  const alphabet = random.pick([2, 4, 256]);
  const keys = Array.from({ length: random.skewed(120) }, () =>
    random.bytes(random.skewed(random.chance(0.1) ? 300 : 20)).map((byte) => byte % alphabet),
  );
  return keys
    .sort(Buffer.compare)
    .filter((key, i) => i === 0 || Buffer.compare(key, keys[i - 1] as Uint8Array) !== 0);
}

function someBlock(random: Random, keys: TableKeys, userKeys: readonly Uint8Array[]): Uint8Array {
  const writer = new BlockWriter(random.pick([1, 2, 16, 1000]));
  for (const userKey of userKeys) {
    const versions = keys === 'raw' ? 1 : random.pick([1, 1, 1, 3]);
    for (let v = versions; v > 0; v--) {
      const kind = random.chance(0.2) ? KIND_DELETION : KIND_VALUE;
      const sequence = 100 * v + random.integer(0, 50);
      const key = keys === 'raw' ? userKey : encodeInternalKey(userKey, sequence, kind);
      const value = new Uint8Array(random.skewed(random.chance(0.05) ? 5000 : 150));
      if (random.chance(0.5)) value.set(random.bytes(value.length >>> 1));
      writer.add(key, 0, key.length, value, 0, value.length);
    }
  }
  writer.finish();
  return writer.bytes.slice(0, writer.size);
}

/** Puts a block into the record, with a true checksum. */
function put(contents: Uint8Array, compressed: boolean): void {
  let stored = contents;
  if (compressed) {
    const room = new Uint8Array(maxCompressedLength(contents.length));
    stored = room.slice(0, compressSnappy(contents, 0, contents.length, room, 0));
  }
  const { bytes, words } = kernel;
  const at = place + HEADER;
  bytes.fill(0xa5, at, at + stored.length + 100);
  bytes.set(stored, at);
  bytes[at + stored.length] = compressed ? 1 : 0;
  const crc = crc32c(bytes, at, at + stored.length + 1);
  writeFixed32(bytes, at + stored.length + 1, maskCrc(crc));
  words[place / 4 + SIZE] = stored.length;
}

/** What the JavaScript says of it. */
function checked(contents: Uint8Array, keys: TableKeys): Block | undefined {
  try {
    return new BlockChecker(keyOrder(keys), 'x').check(contents, 0, contents.length, 0);
  } catch (error) {
    if (error instanceof JumpError) return undefined;
    throw error;
  }
}

const shown = (found: number, lookup: Lookup) =>
  found === FOUND
    ? `${lookup.kind} ${lookup.sequence} ${Buffer.from(
        lookup.valueBytes.slice(lookup.valueStart, lookup.valueEnd),
      ).toString('hex')}`
    : String(found);

test(
  'finds what findInBlock finds',
  seeded((random) => {
    const counts = { found: 0, undecided: 0, compressed: 0 };
    for (let round = 0; round < 400; round++) {
      const keys = random.pick(['raw', 'internal'] as const);
      const userKeys = someKeys(random);
      const contents = someBlock(random, keys, userKeys);
      const block = checked(contents, keys) as Block;
      const order = keyOrder(keys);
      const compressed = random.chance(0.6);
      put(contents, compressed);
      const form = kernel.admit(place, order.trailer, true);
      expect(form).toBe(compressed ? PLAIN + 1 : PLAIN);
      if (compressed) counts.compressed++;
      const asked = [...userKeys, ...someKeys(random)];
      for (const userKey of asked) {
        const lookup = new Lookup();
        lookup.set(userKey, 0, userKey.length, random.integer(0, 400));
        const expected = shown(findInBlock(block, order, lookup), lookup);
        for (const whole of [true, false]) {
          // What is still to be decompressed must not be read.
          if (!whole) kernel.bytes.fill(0x77, kernel.output, kernel.output + contents.length);
          else kernel.contents(place);
          const found = kernel.find(place, lookup, order.trailer, whole);
          if (found === UNDECIDED) counts.undecided++;
          else expect(shown(found, lookup), `round ${round}`).toBe(expected);
          if (found === FOUND) counts.found++;
        }
      }
    }
    expect(counts.found).toBeGreaterThan(5000);
    expect(counts.undecided).toBeLessThan(counts.found);
    expect(counts.compressed).toBeGreaterThan(100);
  }),
);

/** Changes a few bytes, mostly small numbers: lengths and restarts. */
function damage(random: Random, contents: Uint8Array): Uint8Array {
  const bytes = contents.slice();
  for (let n = random.integer(1, 2); n > 0; n--) {
    const at = random.chance(0.5)
      ? random.integer(Math.max(0, bytes.length - 20), bytes.length - 1)
      : random.integer(0, bytes.length - 1);
    bytes[at] = random.pick([0, 1, 8, 0x7f, 0x80, 0xff, bytes[at]! + 1, bytes[at]! ^ 0x10]);
  }
  return random.chance(0.1) ? bytes.slice(0, random.integer(0, bytes.length)) : bytes;
}

test(
  'accepts a block if and only if BlockChecker does, and says the same of its keys',
  seeded((random) => {
    let accepted = 0;
    const rounds = 6000;
    for (let round = 0; round < rounds; round++) {
      const keys = random.pick(['raw', 'internal'] as const);
      const sound = someBlock(random, keys, someKeys(random).slice(0, 12));
      const contents = damage(random, sound);
      const checker = new BlockChecker(keyOrder(keys), 'x');
      const block = checked(contents, keys);
      put(contents, random.chance(0.3));
      const form = kernel.admit(place, keyOrder(keys).trailer, true);
      expect(form === DAMAGED, `round ${round}`).toBe(block === undefined);
      if (block === undefined) continue;
      accepted++;
      checker.check(contents, 0, contents.length, 0);
      expect(kernel.entries).toBe(checker.entries);
      if (checker.entries === 0) continue;
      const { lastKey, lastKeyLength, firstKey, firstKeyLength, bytes } = kernel;
      expect(bytes.slice(lastKey, lastKey + lastKeyLength)).toEqual(
        checker.lastKey.slice(0, checker.lastKeyLength),
      );
      const at = checker.firstKeyAt;
      expect(bytes.slice(firstKey, firstKey + firstKeyLength)).toEqual(
        contents.slice(at, at + checker.firstKeyLength),
      );
    }
    expect(accepted).toBeGreaterThan(rounds / 10);
    expect(accepted).toBeLessThan((9 * rounds) / 10);
  }),
);

test('a wrong checksum is damage, an unknown codec is foreign', () => {
  const writer = new BlockWriter(16);
  writer.add(Uint8Array.of(1), 0, 1, Uint8Array.of(2, 3), 0, 2);
  writer.finish();
  const contents = writer.bytes.slice(0, writer.size);
  put(contents, false);
  const at = place + HEADER;
  for (let bit = 0; bit < 8 * (contents.length + 5); bit++) {
    kernel.bytes[at + (bit >>> 3)]! ^= 1 << (bit & 7);
    expect(kernel.admit(place, 0, true)).toBe(DAMAGED);
    kernel.bytes[at + (bit >>> 3)]! ^= 1 << (bit & 7);
  }
  kernel.bytes[at + contents.length] = 2;
  writeFixed32(
    kernel.bytes,
    at + contents.length + 1,
    maskCrc(crc32c(kernel.bytes, at, at + contents.length + 1)),
  );
  expect(kernel.admit(place, 0, true)).toBe(FOREIGN);
});

test('memory grows, and keeps what is in it', () => {
  put(new Uint8Array(100).fill(7), false);
  const before = kernel.bytes.length;
  expect(kernel.grow(before + 1)).toBe(true);
  expect(kernel.bytes.length).toBeGreaterThan(before);
  expect(kernel.bytes[place + HEADER + 50]).toBe(7);
  expect(kernel.grow(2 ** 33)).toBe(false);
  expect(kernel.bytes[place + HEADER + 50]).toBe(7);
});
