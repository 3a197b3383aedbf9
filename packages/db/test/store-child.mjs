/**
 * A writer that is killed: a process, or a thread of one, that writes numbered pairs into a store,
 * and appends to a file the number up to which it may promise them. What it does is one JSON
 * argument.
 *
 * Pair n is `a<n mod 500>` and `b<n mod 500>`, both with n in front of their values, in one batch
 * with `count`, which is n.
 */
import { openSync, writeSync } from 'node:fs';
import { isMainThread, workerData } from 'node:worker_threads';
import { open } from '../dist/index.js';

const PAIRS = 500;
const task = isMainThread ? JSON.parse(process.argv[2]) : workerData;
const { directory, promises, options, end, reopen, perTurn, syncEvery } = task;
const file = openSync(promises, 'a');
let db = open(directory, options);
let number = Number(db.get('count') ?? 0);
let left = end?.after ?? Number.POSITIVE_INFINITY;

function promise(upTo) {
  writeSync(file, `${upTo}\n`);
}

function write() {
  number++;
  const value = `${number} ${'.'.repeat((number * 7919) % 700)}`;
  const key = number % PAIRS;
  const sync = syncEvery > 0 && number % syncEvery === 0;
  db.batch().set(`a${key}`, value).set(`b${key}`, value).set('count', `${number}`).write({ sync });
  if (sync || options.logWrites === 'each') promise(number);
}

function turn() {
  for (let i = 0; i < perTurn; i++) {
    write();
    if (--left <= 0) finish();
  }
  if (number % 100 === 0) {
    db.handOver();
    promise(number);
  }
  if (reopen > 0 && number % reopen < perTurn) {
    db.close();
    promise(number);
    db = open(directory, options);
  }
  const done = number;
  // Any later callback may promise what this turn has written.
  (number % 2 === 0 ? setImmediate : queueMicrotask)(() => {
    if (number % 2 === 0) promise(done);
    setImmediate(turn);
  });
}

function finish() {
  // An orderly end hands over.
  promise(number);
  if (end.how === 'exit') process.exit(7);
  if (end.how === 'throw') throw new Error('on purpose');
  if (end.how === 'reject') Promise.reject(new Error('on purpose'));
  left = Number.POSITIVE_INFINITY;
}

promise(number);
turn();
