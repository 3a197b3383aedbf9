/** Runs one task, on one engine, in this process. */
import { readFileSync, rmSync } from 'node:fs';
import { Clock } from './clock.mjs';
import { engines } from './engine.mjs';
import { idle } from './idle.mjs';
import { rowNamed } from './rows.mjs';
import { Workload } from './workload.mjs';

/**
 * @typedef {object} Task
 * @property {'row' | 'fill' | 'fresh' | 'kill'} step measure a row; or fill a store and leave it
 *   alone, only close it, or be killed
 * @property {string} engine
 * @property {string} row
 * @property {number} entries
 * @property {number} valueSize
 * @property {number} cacheMib
 * @property {boolean} compression
 * @property {string} directory
 * @property {number} [patience] milliseconds without work that are taken for the end of it
 *
 * @typedef {object} Result
 * @property {number} operations
 * @property {number} us microseconds an operation
 * @property {number} settledUs the same until background work had ended
 * @property {number | undefined} sum
 * @property {number} rssMib the process's highest
 * @property {number | undefined} userBytes
 * @property {number | undefined} writtenBytes
 * @property {Record<string, unknown> | undefined} facts
 */

/**
 * Measures a row.
 * @param {Task} task
 * @returns {Promise<Result>}
 */
export async function runRow(task) {
  const entry = entryOf(task);
  const row = rowNamed(task.row);
  const load = new Workload(task.entries, task.valueSize);
  const open = await opener(task, row.durable === true);
  if (row.before === 'nothing') rmSync(task.directory, { recursive: true, force: true });
  const engine = row.opens ? undefined : await open();
  if (engine !== undefined && entry.inMemory && row.before !== 'nothing') {
    await fillStore(engine, load);
  }
  const clock = new Clock();
  const mapped = entry.mapped === true && row.durable !== true;
  const before = writtenBytes(mapped);
  const context = {
    open,
    load,
    clock,
    n: task.entries,
    idle: () => idle(task.patience),
    engine: engine ?? (await noEngine()),
  };
  const outcome = await row.run(context);
  const ended = performance.now();
  const writes = row.group === 'write' || row.group === 'latency';
  const settled = writes ? await context.idle() : ended;
  const { operations, sum, userBytes, facts } = outcome;
  const written = writtenBytes(mapped) - before;
  const result = {
    operations,
    us: rounded((1000 * clock.ms) / operations),
    settledUs: rounded((1000 * (clock.ms + Math.max(0, settled - ended))) / operations),
    sum,
    rssMib: rounded(process.resourceUsage().maxRSS / 1024),
    userBytes,
    writtenBytes: userBytes === undefined || Number.isNaN(written) ? undefined : written,
    facts: { ...engine?.facts?.(), ...facts },
  };
  await engine?.close();
  return result;
}

/**
 * Leaves out digits that mean nothing.
 * @param {number} number
 */
const rounded = (number) => Number(number.toPrecision(6));

/** A row that opens the store itself has no engine before. */
async function noEngine() {
  return /** @type {import('./engine.mjs').Engine} */ ({});
}

/**
 * Fills a store in random order, and leaves it as the step says.
 * @param {Task} task
 */
export async function runFill(task) {
  const load = new Workload(task.entries, task.valueSize);
  const open = await opener(task, false);
  rmSync(task.directory, { recursive: true, force: true });
  const engine = await open();
  await fillStore(engine, load);
  if (task.step === 'kill') {
    // What a turn has written is the operating system's once the turn is over.
    await new Promise((resolve) => setTimeout(resolve, 10));
    process.kill(process.pid, 'SIGKILL');
  }
  if (task.step === 'fill') await idle(task.patience);
  await engine.close();
  if (task.step !== 'fill') return;
  // What is in the log goes into tables now, not while a row reads.
  const again = await open();
  await again.get([load.key(0)], 0);
  await idle(task.patience);
  await again.close();
}

/**
 * @param {import('./engine.mjs').Engine} engine
 * @param {Workload} load
 */
async function fillStore(engine, load) {
  for (let from = 0; from < load.entries; from += 1000) {
    const keys = [];
    const values = [];
    for (let i = from; i < Math.min(from + 1000, load.entries); i++) {
      keys.push(load.key(load.scatter(i)));
      values.push(load.value(i));
    }
    await engine.batch(keys, values);
  }
  await engine.finish();
}

/** @param {Task} task */
function entryOf({ engine }) {
  const entry = engines.find((one) => one.name === engine);
  if (entry === undefined) throw new RangeError(`no engine ${engine}`);
  return entry;
}

/**
 * @param {Task} task
 * @param {boolean} durable
 */
async function opener(task, durable) {
  const entry = entryOf(task);
  const settings = {
    cacheSize: task.cacheMib * 2 ** 20,
    compression: task.compression,
    durable,
    ...entry.settings,
  };
  /** @type {{ openEngine: import('./engine.mjs').OpenEngine }} */
  const { openEngine } = await import(`./engines/${entry.file}.mjs`);
  return () => openEngine(task.directory, settings);
}

/**
 * Bytes that this process has given to the system to write; NaN where it does not say. What an
 * engine writes through a map of the file is counted when a page becomes dirty.
 * @param {boolean} mapped
 */
function writtenBytes(mapped) {
  try {
    const pattern = mapped ? /\bwrite_bytes: (\d+)/ : /\bwchar: (\d+)/;
    const [, bytes] = pattern.exec(readFileSync('/proc/self/io', 'utf8')) ?? [];
    return Number(bytes);
  } catch {
    return Number.NaN;
  }
}
