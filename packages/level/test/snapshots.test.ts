// Goal:   every call sees what its snapshot saw, and what was closed holds nothing of the store.
// Method: a store of more keys than are deleted in one batch, changed after a snapshot.
import { JumpLevel } from '@jump/level';
import { afterEach, beforeEach, expect, test } from 'vitest';

const ENTRIES = 2500;
const key = (i: number): string => `key${String(i).padStart(5, '0')}`;
const keys = Array.from({ length: ENTRIES }, (_, i) => key(i));

let db: JumpLevel;
beforeEach(async () => {
  db = new JumpLevel(':memory:');
  await db.batch(keys.map((one) => ({ type: 'put', key: one, value: 'old' })));
});
afterEach(() => db.close());

test('a snapshot is seen by every call that takes one', async () => {
  const snapshot = db.snapshot();
  await db.batch([
    { type: 'put', key: key(0), value: 'new' },
    { type: 'del', key: key(1) },
    { type: 'put', key: 'later', value: 'new' },
  ]);
  const asked = [key(0), key(1), 'later'];
  const then = { snapshot } as object;
  expect(await db.getMany(asked, then)).toEqual(['old', 'old', undefined]);
  expect(await db.getMany(asked)).toEqual(['new', undefined, 'new']);
  expect(await db.hasMany(asked, then)).toEqual([true, true, false]);
  expect(await db.hasMany(asked)).toEqual([true, false, true]);
  for (const [i, one] of asked.entries()) {
    const value = ['old', 'old', undefined][i];
    expect(await db.get(one, then)).toBe(value);
    expect(db.getSync(one, then)).toBe(value);
    expect(await db.has(one, then)).toBe(value !== undefined);
  }
  expect(await db.keys(then).all()).toEqual(keys);
  await snapshot.close();
});

test.each([
  [{ limit: 1500 }, keys.slice(1500)],
  [{ limit: 1500, reverse: true }, keys.slice(0, 1000)],
  [{ gte: key(100), lt: key(2400), limit: 2000 }, [...keys.slice(0, 100), ...keys.slice(2100)]],
  [{ limit: 1e9 }, []],
  [{ limit: 0 }, keys],
])('clear(%o) deletes as many, over several batches', async (range, left) => {
  await db.clear(range);
  expect(await db.keys().all()).toEqual(left);
});

test('clear with a snapshot deletes what that sees, over several batches', async () => {
  const snapshot = db.snapshot();
  await db.put('later', 'new');
  await db.clear({ snapshot, gt: key(9) } as object);
  expect(await db.keys().all()).toEqual([...keys.slice(0, 10), 'later']);
  await snapshot.close();
});

test('an iterator over a snapshot that was closed says so', async () => {
  const snapshot = db.snapshot();
  const [begun, other] = [db.keys({ snapshot } as object), db.keys({ snapshot } as object)];
  await begun.next();
  await snapshot.close();
  const closed = { code: 'LEVEL_SNAPSHOT_NOT_OPEN' };
  expect(() => other.seek(key(5))).toThrow(expect.objectContaining(closed));
  begun.seek(key(5));
  for (const one of [begun, other]) {
    await expect(one.next()).rejects.toMatchObject(closed);
    await one.close();
  }
});

test('what is closed, or at its end, pins nothing', async () => {
  const pinned = (): object => db.stats().pinned;
  const nothing = pinned();
  const snapshot = db.snapshot();
  const iterators = [db.iterator(), db.keys(), db.values({ snapshot } as object)];
  for (const one of iterators) await one.next();
  expect(pinned()).not.toEqual(nothing);
  for (const one of iterators) await one.close();
  await snapshot.close();
  expect(pinned()).toEqual(nothing);
  await db.iterator({ limit: 10 }).all();
  for await (const _ of db.iterator()) break;
  for await (const _ of db.keys({ limit: 3 }));
  for await (const _ of db.values());
  expect(pinned()).toEqual(nothing);
});
