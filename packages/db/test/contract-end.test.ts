// Goal:   what the contract says of a store's end: close and destroy; and of the dictionary.
// Method: its sentences, each as a test.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { destroy, type JumpDB, memoryVfs, open, record } from '@jump/db';
import { describe, expect, test } from 'vitest';
import { temporary } from './temporary.ts';

const code = (wanted: string) => expect.objectContaining({ code: wanted });
const TINY = { memtableSize: 1024, tableSize: 1024 } as const;

function fill(db: JumpDB, count: number): void {
  for (let i = 0; i < count; i++) db.set(`k${String(i).padStart(5, '0')}`, 'x'.repeat(100));
}

describe('close', () => {
  test('is idempotent; every later call throws JUMP_CLOSED, but return() and release()', async () => {
    const db = open();
    db.set('k', 'v');
    const snapshot = db.snapshot();
    const iterator = db.entries();
    const cursor = db.cursor();
    cursor.first();
    const batch = db.batch().set('a', 'b');
    expect(db.close()).toBeUndefined();
    db.close();
    db[Symbol.dispose]();
    const calls: (() => unknown)[] = [
      () => db.get('k'),
      () => db.getMany(['k']),
      () => db.has('k'),
      () => db.contains('k'),
      () => db.set('k', 'v'),
      () => db.delete('k'),
      () => db.batch(),
      () => batch.set('k', 'v'),
      () => batch.delete('k'),
      () => batch.clear(),
      () => batch.write(),
      () => db.write([]),
      () => db.entries(),
      () => db.keys(),
      () => db.values({ reverse: true }),
      () => db[Symbol.iterator](),
      () => db.cursor(),
      () => db.snapshot(),
      () => db.clear(),
      () => db.handOver(),
      () => db.approximateSize({}),
      () => db.stats(),
      () => snapshot.get('k'),
      () => snapshot.has('k'),
      () => snapshot.getMany(['k']),
      () => snapshot.entries(),
      () => snapshot.cursor(),
      () => iterator.next(),
      () => cursor.first(),
      () => cursor.next(),
      () => cursor.seek('k'),
      () => cursor.key,
      () => cursor.value,
      () => record(db)['k'],
    ];
    for (const call of calls) expect(call, String(call)).toThrow(code('JUMP_CLOSED'));
    const promises = [
      () => db.sync(),
      () => db.drain(),
      () => db.flush(),
      () => db.compact(),
      () => db.checkpoint('elsewhere'),
    ];
    for (const call of promises)
      await expect(call(), String(call)).rejects.toThrow(code('JUMP_CLOSED'));
    expect(iterator.return()).toEqual({ done: true, value: undefined });
    snapshot.release();
    cursor.close();
  });

  test('resolves pending sync(), rejects pending flush(), compact() and drain()', async () => {
    const db = open(undefined, { memtableSize: 100_000 });
    fill(db, 2000);
    const synced = db.sync();
    const flushed = db.flush();
    const compacted = db.compact();
    const outcomes = Promise.allSettled([synced, flushed, compacted]);
    db.close();
    const rejected = { status: 'rejected', reason: code('JUMP_CLOSED') };
    expect(await outcomes).toEqual([{ status: 'fulfilled', value: undefined }, rejected, rejected]);
  });

  test('keeps everything, with work half done', () => {
    const vfs = memoryVfs();
    for (let round = 0; round < 5; round++) {
      const db = open('store', { ...TINY, vfs });
      expect([...db.keys()]).toHaveLength(round * 37);
      for (let i = 0; i < 37; i++) db.set(`${round} ${i}`, 'x'.repeat(100));
      db.close();
    }
  });
});

describe('destroy', () => {
  test('removes the store and its directory', () => {
    const path = temporary();
    const db = open(path, TINY);
    fill(db, 300);
    db.close();
    writeFileSync(join(path, 'LOG'), '');
    destroy(path);
    expect(existsSync(path)).toBe(false);
    destroy(path);
  });

  test("removes only files with LevelDB's names", () => {
    const path = temporary();
    open(path).close();
    const others = ['notes.txt', '12.txt', 'CURRENT.bak', 'x000005.ldb', 'MANIFEST', '5.log.gz'];
    for (const name of others) writeFileSync(join(path, name), 'precious');
    mkdirSync(join(path, 'lost'));
    destroy(path);
    expect(readdirSync(path).sort()).toEqual([...others, 'lost'].sort());
  });
});

describe('record', () => {
  test('is a dictionary of the store', () => {
    const db = open();
    const dict = record(db);
    dict['k3'] = 'v3';
    expect('k3' in dict).toBe(true);
    expect(dict['k3']).toBe('v3');
    expect(db.get('k3')).toBe('v3');
    Object.assign(dict, { a: '1', constructor: 'c', __proto__: 'p' });
    expect(Object.keys(dict)).toEqual([...db.keys()]);
    expect(Object.entries(dict)).toEqual([...db.entries()]);
    expect({ ...dict }['constructor']).toBe('c');
    expect(delete dict['k3']).toBe(true);
    expect(delete dict['k3']).toBe(true);
    expect('k3' in dict).toBe(false);
    expect(dict['toString']).toBeUndefined();
    expect(JSON.stringify(dict)).toBe(JSON.stringify(Object.fromEntries(db)));
    expect(() => Object.freeze(dict)).toThrow(TypeError);
    expect(() => Reflect.set(dict, Symbol.iterator, 'x')).toThrow(/symbols/);
    expect(() => record(5 as never)).toThrow(/db.*number 5/);
    db.close();
  });
});
