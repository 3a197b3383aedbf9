/** Reads all of a store, in every way, and demands that the ways agree. */
import type { CrashVfs } from '@jump/testkit';
import type { JumpDB } from '../../../src/index.ts';
import { Contents } from './contents.ts';

/** A store of these histories. */
export type Store = JumpDB<string, Uint8Array>;

/** What can be read as a store can: a snapshot too. */
type Readable = Pick<Store, 'entries' | 'get'>;

/** Reads everything forwards and backwards, and the keys found and those in `keys` one by one. */
export function readStore(db: Readable, keys: Iterable<string>): Contents {
  const contents = new Contents();
  const found: [string, Uint8Array][] = [];
  for (const entry of db.entries()) {
    const last = found.at(-1);
    if (last !== undefined && last[0] >= entry[0]) throw new Error(`${entry[0]} after ${last[0]}`);
    found.push(entry);
    contents.set(entry[0], entry[1]);
  }
  let at = found.length;
  for (const [key, value] of db.entries({ reverse: true })) {
    const expected = found[--at];
    if (expected?.[0] !== key || Buffer.compare(value, expected[1]) !== 0) {
      throw new Error(`backwards ${key} comes where forwards ${expected?.[0]} was, or differs`);
    }
  }
  if (at !== 0) throw new Error(`backwards ${at} entries are missing`);
  for (const key of keys) compare(db, key, contents.get(key));
  // Of many keys some: each costs a lookup in all tables.
  const stride = Math.max(1, found.length >> 5);
  for (let i = 0; i < found.length; i += stride) compare(db, found[i]![0], found[i]![1]);
  return contents;
}

function compare(db: Readable, key: string, expected: Uint8Array | undefined): void {
  const value = db.get(key);
  const same =
    value === undefined || expected === undefined
      ? value === expected
      : Buffer.compare(value, expected) === 0;
  if (same) return;
  const text = (one: Uint8Array | undefined) => (one === undefined ? 'absent' : `${one.length} B`);
  throw new Error(`get('${key}') is ${text(value)}, the scan has ${text(expected)}`);
}

/** Reads everything once. */
export function readForwards(db: Readable): Contents {
  const contents = new Contents();
  for (const [key, value] of db.entries()) contents.set(key, value);
  return contents;
}

/** Demands that a directory holds what an open store needs, and nothing else. */
export function checkFiles(disk: CrashVfs, directory: string, tables: number, logs: number): void {
  const names = disk.list(directory);
  const count = (pattern: RegExp): number => names.filter((name) => pattern.test(name)).length;
  const found = [
    count(/^\d+\.ldb$/),
    count(/^\d+\.log$/),
    count(/^MANIFEST-\d+$/),
    count(/^CURRENT$/),
    count(/^LOCK$/),
  ];
  const wanted = [tables, logs, 1, 1, 1];
  const others = names.length - found.reduce((sum, one) => sum + one, 0);
  if (others === 0 && found.every((one, i) => one === wanted[i])) return;
  throw new Error(`files: ${names.join(' ')}; wanted ${tables} tables, ${logs} logs`);
}
