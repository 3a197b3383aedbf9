// Copies what an lmdb database has into a new store; lmdb's files stay as they are.
//
//   npm install lmdb @jump/db
//   node from-lmdb.mjs ./old ./new [name of a database inside]
//
// Where there are databases inside, copy them by their names, each into a store of its own: to the
// outer one these names are keys, whose values are no values.
import { isDeepStrictEqual } from 'node:util';
import { load, open } from '@jump/db';

/**
 * Makes text of a key. Numbers get leading zeros, so that they stay in order; arrays, which lmdb
 * orders part by part, are put together.
 * @param {unknown} key
 * @returns {string}
 */
export function textKey(key) {
  if (typeof key === 'string') return key;
  if (typeof key === 'number' && Number.isSafeInteger(key) && key >= 0) {
    return String(key).padStart(16, '0');
  }
  if (Array.isArray(key)) return key.map(textKey).join('!');
  throw new TypeError(`decide what becomes of a key such as ${String(key)}`);
}

/**
 * Copies, then reads everything again and compares.
 * @param {{ getRange(): Iterable<{ key: unknown, value: unknown }> }} source
 * @param {string} path of the new store
 * @returns {Promise<number>} how many entries there are
 */
export async function copy(source, path) {
  /** @returns {Generator<[string, unknown]>} */
  function* entries() {
    for (const { key, value } of source.getRange()) yield [textKey(key), value];
  }
  const settings = /** @type {const} */ ({ valueEncoding: 'json' });
  const report = await load(path, entries(), { ...settings, errorIfExists: true });
  const db = open(path, settings);
  try {
    for (const [key, value] of entries()) {
      if (!isDeepStrictEqual(db.get(key), value)) throw new Error(`${key} is not what it was`);
    }
    let count = 0;
    for (const _ of db.keys()) count++;
    if (count !== report.entries) throw new Error('two keys have become the same text');
    return count;
  } finally {
    db.close();
  }
}

if (import.meta.main ?? process.argv[1]?.endsWith('from-lmdb.mjs')) {
  const { open: openLmdb } = await import('lmdb');
  const [, , from = './old', to = './new', name] = process.argv;
  const root = openLmdb({ path: from, readOnly: true });
  const source = name === undefined ? root : root.openDB({ name });
  console.log(`${await copy(source, to)} entries, compared`);
  await root.close();
}
