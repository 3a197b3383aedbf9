/** The rows that open a store: the time until the first value is read. */

/** @typedef {import('./rows.mjs').Context} Context */
/** @typedef {import('./rows.mjs').Row} Row */

const REPEATED = 20;

/**
 * Opens the store and reads one key, some times over.
 * @param {Context} context
 * @param {number} times
 */
async function reopen({ open, load, clock, n }, times) {
  let sum = 0;
  const keys = [load.key(load.scatter(n - 1))];
  for (let i = 0; i < times; i++) {
    const engine = await clock.time(async () => {
      const opened = await open();
      sum = await opened.get(keys, sum);
      return opened;
    });
    await engine.close();
  }
  return { operations: times, sum };
}

/** @type {Row[]} */
export const reopenRows = [
  {
    name: 'reopen-first',
    says: 'opening after a fill and a clean close, and one get',
    group: 'open',
    before: 'fresh',
    opens: true,
    run: (context) => reopen(context, 1),
  },
  {
    name: 'reopen',
    says: `opening and one get, ${REPEATED} times over`,
    group: 'open',
    before: 'filled',
    opens: true,
    run: (context) => reopen(context, REPEATED),
  },
  {
    name: 'reopen-killed',
    says: 'opening after the process that filled it was killed, and one get of the newest key',
    group: 'open',
    before: 'killed',
    opens: true,
    run: (context) => reopen(context, 1),
  },
];
