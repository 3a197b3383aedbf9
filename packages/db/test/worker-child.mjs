/**
 * Cases of the worker executor that need a process of their own: the case's name and a directory
 * in, one line of JSON out.
 */
import { Worker } from 'node:worker_threads';
import { open } from '../dist/index.js';

const [name, directory] = process.argv.slice(2);
const workers = [];
process.on('worker', (worker) => workers.push(worker));
const events = [];
const onEvent = (event) => events.push(event);
const small = { memtableSize: 65_536, tableSize: 32_768, onEvent };
const value = 'v'.repeat(100);
const key = (i) => `key${String((i * 7919) % 100_003).padStart(7, '0')}`;
const turn = () => new Promise(setImmediate);

function count(type, executor) {
  return events.filter((event) => event.type === type && event.executor === executor).length;
}

/** Checks that the keys of all numbers below `end` are there, and no other. */
function whole(db, end) {
  const keys = new Set(Array.from({ length: end }, (_, i) => key(i)));
  let found = 0;
  for (const one of db.keys()) if (keys.has(one)) found++;
  return found === keys.size && [...keys].every((one) => db.get(one) === value);
}

const cases = {
  /** A loop that never returns to the event loop; default options. */
  loop() {
    const db = open(directory, { onEvent });
    const end = Date.now() + 60_000;
    let i = 0;
    while (Date.now() < end && !(count('flush', 'worker') > 3 && count('compaction', 'worker'))) {
      for (let j = 0; j < 1000; j++) db.set(key(i++), value);
    }
    const { executor, jobs, stalls } = db.stats();
    db.close();
    return {
      executor,
      jobs,
      stalls: stalls.count,
      flushes: count('flush', 'worker'),
      merges: count('compaction', 'worker'),
      inline: count('flush', 'inline') + count('compaction', 'inline'),
    };
  },

  /** The worker is terminated while it works. */
  async killed() {
    const db = open(directory, small);
    let i = 0;
    while (count('flush', 'worker') < 3) {
      for (let j = 0; j < 200; j++) db.set(key(i++), value);
      await turn();
    }
    // One that has no work when it dies is replaced by another: on a busy machine it may have none.
    for (let attempt = 0; attempt < 20 && db.stats().executor === 'worker'; attempt++) {
      for (let j = 0; j < 2000; j++) db.set(key(i++), value);
      await workers.at(-1).terminate();
      for (let round = 0; round < 20; round++) {
        for (let j = 0; j < 200; j++) db.set(key(i++), value);
        await turn();
      }
    }
    await db.flush();
    await db.compact();
    const { executor, backgroundErrors } = db.stats();
    const before = whole(db, i);
    db.close();
    const again = open(directory, small);
    const after = whole(again, i);
    again.close();
    return { executor, errors: backgroundErrors.length, before, after };
  },

  /** Closing at many moments of flushes and merges. */
  async closing() {
    let i = 0;
    let good = true;
    for (let round = 0; round < 25; round++) {
      const db = open(directory, small);
      good &&= whole(db, i);
      const waiting = [];
      for (let j = 0; j < 700 + 37 * round; j++) {
        db.set(key(i++), value);
        if (j % 300 === 0) await turn();
      }
      if (round % 3 === 0) waiting.push(db.flush(), db.compact());
      waiting.push(db.sync());
      if (round % 2 === 0) await turn();
      db.close();
      for (const [at, { status, reason }] of (await Promise.allSettled(waiting)).entries()) {
        if (at === waiting.length - 1) good &&= status === 'fulfilled';
        else good &&= status === 'fulfilled' || reason.code === 'JUMP_CLOSED';
      }
    }
    return { good, merges: count('compaction', 'worker') };
  },

  /** Two stores of one process, a worker each. */
  async two() {
    const stores = [open(`${directory}/one`, small), open(`${directory}/two`, small)];
    for (let i = 0; i < 8000; i++) stores[i % 2].set(key(i >> 1), value);
    await Promise.all(stores.map((db) => db.flush()));
    const good = stores.map((db) => whole(db, 4000));
    stores[0].close();
    good.push(whole(stores[1], 4000));
    stores[1].close();
    return { good, workers: workers.length };
  },

  /** In a thread. */
  async thread() {
    const code = `
      import { parentPort } from 'node:worker_threads';
      import { open } from ${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)};
      const db = open(${JSON.stringify(directory)}, { memtableSize: 65536 });
      for (let i = 0; i < 5000; i++) db.set('key' + i, 'v'.repeat(100));
      await db.flush();
      parentPort.on('message', () => {
        db.close();
        parentPort.close();
      });
      parentPort.postMessage(db.stats().executor);
    `;
    const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`));
    const executor = await new Promise((resolve, reject) => {
      worker.on('message', resolve);
      worker.on('error', reject);
    });
    const locked = codeOf(() => open(directory));
    worker.postMessage('close');
    await new Promise((resolve) => worker.on('exit', resolve));
    const db = open(directory);
    const keys = [...db.keys()].length;
    const handle = codeOf(() => open(directory));
    const link = codeOf(() => open(`${directory}/../${directory.split('/').at(-1)}`));
    db.close();
    return { executor, locked, keys, handle, link };
  },

  /** Has the worker meet a damaged block. */
  async damaged() {
    const { readdirSync, readFileSync, writeFileSync } = await import('node:fs');
    const before = open(directory, small);
    for (let i = 0; i < 500; i++) before.set(`key ${i}`, 'v'.repeat(50));
    await before.flush();
    before.close();
    const name = readdirSync(directory).find((one) => one.endsWith('.ldb'));
    const bytes = readFileSync(`${directory}/${name}`);
    bytes[100] ^= 0xff;
    writeFileSync(`${directory}/${name}`, bytes);
    const db = open(directory, small);
    db.set('key 1', 'another');
    const error = await db.compact().catch((reason) => reason);
    const { executor } = db.stats();
    db.close();
    const { code, file, offset, message } = error;
    return { executor, code, offset, named: file === `${directory}/${name}`, message };
  },

  /** Holds a store open until told to end. */
  async hold() {
    const db = open(directory, small);
    console.log(JSON.stringify({ holding: true }));
    await new Promise((resolve) => process.stdin.once('data', resolve));
    db.close();
    process.stdin.destroy();
    return { holding: false };
  },
};

function codeOf(action) {
  try {
    action().close();
    return 'none';
  } catch (error) {
    return error.code;
  }
}

console.log(JSON.stringify(await cases[name]()));
