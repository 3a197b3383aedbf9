// Goal:   a point read gives what was written, or nothing.
// Method: random tables against a plain search in an array, with and without filters.
import {
  compareBytes,
  compareInternalKeys,
  crc32c,
  encodeInternalKey,
  maskCrc,
  writeFixed32,
} from '@jump/base';
import { FaultVfs, Random } from '@jump/testkit';
import { memoryVfs } from '@jump/vfs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { block, forge, handle } from '../test/forge.ts';
import { openWritten, plainBloomPolicy, tableBytes, writeTable } from '../test/tables.ts';
import { readFooter } from './footer.ts';
import { BlockCache, Lookup, TableReader } from './index.ts';

const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 6, max: 3 }),
  fc.uint8Array({ maxLength: 40 }),
  fc.string({ maxLength: 12 }).map((text) => new TextEncoder().encode(`shared prefix ${text}`)),
);
const options = fc.record({
  blockSize: fc.constantFrom(1, 64, 500, 4096),
  indexInterval: fc.constantFrom(1, 2, 7, 1000),
  restartInterval: fc.constantFrom(1, 2, 16, 1000),
  compression: fc.constantFrom('snappy' as const, 'none' as const),
  filter: fc.constantFrom(undefined, plainBloomPolicy(10), plainBloomPolicy(10, 'table')),
});

test('find() gives the newest version that is not too new', () => {
  const version = fc.record({
    user: bytes,
    sequence: fc.integer({ min: 1, max: 40 }),
    kind: fc.constantFrom(0, 1),
  });
  fc.assert(
    fc.property(
      fc.array(version, { maxLength: 120 }),
      fc.array(bytes, { maxLength: 20 }),
      options,
      (versions, others, writing) => {
        const byKey = new Map(versions.map((v) => [`${v.user} ${v.sequence}`, v]));
        const entries = [...byKey.values()]
          .map((v) => ({
            ...v,
            key: encodeInternalKey(v.user, v.sequence, v.kind),
            value: v.user.slice(0, v.sequence),
          }))
          .sort((a, b) => compareInternalKeys(a.key, 0, a.key.length, b.key, 0, b.key.length));
        const policies = [plainBloomPolicy(10), plainBloomPolicy(10, 'table')];
        const table = openWritten(entries, { keys: 'internal', ...writing }, { filters: policies });
        const lookup = new Lookup();
        for (const user of [...entries.map((e) => e.user), ...others]) {
          for (const sequence of [0, 1, 7, 20, 40, 2 ** 53 - 1]) {
            lookup.set(user, 0, user.length, sequence);
            const wanted = entries.find((e) => `${e.user}` === `${user}` && e.sequence <= sequence);
            expect(table.find(lookup)).toBe(wanted !== undefined);
            if (wanted === undefined) continue;
            expect(lookup.sequence).toBe(wanted.sequence);
            expect(lookup.kind).toBe(wanted.kind);
            expect(lookup.valueBytes.slice(lookup.valueStart, lookup.valueEnd)).toEqual(
              wanted.value,
            );
          }
        }
        table.close();
      },
    ),
  );
});

const entryLists = fc
  .uniqueArray(fc.record({ key: bytes, value: fc.uint8Array({ maxLength: 300 }) }), {
    selector: ({ key }) => `${key}`,
    maxLength: 80,
  })
  .map((list) => list.sort((a, b) => compareBytes(a.key, b.key)));
const bound = fc.option(bytes, { nil: undefined });

