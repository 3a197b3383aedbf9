import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from '@jump/db';
import { afterEach, beforeEach, expect, test } from 'vitest';
import * as sqlite from './from-better-sqlite3.mjs';
import * as lmdb from './from-lmdb.mjs';

// Goal: the programs copy everything, in order, and notice what does not come through. The sources
// are stand-ins that have the calls which the programs use; both were tried on the real ones.
let path = '';
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'import-')), 'new');
});
afterEach(() => rmSync(join(path, '..'), { recursive: true }));

function stored(): [string, unknown][] {
  const db = open<string, unknown>(path, { valueEncoding: 'json' });
  try {
    return [...db.entries()];
  } finally {
    db.close();
  }
}

const lmdbSource = (entries: [unknown, unknown][]) => ({
  getRange: () => entries.map(([key, value]) => ({ key, value })),
});

test('lmdb: keys of all kinds stay in order', async () => {
  const entries: [unknown, unknown][] = [
    [9, 'nine'],
    [10, { ten: [1] }],
    [['a', 2], 'pair'],
    ['b', null],
  ];
  expect(await lmdb.copy(lmdbSource(entries), path)).toBe(4);
  expect(stored()).toEqual([
    ['0000000000000009', 'nine'],
    ['0000000000000010', { ten: [1] }],
    ['a!0000000000000002', 'pair'],
    ['b', null],
  ]);
});

test.each([
  ['a key that has no text', [[-1, 'x']], 'decide what becomes of a key such as -1'],
  ['a value that JSON cannot hold', [['k', new Date(0)]], 'k is not what it was'],
  [
    'two keys with one text',
    [
      [7, 'x'],
      ['0000000000000007', 'x'],
    ],
    'the same text',
  ],
] as [string, [unknown, unknown][], string][])('lmdb: refuses %s', async (_, entries, message) => {
  await expect(lmdb.copy(lmdbSource(entries), path)).rejects.toThrow(message);
});

/** Answers the statements of the program, as SQLite would for these tables. */
function sqliteSource(
  tables: Record<string, { keys: string[]; rows: sqlite.Row[] }>,
): sqlite.Database {
  const answer = (sql: string): unknown[] => {
    if (sql.includes('sqlite_master')) return Object.keys(tables).map((name) => ({ name }));
    const [, name = ''] = /"(\w+)"\)?$/.exec(sql) ?? [];
    const { keys, rows } = tables[name] ?? { keys: [], rows: [] };
    if (!sql.startsWith('PRAGMA')) {
      return sql.includes('!rowid') ? rows.map((row, i) => ({ '!rowid': i + 1, ...row })) : rows;
    }
    return Object.keys(rows[0] ?? {}).map((column) => ({
      name: column,
      pk: keys.indexOf(column) + 1,
    }));
  };
  return { prepare: (sql) => ({ all: () => answer(sql), iterate: () => answer(sql) }) };
}

test('better-sqlite3: rows under their primary keys, or their numbers', async () => {
  const source = sqliteSource({
    notes: { keys: [], rows: [{ text: 'first' }, { text: 'second' }] },
    users: {
      keys: ['id'],
      rows: [
        { id: 10, name: 'Grace' },
        { id: 9, name: 'Ada' },
      ],
    },
    visits: { keys: ['day', 'user'], rows: [{ user: 9, day: '2024-05-01', note: null }] },
  });
  expect(await sqlite.copy(source, path)).toBe(5);
  expect(stored()).toEqual([
    ['notes!0000000000000001', { text: 'first' }],
    ['notes!0000000000000002', { text: 'second' }],
    ['users!0000000000000009', { id: 9, name: 'Ada' }],
    ['users!0000000000000010', { id: 10, name: 'Grace' }],
    ['visits!2024-05-01!0000000000000009', { user: 9, day: '2024-05-01', note: null }],
  ]);
});

test('better-sqlite3: refuses bytes, which JSON cannot hold', async () => {
  const source = sqliteSource({
    files: { keys: ['name'], rows: [{ name: 'a', data: Buffer.of(1) }] },
  });
  await expect(sqlite.copy(source, path)).rejects.toThrow('files!a is not what it was');
});
