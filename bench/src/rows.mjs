/**
 * The rows: what each does to an engine, and how many operations that is. An engine offers the
 * calls that a row needs in the way that is fastest for it; every row that reads adds up what it
 * has read, so that nothing can be left out, and all engines must agree on the sum.
 */

const RANGES = 20_000;

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {'empty' | 'filled'} on what the store holds before
 * @property {(n: number) => number} operations how many operations it makes at N entries
 * @property {(engine: any, load: import('./workload.mjs').Workload, n: number) => Promise<number>} run
 */

/** @type {Row[]} */
export const rows = [
  {
    name: 'fillseq',
    on: 'empty',
    operations: (n) => n,
    run: (engine, load, n) =>
      engine.fill(
        n,
        (i) => load.key(i),
        (i) => load.value(i),
      ),
  },
  {
    name: 'fillrandom',
    on: 'empty',
    operations: (n) => n,
    run: (engine, load, n) =>
      engine.fill(
        n,
        (i) => load.key(load.scatter(i)),
        (i) => load.value(i),
      ),
  },
  {
    name: 'fillbatch',
    on: 'empty',
    operations: (n) => n,
    run: (engine, load, n) =>
      engine.fillBatch(
        n,
        100,
        (i) => load.key(load.scatter(i)),
        (i) => load.value(i),
      ),
  },
  {
    name: 'overwrite',
    on: 'filled',
    operations: (n) => n,
    run: (engine, load, n) =>
      engine.fill(
        n,
        (i) => load.key(load.scatter(i)),
        (i) => load.value(i + 1),
      ),
  },
  {
    name: 'readrandom',
    on: 'filled',
    operations: (n) => n,
    run: (engine, load, n) => engine.get(n, (i) => load.key(load.random(i))),
  },
  {
    name: 'readmissing',
    on: 'filled',
    operations: (n) => n,
    run: (engine, load, n) => engine.get(n, (i) => `${load.key(load.random(i))}.`),
  },
  {
    name: 'readhot',
    on: 'filled',
    operations: (n) => n,
    run: (engine, load, n) =>
      engine.get(n, (i) => load.key(load.scatter(load.random(i) % (n / 100)))),
  },
  {
    name: 'readseq',
    on: 'filled',
    operations: (n) => n,
    run: (engine) => engine.scan(false),
  },
  {
    name: 'readreverse',
    on: 'filled',
    operations: (n) => n,
    run: (engine) => engine.scan(true),
  },
  {
    name: 'range10',
    on: 'filled',
    operations: () => RANGES,
    run: (engine, load) => engine.ranges(RANGES, 10, (i) => load.key(load.random(i))),
  },
  {
    name: 'deleterandom',
    on: 'filled',
    operations: (n) => n,
    run: (engine, load, n) => engine.delete(n, (i) => load.key(load.scatter(i))),
  },
];
