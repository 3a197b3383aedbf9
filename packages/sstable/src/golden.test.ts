// Goal:   our tables are LevelDB's, byte for byte, and we read LevelDB's.
// Method: tables that LevelDB 1.23 wrote (test/fixtures/README.md) are read, and written again with
//         the same settings: data blocks, filter block and index block must come out equal. The
//         meta-index differs: ours also names `jumpdb.table`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { plainBloomPolicy, tableBytes } from '../test/tables.ts';
import { defaultCodecs } from './codecs.ts';
import { readFooter } from './footer.ts';
import { type TableKeys, TableReader, type TableWriterOptions } from './index.ts';
import { type OpenedTable, openTable } from './open-table.ts';
import { TableFile } from './table-file.ts';

function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(import.meta.dirname, '../test/fixtures', name)));
}

/** The parts of a table that must be equal, in hexadecimal. */
function parts(bytes: Uint8Array): Record<string, string> {
  const hex = (start: number, end: number) =>
    Buffer.from(bytes.subarray(start, end)).toString('hex');
  const footer = readFooter(bytes, bytes.length - 48, bytes.length, 'parts');
  const file = TableFile.fromBytes(bytes, 'parts', defaultCodecs);
  const table: OpenedTable = openTable(file, { keys: 'auto', comparator: undefined, filters: [] });
  const filter = table.meta.get('filter.leveldb.BuiltinBloomFilter2');
  const block = (handle: { offset: number; size: number } | undefined) =>
    handle === undefined ? '' : hex(handle.offset, handle.offset + handle.size + 5);
  return {
    data: hex(0, table.index.end),
    filterAt: String(filter?.offset),
    filter: block(filter),
    index: block(footer.index),
  };
}

const CASES: { name: string; keys: TableKeys; options: TableWriterOptions; entries: number }[] = [
  { name: 'tiny.ldb', keys: 'raw', options: {}, entries: 3 },
  { name: 'empty.ldb', keys: 'raw', options: {}, entries: 0 },
  { name: 'empty-filter.ldb', keys: 'raw', options: { filter: plainBloomPolicy(10) }, entries: 0 },
  { name: 'many.ldb', keys: 'raw', options: { filter: plainBloomPolicy(10) }, entries: 400 },
  { name: 'odd.ldb', keys: 'raw', options: { blockSize: 1, restartInterval: 1 }, entries: 8 },
  {
    name: 'text-small.ldb',
    keys: 'raw',
    options: { blockSize: 256, restartInterval: 4 },
    entries: 300,
  },
  {
    name: 'database.ldb',
    keys: 'internal',
    options: { blockSize: 1024, filter: plainBloomPolicy(10) },
    entries: 327,
  },
];

describe.each(CASES)('$name of LevelDB', ({ name, keys, options, entries }) => {
  const bytes = fixture(name);

  test('is read, and its kind of keys found out', () => {
    const table = TableReader.fromBytes(bytes, { filters: [plainBloomPolicy(10)] });
    table.verify();
    expect(table.properties.entries).toBe(entries);
    if (entries > 0) expect(table.keys).toBe(keys);
  });

  test('is written again with equal bytes', () => {
    const table = TableReader.fromBytes(bytes);
    const cursor = table.cursor();
    const all = [];
    for (cursor.first(); cursor.valid; cursor.next()) {
      const key = cursor.keyBytes.slice(cursor.keyStart, cursor.keyEnd);
      all.push({ key, value: cursor.valueBytes.slice(cursor.valueStart, cursor.valueEnd) });
    }
    const ours = tableBytes(all, { ...options, keys, compression: 'none' });
    expect(parts(ours)).toEqual(parts(bytes));
  });
});

test('reads blocks that Google’s Snappy compressed', () => {
  const table = TableReader.fromBytes(fixture('text-snappy.ldb'));
  table.verify();
  expect(table.properties).toMatchObject({ keys: 'raw', entries: 300, codecs: ['snappy'] });
  const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
  for (let i = 0; i < 300; i++) {
    const key = new TextEncoder().encode(`key${String(i).padStart(5, '0')}`);
    const number = String((i * 31) % 17).padStart(5, '0');
    expect(text(table.get(key))).toBe(`the quick brown fox jumps over the lazy dog key${number}`);
  }
});

test('shows every version that a database stored', () => {
  const table = TableReader.fromBytes(fixture('database.ldb'));
  const decoder = new TextDecoder();
  const versions = [...table.internalEntries()]
    .filter(({ userKey }) => decoder.decode(userKey) === 'key00030')
    .map(({ sequence, kind, value }) => `${sequence} ${kind} ${decoder.decode(value)}`);
  // Written 200 first values, 67 second ones, 40 deletions, 20 third ones, with snapshots between.
  expect(versions).toEqual([
    '311 value third',
    '274 deletion ',
    '211 value second',
    '31 value first key00090',
  ]);
  expect([...table.entries()]).toHaveLength(200 - 20);
});
