// Goal:   a table whose index, footer or filter is lost is read all the same with the option
//         `tolerant`: every entry of a whole block, in order, with its place; what may be missing is
//         a gap, and no single key is answered for out of a gap.
// Method: each part behind the data destroyed, and blocks as well; tables of ours, and of other
//         programs in each compression; compared with what was read of the sound table.
import { encodeInternalKey } from '@jump/base';
import { seeded, worldTable } from '@jump/testkit';
import { describe, expect, test } from 'vitest';
import { plainBloomPolicy, tableBytes } from '../test/tables.ts';
import { allCodecs } from './codecs/index.ts';
import { type InternalEntry, TableReader, type TableReaderOptions } from './index.ts';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const show = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const name = (i: number): string => `key${String(i).padStart(4, '0')}`;
const damaged = expect.objectContaining({ code: 'JUMP_CORRUPTION' });

const stored = Array.from({ length: 300 }, (_, i) => ({
  key: encodeInternalKey(text(name(i >> 1)), 1000 - (i & 1), i % 7 === 0 ? 0 : 1),
  value: i % 7 === 0 ? new Uint8Array(0) : text(`value ${i}`.repeat(5)),
}));
const FILTER = plainBloomPolicy(10);
const sound = tableBytes(stored, { keys: 'internal', blockSize: 512, filter: FILTER });

/** All of an entry but the name of the file. */
const line = ({ userKey, sequence, kind, shadowed, offset, value }: InternalEntry): string =>
  `${show(userKey)} ${sequence} ${kind} ${shadowed} ${offset} ${show(value)}`;
const linesOf = (bytes: Uint8Array, options: TableReaderOptions = {}): string[] =>
  Array.from(TableReader.fromBytes(bytes, options).internalEntries(), line);
const whole = linesOf(sound);
const offsets = [...new Set(whole.map((one) => Number(one.split(' ')[4])))];

/** Where the data of a sound table ends. */
function dataEndOf(bytes: Uint8Array, options: TableReaderOptions = {}): number {
  const table = TableReader.fromBytes(bytes, { keys: 'internal', ...options });
  return table.approximateOffset(new Uint8Array(40).fill(0xff), 0, 40);
}

const dataEnd = dataEndOf(sound);

test('bytes behind the data may be damaged: nothing is missing, and nothing said to be', () => {
  for (let at = dataEnd; at < sound.length; at += at < sound.length - 48 ? 7 : 1) {
    const bytes = sound.slice();
    bytes[at]! ^= 0x55;
    // With the filter, so that its block is read.
    const options = { keys: 'internal', filters: [FILTER], tolerant: true } as const;
    const table = TableReader.fromBytes(bytes, options);
    expect(Array.from(table.internalEntries(), line), `byte ${at}`).toEqual(whole);
    const { problem } = table;
    if (problem !== undefined) {
      expect(problem).toEqual(damaged);
      const strict = { keys: 'internal', filters: [FILTER] } as const;
      expect(() => TableReader.fromBytes(bytes, strict)).toThrow(problem.message);
    }
    // Where the index is lost and the footer too, nobody knows what lay behind the blocks.
    for (const gap of table.gaps) expect(gap.offset).toBe(dataEnd);
    if (at < sound.length - 48) expect(table.gaps).toEqual([]);
  }
});

/** Destroys blocks, and everything behind the data. */
function readRuins(hit: readonly number[]): { table: TableReader; left: string[] } {
  const bytes = sound.slice();
  bytes.fill(0xee, dataEnd);
  for (const offset of hit) bytes[offset + 9]! ^= 0x55;
  const table = TableReader.fromBytes(bytes, { tolerant: true });
  return { table, left: whole.filter((one) => !hit.includes(Number(one.split(' ')[4]))) };
}

test(
  'blocks may be damaged as well: each gap is told, with the keys around it',
  seeded((random) => {
    for (let round = 0; round < 5; round++) {
      const share = random.integer(0, 10) / 10;
      const hit = offsets.filter(() => random.chance(share));
      const { table, left } = readRuins(hit);
      // Behind a gap nobody knows whether a newer version lay in it.
      const plain = (one: string): string => one.replace(/true|false/, '');
      expect(Array.from(table.internalEntries(), line).map(plain)).toEqual(left.map(plain));
      const { gaps } = table;
      expect(gaps.at(-1)?.upTo).toBe(undefined);
      for (const [i, offset] of offsets.entries()) {
        if (!hit.includes(offset)) continue;
        const gap = gaps.find((one) => offset >= one.offset && offset < one.offset + one.bytes);
        // What cannot be read has no shorter gap than itself, and the gap names its neighbours.
        const before = left.filter((one) => Number(one.split(' ')[4]) < offset).at(-1);
        expect(gap?.after && show(gap.after.subarray(0, -8))).toBe(before?.split(' ')[0]);
        expect((gap?.bytes ?? 0) >= (offsets[i + 1] ?? dataEnd) - offset).toBe(true);
      }
    }
  }),
);

