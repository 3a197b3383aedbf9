/**
 * The rows: what each does to an engine, how many operations that is, and on what store. Every row
 * that reads adds up what it has read, so that nothing can be left out, and all engines must agree
 * on the sum.
 */

import { latencyRow } from './rows-latency.mjs';
import { levelRows } from './rows-level.mjs';
import { readRows } from './rows-read.mjs';
import { reopenRows } from './rows-reopen.mjs';
import { writeRows } from './rows-write.mjs';

/**
 * @typedef {object} Context
 * @property {import('./engine.mjs').Engine} engine
 * @property {() => Promise<import('./engine.mjs').Engine>} open opens the store once more
 * @property {import('./workload.mjs').Workload} load
 * @property {import('./clock.mjs').Clock} clock what the row takes, and nothing else
 * @property {number} n entries of a filled store
 * @property {() => Promise<number>} idle waits for background work; returns when it ended
 *
 * @typedef {object} Outcome
 * @property {number} operations
 * @property {number} [sum] the checksum of what was read
 * @property {number} [userBytes] keys and values written
 * @property {Record<string, unknown>} [facts] more that the row has found out
 *
 * @typedef {object} Row
 * @property {string} name
 * @property {string} says what it is, for the report
 * @property {'nothing' | 'filled' | 'copy' | 'fresh' | 'killed'} before the store: none yet; filled
 *   in random order and then left alone; a copy of that; filled and closed, or killed, by another
 *   process just before
 * @property {'write' | 'read' | 'open' | 'latency'} group
 * @property {boolean} [durable] it waits for the disk
 * @property {boolean} [opens] it opens the store itself
 * @property {boolean} [level] it is of abstract-level's calls: for the engines that have them
 * @property {boolean} [wholeCache] the cache is as large as the store
 * @property {(context: Context) => Promise<Outcome>} run
 */

/** @type {readonly Row[]} */
export const rows = [...writeRows, ...readRows, ...reopenRows, latencyRow, ...levelRows];

/** Those that every engine can run. */
export const commonRows = rows.filter((row) => row.level !== true);

/**
 * Finds a row.
 * @param {string} name
 * @returns {Row}
 */
export function rowNamed(name) {
  const row = rows.find((one) => one.name === name);
  if (row === undefined) {
    throw new RangeError(`no row ${name}; there are ${rows.map((one) => one.name).join(', ')}`);
  }
  return row;
}
