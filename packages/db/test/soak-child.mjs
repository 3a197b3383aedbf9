/**
 * One life of a store that is soaked: opens it, compares it with its model, and goes on comparing
 * while it writes, until its time is over or it is killed. Its task is a JSON argument; lines of
 * JSON on stdout say what was done since the line before. See faults/soak.ts.
 *
 *   directory, options, seed, keys   the store; the seed and number of keys of its model
 *   life                             the seed of this life
 *   ms                               after so long it closes, and ends
 *   model, promises                  files: a model of earlier, and the number that was promised
 *   faults                           how likely a call to the file system fails; 0 for never
 */
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { full, JumpError, leveled, nodeVfs, open, openReadOnly, tiered } from '../dist/index.js';
import { indexOf, keyOf, SoakModel } from './soak-model.mjs';

const task = JSON.parse(process.argv[2]);
const start = performance.now();
const promises = openSync(task.promises, 'r+');
const failing = { armed: false };
const told = { answers: 0, batches: 0, bytes: 0, marks: {}, highest: {} };
let state = task.life | 1;
let db;
let model;
let rolling;
let snapshots = [];
let copying = false;
let lastTold = 0;
let early;

function random(below) {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % below;
}

function mark(name, times = 1) {
  told.marks[name] = (told.marks[name] ?? 0) + times;
}

function highest(name, value) {
  told.highest[name] = Math.max(told.highest[name] ?? 0, Math.ceil(value));
}

function tell() {
  highest('MiB resident', process.memoryUsage().rss / 2 ** 20);
  console.log(JSON.stringify(told));
  Object.assign(told, { answers: 0, batches: 0, bytes: 0, marks: {} });
}

/** The real files; of their calls some fail, once that is wanted. */
function faultyVfs() {
  const fail = (what) => {
    if (!failing.armed || random(1e6) >= task.faults * 1e6) return;
    mark('calls that failed');
    throw new JumpError('JUMP_IO', `${what} fails on purpose`);
  };
  const around = (inner, names) =>
    new Proxy(inner, {
      get(target, name) {
        const value = target[name];
        if (typeof value !== 'function') return value;
        if (name === 'open') return (...words) => around(target.open(...words), FILE_CALLS);
        return (...words) => {
          if (names.has(name)) fail(name);
          return value.apply(target, words);
        };
      },
    });
  return around(nodeVfs, VFS_CALLS);
}
const FILE_CALLS = new Set(['write', 'sync', 'syncAsync', 'read']);
const VFS_CALLS = new Set(['rename', 'syncDirectory', 'remove', 'link']);

function begin() {
  const { strategy, ...rest } = task.options;
  const compaction = { leveled, tiered, full }[strategy]();
  const vfs = task.faults > 0 ? { vfs: faultyVfs() } : {};
  failing.armed = false;
  db = open(task.directory, { ...rest, ...vfs, compaction, valueEncoding: 'bytes' });
  const count = number(db.get('count'));
  const promised = Number(readFileSync(task.promises, 'latin1'));
  if (count < promised) throw new Error(`${promised} batches were promised, ${count} are there`);
  if (model !== undefined && count > model.number) throw new Error(`${count} were never written`);
  model = SoakModel.load(task.model, task.seed, task.keys);
  if (count < model.number) throw new Error(`${model.number} were there, ${count} are`);
  model.advance(count);
  for (rolling = undefined; !roll(10_000); );
  mark('stores compared whole after an opening');
  failing.armed = true;
}

/** `count` as a number. */
function number(bytes) {
  return bytes === undefined ? 0 : Number(Buffer.from(bytes).toString());
}

function promise(upTo) {
  writeSync(promises, String(upTo).padStart(16), 0);
}

function same(key, found, expected) {
  told.answers++;
  if (found === undefined ? expected === undefined : equal(found, expected)) return;
  const text = (one) =>
    one === undefined ? 'nothing' : `${Buffer.from(one).toString('hex', 0, 8)}`;
  throw new Error(`${key}: ${text(found)} of ${found?.length} bytes, not ${text(expected)}`);
}

function equal(found, expected) {
  return expected !== undefined && Buffer.compare(found, expected) === 0;
}

function write() {
  const next = model.number + 1;
  const batch = db.batch();
  for (const [index, deletes] of model.changes(next)) {
    if (deletes) batch.delete(keyOf(index));
    else {
      const value = model.valueOf(index, next);
      told.bytes += value.length;
      batch.set(keyOf(index), value);
    }
  }
  batch.set('count', Buffer.from(String(next)));
  // From here on it may be there, whatever happens.
  model.advance(next);
  const sync = random(50) === 0;
  batch.write({ sync });
  told.batches++;
  if (sync || task.options.logWrites === 'each') promise(next);
}

function get() {
  const index = random(model.keys);
  if (random(4) > 0) same(keyOf(index), db.get(keyOf(index)), model.value(index));
  else {
    const wanted = [index, random(model.keys), random(model.keys)];
    const found = db.getMany(wanted.map(keyOf));
    for (const [i, one] of wanted.entries()) same(keyOf(one), found[i], model.value(one));
  }
}

