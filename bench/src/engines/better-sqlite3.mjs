/**
 * better-sqlite3: SQLite behind a native binding, a table of two columns, by prepared statements.
 * Measured among what its documentation offers: a table without row numbers, reads of a thousand
 * keys in a transaction, scans by pages of a thousand.
 *
 * Rows that do not wait for the disk run with `synchronous = OFF`: what was committed survives the
 * process, as with the others, but a power cut may damage the file. SQLite does not compress.
 */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { mix, mixEntry } from '../checksum.mjs';
import { importPeer } from '../peers.mjs';

/** @typedef {import('../engine.mjs').Engine} Engine */

/**
 * What is used of the binding.
 * @typedef {object} Statement
 * @property {(...values: (string | number)[]) => void} run
 * @property {(key: string) => string | undefined} get
 * @property {(...values: (string | number)[]) => [string, string][]} all
 * @property {() => Statement} pluck
 * @property {() => Statement} raw
 *
 * @typedef {object} Database
 * @property {(sql: string) => Statement} prepare
 * @property {<T extends Function>(act: T) => T} transaction
 */

const PAGE = 1000;

/**
 * @param {string} directory
 * @param {import('../engine.mjs').Settings} settings
 * @returns {Promise<Engine>}
 */
export async function openEngine(directory, { cacheSize, durable }) {
  const { default: Database } = await importPeer('better-sqlite3');
  mkdirSync(directory, { recursive: true });
  const db = new Database(join(directory, 'store.db'));
  db.pragma('journal_mode = WAL');
  db.pragma(`synchronous = ${durable ? 'FULL' : 'OFF'}`);
  db.pragma(`cache_size = -${Math.max(cacheSize / 1024, 1)}`);
  db.exec(
    'CREATE TABLE IF NOT EXISTS kv (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID',
  );
  return {
    ...writing(db),
    ...reading(db),
    async close() {
      db.close();
    },
  };
}

/** @param {Database} db */
function writing(db) {
  const upsert = db.prepare('INSERT OR REPLACE INTO kv VALUES (?, ?)');
  const remove = db.prepare('DELETE FROM kv WHERE key = ?');
  const one = db.prepare('SELECT value FROM kv WHERE key = ?').pluck();
  /** @type {(keys: string[], values: string[]) => void} */
  const put = (keys, values) => {
    for (let i = 0; i < keys.length; i++) upsert.run(keys[i], values[i]);
  };
  return {
    put,
    batch: db.transaction(put),
    /** @type {Engine['remove']} */
    remove(keys) {
      for (const key of keys) remove.run(key);
    },
    async finish() {},
    putDurably: put,
    /** @type {Engine['commit']} */
    async commit(key, value) {
      upsert.run(key, value);
    },
    /** @type {Engine['set']} */
    set(key, value) {
      upsert.run(key, value);
    },
    /** @type {Engine['mixed']} */
    mixed(reads, keys, values, sum) {
      const each = reads.length / keys.length;
      for (let i = 0, at = 0; i < keys.length; i++) {
        upsert.run(keys[i], values[i]);
        for (const end = at + each; at < end; at++) sum = mix(sum, one.get(reads[at]));
      }
      return sum;
    },
  };
}

/** @param {Database} db */
function reading(db) {
  const columns = 'SELECT key, value FROM kv';
  const one = db.prepare('SELECT value FROM kv WHERE key = ?').pluck();
  const from = db.prepare(`${columns} WHERE key >= ? ORDER BY key LIMIT ?`).raw();
  const after = db.prepare(`${columns} WHERE key > ? ORDER BY key LIMIT ?`).raw();
  const before = db.prepare(`${columns} WHERE key < ? ORDER BY key DESC LIMIT ?`).raw();
  const get = db.transaction((/** @type {string[]} */ keys, /** @type {number} */ sum) => {
    for (const key of keys) sum = mix(sum, one.get(key));
    return sum;
  });
  /** @param {boolean} reverse */
  const scan = (reverse) => {
    const next = reverse ? before : after;
    let sum = 0;
    for (let last = reverse ? '\u{10ffff}' : ''; ; ) {
      const page = next.all(last, PAGE);
      if (page.length === 0) return sum;
      for (const [key, value] of page) sum = mixEntry(sum, key, value);
      last = page[page.length - 1][0];
    }
  };
  return {
    get,
    // `IN (?, …)` takes longer.
    getMany: get,
    range: db.transaction(
      (/** @type {string[]} */ keys, /** @type {number} */ limit, /** @type {number} */ sum) => {
        for (const key of keys) {
          for (const pair of from.all(key, limit)) sum = mixEntry(sum, pair[0], pair[1]);
        }
        return sum;
      },
    ),
    scan,
    cursor: scan,
  };
}
