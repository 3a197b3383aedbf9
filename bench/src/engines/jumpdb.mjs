/** JumpDB, through its synchronous calls. */
import { open } from '@jump/db';
import { mix, mixEntry } from '../checksum.mjs';
import { directCalls } from '../level-calls.mjs';

/** @typedef {import('../engine.mjs').Engine} Engine */

/**
 * @param {string} directory
 * @param {import('../engine.mjs').Settings} settings
 * @returns {Promise<Engine>}
 */
export async function openEngine(directory, { cacheSize, compression, logWrites }) {
  const db = open(directory, {
    cacheSize,
    compression: compression ? 'snappy' : 'none',
    logWrites: logWrites ?? 'turn',
  });
  return {
    ...writing(db),
    ...reading(db),
    level: directCalls(db),
    compact: () => db.compact(),
    facts() {
      const { amplification, stalls } = db.stats();
      return { writeAmplification: amplification.write, stalls: stalls.count, stallMs: stalls.ms };
    },
    async close() {
      db.close();
    },
  };
}

/** @param {import('@jump/db').JumpDB} db */
function writing(db) {
  const batch = db.batch();
  return {
    /** @type {Engine['put']} */
    put(keys, values) {
      for (let i = 0; i < keys.length; i++) db.set(keys[i], values[i]);
    },
    /** @type {Engine['batch']} */
    batch(keys, values) {
      for (let i = 0; i < keys.length; i++) batch.set(keys[i], values[i]);
      batch.write();
    },
    /** @type {Engine['remove']} */
    remove(keys) {
      for (const key of keys) db.delete(key);
    },
    async finish() {},
    /** @type {Engine['putDurably']} */
    putDurably(keys, values) {
      for (let i = 0; i < keys.length; i++) db.set(keys[i], values[i], { sync: true });
    },
    /** @type {Engine['commit']} */
    commit(key, value) {
      db.set(key, value);
      return db.sync();
    },
    /** @type {Engine['set']} */
    set(key, value) {
      db.set(key, value);
    },
  };
}

/** @param {import('@jump/db').JumpDB} db */
function reading(db) {
  return {
    /** @type {Engine['get']} */
    get(keys, sum) {
      for (const key of keys) sum = mix(sum, db.get(key));
      return sum;
    },
    /** @type {Engine['getMany']} */
    getMany(keys, sum) {
      for (const value of db.getMany(keys)) sum = mix(sum, value);
      return sum;
    },
    /** @type {Engine['range']} */
    range(keys, limit, sum) {
      for (const gte of keys) {
        for (const [key, value] of db.entries({ gte, limit })) sum = mixEntry(sum, key, value);
      }
      return sum;
    },
    /** @type {Engine['scan']} */
    scan(reverse) {
      let sum = 0;
      for (const [key, value] of db.entries({ reverse })) sum = mixEntry(sum, key, value);
      return sum;
    },
    /** @type {Engine['cursor']} */
    cursor(reverse) {
      let sum = 0;
      const cursor = db.cursor();
      if (reverse) {
        for (let ok = cursor.last(); ok; ok = cursor.previous()) {
          sum = mixEntry(sum, cursor.key, cursor.value);
        }
      } else {
        for (let ok = cursor.first(); ok; ok = cursor.next()) {
          sum = mixEntry(sum, cursor.key, cursor.value);
        }
      }
      cursor.close();
      return sum;
    },
    /** @type {Engine['mixed']} */
    mixed(reads, keys, values, sum) {
      const each = reads.length / keys.length;
      for (let i = 0, at = 0; i < keys.length; i++) {
        db.set(keys[i], values[i]);
        for (const end = at + each; at < end; at++) sum = mix(sum, db.get(reads[at]));
      }
      return sum;
    },
  };
}
