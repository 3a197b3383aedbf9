/** The rows that write. */
import { CHUNK, Clock } from './clock.mjs';

/** @typedef {import('./rows.mjs').Context} Context */
/** @typedef {import('./rows.mjs').Row} Row */

const BATCH = 100;
/** Rows that wait for the disk each time are no longer than this. */
const DURABLE_WRITES = 2000;
const WRITERS = 100;
const COMMITS_EACH = 100;
/** Reads for each write of a row that does both. */
const READS_PER_WRITE = 9;

/**
 * Makes the keys and values of a chunk.
 * @param {import('./workload.mjs').Workload} load
 * @param {number} from
 * @param {number} to
 * @param {(i: number) => number} index which key
 * @param {number} [shift] another value than the filled store has
 */
export function pairs(load, from, to, index, shift = 0) {
  const keys = [];
  const values = [];
  for (let i = from; i < to; i++) {
    keys.push(load.key(index(i)));
    values.push(load.value(i + shift));
  }
  return { keys, values };
}

/**
 * Writes N entries.
 * @param {Context} context
 * @param {(i: number) => number} index which key
 * @param {number} [shift]
 */
async function fill({ engine, load, clock, n }, index, shift) {
  await clock.chunks(
    n,
    CHUNK,
    (from, to) => pairs(load, from, to, index, shift),
    ({ keys, values }) => engine.put(keys, values),
  );
  await clock.time(() => engine.finish());
  return { operations: n, userBytes: n * (16 + load.valueSize) };
}

/** @param {Context} context */
async function fillBatch({ engine, load, clock, n }) {
  await clock.chunks(
    n,
    BATCH,
    (from, to) => pairs(load, from, to, (i) => load.scatter(i)),
    ({ keys, values }) => engine.batch(keys, values),
  );
  await clock.time(() => engine.finish());
  return { operations: n, userBytes: n * (16 + load.valueSize) };
}

/** @param {Context} context */
async function fillSync({ engine, load, clock, n }) {
  const operations = Math.min(n, DURABLE_WRITES);
  await clock.chunks(
    operations,
    CHUNK,
    (from, to) => pairs(load, from, to, (i) => load.scatter(i)),
    ({ keys, values }) => engine.putDurably(keys, values),
  );
  await clock.time(() => engine.finish());
  return { operations, userBytes: operations * (16 + load.valueSize) };
}

/** @param {Context} context */
async function commit100({ engine, load, clock, n }) {
  const each = Math.max(1, Math.min(COMMITS_EACH, Math.floor(n / WRITERS)));
  const operations = WRITERS * each;
  const { keys, values } = pairs(load, 0, operations, (i) => load.scatter(i));
  /** @param {number} writer */
  const write = async (writer) => {
    for (let i = 0; i < each; i++) {
      const at = i * WRITERS + writer;
      await engine.commit(keys[at], values[at]);
    }
  };
  await clock.time(async () => {
    await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
  });
  return { operations, userBytes: operations * (16 + load.valueSize) };
}

/** @param {Context} context */
async function deleteRandom({ engine, load, clock, n }) {
  await clock.chunks(
    n,
    CHUNK,
    (from, to) => pairs(load, from, to, (i) => load.scatter(i)).keys,
    (keys) => engine.remove(keys),
  );
  await clock.time(() => engine.finish());
  return { operations: n, userBytes: n * 16 };
}

/**
 * Merges everything, after every second entry got another value with the clock off: how much a
 * store that is left alone has still to merge is chance.
 * @param {Context} context
 */
async function compact({ engine, load, clock, n, idle }) {
  await new Clock().chunks(
    Math.ceil(n / 2),
    CHUNK,
    (from, to) => pairs(load, from, to, (i) => load.scatter(2 * i), 1),
    ({ keys, values }) => engine.put(keys, values),
  );
  await engine.finish();
  await idle();
  await clock.time(() => engine.compact?.());
  return { operations: n };
}

/**
 * Reads at random, and writes a random key after each nine reads: the value that it has, so that it
 * makes no difference when an engine gets round to writing it.
 * @param {Context} context
 */
async function readWhileWriting({ engine, load, clock, n }) {
  const writes = Math.ceil(n / (READS_PER_WRITE + 1));
  let sum = 0;
  await clock.chunks(
    writes,
    CHUNK / 10,
    (from, to) => {
      const reads = [];
      const keys = [];
      const values = [];
      for (let i = from; i < to; i++) {
        const written = load.random(i + 0x4000_0000);
        keys.push(load.key(load.scatter(written)));
        values.push(load.value(written));
        for (let j = 0; j < READS_PER_WRITE; j++) {
          reads.push(load.key(load.random(i * READS_PER_WRITE + j)));
        }
      }
      return { reads, keys, values };
    },
    async ({ reads, keys, values }) => {
      sum = await engine.mixed(reads, keys, values, sum);
    },
  );
  await clock.time(() => engine.finish());
  const operations = writes * (READS_PER_WRITE + 1);
  return { operations, sum, userBytes: writes * (16 + load.valueSize) };
}

/** @type {Row[]} */
export const writeRows = [
  {
    name: 'fillseq',
    says: 'N new keys in order, each written by a call of its own',
    group: 'write',
    before: 'nothing',
    run: (context) => fill(context, (i) => i),
  },
  {
    name: 'fillrandom',
    says: 'the same in random order',
    group: 'write',
    before: 'nothing',
    run: (context) => fill(context, (i) => context.load.scatter(i)),
  },
  {
    name: 'overwrite',
    says: 'each of N keys that are there gets another value, in random order',
    group: 'write',
    before: 'copy',
    run: (context) => fill(context, (i) => context.load.scatter(i), 1),
  },
  {
    name: 'fillbatch',
    says: 'N new keys in random order, in atomic batches of 100',
    group: 'write',
    before: 'nothing',
    run: fillBatch,
  },
  {
    name: 'fillsync',
    says: `${DURABLE_WRITES.toLocaleString('en')} writes, each on the disk before the next begins`,
    group: 'write',
    before: 'nothing',
    durable: true,
    run: fillSync,
  },
  {
    name: 'commit100',
    says: `${WRITERS} writers at the same time, each waits until its write is on the disk`,
    group: 'write',
    before: 'nothing',
    durable: true,
    run: commit100,
  },
  {
    name: 'deleterandom',
    says: 'N keys deleted in random order',
    group: 'write',
    before: 'copy',
    run: deleteRandom,
  },
  {
    name: 'compact',
    says: 'everything merged into one sorted run, after half was overwritten; per entry',
    group: 'write',
    before: 'copy',
    run: compact,
  },
  {
    name: 'readwhilewriting',
    says: 'a random key written after each nine random reads, from one thread',
    group: 'write',
    before: 'copy',
    run: readWhileWriting,
  },
];
