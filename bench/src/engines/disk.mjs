/**
 * No engine: what the disk itself takes to make a record durable, appended to a file and flushed.
 * It is the limit of the rows that wait for the disk.
 */
import { closeSync, fdatasync, fdatasyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** What a record takes in LevelDB's log beside key and value. */
const FRAME = 24;

/**
 * @param {string} directory
 * @returns {Promise<Partial<import('../engine.mjs').Engine>>}
 */
export async function openEngine(directory) {
  mkdirSync(directory, { recursive: true });
  const fd = openSync(join(directory, 'log'), 'a');
  /** @type {Buffer[]} */
  let waiting = [];
  /** @type {Promise<void> | undefined} */
  let next;
  let flush = Promise.resolve();
  /** Writes and flushes what has come together since the flush before began. */
  const flushAll = async () => {
    await flush;
    const records = Buffer.concat(waiting);
    waiting = [];
    next = undefined;
    writeSync(fd, records);
    flush = new Promise((resolve, reject) => {
      fdatasync(fd, (error) => (error === null ? resolve() : reject(error)));
    });
    await flush;
  };
  return {
    putDurably(keys, values) {
      for (let i = 0; i < keys.length; i++) {
        writeSync(fd, Buffer.alloc(FRAME + keys[i].length + values[i].length));
        fdatasyncSync(fd);
      }
    },
    commit(key, value) {
      waiting.push(Buffer.alloc(FRAME + key.length + value.length));
      next ??= flushAll();
      return next;
    },
    async finish() {},
    async close() {
      closeSync(fd);
    },
  };
}