test('entries() gives the entries of a range, in both directions', () => {
  fc.assert(
    fc.property(
      entryLists,
      options,
      fc.constantFrom('raw' as const, 'internal' as const),
      bound,
      bound,
      fc.boolean(),
      fc.boolean(),
      fc.boolean(),
      (list, writing, keys, low, high, openLow, openHigh, reverse) => {
        const stored = keys === 'raw' ? list : withHistory(list);
        const table = openWritten(stored, { ...writing, keys });
        const range = { reverse, [openLow ? 'gt' : 'gte']: low, [openHigh ? 'lt' : 'lte']: high };
        const wanted = list.filter(
          ({ key }) =>
            (low === undefined || compareBytes(key, low) >= (openLow ? 1 : 0)) &&
            (high === undefined || compareBytes(key, high) <= (openHigh ? -1 : 0)),
        );
        const visible =
          keys === 'raw' ? wanted : wanted.filter((_, i) => !isDeleted(list.indexOf(wanted[i]!)));
        if (reverse) visible.reverse();
        expect([...table.entries(range)]).toEqual(visible);
        for (const { key, value } of keys === 'raw' ? list : [])
          expect(table.get(key)).toEqual(value);
        table.verify();
        expect(table.properties.entries).toBe(stored.length);
        table.close();
      },
    ),
  );
});

const isDeleted = (index: number): boolean => index % 4 === 2;

/** The same entries as a database would hold them: with older versions, some deleted. */
function withHistory(
  list: { key: Uint8Array; value: Uint8Array }[],
): { key: Uint8Array; value: Uint8Array }[] {
  return list.flatMap(({ key, value }, i) => {
    const versions = [
      {
        key: encodeInternalKey(key, 1000 + i, isDeleted(i) ? 0 : 1),
        value: isDeleted(i) ? new Uint8Array(0) : value,
      },
    ];
    if (i % 2 === 0)
      versions.push({ key: encodeInternalKey(key, 500 + i, 1), value: Uint8Array.of(1) });
    if (i % 6 === 0) versions.push({ key: encodeInternalKey(key, i, 0), value: new Uint8Array(0) });
    return versions;
  });
}

test('a comparator of the user is asked, in tables of both kinds', () => {
  const reversed = {
    name: 'test.reversed',
    compare: (a: Uint8Array, b: Uint8Array) => compareBytes(b, a),
  };
  fc.assert(
    fc.property(
      entryLists,
      options,
      fc.constantFrom('raw' as const, 'internal' as const),
      (list, writing, keys) => {
        const backwards = [...list].reverse();
        const stored = keys === 'raw' ? backwards : withHistory(backwards);
        const table = openWritten(
          stored,
          { ...writing, keys, comparator: reversed },
          { comparator: reversed },
        );
        const visible = keys === 'raw' ? backwards : backwards.filter((_, i) => !isDeleted(i));
        expect([...table.entries()]).toEqual(visible);
        expect([...table.entries({ reverse: true })]).toEqual([...visible].reverse());
        for (const { key, value } of visible) expect(table.get(key)).toEqual(value);
        table.close();
      },
    ),
  );
});

test('auto tells raw keys from internal ones without jumpdb.table', () => {
  // Eight bytes, big endian: each could be a trailer, but not in this order.
  const counted = Array.from({ length: 300 }, (_, i) => ({
    key: Uint8Array.of(0, 0, 0, 0, 0, 0, i >> 8, i),
    value: Uint8Array.of(i),
  }));
  for (const [keys, entries] of [
    ['raw', counted],
    ['internal', withHistory(counted)],
  ] as const) {
    const table = TableReader.fromBytes(
      withoutRecord(tableBytes(entries, { keys, compression: 'none', blockSize: 100 })),
    );
    expect(table.record).toBeUndefined();
    expect(table.keys).toBe(keys);
  }
});

/** Renames `jumpdb.table`, so that the table looks like another program's. */
function withoutRecord(bytes: Uint8Array): Uint8Array {
  const at = Buffer.from(bytes).lastIndexOf('jumpdb.table');
  bytes.set(new TextEncoder().encode('jumpdb.other'), at);
  // The meta-index has one entry here: three bytes of header in front, a handle and restarts
  // behind.
  const { metaIndex } = readFooter(bytes, bytes.length - 48, bytes.length, 'test');
  const end = metaIndex.offset + metaIndex.size;
  writeFixed32(bytes, end + 1, maskCrc(crc32c(bytes, metaIndex.offset, end + 1)));
  return bytes;
}

