// Goal:   what has expired is never returned, and goes away, out of the store and the files.
// Method: time is the test's; the store is looked at behind the adapter's back.
import { type JumpDB, type JumpError, memoryVfs, storedVersions } from '@jump/db';
import { KeyvJump } from '@jump/keyv';
import { FaultVfs } from '@jump/testkit';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keysOf, memoryStore } from './store.ts';

let store: ReturnType<typeof memoryStore>;
let db: JumpDB;
let adapter: KeyvJump;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  store = memoryStore();
  db = store.db;
  adapter = new KeyvJump(db, { namespace: 'ns' });
});
afterEach(async () => {
  await adapter.disconnect();
  db.close();
  vi.useRealTimers();
});

const all = async (iterated: AsyncIterable<[string, string]>): Promise<[string, string][]> => {
  const found = [];
  for await (const entry of iterated) found.push(entry);
  return found;
};

test('no call returns what has expired, swept or not', async () => {
  await adapter.set('a', 'one', 1000);
  await adapter.set('b', 'two');
  vi.setSystemTime(1_000_999);
  expect(await adapter.get('a')).toBe('one');
  expect(await adapter.has('a')).toBe(true);
  vi.setSystemTime(1_001_000);
  const look = async (): Promise<void> => {
    expect(await adapter.get('a')).toBeUndefined();
    expect(await adapter.getMany(['a', 'b'])).toEqual([undefined, 'two']);
    expect(await adapter.has('a')).toBe(false);
    expect(await adapter.hasMany(['a', 'b'])).toEqual([false, true]);
    expect(await all(adapter.iterator())).toEqual([['b', 'two']]);
  };
  await look();
  expect(keysOf(db).entries.length).toBe(2);
  expect(await adapter.sweep()).toBe(1);
  await look();
  expect(await adapter.delete('a')).toBe(false);
});

test('a sweep leaves nothing of what has expired, and everything else', async () => {
  for (let i = 0; i < 50; i++) await adapter.set(`key${i}`, 'value', 10 * (i + 1));
  await adapter.set('stays', 'value');
  vi.setSystemTime(1_000_250);
  expect(await adapter.sweep()).toBe(25);
  const { entries, expiries } = keysOf(db);
  expect(entries.length).toBe(26);
  expect(expiries.length).toBe(25);
  expect(await adapter.get('key25')).toBe('value');
  vi.setSystemTime(2_000_000);
  expect(await adapter.sweep()).toBe(25);
  expect(keysOf(db)).toEqual({ entries: ['keyv/ns:=stays'], expiries: [] });
  expect(await adapter.sweep()).toBe(0);
});

test('after a sweep and a compaction the files have nothing of it', async () => {
  // Flushes wait for timers, too.
  vi.useRealTimers();
  vi.useFakeTimers({ now: 1_000_000, toFake: ['Date'] });
  const isThere = (): boolean =>
    [...storedVersions('store', { vfs: store.vfs })].some(({ userKey, value }) =>
      Buffer.concat([userKey, value ?? new Uint8Array(0)]).includes('secret'),
    );
  await adapter.set('secret', 'the secret', 1000);
  await adapter.set('other', 'value');
  await db.flush();
  expect(isThere()).toBe(true);
  vi.setSystemTime(1_001_000);
  await adapter.sweep();
  await db.compact();
  expect(isThere()).toBe(false);
  expect(await adapter.get('other')).toBe('value');
});

test.each<[string, number | undefined, number]>([
  ['a longer life', 5000, 1],
  ['a shorter life', 500, 1],
  ['the same life', 1000, 1],
  ['for ever', undefined, 0],
])('set anew with %s, an entry lives as long as it was told last', async (_, ttl, expiries) => {
  await adapter.set('a', 'old', 1000);
  await adapter.set('a', 'new', ttl);
  expect(keysOf(db).expiries.length).toBe(expiries);
  const end = 1_000_000 + (ttl ?? 1_000_000);
  vi.setSystemTime(end - 1);
  expect(await adapter.sweep()).toBe(0);
  expect(await adapter.get('a')).toBe('new');
  vi.setSystemTime(end);
  expect(await adapter.sweep()).toBe(expiries);
  expect(await adapter.get('a')).toBe(ttl === undefined ? 'new' : undefined);
});

