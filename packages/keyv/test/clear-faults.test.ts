// Goal:   a clearing that is cut short leaves no entry that nothing would ever sweep.
// Method: a store whose namespace lies in tables that are dropped whole, in others that it shares
//         with its neighbours, and in memory; it is cleared, and the disk fails from the first call
//         on, from the second, and so on.
import { memoryVfs, open } from '@jump/db';
import { KeyvJump } from '@jump/keyv';
import { FaultVfs } from '@jump/testkit';
import { expect, test, vi } from 'vitest';
import { checkExpiries, keysOf } from './store.ts';

vi.setConfig({ testTimeout: 60_000 });

const KEYS = Array.from({ length: 60 }, (_, i) => `key${i}`);
const SMALL = {
  blockSize: 256,
  tableSize: 1024,
  compression: 'none',
  background: 'inline',
} as const;

/** Clears, while the disk fails from a call on; tells whether it did, and whether all is gone. */
async function clearFailing(at: number): Promise<{ struck: boolean; empty: boolean }> {
  const memory = memoryVfs();
  const vfs = new FaultVfs(memory);
  const db = open('store', { ...SMALL, vfs });
  const adapter = new KeyvJump(db, { namespace: 'm', sweepInterval: 0 });
  for (const namespace of ['a', 'z'])
    await new KeyvJump(db, { namespace, sweepInterval: 0 }).set('key', 'value');
  const value = 'value '.repeat(20);
  // Two tables are merged to many small ones.
  for (const ttl of [1e8, 1e9]) {
    await adapter.setMany(KEYS.map((key) => ({ key, value, ttl })));
    await db.flush();
  }
  await db.compact();
  // The newer half's expiries are in memory, and their former ones deleted there.
  await adapter.setMany(KEYS.slice(30).map((key) => ({ key, value, ttl: 2e9 })));
  await db.sync();
  vfs.setFault({ at, sticky: true, kinds: ['open', 'write', 'sync', 'rename', 'remove'] });
  await adapter.clear().catch(() => undefined);
  const { struck } = vfs;
  try {
    db.close();
  } catch {
    // The disk has failed.
  }
  const again = open('store', { ...SMALL, vfs: memory });
  checkExpiries(again, { none: false });
  const empty = keysOf(again).entries.length === 2;
  await new KeyvJump(again, { namespace: 'm', sweepInterval: 0 }).clear();
  expect(keysOf(again)).toEqual({ entries: ['keyv/a:=key', 'keyv/z:=key'], expiries: [] });
  again.close();
  return { struck, empty };
}

test('wherever clear() is cut short, each entry still has its expiry', async () => {
  const outcomes = [];
  for (let at = 0; outcomes.at(-1)?.struck !== false; at++) outcomes.push(await clearFailing(at));
  expect(outcomes.length).toBeGreaterThan(5);
  expect(outcomes[0]!.empty).toBe(false);
  expect(outcomes.at(-1)!.empty).toBe(true);
});
