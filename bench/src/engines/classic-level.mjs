/** classic-level 3: LevelDB 1.20 behind a native binding, by its fastest call of each kind. */
import { ClassicLevel } from 'classic-level';
import { mix, mixEntry } from '../checksum.mjs';
import { levelCalls } from '../level-calls.mjs';
import { Pipeline } from '../pipeline.mjs';
import { WRITE_BUFFER } from '../settings.mjs';

/** @typedef {import('../engine.mjs').Engine} Engine */
/** @typedef {import('classic-level').ClassicLevel} Level */

/**
 * @param {string} directory
 * @param {import('../engine.mjs').Settings} settings
 * @returns {Promise<Engine>}
 */
export async function openEngine(directory, { cacheSize, compression }) {
  const db = new ClassicLevel(directory, { cacheSize, compression, writeBufferSize: WRITE_BUFFER });
  await db.open();
  return {
    ...writing(db),
    ...reading(db),
    level: levelCalls(db),
    compact: () => db.compactRange('', '\u{10ffff}'),
    close: () => db.close(),
  };
}

/** @param {Level} db */
function writing(db) {
  // Fewer at a time wait for each other, more take memory and win nothing.
  const pipeline = new Pipeline();
  return {
    /** @type {Engine['put']} */
    put: (keys, values) => pipeline.add(keys.map((key, i) => db.put(key, values[i]))),
    /** @type {Engine['batch']} */
    batch: (keys, values) =>
      db.batch(keys.map((key, i) => ({ type: 'put', key, value: values[i] }))),
    /** @type {Engine['remove']} */
    remove: (keys) => pipeline.add(keys.map((key) => db.del(key))),
    finish: () => pipeline.finish(),
    /** @type {Engine['putDurably']} */
    async putDurably(keys, values) {
      for (let i = 0; i < keys.length; i++) await db.put(keys[i], values[i], { sync: true });
    },
    /** @type {Engine['commit']} */
    commit: (key, value) => db.put(key, value, { sync: true }),
    /** @type {Engine['set']} */
    set: (key, value) => db.put(key, value),
    /** @type {Engine['mixed']} */
    async mixed(reads, keys, values, sum) {
      const each = reads.length / keys.length;
      const writes = [];
      for (let i = 0, at = 0; i < keys.length; i++) {
        writes.push(db.put(keys[i], values[i]));
        for (const end = at + each; at < end; at++) sum = mix(sum, db.getSync(reads[at]));
      }
      await pipeline.add(writes);
      return sum;
    },
  };
}

/** @param {Level} db */
function reading(db) {
  /** @param {boolean} reverse */
  const scan = async (reverse) => {
    let sum = 0;
    const iterator = db.iterator({ reverse, highWaterMarkBytes: 1 << 20 });
    for (;;) {
      const entries = await iterator.nextv(1000);
      if (entries.length === 0) break;
      for (const [key, value] of entries) sum = mixEntry(sum, key, value);
    }
    await iterator.close();
    return sum;
  };
  return {
    /** @type {Engine['get']} */
    get(keys, sum) {
      for (const key of keys) sum = mix(sum, db.getSync(key));
      return sum;
    },
    /** @type {Engine['getMany']} */
    async getMany(keys, sum) {
      for (const value of await db.getMany(keys)) sum = mix(sum, value);
      return sum;
    },
    /** @type {Engine['range']} */
    async range(keys, limit, sum) {
      for (const gte of keys) {
        for (const [key, value] of await db.iterator({ gte, limit }).all()) {
          sum = mixEntry(sum, key, value);
        }
      }
      return sum;
    },
    scan,
    cursor: scan,
  };
}
