/**
 * What the rows of `rows-level.mjs` ask of a store: the calls of an abstract-level database, all
 * but one asynchronous; and what a program does that uses `@jump/db` without it, and promises
 * its callers the same: what is written is in the operating system.
 *
 * @typedef {object} LevelCalls
 * @property {(keys: string[], values: string[]) => Promise<void>} put each before the next
 * @property {(keys: string[], values: string[]) => Promise<void>} putAll all at the same time
 * @property {(keys: string[], values: string[]) => Promise<void>} batch
 * @property {(keys: string[], values: string[]) => Promise<void>} chained
 * @property {(keys: string[], sum: number) => Promise<number>} get each before the next
 * @property {(keys: string[], sum: number) => Promise<number>} getAll all at the same time
 * @property {(keys: string[], sum: number) => Promise<number>} getSync
 * @property {(keys: string[], sum: number) => Promise<number>} getMany
 * @property {(keys: string[], sum: number) => Promise<number>} has each before the next
 * @property {() => Promise<number>} iterate
 * @property {() => Promise<number>} iterateBuffers
 * @property {() => Promise<number>} nextv
 * @property {() => Promise<number>} all
 * @property {(gte: string, lt: string) => Promise<void>} clear
 */
import { mix, mixBytes, mixEntry } from './checksum.mjs';

/** @type {import('classic-level').IteratorOptions<Uint8Array, Uint8Array>} */
const BUFFERS = { keyEncoding: 'buffer', valueEncoding: 'buffer' };

/**
 * Makes the calls of an abstract-level database.
 * @param {import('classic-level').ClassicLevel} db or another one
 * @returns {LevelCalls}
 */
export function levelCalls(db) {
  return { ...levelWrites(db), ...levelReads(db), ...levelScans(db) };
}

/** @param {import('classic-level').ClassicLevel} db */
function levelWrites(db) {
  return {
    /** @type {LevelCalls['put']} */
    async put(keys, values) {
      for (let i = 0; i < keys.length; i++) await db.put(keys[i], values[i]);
    },
    /** @type {LevelCalls['putAll']} */
    async putAll(keys, values) {
      await Promise.all(keys.map((key, i) => db.put(key, values[i])));
    },
    /** @type {LevelCalls['batch']} */
    batch: (keys, values) =>
      db.batch(keys.map((key, i) => ({ type: 'put', key, value: values[i] }))),
    /** @type {LevelCalls['chained']} */
    async chained(keys, values) {
      const batch = db.batch();
      for (let i = 0; i < keys.length; i++) batch.put(keys[i], values[i]);
      await batch.write();
    },
    /** @type {LevelCalls['clear']} */
    clear: (gte, lt) => db.clear({ gte, lt }),
  };
}

/** @param {import('classic-level').ClassicLevel} db */
function levelReads(db) {
  return {
    /** @type {LevelCalls['get']} */
    async get(keys, sum) {
      for (const key of keys) sum = mix(sum, await db.get(key));
      return sum;
    },
    /** @type {LevelCalls['getAll']} */
    async getAll(keys, sum) {
      for (const value of await Promise.all(keys.map((key) => db.get(key)))) sum = mix(sum, value);
      return sum;
    },
    /** @type {LevelCalls['getSync']} */
    async getSync(keys, sum) {
      for (const key of keys) sum = mix(sum, db.getSync(key));
      return sum;
    },
    /** @type {LevelCalls['getMany']} */
    async getMany(keys, sum) {
      for (const value of await db.getMany(keys)) sum = mix(sum, value);
      return sum;
    },
    /** @type {LevelCalls['has']} */
    async has(keys, sum) {
      for (const key of keys) sum += Number(await db.has(key));
      return sum;
    },
  };
}

/** @param {import('classic-level').ClassicLevel} db */
function levelScans(db) {
  return {
    /** @type {LevelCalls['iterate']} */
    async iterate() {
      let sum = 0;
      for await (const [key, value] of db.iterator()) sum = mixEntry(sum, key, value);
      return sum;
    },
    /** @type {LevelCalls['iterateBuffers']} */
    async iterateBuffers() {
      let sum = 0;
      for await (const [key, value] of db.iterator(BUFFERS)) {
        sum = mixBytes(mixBytes(sum, key), value);
      }
      return sum;
    },
    /** @type {LevelCalls['nextv']} */
    async nextv() {
      let sum = 0;
      const iterator = db.iterator();
      for (;;) {
        const entries = await iterator.nextv(1000);
        if (entries.length === 0) break;
        for (const [key, value] of entries) sum = mixEntry(sum, key, value);
      }
      await iterator.close();
      return sum;
    },
    /** @type {LevelCalls['all']} */
    async all() {
      let sum = 0;
      for (const [key, value] of await db.iterator().all()) sum = mixEntry(sum, key, value);
      return sum;
    },
  };
}

/**
 * Makes the same of `@jump/db` itself.
 * @param {import('@jump/db').JumpDB} db
 * @returns {LevelCalls}
 */
export function directCalls(db) {
  return { ...directWrites(db), ...directReads(db), ...directScans(db) };
}

/** @param {import('@jump/db').JumpDB} db */
function directWrites(db) {
  const batch = db.batch();
  /** @type {LevelCalls['batch']} */
  const write = async (keys, values) => {
    for (let i = 0; i < keys.length; i++) batch.set(keys[i], values[i]);
    batch.write();
    db.handOver();
  };
  return {
    /** @type {LevelCalls['put']} */
    async put(keys, values) {
      for (let i = 0; i < keys.length; i++) {
        db.set(keys[i], values[i]);
        db.handOver();
      }
    },
    /** @type {LevelCalls['putAll']} */
    async putAll(keys, values) {
      for (let i = 0; i < keys.length; i++) db.set(keys[i], values[i]);
      db.handOver();
    },
    batch: write,
    chained: write,
    /** @type {LevelCalls['clear']} */
    async clear(gte, lt) {
      db.clear({ gte, lt });
      db.handOver();
    },
  };
}

/** @param {import('@jump/db').JumpDB} db */
function directReads(db) {
  /** @type {LevelCalls['get']} */
  const get = async (keys, sum) => {
    for (const key of keys) sum = mix(sum, db.get(key));
    return sum;
  };
  return {
    get,
    getAll: get,
    getSync: get,
    /** @type {LevelCalls['getMany']} */
    async getMany(keys, sum) {
      for (const value of db.getMany(keys)) sum = mix(sum, value);
      return sum;
    },
    /** @type {LevelCalls['has']} */
    async has(keys, sum) {
      for (const key of keys) sum += Number(db.has(key));
      return sum;
    },
  };
}

/** @param {import('@jump/db').JumpDB} db */
function directScans(db) {
  /** @type {import('@jump/db').OpenOptions<Uint8Array, Uint8Array>} */
  const encodings = { keyEncoding: 'bytes', valueEncoding: 'bytes' };
  const bytes = db.withEncodings(encodings);
  const scan = async () => {
    let sum = 0;
    for (const [key, value] of db.entries()) sum = mixEntry(sum, key, value);
    return sum;
  };
  return {
    iterate: scan,
    /** @type {LevelCalls['iterateBuffers']} */
    async iterateBuffers() {
      let sum = 0;
      for (const [key, value] of bytes.entries()) sum = mixBytes(mixBytes(sum, key), value);
      return sum;
    },
    nextv: scan,
    /** @type {LevelCalls['all']} */
    async all() {
      let sum = 0;
      for (const [key, value] of [...db.entries()]) sum = mixEntry(sum, key, value);
      return sum;
    },
  };
}