test('deleted, and set anew, an entry has nothing of its former life', async () => {
  await adapter.set('a', 'old', 1000);
  expect(await adapter.delete('a')).toBe(true);
  expect(keysOf(db)).toEqual({ entries: [], expiries: [] });
  await adapter.set('a', 'new', 3000);
  vi.setSystemTime(1_002_000);
  expect(await adapter.sweep()).toBe(0);
  expect(await adapter.get('a')).toBe('new');
});

test('an expiry that is left over does not delete what was set since', async () => {
  await adapter.set('a', 'old', 1000);
  const { expiries } = keysOf(db);
  await adapter.delete('a');
  // As a clearing leaves it that was cut short by a crash.
  for (const expiry of expiries) db.set(expiry, '');
  await adapter.set('a', 'new', 5000);
  vi.setSystemTime(1_001_000);
  expect(await adapter.sweep()).toBe(0);
  expect(await adapter.get('a')).toBe('new');
  expect(keysOf(db).expiries.length).toBe(1);
});

test('of two values for one key in setMany the last one counts, its time too', async () => {
  await adapter.setMany([
    { key: 'a', value: 'first', ttl: 1000 },
    { key: 'a', value: 'last', ttl: 5000 },
  ]);
  expect(keysOf(db).expiries.length).toBe(1);
  vi.setSystemTime(1_001_000);
  await adapter.sweep();
  expect(await adapter.get('a')).toBe('last');
});

test.each([-1, -1e15])('what lives %d ms is not there, nor what was there before', async (ttl) => {
  await adapter.set('a', 'old', 1000);
  expect(await adapter.set('a', 'new', ttl)).toBe(true);
  expect(await adapter.get('a')).toBeUndefined();
  expect(keysOf(db)).toEqual({ entries: [], expiries: [] });
});

test.each([0, undefined, Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER])(
  'what lives %s ms lives for ever',
  async (ttl) => {
    await adapter.set('a', 'value', ttl);
    expect(keysOf(db).expiries).toEqual([]);
    vi.setSystemTime(8.64e15);
    expect(await adapter.get('a')).toBe('value');
  },
);

test('half a millisecond counts as one', async () => {
  await adapter.set('a', 'value', 0.5);
  expect(await adapter.get('a')).toBe('value');
  vi.setSystemTime(1_000_001);
  expect(await adapter.sweep()).toBe(1);
});

test('a sweep is for all namespaces, whoever has them', async () => {
  const names = ['', 'a', 'a:b', 'a;', '%'];
  for (const namespace of names) {
    const other = new KeyvJump(db, { namespace, sweepInterval: 0 });
    await other.set('k', 'v', 1000);
    await other.set('stays', 'v');
  }
  db.set('keyv/neither an entry nor an expiry', 'somebody else');
  db.set('zzz', 'somebody else');
  vi.setSystemTime(1_001_000);
  expect(await adapter.sweep()).toBe(names.length);
  const { entries, expiries } = keysOf(db);
  expect(expiries).toEqual([]);
  expect(entries.length).toBe(names.length + 2);
});

