/** What `store-child.mjs` writes, and how to check it. */
import * as fs from 'node:fs';

const PAIRS = 500;

interface Readable {
  get(key: string): string | undefined;
  entries(): Iterable<[string, string]>;
}

/** Up to which number the writer has promised its pairs; undefined before its store was open. */
export function promisedIn(file: string): number | undefined {
  if (!fs.existsSync(file)) return undefined;
  const lines = fs.readFileSync(file, 'utf8').split('\n');
  // The last one is empty, or was cut.
  return lines.length < 2 ? undefined : Number(lines.at(-2));
}

/** Checks that a store holds all pairs up to some number, whole, and nothing else; returns it. */
export function checkPairs(db: Readable, where: string): number {
  const count = Number(db.get('count') ?? 0);
  const found = new Map(db.entries());
  if (found.get('count') !== db.get('count')) throw new Error(`${where}: count differs`);
  found.delete('count');
  for (let number = Math.max(1, count - PAIRS + 1); number <= count; number++) {
    const value = `${number} ${'.'.repeat((number * 7919) % 700)}`;
    for (const key of [`a${number % PAIRS}`, `b${number % PAIRS}`]) {
      if (found.get(key) !== value || db.get(key) !== value) {
        const has = `${found.get(key)?.slice(0, 9)} and ${db.get(key)?.slice(0, 9)}`;
        throw new Error(`${where}: ${key} of ${count} is ${has}, not ${value.slice(0, 9)}`);
      }
      found.delete(key);
    }
  }
  if (found.size > 0) throw new Error(`${where}: ${[...found.keys()].slice(0, 9)} besides`);
  return count;
}