test('wrong calls are named', () => {
  const table = openWritten([{ key: Uint8Array.of(1), value: Uint8Array.of(2) }]);
  const any = (value: unknown) => value as never;
  expect(() => table.get(any('text'))).toThrow(TypeError);
  expect(() => table.entries(any({ from: 1 }))).toThrow('unknown option from');
  expect(() => table.entries({ gt: any('x') })).toThrow(TypeError);
  expect(() => table.entries({ gt: new Uint8Array(0), gte: new Uint8Array(0) })).toThrow(
    RangeError,
  );
  expect(() => table.entries({ lt: new Uint8Array(0), lte: new Uint8Array(0) })).toThrow(
    RangeError,
  );
  expect(() => table.internalEntries()).toThrow(
    expect.objectContaining({ code: 'JUMP_UNSUPPORTED' }),
  );
  expect(() => openWritten([], {}, { keys: 'internal' })).toThrow(
    expect.objectContaining({ code: 'JUMP_UNSUPPORTED' }),
  );
  expect(() => openWritten([], {}, any({ kesy: 'raw' }))).toThrow('unknown option kesy');
  expect(() => openWritten([], {}, { keys: any('other') })).toThrow(TypeError);
  expect(() => openWritten([], {}, { cache: any({}) })).toThrow(TypeError);
  expect(() => openWritten([], {}, { codecs: { 0: any({}) } })).toThrow(TypeError);
  expect(() => openWritten([], {}, any({ tolerent: true }))).toThrow(/known are .*, tolerant$/);
  expect(() => openWritten([], {}, any(null))).toThrow('options must be an object, got null');
  expect(() => new BlockCache(-1)).toThrow(RangeError);
});

test.each(['x', 5, null, undefined, {}, [1]])('%o is no table', async (wrong) => {
  const any = wrong as never;
  expect(() => TableReader.fromBytes(any)).toThrow(TypeError);
  expect(() => TableReader.fromBytes(any)).toThrow(/^bytes must be a Uint8Array, got /);
  await expect(TableReader.fromBlob(any)).rejects.toThrow(TypeError);
  await expect(TableReader.fromBlob(any)).rejects.toThrow(/^blob must be a Blob or a File, got /);
  if (typeof wrong === 'string') return;
  expect(() => TableReader.open(any)).toThrow(TypeError);
  expect(() => TableReader.open(any)).toThrow(/^target must be a path or { vfs, path }, got /);
});

test('a closed table says so, and lets go of its file and its blocks', () => {
  const { vfs, path } = writeTable(
    Array.from({ length: 99 }, (_, i) => ({ key: Uint8Array.of(i), value: new Uint8Array(200) })),
  );
  let open = 0;
  const counting = {
    ...vfs,
    open: (...parts: Parameters<typeof vfs.open>) => {
      const file = vfs.open(...parts);
      open++;
      return {
        path,
        read: file.read.bind(file),
        write: file.write.bind(file),
        size: () => file.size(),
        sync() {},
        syncAsync: async () => {},
        close() {
          open--;
          file.close();
        },
      };
    },
  };
  const cache = new BlockCache(1 << 20);
  const table = TableReader.open({ vfs: counting, path }, { cache });
  expect(open).toBe(1);
  const cursor = table.cursor();
  const iterator = table.entries();
  cursor.first();
  iterator.next();
  table.get(Uint8Array.of(50));
  expect(cache.stats.bytes).toBeGreaterThan(0);
  table.close();
  table.close();
  expect(open).toBe(0);
  expect(cache.stats.bytes).toBe(0);
  const closed = expect.objectContaining({ code: 'JUMP_CLOSED' });
  expect(() => table.get(Uint8Array.of(1))).toThrow(closed);
  expect(() => table.cursor()).toThrow(closed);
  expect(() => table.verify()).toThrow(closed);
  expect(() => iterator.next()).toThrow(closed);
  expect(() => {
    while (cursor.next());
  }).toThrow(closed);
  expect(cursor.valid).toBe(false);
  expect(() => TableReader.open({ vfs: counting, path: 'absent' })).toThrow(
    expect.objectContaining({ code: 'JUMP_IO' }),
  );
  vfs.open('junk', 'create').close();
  expect(() => TableReader.open({ vfs: counting, path: 'junk' })).toThrow(/junk/);
  expect(open).toBe(0);
});

