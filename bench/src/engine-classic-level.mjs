/** classic-level 3: LevelDB 1.20 behind a native binding, by its fastest call of each kind. */
import { ClassicLevel } from 'classic-level';

/** Writes under way at a time: fewer wait for each other, more take memory and win nothing. */
const WINDOW = 1000;

/** @param {string} directory @param {{ cacheSize: number, compression: boolean }} options */
export async function openEngine(directory, { cacheSize, compression }) {
  const db = new ClassicLevel(directory, { cacheSize, compression, writeBufferSize: 8 << 20 });
  await db.open();
  const inWindows = async (n, write) => {
    for (let i = 0; i < n; ) {
      const writes = [];
      for (const end = Math.min(i + WINDOW, n); i < end; i++) writes.push(write(i));
      await Promise.all(writes);
    }
    return n;
  };
  return {
    fill: (n, key, value) => inWindows(n, (i) => db.put(key(i), value(i))),
    async fillBatch(n, size, key, value) {
      for (let i = 0; i < n; ) {
        const operations = [];
        for (const end = Math.min(i + size, n); i < end; i++) {
          operations.push({ type: 'put', key: key(i), value: value(i) });
        }
        await db.batch(operations);
      }
      return n;
    },
    delete: (n, key) => inWindows(n, (i) => db.del(key(i))),
    async get(n, key) {
      let sum = 0;
      for (let i = 0; i < n; i++) {
        const found = db.getSync(key(i));
        if (found !== undefined) sum += found.length + found.charCodeAt(0);
      }
      return sum;
    },
    async scan(reverse) {
      let sum = 0;
      const iterator = db.iterator({ reverse, highWaterMarkBytes: 1 << 20 });
      for (;;) {
        const entries = await iterator.nextv(1000);
        if (entries.length === 0) break;
        for (const [key, value] of entries) sum += key.length + value.length + value.charCodeAt(0);
      }
      await iterator.close();
      return sum;
    },
    async ranges(n, limit, from) {
      let sum = 0;
      for (let i = 0; i < n; i++) {
        const entries = await db.iterator({ gte: from(i), limit }).all();
        for (const [key, value] of entries) sum += key.length + value.length + value.charCodeAt(0);
      }
      return sum;
    },
    /** LevelDB does not say when it is done: its files say it. */
    async settle() {
      let before = '';
      for (let quiet = 0; quiet < 5; ) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        const now = [0, 1, 2, 3, 4, 5, 6]
          .map((level) => db.getProperty(`leveldb.num-files-at-level${level}`))
          .join();
        quiet = now === before ? quiet + 1 : 0;
        before = now;
      }
    },
    close: () => db.close(),
  };
}
