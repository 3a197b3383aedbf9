// Goal:   tables of every LevelDB there is are read, whatever their blocks are stored in.
// Method: tables that the programs themselves wrote (packages/testkit/fixtures/worlds), read with Node's zlib
//         and with what a browser has instead.

import { TABLE_ENTRIES, worldNames, worldTable } from '@jump/testkit';
import { describe, expect, test } from 'vitest';
import { TableReader } from '../index.ts';
import { deflateCodec } from './deflate.ts';
import {
  allCodecs,
  type BlockCodecs,
  leveldbCodecs,
  minecraftCodecs,
  snappyCodec,
} from './index.ts';
import { nativeZlib } from './native-zlib.ts';
import { zstdCodec } from './zstd.ts';

const scripted: BlockCodecs = {
  1: snappyCodec,
  2: zstdCodec(null),
  4: deflateCodec('deflate', null),
};
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const unsupported = expect.objectContaining({ code: 'JUMP_UNSUPPORTED' });

function entries(bytes: Uint8Array, codecs: BlockCodecs): Map<string, string> {
  const table = TableReader.fromBytes(bytes, { codecs });
  table.verify();
  return new Map(Array.from(table.entries(), ({ key, value }) => [text(key), text(value)]));
}

describe.each(worldNames())('%s', (name) => {
  const bytes = worldTable(name);

  test('is read with all codecs', () => {
    expect(entries(bytes, allCodecs)).toEqual(TABLE_ENTRIES);
  });

  test('is found key by key', () => {
    const table = TableReader.fromBytes(bytes, { codecs: allCodecs });
    for (let i = 0; i < 220; i++) {
      const key = `key${String(i).padStart(5, '0')}`;
      const found = table.get(new TextEncoder().encode(key));
      expect(found && text(found)).toBe(TABLE_ENTRIES.get(key));
    }
  });

  test('shows every write: overwritten, deleted', () => {
    const table = TableReader.fromBytes(bytes, { codecs: allCodecs });
    const stored = [...table.internalEntries()];
    // What is overwritten is dropped on the way into the table, unless somebody needs it.
    expect(stored.filter(({ shadowed }) => !shadowed)).toHaveLength(200);
    expect(stored.filter(({ kind, shadowed }) => kind === 'deletion' && !shadowed)).toHaveLength(
      20,
    );
    expect(new Set(stored.map(({ sequence }) => sequence)).size).toBe(stored.length);
  });
});

test('the presets know their own world, and not the other', () => {
  expect(entries(worldTable('leveldb-main-zstd'), leveldbCodecs)).toEqual(TABLE_ENTRIES);
  expect(entries(worldTable('minecraft'), minecraftCodecs)).toEqual(TABLE_ENTRIES);
  expect(entries(worldTable('minecraft-zlib'), minecraftCodecs)).toEqual(TABLE_ENTRIES);
  expect(() => entries(worldTable('minecraft'), leveldbCodecs)).toThrow(unsupported);
  expect(() => entries(worldTable('minecraft-zlib'), leveldbCodecs)).toThrow(/not sound zstd data/);
  expect(() => entries(worldTable('leveldb-main-zstd'), minecraftCodecs)).toThrow(/zlib data/);
});

test('without codecs a block in one of these is refused by its number', () => {
  for (const [name, id] of [
    ['minecraft', 4],
    ['minecraft-zlib', 2],
    ['leveldb-main-zstd', 2],
  ] as const) {
    const read = () => [...TableReader.fromBytes(worldTable(name)).entries()];
    expect(read).toThrow(unsupported);
    expect(read).toThrow(`unknown codec ${id}`);
  }
});

test('a browser reads them as well', () => {
  expect(entries(worldTable('leveldb-main-zstd'), scripted)).toEqual(TABLE_ENTRIES);
  expect(entries(worldTable('minecraft'), scripted)).toEqual(TABLE_ENTRIES);
  const zlib = { ...scripted, 2: deflateCodec('zlib', null) };
  expect(entries(worldTable('minecraft-zlib'), zlib)).toEqual(TABLE_ENTRIES);
});

test.runIf(nativeZlib()?.zstdDecompressSync)('Node’s zstd reads them, from 22.15 on', () => {
  expect(entries(worldTable('leveldb-main-zstd'), leveldbCodecs)).toEqual(TABLE_ENTRIES);
});