/** Compares what an iterator gives, from a key on, with a model; tells where the next one is. */
function follow(entries, expected, from, step, most) {
  let at = from;
  for (let i = 0; i < most; i++) {
    at = expected.next(at, step);
    const { done, value } = entries.next();
    if (done || at === -1) {
      if (!done) throw new Error(`${value[0]} behind the end`);
      if (at !== -1) throw new Error(`${keyOf(at)} is missing`);
      return -1;
    }
    if (indexOf(value[0]) !== at) throw new Error(`${value[0]}, not ${keyOf(at)}`);
    same(value[0], value[1], expected.value(at));
    at += step;
  }
  return at;
}

function scan() {
  const from = random(model.keys);
  const reverse = random(3) === 0;
  const range = reverse ? { gte: 'k', lte: keyOf(from), reverse } : { gte: keyOf(from) };
  const entries = db.entries(range);
  follow(entries, model, from, reverse ? -1 : 1, random(200));
  entries.return();
}

/** Goes on with a pass over everything as it was when it began; whether it has come to its end. */
function roll(most) {
  rolling ??= { entries: db.entries({ gte: 'k' }), model: model.clone(), at: 0 };
  rolling.at = follow(rolling.entries, rolling.model, rolling.at, 1, most);
  if (rolling.at !== -1) return false;
  rolling = undefined;
  mark('passes over everything');
  return true;
}

function exchangeSnapshot() {
  if (snapshots.length < 5) {
    const keys = Array.from({ length: 40 }, () => random(model.keys));
    const expected = keys.map((one) => [one, model.value(one)]);
    snapshots.push({ snapshot: db.snapshot(), expected });
    return;
  }
  const [{ snapshot, expected }] = snapshots.splice(random(snapshots.length), 1);
  for (const [index, value] of expected) same(keyOf(index), snapshot.get(keyOf(index)), value);
  snapshot.release();
}

/** Copies the store under load, and compares the copy. */
async function copy() {
  if (copying) return;
  copying = true;
  const directory = `${task.directory}.copy`;
  rmSync(directory, { recursive: true, force: true });
  const expected = model.clone();
  try {
    await db.checkpoint(directory);
    const reader = openReadOnly(directory, { valueEncoding: 'bytes' });
    same('count', reader.get('count'), Buffer.from(String(expected.number)));
    follow(reader.entries({ gte: 'k' }), expected, 0, 1, 5000);
    reader.close();
    mark('copies compared');
  } finally {
    copying = false;
  }
}

function inBackground(asked) {
  asked.catch((error) => {
    if (error.code === 'JUMP_CLOSED' || task.faults > 0) return;
    fatal(error);
  });
}

function operation() {
  const draw = random(10_000);
  if (draw < 4000) write();
  else if (draw < 8500) get();
  else if (draw < 9200) scan();
  else if (draw < 9500) roll(300);
  else if (draw < 9990) exchangeSnapshot();
  else if (draw < 9995) inBackground(db.flush());
  else if (draw < 9997) inBackground(copy());
  else if (draw < 9998) inBackground(db.compact());
  else inBackground(db.compact({ gte: keyOf(random(model.keys)), lt: keyOf(random(model.keys)) }));
}

function turn() {
  const before = performance.now();
  try {
    for (let i = 0; i < 40; i++) operation();
    db.handOver();
    promise(model.number);
  } catch (error) {
    // Only what was done on purpose may go wrong.
    if (task.faults === 0 || !/^JUMP_(IO|POISONED)$/.test(error.code)) throw error;
    recover();
  }
  const now = performance.now();
  highest('ms of the longest turn', now - before);
  if (now - lastTold > 200) {
    lastTold = now;
    tell();
  }
  if (early === undefined && now - start > task.ms / 3) early = measure();
  if (now - start > task.ms) finish();
  else setImmediate(attempt, turn);
}

/** After a failure nothing is written any more, all can be read, and an opening mends it. */
function recover() {
  mark('openings after a failure');
  failing.armed = false;
  if (number(db.get('count')) > model.number) throw new Error('a count of batches to come');
  letGo();
  try {
    db.close();
  } catch {
    // The failure, once more.
  }
  begin();
}

function letGo() {
  for (const { snapshot } of snapshots) snapshot.release();
  snapshots = [];
  rolling?.entries.return();
  rolling = undefined;
}

/** Memory in use, in MiB, without what the comparison needs. */
function measure() {
  letGo();
  globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 2 ** 20;
}

function finish() {
  if (copying) {
    setImmediate(attempt, finish);
    return;
  }
  failing.armed = false;
  const gained = measure() - early;
  highest('MiB gained in the last two thirds of a life', gained);
  if (gained > task.mostGained) throw new Error(`${gained} MiB of memory gained`);
  const { amplification } = db.stats();
  highest('write amplification of a life', amplification.write);
  highest('space amplification', amplification.space);
  db.handOver();
  model.save(task.model);
  db.close();
  promise(model.number);
  closeSync(promises);
  tell();
}

function fatal(error) {
  console.error(error);
  process.exit(1);
}

function attempt(what) {
  try {
    what();
  } catch (error) {
    fatal(error);
  }
}

attempt(() => {
  begin();
  turn();
});
