// The same application on JumpDB, over the same directory.
import { open } from '@jump/db';

/**
 * Opens the application's data.
 * @param {string} directory
 */
export function openApp(directory) {
  const db = open(directory);
  // What a sublevel is: a prefix. Its values were JSON.
  const userKey = (/** @type {string} */ name) => `!users!${name}`;
  return {
    /**
     * @param {string} name
     * @param {{ age: number }} user
     */
    addUser: (name, user) => db.set(userKey(name), JSON.stringify(user)),

    /**
     * @param {string} name
     * @returns {{ age: number } | undefined}
     */
    user(name) {
      const found = db.get(userKey(name));
      return found === undefined ? undefined : JSON.parse(found);
    },

    /**
     * Counts a visit, and forgets who came longest ago: both or neither.
     * @param {string} time
     * @param {string} name
     * @param {string} [forgotten] the time of another visit
     */
    visit(time, name, forgotten) {
      const batch = db.batch().set(`visit:${time}`, name);
      if (forgotten !== undefined) batch.delete(`visit:${forgotten}`);
      batch.write();
    },

    /** @param {number} count */
    newestVisits(count) {
      const range = { prefix: 'visit:', reverse: true, limit: count };
      return [...db.entries(range)].map(([key, name]) => `${key.slice(6)} ${name}`);
    },

    close: () => db.close(),
  };
}
