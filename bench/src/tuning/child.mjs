// One measurement: fills a store in random order, opens it again, reads. Prints JSON.
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from '@jump/db';
import { idle } from '../idle.mjs';
import { Workload } from '../workload.mjs';
import { variations } from './variations.mjs';

/**
 * Microseconds an entry, and sizes.
 * @typedef {object} Figures
 * @property {number} write until background work has ended
 * @property {number} read of a random key
 * @property {number} absent a read of a key that is not there
 * @property {number} scan an entry, by a cursor
 * @property {number} disk MiB
 * @property {number} written bytes to logs and tables for each byte of keys and values
 * @property {number} peak MiB of resident memory
 */

const [, , name = '', count = ''] = process.argv;
const options = variations.find((one) => one.name === name)?.options;
if (options === undefined) throw new RangeError(`no variation ${name}`);
const workload = new Workload(Number(count), 100);
const directory = mkdtempSync(join(tmpdir(), 'tuning-'));
/** Keys made at a time, with the clock off. */
const CHUNK = 1000;

/**
 * Microseconds that each of `total` calls took.
 * @param {number} total
 * @param {(i: number) => string} makeKey
 * @param {(key: string, i: number) => void} body
 */
async function time(total, makeKey, body) {
  let ns = 0n;
  for (let from = 0; from < total; from += CHUNK) {
    const keys = Array.from({ length: CHUNK }, (_, i) => makeKey(from + i));
    const start = process.hrtime.bigint();
    for (const [i, key] of keys.entries()) body(key, from + i);
    ns += process.hrtime.bigint() - start;
    await undefined;
  }
  return Number(ns) / 1000 / total;
}

async function measure() {
  const { entries } = workload;
  let db = open(directory, options);
  const random = (/** @type {number} */ i) => workload.key(workload.scatter(i));
  const filling = await time(entries, random, (key, i) => db.set(key, workload.value(i)));
  const start = performance.now();
  await db.flush();
  const write = filling + (1000 * ((await idle()) - start)) / entries;
  const { amplification } = db.stats();
  db.close();

  db = open(directory, options);
  const some = (/** @type {number} */ i) => workload.key(workload.random(i));
  await time(200_000, some, (key) => db.get(key));
  const other = (/** @type {number} */ i) => workload.key(workload.random(i + 1e6));
  const read = await time(200_000, other, (key) => db.get(key));
  const no = (/** @type {number} */ i) => workload.key(workload.random(i), 17);
  const absent = await time(200_000, no, (key) => db.get(key));
  const from = performance.now();
  const cursor = db.cursor();
  let length = 0;
  for (let there = cursor.first(); there; there = cursor.next()) length += cursor.value.length;
  cursor.close();
  if (length !== 100 * entries) throw new Error(`${length} bytes of values were read`);
  const scan = (1000 * (performance.now() - from)) / entries;
  const sizes = readdirSync(directory).map((file) => statSync(join(directory, file)).size);
  db.close();
  /** @type {Figures} */
  return {
    write,
    read,
    absent,
    scan,
    disk: sizes.reduce((all, size) => all + size, 0) / 2 ** 20,
    written: amplification.write,
    peak: process.resourceUsage().maxRSS / 1024,
  };
}

try {
  console.log(JSON.stringify(await measure()));
} finally {
  rmSync(directory, { recursive: true });
}
