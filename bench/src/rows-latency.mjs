/**
 * How long a single `set` takes while others go on: under a steady load at half of the highest
 * rate that the engine kept up, its background work included. The load is open-loop: each write is
 * due at a time that was fixed before, and its latency counts from then, so that a stall is not
 * hidden by the writes which could not be made during it.
 */
import { CHUNK, Clock } from './clock.mjs';
import { pairs } from './rows-write.mjs';

/** @typedef {import('./rows.mjs').Context} Context */

const LONGEST_SECONDS = 20;
const BUCKETS = 100;
/** Different values that are written. */
const VALUES = 4096;

/** Lets the event loop turn once. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

/**
 * Overwrites everything as fast as it goes; returns writes a millisecond, until all is merged.
 * @param {Context} context
 */
async function fastest({ engine, load, n, idle }) {
  const clock = new Clock();
  await clock.chunks(
    n,
    CHUNK,
    (from, to) => pairs(load, from, to, (i) => load.scatter(i), 1),
    ({ keys, values }) => engine.put(keys, values),
  );
  await clock.time(() => engine.finish());
  const ended = performance.now();
  const settled = await idle();
  return n / (clock.ms + Math.max(0, settled - ended));
}

/**
 * Writes at a fixed rate; returns each write's milliseconds since it was due.
 * @param {Context} context
 * @param {number} rate writes a millisecond
 * @param {number} count
 */
async function steady({ engine, load, n }, rate, count) {
  const latencies = new Float64Array(count);
  // Made before: what is timed is the store, not the making of strings and their collection.
  const keys = Array.from({ length: count }, (_, i) => load.key(load.scatter(i % n)));
  const values = Array.from({ length: VALUES }, (_, i) => load.value(i));
  let open = 0;
  const start = performance.now() + 1;
  for (let i = 0; i < count; ) {
    let now = performance.now();
    for (; i < count && start + i / rate <= now; i++) {
      const at = i;
      const due = start + at / rate;
      const done = engine.set(keys[at], values[at % VALUES]);
      now = performance.now();
      if (done === undefined) {
        latencies[at] = now - due;
      } else {
        open++;
        void done.then(() => {
          latencies[at] = performance.now() - due;
          open--;
        });
      }
    }
    await turn();
  }
  while (open > 0) await turn();
  return latencies;
}

/**
 * Sums up latencies: percentiles in microseconds, of all and of each part of the time.
 * @param {Float64Array} latencies in milliseconds
 */
export function summary(latencies) {
  const size = Math.ceil(latencies.length / BUCKETS);
  const series = [];
  for (let from = 0; from < latencies.length; from += size) {
    const part = latencies.slice(from, from + size).sort();
    series.push([0.5, 0.99, 0.999, 1].map((share) => microseconds(part, share)));
  }
  const sorted = latencies.slice().sort();
  const [p50, p99, p999, p9999, max] = [0.5, 0.99, 0.999, 0.9999, 1].map((share) =>
    microseconds(sorted, share),
  );
  return { p50, p99, p999, p9999, max, series };
}

/**
 * @param {Float64Array} sorted
 * @param {number} share
 */
function microseconds(sorted, share) {
  const at = Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1);
  return Math.round(sorted[Math.max(0, at)] * 10_000) / 10;
}

/** @type {import('./rows.mjs').Row} */
export const latencyRow = {
  name: 'latency',
  says: 'a set under a steady load at half of the highest rate: the 99.9th percentile',
  group: 'latency',
  before: 'copy',
  async run(context) {
    const most = await fastest(context);
    const rate = most / 2;
    const count = Math.min(context.n, Math.ceil(rate * LONGEST_SECONDS * 1000));
    const found = summary(await steady(context, rate, count));
    context.clock.ms = (found.p999 * count) / 1000;
    const userBytes = (count + context.n) * (16 + context.load.valueSize);
    return {
      operations: count,
      userBytes,
      facts: { ...found, perSecond: Math.round(rate * 1000) },
    };
  },
};