test('a key is answered for out of whole blocks alone', () => {
  const lost = offsets[5] ?? 0;
  const { table } = readRuins([lost]);
  const value = (key: string): string => show(table.get(text(key)) ?? new Uint8Array(0));
  expect(value(name(1))).toContain('value 2');
  const inLost = whole.filter((one) => Number(one.split(' ')[4]) === lost);
  for (const one of inLost) {
    expect(() => table.get(text(one.split(' ')[0] ?? ''))).toThrow(damaged);
  }
  expect(() => table.get(text(`${name(149)} and behind`))).toThrow(damaged);
  expect(value(name(139))).toContain('value 278');
  // Other versions of the keys on both sides may have lain between.
  const [gap] = table.gaps;
  for (const side of [gap?.after, gap?.upTo]) {
    expect(side).toBeDefined();
    expect(() => table.get(side?.subarray(0, -8) ?? text(''))).toThrow(damaged);
  }
  expect(value(`${name(1)} between`)).toBe('');
});

test('blocks that are there twice, or out of their order, are part of a gap', () => {
  const data = sound.subarray(0, dataEnd);
  const twice = TableReader.fromBytes(Uint8Array.from([...data, ...data]), { tolerant: true });
  expect(Array.from(twice.internalEntries(), line)).toEqual(whole);
  expect(twice.gaps).toMatchObject([{ offset: dataEnd, bytes: dataEnd, upTo: undefined }]);
  const middle = offsets[4] ?? 0;
  const turned = Uint8Array.from([...data.subarray(middle), ...data.subarray(0, middle)]);
  const table = TableReader.fromBytes(turned, { tolerant: true });
  const keys = Array.from(table.internalEntries(), ({ userKey }) => show(userKey));
  expect(keys).toEqual([...keys].sort());
  expect(table.gaps).toMatchObject([{ offset: dataEnd - middle, bytes: middle }]);
});

test('entries, in both directions and with bounds, and cursors need no index', () => {
  const { table } = readRuins([]);
  const strict = TableReader.fromBytes(sound);
  for (const range of [{}, { reverse: true }, { gt: text(name(20)), lte: text(name(99)) }]) {
    const keys = (from: TableReader) => Array.from(from.entries(range), ({ key }) => show(key));
    expect(keys(table)).toEqual(keys(strict));
  }
  const { entries, blocks, tombstones } = strict.properties;
  expect(table.properties).toMatchObject({ entries, blocks, tombstones });
  expect(() => table.verify()).toThrow(damaged);
});

describe.each(['leveldb-main-zstd', 'minecraft', 'minecraft-zlib', 'goleveldb', 'leveldb-1.3'])(
  'a table of %s',
  (world) => {
    const bytes = worldTable(world);
    const options = { keys: 'internal', codecs: allCodecs } as const;
    const all = linesOf(bytes, options);

    test('is read without index and footer', () => {
      const ruined = bytes.slice();
      ruined.fill(0, dataEndOf(bytes, options));
      expect(linesOf(ruined, { ...options, tolerant: true })).toEqual(all);
      // Its compression, too, must be known: nothing that is found by chance is taken for a block.
      const blind = TableReader.fromBytes(ruined, { ...options, codecs: {}, tolerant: true });
      expect([0, all.length]).toContain([...blind.internalEntries()].length);
    });

    test('is read as far as it goes when it was cut off', () => {
      const end = dataEndOf(bytes, options);
      for (const size of [end, Math.floor(end / 2), 60, 1, 0]) {
        const cut = TableReader.fromBytes(bytes.slice(0, size), { ...options, tolerant: true });
        const left = Array.from(cut.internalEntries(), line);
        expect(left).toEqual(all.slice(0, left.length));
        if (size === end) expect(left).toHaveLength(all.length);
        expect(cut.gaps.length + Number(size === 0)).toBeGreaterThan(0);
      }
    });
  },
);

describe('keys', () => {
  const pairs = Array.from({ length: 90 }, (_, i) => ({ key: text(name(i)), value: text(`${i}`) }));

  test('that are raw are found as well', () => {
    const bytes = tableBytes(pairs, { keys: 'raw', blockSize: 200 });
    bytes.fill(0xee, dataEndOf(bytes, { keys: 'raw' }));
    const table = TableReader.fromBytes(bytes, { tolerant: true });
    expect(table.keys).toBe('raw');
    expect(Array.from(table.entries(), ({ key }) => show(key))).toEqual(
      pairs.map((_, i) => name(i)),
    );
    expect(show(table.get(text(name(7))) ?? new Uint8Array(0))).toBe('7');
  });

  test('of an unknown order stay in the order in which they lie', () => {
    const backwards = {
      name: 'backwards',
      compare: (a: Uint8Array, b: Uint8Array) => Buffer.compare(b, a),
    };
    const entries = pairs.toReversed();
    const bytes = tableBytes(entries, { keys: 'raw', blockSize: 200, comparator: backwards });
    const strict = TableReader.fromBytes(bytes, { keys: 'raw', comparator: backwards });
    bytes.fill(0xee, strict.approximateOffset(new Uint8Array(0), 0, 0));
    const table = TableReader.fromBytes(bytes, {
      keys: 'raw',
      comparator: 'unknown',
      tolerant: true,
    });
    expect(Array.from(table.entries(), ({ key }) => show(key))).toEqual(
      entries.map(({ key }) => show(key)),
    );
  });
});
