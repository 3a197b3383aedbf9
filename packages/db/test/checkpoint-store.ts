/** Stores that checkpoints and repairs are made of in tests, and what is read back. */
import { type JumpDB, type JumpEvent, type OpenOptions, open, type Vfs } from '@jump/db';
import { expect } from 'vitest';

/** Options of stores that soon have many tables. */
export const SMALL: OpenOptions = { memtableSize: 4096, tableSize: 4096, blockSize: 512 };

/** Fills a store with versions, deletions and some that are in no table yet. */
export async function filled(db: JumpDB, rounds = 4): Promise<JumpDB> {
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < 60; i++) db.set(`key${i * (1 + (round % 3))}`, `round ${round} of ${i}`);
    for (let i = 0; i < 10; i++) db.delete(`key${i * 7 + round}`);
    if (round < rounds - 1) await db.flush();
    if (round === 1) await db.compact();
  }
  return db;
}

/** Everything, in order. */
export const contents = (db: { entries(): Iterable<[string, string]> }): [string, string][] => [
  ...db.entries(),
];

/** Opens, reads in both directions and by key, and closes. */
export function read(vfs: Vfs, directory: string, options: OpenOptions = {}): [string, string][] {
  const losses: JumpEvent[] = [];
  const onEvent = (event: JumpEvent) => event.type === 'recoveryLoss' && losses.push(event);
  const db = open(directory, { ...SMALL, ...options, vfs, createIfMissing: false, onEvent });
  const found = contents(db);
  expect([...db.entries({ reverse: true })].reverse()).toEqual(found);
  const wrong = found.filter(([key, value]) => db.get(key) !== value);
  expect(wrong).toEqual([]);
  db.close();
  // A copy is whole; what the original loses of its log is its own affair.
  if (directory !== 'db') expect(losses).toEqual([]);
  return found;
}
