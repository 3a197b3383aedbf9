// Goal:   no file, however made, gets wrong data, a hang or much memory out of the reader.
// Method: tables are put together on purpose from blocks with true checksums, so that the checks
//         behind the checksum are reached.
import { encodeInternalKey, JumpError } from '@jump/base';
import { seeded } from '@jump/testkit';
import { describe, expect, test } from 'vitest';
import { block, forge, handle, type Place, type RawEntry } from '../test/forge.ts';
import { filters, sample, text, tryReading } from '../test/reading.ts';
import { plainBloomPolicy, tableBytes } from '../test/tables.ts';
import { TableReader } from './index.ts';
import { compressSnappy, maxCompressedLength } from './snappy.ts';

const MAX_MS = 1000; // 100 on an idle machine
const MAX_BYTES = 64 << 20;

/** One data block with these contents. */
const withData = (contents: Uint8Array, codec = 0): Uint8Array =>
  forge({ data: [{ contents, codec }] });
/** One entry in the index, with this handle. */
const withHandle = (offset: number | bigint, size: number | bigint): Uint8Array =>
  forge({ index: () => [{ key: text('z'), value: handle(offset, size) }] });
const withMeta = (name: string, offset: number | bigint, size: number | bigint): Uint8Array =>
  forge({ meta: () => [{ key: text(name), value: handle(offset, size) }] });
const filterName = 'filter.leveldb.BuiltinBloomFilter2';

test('the forge makes sound tables when it is asked to', () => {
  expect(tryReading(forge({}), 'raw')).toBeTypeOf('string');
  expect(
    tryReading(withData(block([{ key: text('a') }, { shared: 1, key: text('b') }])), 'raw'),
  ).toBeTypeOf('string');
});

