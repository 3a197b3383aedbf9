// Goal:   what the contract says of iterators, cursors and snapshots.
// Method: its sentences, each as a test, over entries that lie half in a table, half in memory.
import { type JumpDB, open } from '@jump/db';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const code = (wanted: string) => expect.objectContaining({ code: wanted });
let db: JumpDB<string, string>;

beforeEach(async () => {
  db = open();
  for (const key of ['a', 'b', 'c', 'ca', 'cb', 'd']) db.set(key, `old ${key}`);
  await db.flush();
  for (const key of ['b', 'cab', 'e']) db.set(key, `new ${key}`);
  db.delete('d');
});
afterEach(() => db.close());

const ALL = ['a', 'b', 'c', 'ca', 'cab', 'cb', 'e'];

describe('iterators', () => {
  test('are consistent as of the call that made them', () => {
    const iterator = db.entries();
    db.clear();
    db.set('z', 'later');
    expect([...iterator].map(([key]) => key)).toEqual(ALL);
    expect([...db]).toEqual([['z', 'later']]);
  });

  test('give back what they hold: at the end, when a loop is left, by return(), by using', () => {
    const pinned = () => db.stats().pinned.iterators;
    const begun = [db.entries(), db.keys(), db.values()];
    expect(pinned()).toBe(3);
    for (const iterator of begun)
      expect(iterator.return()).toEqual({ done: true, value: undefined });
    for (const [key] of db) if (key === 'b') break;
    expect([...db.keys()]).toEqual(ALL);
    expect(pinned()).toBe(0);
    const disposed = db.keys();
    disposed[Symbol.dispose]();
    expect(disposed.next()).toEqual({ done: true, value: undefined });
    expect(pinned()).toBe(0);
  });

  test('are iterable once, and stay at their end', () => {
    const iterator = db.keys({ limit: 1 });
    expect(iterator[Symbol.iterator]()).toBe(iterator);
    expect([...iterator, ...iterator]).toEqual(['a']);
    expect(iterator.next()).toEqual({ done: true, value: undefined });
  });
});

describe('cursors', () => {
  test('start nowhere, and stay there until sent somewhere', () => {
    const cursor = db.cursor();
    expect(cursor.valid).toBe(false);
    expect(cursor.next()).toBe(false);
    expect(cursor.previous()).toBe(false);
    expect(() => cursor.key).toThrow(RangeError);
    expect(() => cursor.value).toThrow(RangeError);
    expect(cursor.last()).toBe(true);
    expect(cursor.next()).toBe(false);
    expect(cursor.previous()).toBe(false);
    expect(() => cursor.key).toThrow('the cursor stands on no entry');
    cursor.close();
  });

  test('seek goes to the first entry at or after the key, within the range', () => {
    const cursor = db.cursor({ gt: 'a', lt: 'cb' });
    const seek = (key: string) => (cursor.seek(key) ? cursor.key : undefined);
    expect(['', 'a', 'b', 'ba', 'cab', 'caz', 'cb', 'z'].map(seek)).toEqual([
      'b',
      'b',
      'b',
      'c',
      'cab',
      undefined,
      undefined,
      undefined,
    ]);
    cursor.seek('c');
    expect([cursor.previous() && cursor.key, cursor.next() && cursor.key]).toEqual(['b', 'c']);
    expect([cursor.next() && cursor.value, cursor.previous() && cursor.value]).toEqual([
      'old ca',
      'old c',
    ]);
    cursor.close();
  });

  test('count as iterators; close is idempotent; later moves throw JUMP_CLOSED', () => {
    const cursor = db.cursor();
    cursor.first();
    expect(db.stats().pinned.iterators).toBe(1);
    cursor.close();
    cursor.close();
    cursor[Symbol.dispose]();
    expect(db.stats().pinned.iterators).toBe(0);
    expect(cursor.valid).toBe(false);
    for (const call of [() => cursor.first(), () => cursor.seek('a'), () => cursor.key]) {
      expect(call).toThrow(code('JUMP_CLOSED'));
    }
  });
});

describe('snapshots', () => {
  test('read as of the call, through every call, over flushes and compactions', async () => {
    const snapshot = db.snapshot();
    expect(db.stats().pinned.snapshots).toBe(1);
    for (const key of ALL) db.set(key, 'overwritten');
    db.delete('a');
    db.set('aa', 'new');
    await db.compact();
    db.clear({ gte: 'c' });
    await db.compact();
    expect(snapshot.get('a')).toBe('old a');
    expect(db.get('b', { snapshot })).toBe('new b');
    expect([snapshot.has('a'), snapshot.contains('aa')]).toEqual([true, false]);
    expect(db.has('aa', { snapshot })).toBe(false);
    expect(snapshot.getMany(['d', 'e'])).toEqual([undefined, 'new e']);
    expect([...snapshot.keys()]).toEqual(ALL);
    expect([...snapshot.values({ prefix: 'ca' })]).toEqual(['old ca', 'new cab']);
    expect([...db.keys({ snapshot, reverse: true, limit: 1 })]).toEqual(['e']);
    expect([...snapshot].length).toBe(ALL.length);
    const cursor = snapshot.cursor({ gte: 'c' });
    expect(cursor.first() && cursor.value).toBe('old c');
    snapshot.release();
    snapshot.release();
    expect(cursor.next() && cursor.value).toBe('old ca');
    cursor.close();
    expect(() => snapshot.get('a')).toThrow(code('JUMP_CLOSED'));
    expect(() => db.get('a', { snapshot })).toThrow(code('JUMP_CLOSED'));
    expect(db.stats().pinned).toEqual({ iterators: 0, snapshots: 0 });
  });

  test('belong to one store, and a range names no other', () => {
    const other = open();
    const foreign = other.snapshot();
    const own = db.snapshot();
    expect(() => db.get('a', { snapshot: foreign })).toThrow(/of another store/);
    expect(() => own.keys({ snapshot: db.snapshot() })).toThrow(/another snapshot/);
    expect(() => db.get('a', { snapshto: own } as never)).toThrow(/unknown option "snapshto"/);
    expect(() => db.getMany(['a'], { limit: 1 } as never)).toThrow(/unknown option "limit"/);
    other.close();
    foreign.release();
    own[Symbol.dispose]();
  });
});
