// Copies the tables of an SQLite database into a new store, a row an entry; the database stays as
// it is.
//
//   npm install better-sqlite3 @jump/db
//   node from-better-sqlite3.mjs ./app.db ./data
//
// A row of the table `users` with the primary key 17 becomes JSON under `users!0000000000000017`.
import { isDeepStrictEqual } from 'node:util';
import { load, open } from '@jump/db';

/** @typedef {Record<string, unknown>} Row */
/** @typedef {{ all(): unknown[], iterate(): Iterable<unknown> }} Statement */
/** @typedef {{ prepare(sql: string): Statement }} Database */

/**
 * Makes text of a primary key's column. Numbers get leading zeros, so that they stay in order.
 * @param {unknown} part
 */
function textKey(part) {
  if (typeof part === 'string') return part;
  if (typeof part === 'number' && Number.isSafeInteger(part) && part >= 0) {
    return String(part).padStart(16, '0');
  }
  throw new TypeError(`decide what becomes of a key such as ${String(part)}`);
}

/**
 * Every row of every table, under its key.
 * @param {Database} source
 * @returns {Generator<[string, Row]>}
 */
export function* rows(source) {
  const names = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
  const tables = /** @type {{ name: string }[]} */ (source.prepare(`${names} ORDER BY name`).all());
  for (const { name } of tables) {
    const quoted = `"${name.replaceAll('"', '""')}"`;
    const columns = /** @type {{ name: string, pk: number }[]} */ (
      source.prepare(`PRAGMA table_info(${quoted})`).all()
    );
    const keys = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
    // Without a primary key SQLite numbers the rows itself.
    const what = keys.length === 0 ? 'rowid AS "!rowid", *' : '*';
    for (const found of source.prepare(`SELECT ${what} FROM ${quoted}`).iterate()) {
      const { '!rowid': rowid, ...row } = /** @type {Row} */ (found);
      const parts = keys.length === 0 ? [rowid] : keys.map((column) => row[column.name]);
      yield [[name, ...parts.map(textKey)].join('!'), row];
    }
  }
}

/**
 * Copies, then reads everything again and compares.
 * @param {Database} source
 * @param {string} path of the new store
 * @returns {Promise<number>} how many rows there are
 */
export async function copy(source, path) {
  const settings = /** @type {const} */ ({ valueEncoding: 'json' });
  const report = await load(path, rows(source), { ...settings, errorIfExists: true });
  const db = open(path, settings);
  try {
    for (const [key, row] of rows(source)) {
      if (!isDeepStrictEqual(db.get(key), row)) throw new Error(`${key} is not what it was`);
    }
    let count = 0;
    for (const _ of db.keys()) count++;
    if (count !== report.entries) throw new Error('two keys have become the same text');
    return count;
  } finally {
    db.close();
  }
}

if (import.meta.main ?? process.argv[1]?.endsWith('from-better-sqlite3.mjs')) {
  const { default: Sqlite } = await import('better-sqlite3');
  const [, , from = './app.db', to = './data'] = process.argv;
  const source = new Sqlite(from, { readonly: true });
  console.log(`${await copy(source, to)} rows, compared`);
  source.close();
}
