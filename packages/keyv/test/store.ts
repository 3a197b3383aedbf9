// What tests ask the store itself, behind the adapter's back.
import { type JumpDB, memoryVfs, open, type Vfs } from '@jump/db';
import { expect } from 'vitest';

/** An open store in a memory that outlives it. */
export function memoryStore(): { vfs: Vfs; db: JumpDB } {
  const vfs = memoryVfs();
  return { vfs, db: open('store', { vfs }) };
}

/** All keys of a store, those of entries and those of expiries. */
export function keysOf(db: JumpDB): { entries: string[]; expiries: string[] } {
  const keys = [...db.keys()];
  const isExpiry = (key: string): boolean => /^keyv\/[^:]*:@/.test(key);
  return { entries: keys.filter((key) => !isExpiry(key)), expiries: keys.filter(isExpiry) };
}

/**
 * Checks that each entry that expires has its expiry.
 *
 * @param none - whether there may be no other expiries
 */
export function checkExpiries(db: JumpDB, { none = true } = {}): void {
  const { entries, expiries } = keysOf(db);
  const expected = entries.flatMap((key) => {
    const [time] = /^\d*/.exec(db.get(key)!)!;
    const space = key.slice(0, key.indexOf(':') + 1);
    return time === '' ? [] : [`${space}@${time.padStart(16, '0')}${key.slice(space.length)}`];
  });
  if (none) expect(expiries).toEqual(expected.sort(byBytes));
  else expect(expected.filter((key) => !expiries.includes(key))).toEqual([]);
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
