/**
 * lmdb-js: LMDB behind a native binding, by its fastest call of each kind. Measured among its
 * options: a writable map is the fastest way to write, and strings the fastest to read; more than
 * `getBinaryFast`, which hands out the same buffer again and again.
 *
 * Rows that do not wait for the disk run with `noSync`: what was committed survives the process, as
 * with the others, but a power cut may damage the whole file, not only lose its newest entries.
 * lmdb has no cache of its own: the operating system's is its cache, without a limit. It compresses
 * no values below 1000 bytes, and these are stored as they are in all rows.
 */
import { mix, mixEntry } from '../checksum.mjs';
import { importPeer } from '../peers.mjs';
import { Pipeline } from '../pipeline.mjs';

/** @typedef {import('../engine.mjs').Engine} Engine */

/**
 * What is used of lmdb's database.
 * @typedef {object} Database
 * @property {(key: string, value: string) => Promise<boolean>} put
 * @property {(key: string, value: string) => boolean} putSync
 * @property {(act: () => void) => Promise<unknown>} batch
 * @property {(key: string) => Promise<boolean>} remove
 * @property {(key: string) => string | undefined} get
 * @property {(range: object) => Iterable<{ key: string, value: string }>} getRange
 * @property {Promise<void>} flushed
 * @property {() => Promise<void>} close
 */

/**
 * @param {string} directory
 * @param {import('../engine.mjs').Settings} settings
 * @returns {Promise<Engine>}
 */
export async function openEngine(directory, { durable }) {
  const { open } = await importPeer('lmdb');
  /** @type {Database} */
  const db = open({
    path: directory,
    // A dot in its name would make it a file.
    noSubdir: false,
    encoding: 'string',
    noMemInit: true,
    ...(durable ? { overlappingSync: false } : { noSync: true, useWritemap: true }),
  });
  return {
    ...writing(db),
    ...reading(db),
    close: () => db.close(),
  };
}

/** @param {Database} db */
function writing(db) {
  const pipeline = new Pipeline();
  return {
    // The promise of the last is enough: a turn's writes are one transaction.
    /** @type {Engine['put']} */
    put(keys, values) {
      /** @type {Promise<unknown>} */
      let last = Promise.resolve();
      for (let i = 0; i < keys.length; i++) last = db.put(keys[i], values[i]);
      return pipeline.add([last]);
    },
    /** @type {Engine['batch']} */
    batch: (keys, values) =>
      pipeline.add([
        db.batch(() => {
          for (let i = 0; i < keys.length; i++) db.put(keys[i], values[i]);
        }),
      ]),
    /** @type {Engine['remove']} */
    remove(keys) {
      /** @type {Promise<unknown>} */
      let last = Promise.resolve();
      for (const key of keys) last = db.remove(key);
      return pipeline.add([last]);
    },
    finish: () => pipeline.finish(),
    /** @type {Engine['putDurably']} */
    putDurably(keys, values) {
      for (let i = 0; i < keys.length; i++) db.putSync(keys[i], values[i]);
    },
    /** @type {Engine['commit']} */
    async commit(key, value) {
      await db.put(key, value);
    },
    /** @type {Engine['set']} */
    async set(key, value) {
      await db.put(key, value);
    },
    /** @type {Engine['mixed']} */
    async mixed(reads, keys, values, sum) {
      const each = reads.length / keys.length;
      /** @type {Promise<unknown>} */
      let last = Promise.resolve();
      for (let i = 0, at = 0; i < keys.length; i++) {
        last = db.put(keys[i], values[i]);
        for (const end = at + each; at < end; at++) sum = mix(sum, db.get(reads[at]));
      }
      await pipeline.add([last]);
      return sum;
    },
  };
}

/** @param {Database} db */
function reading(db) {
  /** @type {Engine['get']} */
  const get = (keys, sum) => {
    for (const key of keys) sum = mix(sum, db.get(key));
    return sum;
  };
  /** @param {boolean} reverse */
  const scan = (reverse) => {
    let sum = 0;
    for (const { key, value } of db.getRange({ reverse, snapshot: false })) {
      sum = mixEntry(sum, key, value);
    }
    return sum;
  };
  return {
    get,
    // Its getMany() is asynchronous, and takes twice as long.
    getMany: get,
    /** @type {Engine['range']} */
    range(keys, limit, sum) {
      for (const start of keys) {
        for (const { key, value } of db.getRange({ start, limit })) {
          sum = mixEntry(sum, key, value);
        }
      }
      return sum;
    },
    scan,
    cursor: scan,
  };
}