const FORGED: [string, () => Uint8Array][] = [
  ...([2 ** 31, 2 ** 32, 2 ** 53 - 1, 2n ** 53n, 2n ** 64n - 5n] as const).flatMap(
    (huge): [string, () => Uint8Array][] => [
      [`a data handle of size ${huge}`, () => withHandle(0, huge)],
      [`a data handle at ${huge}`, () => withHandle(huge, 10)],
      [
        `an index handle of size ${huge}`,
        () => forge({ footer: (meta) => [handle(meta.offset, meta.size), handle(0, huge)] }),
      ],
      [
        `a meta-index handle at ${huge}`,
        () => forge({ footer: (_, index) => [handle(huge, 1), handle(index.offset, index.size)] }),
      ],
      [`a filter of size ${huge}`, () => withMeta(filterName, 0, huge)],
      [`properties at ${huge}`, () => withMeta('jumpdb.table', huge, 8)],
    ],
  ),
  ['an offset and a size that wrap', () => withHandle(2n ** 64n - 1n, 2n)],
  [
    'a handle of eleven bytes',
    () => forge({ index: () => [{ key: text('z'), value: new Uint8Array(11).fill(0xff) }] }),
  ],
  ['an empty handle', () => forge({ index: () => [{ key: text('z') }] })],
  ['a data block in the footer', () => withHandle(80, 30)],
  [
    'the index as its own data block',
    () =>
      forge({
        index: ([p]) => [
          { key: text('z'), value: handle((p as Place).offset + (p as Place).size + 5 + 13, 20) },
        ],
      }),
  ],
  [
    'the meta-index as a filter',
    () =>
      forge({
        meta: ([p]) => [
          { key: text(filterName), value: handle((p as Place).offset + (p as Place).size + 5, 20) },
        ],
      }),
  ],
  [
    'one block twice',
    () =>
      forge({
        index: ([p]) =>
          [0, 1].map((i) => ({
            key: text(`z${i}`),
            value: handle((p as Place).offset, (p as Place).size),
          })),
      }),
  ],
  [
    'overlapping blocks',
    () =>
      forge({
        index: ([p]) =>
          [0, 1].map((i) => ({
            key: text(`z${i}`),
            value: handle((p as Place).offset + i, (p as Place).size),
          })),
      }),
  ],
  [
    'index and meta-index in one place',
    () =>
      forge({
        footer: (_, index) => [handle(index.offset, index.size), handle(index.offset, index.size)],
      }),
  ],
  [
    'separators out of order',
    () =>
      forge({
        data: ['a', 'b'].map((k) => ({ contents: block([{ key: text(k) }]) })),
        index: (places) =>
          places.map((p, i) => ({
            key: text(i === 0 ? 'z' : 'y'),
            value: handle(p.offset, p.size),
          })),
      }),
  ],
  [
    'a key behind its separator',
    () =>
      forge({
        index: ([p]) => [{ key: text('A'), value: handle((p as Place).offset, (p as Place).size) }],
      }),
  ],
  [
    'a key before the separator in front',
    () =>
      forge({
        data: ['b', 'a'].map((k) => ({ contents: block([{ key: text(k) }]) })),
        index: (places) =>
          places.map((p, i) => ({
            key: text(i === 0 ? 'b' : 'c'),
            value: handle(p.offset, p.size),
          })),
      }),
  ],
  [
    'lengths that wrap',
    () => withData(block([{ unshared: 2 ** 32 - 1, valueLength: 2, key: text('a') }])),
  ],
  [
    'a value longer than the block',
    () => withData(block([{ valueLength: 2 ** 32 - 1, key: text('a') }])),
  ],
  [
    'a key that shares too much',
    () => withData(block([{ key: text('a') }, { shared: 2, key: text('b') }])),
  ],
  ['a first key that shares', () => withData(block([{ shared: 1, key: text('a') }]))],
  [
    'a length of six bytes',
    () => withData(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0)),
  ],
  ['no restarts', () => withData(block([{ key: text('a') }], []))],
  ['2^32 - 1 restarts', () => withData(block([{ key: text('a') }], [0], 2 ** 32 - 1))],
  ['more restarts than fit', () => withData(block([{ key: text('a') }], [0], 3))],
  ['a restart behind the end', () => withData(block([{ key: text('a') }], [0, 4000]))],
  [
    'a restart inside an entry',
    () => withData(block([{ key: text('a') }, { key: text('b') }], [0, 5])),
  ],
  [
    'restarts backwards',
    () => withData(block([{ key: text('a') }, { key: text('b') }, { key: text('c') }], [0, 8, 4])),
  ],
  [
    'a restart at a shared key',
    () => withData(block([{ key: text('a') }, { shared: 1, key: text('b') }], [0, 4])),
  ],
  [
    'the first restart not at 0',
    () => withData(block([{ key: text('a') }, { key: text('b') }], [4])),
  ],
  ['a block of three bytes', () => withData(Uint8Array.of(1, 2, 3))],
  ['an empty block', () => withData(new Uint8Array(0))],
  ['keys out of order', () => withData(block([{ key: text('b') }, { key: text('a') }]))],
  ['a key twice', () => withData(block([{ key: text('b') }, { key: text('b') }]))],
  [
    'a key before its prefix',
    () => withData(block([{ key: text('bb') }, { shared: 1, key: text('') }])),
  ],
  ['Snappy of 4 GiB in five bytes', () => withData(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f), 1)],
  [
    'Snappy with a copy from before the start',
    () => withData(Uint8Array.of(20, 0, 65, 0x3e, 9, 0), 1),
  ],
  ['Snappy with offset 0', () => withData(Uint8Array.of(20, 0, 65, 0x3e, 0, 0), 1)],
  ['Snappy that ends early', () => withData(Uint8Array.of(100, 0xf4, 255, 255), 1)],
  ['Snappy without a length', () => withData(Uint8Array.of(0xff), 1)],
  ['an empty Snappy block', () => withData(new Uint8Array(0), 1)],
  ['a codec nobody knows', () => withData(block([{ key: text('a') }]), 77)],
  [
    'an index whose keys blow up',
    () =>
      forge({
        indexBlock: () =>
          block([
            { key: new Uint8Array(50_000), value: handle(0, 1) },
            ...Array.from({ length: 20_000 }, (_, i) => ({
              shared: 49_990 + (i % 9),
              key: text('x'),
              value: handle(0, 1),
            })),
          ]),
      }),
  ],
  [
    'properties that are no block',
    () =>
      forge({
        data: [
          { contents: block([{ key: text('a') }]) },
          { contents: text('nothing of the kind') },
        ],
        index: ([p]) => [{ key: text('z'), value: handle((p as Place).offset, (p as Place).size) }],
        meta: ([, p]) => [
          { key: text('jumpdb.table'), value: handle((p as Place).offset, (p as Place).size) },
        ],
      }),
  ],
  [
    'a table of RocksDB',
    () => Uint8Array.from([...new Uint8Array(100), 0xf7, 0xcf, 0xf4, 0x85, 0xb7, 0x41, 0xe2, 0x88]),
  ],
];

describe.each(FORGED)('%s', (_, make) => {
  test('is refused at once and without much memory', () => {
    const bytes = make();
    const before = process.memoryUsage();
    const start = performance.now();
    const outcome = tryReading(bytes, 'raw');
    const after = process.memoryUsage();
    expect(outcome).toBeInstanceOf(JumpError);
    expect(performance.now() - start).toBeLessThan(MAX_MS);
    expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(MAX_BYTES);
    expect((outcome as JumpError).message).toMatch(/^bytes( at offset \d+)?: /);
  });
});

