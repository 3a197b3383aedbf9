/**
 * Cases of scarce resources that need a process of their own: a case's name and its task in, one
 * line of JSON out. `node --expose-gc resource-child.mjs <case> <json>`.
 */
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { open, openReadOnly } from '../dist/index.js';

const [name, json] = process.argv.slice(2);
const task = JSON.parse(json);
const turn = () => new Promise(setImmediate);
const descriptors = () => readdirSync('/proc/self/fd').length;
const atStart = descriptors();

/** The most memory that was resident since {@link forgetPeak}, in MiB. */
function peak() {
  const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(kilobytes) / 1024;
}

async function collect() {
  for (let i = 0; i < 5; i++) {
    globalThis.gc();
    await turn();
  }
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  // Bun's heap includes what is outside of it.
  const heap = 'Bun' in globalThis ? heapUsed - external : heapUsed;
  return { descriptors: descriptors(), bytes: heap + arrayBuffers };
}

/** The same once threads that were told to end have ended. */
async function settled() {
  const end = Date.now() + 10_000;
  while (descriptors() > atStart + 2 && Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return collect();
}

/** What cannot be squeezed: some kibibytes that look random. */
function noise(length, seed) {
  const bytes = new Uint8Array(length);
  let state = seed | 1;
  for (let i = 0; i < length; i++) {
    state = Math.imul(state, 1_664_525) + 1_013_904_223;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

function failure(error) {
  const { code, systemCode, message } = error;
  return { code, systemCode, message };
}

const cases = {
  /** Opens and closes, many times. */
  async openings({ directory, times, options }) {
    const measure = [];
    for (let i = 0; i < times; i++) {
      const db = open(directory, options);
      for (let j = 0; j < 20; j++) db.set(`key${(i * 20 + j) % 300}`, `${i}`.padEnd(200, '.'));
      if (i % 5 === 0) db.entries().next();
      if (i % 7 === 0) db.snapshot();
      if (i % 11 === 0) await db.flush();
      if (i % 3 === 0) await turn();
      db.close();
      // A thread ends a little after it was told to.
      if (i % 50 === 49) await new Promise((resolve) => setTimeout(resolve, 20));
      if (i === Math.floor(times / 3) || i === times - 1) measure.push(await settled());
    }
    return measure;
  },

  /** Iterators, cursors and snapshots that are ended, or forgotten. */
  async readers({ directory, times }) {
    const db = open(directory, { memtableSize: 16_384, tableSize: 16_384, maxOpenFiles: 8 });
    for (let i = 0; i < 2000; i++) db.set(`key${i}`, 'v'.repeat(100));
    await db.compact();
    const read = (i) => {
      const iterator = db.entries({ gte: `key${i}` });
      iterator.next();
      const cursor = db.cursor();
      cursor.seek(`key${i}`);
      const snapshot = db.snapshot();
      if (i % 2 === 0) {
        iterator.return();
        cursor.close();
        snapshot.release();
      }
      db.set(`key${i}`, 'new');
    };
    const round = async (count) => {
      for (let i = 0; i < count; i++) {
        read(i);
        if (i % 100 === 0) await turn();
      }
    };
    // What the first reads take once, as the code that a runtime makes of them, is none of theirs.
    await round(100);
    const before = await collect();
    await round(times);
    await collect();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const after = await collect();
    const { pinned } = db.stats();
    db.close();
    return { before, after, pinned };
  },

  /** Writes more than the heap holds, merges it, reads all of it. */
  async large({ directory, megabytes, options }) {
    const db = open(directory, options);
    const count = megabytes * 256;
    for (let i = 0; i < count; i++) {
      db.set(`key${String((i * 7919) % count).padStart(8, '0')}`, noise(4096, i));
      if (i % 64 === 0) await turn();
    }
    await db.compact();
    let found = 0;
    for (const _ of db.entries()) found++;
    for (const _ of db.keys({ reverse: true })) found++;
    db.close();
    return { count, found, peak: peak() };
  },

  /** Writes until the disk, or what stands in for it, is full; tells what was promised. */
  async fill({ directory, keys, options, sync }) {
    const db = open(directory, options);
    let promised = Number(db.get('count') ?? 0);
    let error;
    try {
      for (let i = promised + 1; i < 1e6; i++) {
        const value = Buffer.from(noise(600, i)).toString('latin1');
        db.batch()
          .set(`key${i % keys}`, `${i} ${value}`)
          .set('count', `${i}`)
          .write({ sync });
        // Handed over with the turn, if nothing is said.
        await turn();
        if (!sync) db.handOver();
        promised = i;
      }
    } catch (thrown) {
      error = failure(thrown);
    }
    let later;
    try {
      db.set('later', 'than the failure');
      db.handOver();
    } catch (thrown) {
      later = failure(thrown);
    }
    const readable = db.get('count') !== undefined;
    try {
      db.close();
    } catch {
      // It has been told already, or is told now.
    }
    return { promised, error, later, readable };
  },

  /** Opens in one of the two ways; reads all, and writes one. */
  async use({ directory, options, how, limit }) {
    // From here on: Node itself needs more to start with.
    if (limit !== undefined) {
      const all = descriptors() - 1;
      execFileSync('prlimit', ['--pid', process.pid, `--nofile=${all + limit}:${all + limit}`]);
    }
    try {
      const db = how === 'read' ? openReadOnly(directory, options) : open(directory, options);
      const keys = [...db.keys()].length;
      if (how !== 'read') {
        db.set('written', 'here', { sync: true });
        await db.flush();
        await db.compact();
      }
      const again = [...db.keys()].length;
      const { files } = db.stats().levels.reduce((a, b) => ({ files: a.files + b.files }));
      db.close();
      return { keys, again, files, descriptors: descriptors() };
    } catch (error) {
      return { error: failure(error) };
    }
  },
};

console.log(JSON.stringify(await cases[name](task)));
