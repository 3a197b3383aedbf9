/**
 * A writer that is killed: a process, or a thread of one, that writes numbered pairs into stores,
 * and appends to a file for each the number up to which it may promise them. What it does is one
 * JSON argument: a task, or `{ stores: [task, …], phases, end }`. `phases` is a file that has a byte
 * for each store: o while it is opened, r while it is written, m while it is merged, c while it is
 * closed.
 *
 * Pair n is `a<n mod 500>` and `b<n mod 500>`, both with n in front of their values, in one batch
 * with `count`, which is n.
 */
import { openSync, writeSync } from 'node:fs';
import { isMainThread, workerData } from 'node:worker_threads';
import { open } from '../dist/index.js';

const PAIRS = 500;
const given = isMainThread ? JSON.parse(process.argv[2]) : workerData;
const { stores = [given], phases, end } = given;
const phaseFile = phases === undefined ? undefined : openSync(phases, 'w');
let stopped = false;
let left = end?.after ?? Number.POSITIVE_INFINITY;

class Writer {
  constructor(task, index) {
    this.task = task;
    this.index = index;
    this.file = openSync(task.promises, 'a');
    this.open();
    this.number = Number(this.db.get('count') ?? 0);
    this.promise(this.number);
  }

  phase(letter) {
    // As bytes: Deno heeds no position of a string.
    if (phaseFile !== undefined) writeSync(phaseFile, Buffer.from(letter), 0, 1, this.index);
  }

  open() {
    this.phase('o');
    this.db = open(this.task.directory, this.task.options);
    this.phase('r');
  }

  promise(upTo) {
    writeSync(this.file, `${upTo}\n`);
  }

  write() {
    const { syncEvery, options } = this.task;
    const number = ++this.number;
    const value = `${number} ${'.'.repeat((number * 7919) % 700)}`;
    const key = number % PAIRS;
    const sync = syncEvery > 0 && number % syncEvery === 0;
    const batch = this.db.batch();
    batch.set(`a${key}`, value).set(`b${key}`, value).set('count', `${number}`).write({ sync });
    if (sync || options.logWrites === 'each') this.promise(number);
  }

  turn() {
    const { perTurn, reopen, mergeEvery = 0 } = this.task;
    for (let i = 0; i < perTurn; i++) {
      this.write();
      if (--left <= 0) finish();
    }
    if (this.number % 100 === 0) {
      this.db.handOver();
      this.promise(this.number);
    }
    if (mergeEvery > 0 && this.number % mergeEvery < perTurn) this.merge();
    if (reopen > 0 && this.number % reopen < perTurn) {
      this.phase('c');
      this.db.close();
      this.promise(this.number);
      this.open();
    }
    const done = this.number;
    // Any later callback may promise what this turn has written.
    (done % 2 === 0 ? setImmediate : queueMicrotask)(() => {
      if (done % 2 === 0) this.promise(done);
    });
  }

  merge() {
    this.phase('m');
    const written = () => this.phase('r');
    this.db.compact().then(written, written);
  }
}

function finish() {
  // An orderly end hands over.
  if (end.how !== 'abort') for (const writer of writers) writer.promise(writer.number);
  if (end.how === 'exit') process.exit(7);
  if (end.how === 'abort') process.abort();
  if (end.how === 'throw') throw new Error('on purpose');
  if (end.how === 'reject') Promise.reject(new Error('on purpose'));
  left = Number.POSITIVE_INFINITY;
  // Bun ends for a rejection only when there is nothing left to do.
  stopped = true;
}

const writers = [];
for (const [index, task] of stores.entries()) writers.push(new Writer(task, index));

function turn() {
  for (const writer of writers) writer.turn();
  if (!stopped) setImmediate(turn);
}
turn();
