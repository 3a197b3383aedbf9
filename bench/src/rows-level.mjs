/**
 * The rows of abstract-level's calls: `@jump/level` beside classic-level, and what the first costs
 * over `@jump/db`.
 */
import { CHUNK, Clock } from './clock.mjs';
import { pairs } from './rows-write.mjs';

/** @typedef {import('./rows.mjs').Context} Context */
/** @typedef {import('./rows.mjs').Row} Row */
/** @typedef {import('./level-calls.mjs').LevelCalls} LevelCalls */

const MANY = 100;
/** Calls that are awaited one by one: to another thread and back takes long. */
const AWAITED = 100_000;
/** Ranges in which everything is cleared. */
const RANGES = 100;

/** @param {Context} context */
function callsOf({ engine }) {
  if (engine.level === undefined) throw new Error('an engine with no calls of abstract-level');
  return engine.level;
}

/**
 * Writes new keys in random order.
 * @param {'put' | 'putAll' | 'batch' | 'chained'} call
 * @param {number} size keys a call
 * @param {number} most
 * @returns {Row['run']}
 */
const write = (call, size, most) => async (context) => {
  const { load, clock, n } = context;
  const calls = callsOf(context);
  const operations = Math.min(n, most);
  await clock.chunks(
    operations,
    size,
    (from, to) => pairs(load, from, to, (i) => load.scatter(i)),
    ({ keys, values }) => calls[call](keys, values),
  );
  return { operations, userBytes: operations * (16 + load.valueSize) };
};

/**
 * Reads random keys, after as many others.
 * @param {'get' | 'getAll' | 'getSync' | 'getMany' | 'has'} call
 * @param {number} size keys a call
 * @returns {Row['run']}
 */
const read = (call, size) => async (context) => {
  const { load, clock, n } = context;
  const calls = callsOf(context);
  const operations = Math.min(n, AWAITED);
  let sum = 0;
  for (const [own, shift] of /** @type {const} */ ([
    [new Clock(), operations],
    [clock, 0],
  ])) {
    sum = 0;
    await own.chunks(
      operations,
      size,
      (from, to) =>
        Array.from({ length: to - from }, (_, i) => load.key(load.random(shift + from + i))),
      async (keys) => {
        sum = await calls[call](keys, sum);
      },
    );
  }
  return { operations, sum };
};

/**
 * Reads everything, after it was read once.
 * @param {'iterate' | 'iterateBuffers' | 'nextv' | 'all'} call
 * @returns {Row['run']}
 */
const scan = (call) => async (context) => {
  const calls = callsOf(context);
  await calls[call]();
  return { operations: context.n, sum: await context.clock.time(() => calls[call]()) };
};

/**
 * Deletes everything, range by range.
 * @param {Context} context
 */
async function clear(context) {
  const { load, clock, n } = context;
  const calls = callsOf(context);
  await clock.chunks(
    n,
    Math.ceil(n / RANGES),
    (from, to) => [load.key(from), load.key(to)],
    ([gte, lt]) => calls.clear(gte, lt),
  );
  return { operations: n, userBytes: n * 16 };
}

/** @type {Pick<Row, 'group' | 'before' | 'level'>} */
const WRITING = { group: 'write', before: 'nothing', level: true };
/** @type {Pick<Row, 'group' | 'before' | 'level'>} */
const READING = { group: 'read', before: 'filled', level: true };

/** @type {Row[]} */
export const levelRows = [
  {
    ...WRITING,
    name: 'level-put',
    says: '`await put()` of new keys in random order, one after the other',
    run: write('put', CHUNK, AWAITED),
  },
  {
    ...WRITING,
    name: 'level-put100',
    says: `${MANY} \`put()\` at the same time`,
    run: write('putAll', MANY, Number.POSITIVE_INFINITY),
  },
  {
    ...WRITING,
    name: 'level-batch100',
    says: `\`batch([…])\` of ${MANY}`,
    run: write('batch', MANY, Number.POSITIVE_INFINITY),
  },
  {
    ...WRITING,
    name: 'level-chained100',
    says: `\`batch().put(…)\` of ${MANY}, and \`write()\``,
    run: write('chained', MANY, Number.POSITIVE_INFINITY),
  },
  {
    ...READING,
    name: 'level-get',
    says: '`await get()` of random keys, one after the other',
    run: read('get', CHUNK),
  },
  {
    ...READING,
    name: 'level-get100',
    says: `${MANY} \`get()\` at the same time`,
    run: read('getAll', MANY),
  },
  {
    ...READING,
    name: 'level-getsync',
    says: '`getSync()` of random keys',
    run: read('getSync', CHUNK),
  },
  {
    ...READING,
    name: 'level-getmany100',
    says: `\`getMany()\` of ${MANY} random keys`,
    run: read('getMany', MANY),
  },
  {
    ...READING,
    name: 'level-has',
    says: '`await has()` of random keys, one after the other',
    run: read('has', CHUNK),
  },
  {
    ...READING,
    name: 'level-iterate',
    says: '`for await` over `iterator()`, everything',
    run: scan('iterate'),
  },
  {
    ...READING,
    name: 'level-iterate-buffers',
    says: 'the same with keys and values as buffers',
    run: scan('iterateBuffers'),
  },
  {
    ...READING,
    name: 'level-nextv',
    says: '`iterator.nextv(1000)` until everything is read',
    run: scan('nextv'),
  },
  {
    ...READING,
    name: 'level-all',
    says: '`iterator().all()` of everything',
    run: scan('all'),
  },
  {
    ...WRITING,
    name: 'level-clear',
    says: '`clear()` of a range of a hundredth of the keys, until nothing is left; per key',
    before: 'copy',
    run: clear,
  },
];
