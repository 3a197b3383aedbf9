/**
 * A process that locks what its parent tells it to: `{ id, call, directory, … }` in, `{ id, … }` out.
 * `METHODS` takes away what a lock could be got with: a folder in place of the PATH, and no SQLite.
 */

import { once } from 'node:events';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { nodeVfs } from '../dist/index.js';

/** Hides SQLite, so that the kernel is asked through a child. */
const hideSqlite = `
  const { getBuiltinModule } = process;
  process.getBuiltinModule = (name) =>
    name === 'node:sqlite' ? undefined : getBuiltinModule.call(process, name);`;
if (process.env.METHODS !== undefined) {
  process.env.PATH = process.env.METHODS;
  new Function(hideSqlite)();
}

/** What a thread's file, which lies elsewhere, imports. */
const PACKAGE = new URL('../dist/index.js', import.meta.url).href;

const locks = new Map();
const stores = new Map();
const workers = [];

const calls = {
  lock({ directory, options }) {
    const lock = nodeVfs.lock(directory, options);
    locks.set(directory, lock);
    return { kind: lock.kind };
  },
  check({ directory }) {
    locks.get(directory).check();
  },
  release({ directory }) {
    locks.get(directory).release();
  },
  async openLevel({ directory }) {
    const { ClassicLevel } = await import('classic-level');
    const store = new ClassicLevel(directory);
    await store.open();
    stores.set(directory, store);
  },
  async closeLevel({ directory }) {
    await stores.get(directory).close();
  },
  /** Locks in a thread; the lock is kept until `terminate`. */
  async lockInThread({ directory }) {
    const code = `
      import { parentPort } from 'node:worker_threads';
      import { nodeVfs } from ${JSON.stringify(PACKAGE)};
      if (process.env.METHODS !== undefined) {${hideSqlite}}
      let answer;
      try { answer = { kind: nodeVfs.lock(${JSON.stringify(directory)}).kind }; }
      catch (error) { answer = { code: error.code, message: error.message }; }
      parentPort.postMessage(answer);
      setInterval(() => {}, 1000);`;
    const file = `${directory}-worker-${workers.length}.mjs`;
    writeFileSync(file, code);
    const worker = new Worker(file);
    workers.push(worker);
    const [answer] = await once(worker, 'message');
    return answer;
  },
  async terminate() {
    for (const worker of workers.splice(0)) await worker.terminate();
  },
  /** Writes that much at once; tells how large the file is then. */
  fill({ path, bytes }) {
    const file = nodeVfs.open(path, 'create');
    try {
      file.write(new Uint8Array(bytes), 0, bytes);
      return { size: file.size() };
    } catch (error) {
      return { code: error.code, systemCode: error.systemCode, size: file.size() };
    } finally {
      file.close();
    }
  },
  /** Locks and unlocks for a while; appends a mark each time, an X if somebody else had it too. */
  async contend({ directory, ms, name }) {
    const end = Date.now() + ms;
    while (Date.now() < end) {
      let lock;
      try {
        lock = nodeVfs.lock(directory);
      } catch (error) {
        if (error.code !== 'JUMP_LOCKED') throw error;
        await new Promise((resolve) => setTimeout(resolve, 1 + Math.random() * 3));
        continue;
      }
      writeFileSync(`${directory}/who`, name);
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
      const same = readFileSync(`${directory}/who`, 'utf8') === name;
      appendFileSync(`${directory}/history`, same ? '.' : 'X');
      lock.release();
    }
  },
};

process.on('message', async ({ id, call, ...given }) => {
  try {
    process.send({ id, ...(await calls[call](given)) });
  } catch (error) {
    const { code, message, cause } = error;
    process.send({ id, code: cause?.code === 'LEVEL_LOCKED' ? cause.code : code, message });
  }
});