const internal = (key: string, sequence: number, kind: number): RawEntry => ({
  key: encodeInternalKey(text(key), sequence, kind),
});
const separator = {
  index: (places: Place[]) =>
    places.map((p) => ({ ...internal('z', 1, 1), value: handle(p.offset, p.size) })),
};

test.each([
  ['an internal key of seven bytes', [{ key: text('1234567') }]],
  ['an unknown kind', [internal('a', 3, 2)]],
  ['versions out of order', [internal('a', 3, 1), internal('a', 4, 1)]],
  ['the same version twice', [internal('a', 3, 1), internal('a', 3, 1)]],
  ['user keys out of order', [internal('b', 3, 1), internal('a', 4, 1)]],
])('%s is damage where keys are internal', (_, entries) => {
  const bytes = forge({ ...separator, data: [{ contents: block(entries) }] });
  expect(tryReading(bytes, 'internal')).toBeInstanceOf(JumpError);
});

test('a block made to be slow backwards is not', () => {
  // Each key shares one byte less than the one before: going back naively costs the square.
  const count = 40_000;
  const entries: RawEntry[] = [{ key: new Uint8Array(count).fill(97) }];
  for (let i = 1; i < count; i++) entries.push({ shared: count - i, key: text('b') });
  const table = TableReader.fromBytes(withData(block(entries)), { keys: 'raw' });
  const cursor = table.cursor();
  const start = performance.now();
  let seen = 0;
  for (cursor.last(); cursor.valid; cursor.previous()) seen++;
  expect(seen).toBe(count);
  expect(performance.now() - start).toBeLessThan(MAX_MS);
});

test('a filter that is not laid out as one is no filter', () => {
  for (const contents of [
    new Uint8Array(0),
    new Uint8Array(4),
    new Uint8Array(9).fill(255),
    Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 200),
  ]) {
    const bytes = forge({
      data: [{ contents: block([{ key: text('a'), value: text('v') }]) }, { contents }],
      index: ([p]) => [{ key: text('z'), value: handle((p as Place).offset, (p as Place).size) }],
      meta: ([, p]) => [
        { key: text(filterName), value: handle((p as Place).offset, (p as Place).size) },
      ],
    });
    const table = TableReader.fromBytes(bytes, { keys: 'raw', filters });
    expect(table.get(text('a'))).toBeDefined();
  }
});

test('a filter of an unknown name is ignored', () => {
  const bytes = tableBytes(sample(), {
    keys: 'internal',
    filter: { ...(filters[0] as (typeof filters)[0]), name: 'other' },
  });
  const table = TableReader.fromBytes(bytes, { filters });
  expect(table.properties.filterName).toBe('other');
  expect(table.storedFilter).toEqual({ name: 'other', bytes: expect.any(Number) });
  expect(table.storedFilter?.bytes).toBeGreaterThan(10);
  expect(
    TableReader.fromBytes(tableBytes(sample(), { keys: 'internal' })).storedFilter,
  ).toBeUndefined();
  expect(table.get(text('key11'))).toBeDefined();
});

test(
  'Snappy refuses or restores whatever its input is',
  seeded((random) => {
    for (let i = 0; i < 300; i++) {
      const source = random
        .bytes(random.integer(0, 3000))
        .map((byte) => (random.chance(0.3) ? byte : 7));
      const target = new Uint8Array(maxCompressedLength(source.length));
      const end = compressSnappy(source, 0, source.length, target, 0);
      target[random.integer(0, end - 1)] = random.bits();
      tryReading(withData(target.slice(0, end), 1), 'raw');
    }
  }),
);

test('the old name of LevelDB’s filter is trusted only where its two hashes agree', () => {
  const policy = plainBloomPolicy(10);
  const denying = {
    ...policy,
    name: 'leveldb.BuiltinBloomFilter',
    build: () => Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 6),
  };
  const keys = [
    Uint8Array.of(1, 2, 3, 4, 5),
    Uint8Array.of(1, 2, 3, 4, 0x85),
    Uint8Array.of(2, 2, 3, 0x84),
  ];
  const bytes = tableBytes(
    keys.map((key) => ({ key, value: key })),
    { filter: denying },
  );
  const table = TableReader.fromBytes(bytes, { filters: [policy] });
  expect(keys.map((key) => table.get(key) !== undefined)).toEqual([false, true, false]);
  expect(table.filterStats).toEqual({ hits: 2, misses: 1, falsePositives: 0 });
  expect(() => table.verify()).toThrow(/denies a key/);
});
