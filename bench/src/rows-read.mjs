/** The rows that read a store which was filled in random order and then left alone. */
import { CHUNK, Clock } from './clock.mjs';

/** @typedef {import('./rows.mjs').Context} Context */
/** @typedef {import('./rows.mjs').Row} Row */

/** Random reads, of stores that are larger too. */
const READS = 1_000_000;
const COLD_READS = 100_000;
const RANGES = 100_000;
/** Keys that are read again and again, whatever N is: their blocks fit into the cache. */
const CACHED_KEYS = 10_000;
/** Where the random numbers of a warming pass begin. */
const ELSEWHERE = 0x2000_0000;

/**
 * Gives keys to one of the engine's calls, and returns the checksum.
 * @param {Context} context
 * @param {number} count
 * @param {(i: number) => string} key
 * @param {(keys: string[], sum: number) => import('./engine.mjs').Sum} call
 * @param {number} [size] keys a call
 */
async function readKeys({ clock }, count, key, call, size = CHUNK) {
  let sum = 0;
  await clock.chunks(
    count,
    size,
    (from, to) => {
      const keys = [];
      for (let i = from; i < to; i++) keys.push(key(i));
      return keys;
    },
    (keys) => {
      const read = call(keys, sum);
      if (typeof read === 'number') {
        sum = read;
        return undefined;
      }
      return read.then((value) => {
        sum = value;
      });
    },
  );
  return { operations: count, sum };
}

/**
 * Gets keys one by one.
 * @param {Context} context
 * @param {number} count
 * @param {(i: number) => string} key
 */
function getEach(context, count, key) {
  return readKeys(context, count, key, (keys, sum) => context.engine.get(keys, sum));
}

/** @param {Context} context */
function readCold(context) {
  const { load, n } = context;
  return getEach(context, Math.min(n, COLD_READS), (i) => load.key(load.random(i)));
}

/**
 * Reads as many other keys first, so that the caches are as full as they get.
 * @param {Context} context
 */
async function readWarm(context) {
  const { load, n } = context;
  const count = Math.min(n, READS);
  const warming = { ...context, clock: new Clock() };
  await getEach(warming, count, (i) => load.key(load.random(ELSEWHERE + i)));
  return getEach(context, count, (i) => load.key(load.random(i)));
}

/**
 * Reads ranges, after as many others.
 * @param {Context} context
 */
async function readRanges(context) {
  const { engine, load, n } = context;
  const count = Math.min(n, RANGES);
  const warming = { ...context, clock: new Clock() };
  /** @type {(keys: string[], sum: number) => import('./engine.mjs').Sum} */
  const ranges = (keys, sum) => engine.range(keys, 10, sum);
  await readKeys(warming, count, (i) => load.key(load.random(ELSEWHERE + i)), ranges);
  return readKeys(context, count, (i) => load.key(load.random(i)), ranges);
}

/** @param {Context} context */
function readMissing(context) {
  const { load, n } = context;
  return getEach(context, Math.min(n, READS), (i) => load.key(load.random(i), 17));
}

/**
 * Reads some keys again and again, after each was read twice.
 * @param {Context} context
 * @param {number} some
 * @param {number} passes with the clock off
 */
async function readSome(context, some, passes) {
  const { load, n } = context;
  const warming = { ...context, clock: new Clock() };
  await getEach(warming, passes * some, (i) => load.key(load.scatter(i % some)));
  return getEach(context, Math.min(n, READS), (i) => load.key(load.scatter(load.random(i) % some)));
}

/**
 * Reads everything.
 * @param {'scan' | 'cursor'} call
 * @param {boolean} reverse
 * @returns {Row['run']}
 */
const all =
  (call, reverse) =>
  async ({ engine, clock, n }) => ({
    operations: n,
    sum: await clock.time(() => engine[call](reverse)),
  });

/** @type {Row[]} */
export const readRows = [
  {
    name: 'readcold',
    says: `${COLD_READS.toLocaleString('en')} random keys right after opening; the page cache as the filling left it`,
    group: 'read',
    before: 'filled',
    run: readCold,
  },
  {
    name: 'readrandom',
    says: 'random keys, after as many other reads',
    group: 'read',
    before: 'filled',
    run: readWarm,
  },
  {
    name: 'readmissing',
    says: 'keys that are not there, between those that are',
    group: 'read',
    before: 'filled',
    run: readMissing,
  },
  {
    name: 'readhot',
    says: 'a hundredth of the keys, again and again',
    group: 'read',
    before: 'filled',
    run: (context) => readSome(context, Math.ceil(context.n / 100), 0),
  },
  {
    name: 'readcached',
    says: `${CACHED_KEYS.toLocaleString('en')} keys from all over the store, again and again: their blocks are cached`,
    group: 'read',
    before: 'filled',
    run: (context) => readSome(context, Math.min(CACHED_KEYS, context.n), 2),
  },
  {
    name: 'getmany100',
    says: 'random keys, a hundred at a time; per key',
    group: 'read',
    before: 'filled',
    run: (context) =>
      readKeys(
        context,
        Math.min(context.n, READS),
        (i) => context.load.key(context.load.random(i)),
        (keys, sum) => context.engine.getMany(keys, sum),
        100,
      ),
  },
  {
    name: 'range10',
    says: 'ten entries from a random key on, after as many other ranges; per range',
    group: 'read',
    before: 'filled',
    run: readRanges,
  },
  {
    name: 'readseq',
    says: 'everything in order; JumpDB by entries()',
    group: 'read',
    before: 'filled',
    run: all('scan', false),
  },
  {
    name: 'readreverse',
    says: 'everything backwards; JumpDB by entries()',
    group: 'read',
    before: 'filled',
    run: all('scan', true),
  },
  {
    name: 'cursorseq',
    says: 'everything in order; JumpDB by a cursor',
    group: 'read',
    before: 'filled',
    run: all('cursor', false),
  },
  {
    name: 'cursorreverse',
    says: 'everything backwards; JumpDB by a cursor',
    group: 'read',
    before: 'filled',
    run: all('cursor', true),
  },
];