test('a file that shrinks under a reader is damage', () => {
  const { vfs, path } = writeTable(
    Array.from({ length: 9999 }, (_, i) => ({
      key: Uint8Array.of(i >> 8, i),
      value: new Uint8Array(9),
    })),
    { compression: 'none' },
  );
  const short = {
    ...vfs,
    open: (...parts: Parameters<typeof vfs.open>) => {
      const file = vfs.open(...parts);
      return {
        path,
        size: () => file.size(),
        read: (t: Uint8Array, s: number, n: number, at: number) =>
          at < 5000 ? 0 : file.read(t, s, n, at),
        write() {},
        sync() {},
        syncAsync: async () => {},
        close() {},
      };
    },
  };
  const table = TableReader.open({ vfs: short, path });
  expect(() => table.get(Uint8Array.of(0, 0))).toThrow(
    /000005.ldb at offset 0: .*the file ends after 0/,
  );
});

test('blocks past 4 GiB are found', () => {
  const base = 5 * 2 ** 30 + 3;
  const tail = forge({
    base,
    data: ['a', 'b', 'c'].map((key) => ({
      contents: block([{ key: new TextEncoder().encode(key), value: Uint8Array.of(7) }]),
    })),
    index: (places) =>
      places.map(({ offset, size }, i) => ({
        key: new TextEncoder().encode('abc'[i]),
        value: handle(offset, size),
      })),
  });
  const vfs = {
    ...memoryVfs(),
    open: (path: string) => ({
      path,
      size: () => base + tail.length,
      write() {},
      sync() {},
      syncAsync: async () => {},
      close() {},
      read(target: Uint8Array, start: number, length: number, position: number) {
        target.fill(0, start, start + length);
        const from = Math.max(position, base);
        target.set(tail.subarray(from - base, position + length - base), start + from - position);
        return length;
      },
    }),
  };
  const table = TableReader.open({ vfs, path: 'huge.ldb' }, { keys: 'raw' });
  expect(table.fileSize).toBeGreaterThan(2 ** 32);
  expect(table.get(Uint8Array.of(98))).toEqual(Uint8Array.of(7));
  expect([...table.entries()]).toHaveLength(3);
  expect([...table.entries({ reverse: true })]).toHaveLength(3);
  expect(table.approximateOffset(Uint8Array.of(98), 0, 1)).toBeGreaterThan(base);
  table.verify();
});

test('opening reads once, a point read once, a long scan far less often than blocks', () => {
  const value = new Random(3).bytes(100);
  const entries = Array.from({ length: 5000 }, (_, i) => ({
    key: Uint8Array.of(i >> 8, i),
    value,
  }));
  const { vfs, path } = writeTable(entries, { compression: 'none', filter: plainBloomPolicy(10) });
  const faulty = new FaultVfs(vfs);
  const reads = (): number => {
    const { length } = faulty.operations.filter(({ kind }) => kind === 'read');
    faulty.operations.length = 0;
    return length;
  };
  const table = TableReader.open(
    { vfs: faulty, path },
    { keys: 'raw', filters: [plainBloomPolicy(10)] },
  );
  expect(reads()).toBe(1);
  expect(table.get(Uint8Array.of(3, 9))).toEqual(value);
  expect(table.get(Uint8Array.of(3, 9))).toEqual(value);
  expect(reads()).toBe(1);
  for (const fillCache of [false, true]) {
    const cursor = table.cursor({ fillCache });
    for (cursor.first(); cursor.valid; cursor.next());
    // 130 blocks: with the cache the first eight come one by one.
    expect(reads()).toBeLessThan(fillCache ? 16 : 8);
    for (cursor.last(); cursor.valid; cursor.previous());
    expect(reads()).toBeLessThan(fillCache ? 16 : 8);
  }
});
