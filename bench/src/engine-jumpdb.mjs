/** JumpDB, through its synchronous calls. */
import { open } from '@jump/db';

/**
 * @param {string} directory @param {{ cacheSize: number, compression: boolean, logWrites: 'turn' |
 * 'each' }} options
 */
export async function openEngine(directory, { cacheSize, compression, logWrites }) {
  const settings = { cacheSize, compression: compression ? 'snappy' : 'none', logWrites };
  const db = open(directory, settings);
  return {
    async fill(n, key, value) {
      for (let i = 0; i < n; i++) db.set(key(i), value(i));
      return n;
    },
    async fillBatch(n, size, key, value) {
      const batch = db.batch();
      for (let i = 0; i < n; ) {
        for (const end = Math.min(i + size, n); i < end; i++) batch.set(key(i), value(i));
        batch.write();
      }
      return n;
    },
    async delete(n, key) {
      for (let i = 0; i < n; i++) db.delete(key(i));
      return n;
    },
    async get(n, key) {
      let sum = 0;
      for (let i = 0; i < n; i++) {
        const found = db.get(key(i));
        if (found !== undefined) sum += found.length + found.charCodeAt(0);
      }
      return sum;
    },
    async scan(reverse) {
      let sum = 0;
      for (const [key, value] of db.entries({ reverse })) {
        sum += key.length + value.length + value.charCodeAt(0);
      }
      return sum;
    },
    async ranges(n, limit, from) {
      let sum = 0;
      for (let i = 0; i < n; i++) {
        for (const [key, value] of db.entries({ gte: from(i), limit })) {
          sum += key.length + value.length + value.charCodeAt(0);
        }
      }
      return sum;
    },
    /** Waits until background work has nothing left to do. */
    async settle() {
      for (let quiet = 0, before = ''; quiet < 5; ) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        const { jobs, levels } = db.stats();
        const now = JSON.stringify([jobs, levels]);
        quiet = now === before ? quiet + 1 : 0;
        before = now;
      }
    },
    async close() {
      db.close();
    },
  };
}
