// A small application on classic-level: users and their visits.
import { ClassicLevel } from 'classic-level';

/**
 * Opens the application's data.
 * @param {string} directory
 */
export async function openApp(directory) {
  const db = new ClassicLevel(directory);
  await db.open();
  const users = db.sublevel('users', { valueEncoding: 'json' });
  return {
    /**
     * @param {string} name
     * @param {{ age: number }} user
     */
    addUser: (name, user) => users.put(name, user),

    /** @param {string} name */
    user: (name) => users.get(name),

    /**
     * Counts a visit, and forgets who came longest ago: both or neither.
     * @param {string} time
     * @param {string} name
     * @param {string} [forgotten] the time of another visit
     */
    visit: (time, name, forgotten) =>
      db.batch([
        { type: 'put', key: `visit:${time}`, value: name },
        ...(forgotten === undefined
          ? []
          : [{ type: /** @type {const} */ ('del'), key: `visit:${forgotten}` }]),
      ]),

    /** @param {number} count */
    async newestVisits(count) {
      const found = [];
      const range = { gte: 'visit:', lt: 'visit;', reverse: true, limit: count };
      for await (const [key, name] of db.iterator(range)) found.push(`${key.slice(6)} ${name}`);
      return found;
    },

    close: () => db.close(),
  };
}