test('a long sweep lets others have their turn, and takes nothing of theirs', async () => {
  const many = Array.from({ length: 2500 }, (_, i) => ({ key: `k${i}`, value: 'v', ttl: 1000 }));
  await adapter.setMany(many);
  vi.setSystemTime(1_001_000);
  const swept = adapter.sweep();
  expect(keysOf(db).expiries.length).toBe(1500);
  // The last of them, which has not been swept yet.
  await adapter.set('k999', 'new', 1000);
  await adapter.set('k998', 'new');
  expect(adapter.sweep()).not.toBe(undefined);
  await vi.advanceTimersByTimeAsync(10);
  expect(await swept).toBe(2498);
  expect(await adapter.getMany(['k999', 'k998', 'k1'])).toEqual(['new', 'new', undefined]);
  expect(keysOf(db).entries.length).toBe(2);
});

test('disconnecting ends a long sweep', async () => {
  await adapter.setMany(
    Array.from({ length: 2500 }, (_, i) => ({ key: `k${i}`, value: 'v', ttl: 1000 })),
  );
  vi.setSystemTime(1_001_000);
  const swept = adapter.sweep();
  await adapter.disconnect();
  await vi.advanceTimersByTimeAsync(10);
  expect(await swept).toBe(1000);
  expect(keysOf(db).expiries.length).toBe(1500);
});

test('the adapter sweeps by itself, as often as it is told', async () => {
  const often = new KeyvJump(db, { namespace: 'ns', sweepInterval: 100 });
  await often.set('a', 'value', 150);
  await vi.advanceTimersByTimeAsync(100);
  expect(keysOf(db).entries.length).toBe(1);
  await vi.advanceTimersByTimeAsync(100);
  expect(keysOf(db)).toEqual({ entries: [], expiries: [] });
  await often.set('b', 'value', 10);
  const timers = vi.getTimerCount();
  await often.disconnect();
  expect(vi.getTimerCount()).toBe(timers - 1);
  await vi.advanceTimersByTimeAsync(1000);
  expect(keysOf(db).entries.length).toBe(1);
});

test('by default that is once a minute; 0 is never', async () => {
  const never = new KeyvJump(db, { namespace: 'ns', sweepInterval: 0 });
  await never.set('a', 'value', 10);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(keysOf(db).entries.length).toBe(1);
  await adapter.get('a');
  await vi.advanceTimersByTimeAsync(59_999);
  expect(keysOf(db).entries.length).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(keysOf(db).entries.length).toBe(0);
});

test('a sweep that fails by itself tells the listeners, and the next one begins', async () => {
  const codes: unknown[] = [];
  const vfs = new FaultVfs(memoryVfs());
  const failing = new KeyvJump('store', { sweepInterval: 100, jump: { vfs } });
  failing.on('error', (error) => codes.push((error as JumpError).code));
  await failing.set('a', 'value', 10);
  vfs.setFault({ at: 0, kinds: ['write'] });
  await expect(failing.set('b', 'value')).rejects.toMatchObject({ name: 'JumpError' });
  await vi.advanceTimersByTimeAsync(100);
  expect(codes).toEqual(['JUMP_POISONED']);
  await vi.advanceTimersByTimeAsync(100);
  expect(codes).toEqual(['JUMP_POISONED', 'JUMP_POISONED']);
  await failing.disconnect().catch(() => undefined);
});

test('a sweep passes over what somebody else has put in place of an entry', async () => {
  for (const key of ['a', 'b', 'c']) await adapter.set(key, 'value', 1000);
  db.set('keyv/ns:=b', 'somebody else');
  vi.setSystemTime(1_001_000);
  expect(await adapter.sweep()).toBe(2);
  expect(keysOf(db)).toEqual({ entries: ['keyv/ns:=b'], expiries: [] });
});

test('when the store is closed under it, the adapter sweeps no more, and says nothing', async () => {
  const errors: unknown[] = [];
  const { db: other } = memoryStore();
  const left = new KeyvJump(other, { sweepInterval: 100 });
  left.on('error', (error) => errors.push(error));
  await left.has('a');
  other.close();
  const before = vi.getTimerCount();
  await vi.advanceTimersByTimeAsync(1000);
  expect(vi.getTimerCount()).toBe(before - 1);
  expect(errors).toEqual([]);
});
