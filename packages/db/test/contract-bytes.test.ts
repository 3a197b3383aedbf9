// Goal:   what the contract says of bytes as keys and values, and of encodings.
// Method: its sentences, each as a test.
import { memoryVfs, open } from '@jump/db';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

type Bytes = ReturnType<typeof openBytes>;
const openBytes = () =>
  open<Uint8Array, Uint8Array>(undefined, { keyEncoding: 'bytes', valueEncoding: 'bytes' });
const code = (wanted: string) => expect.objectContaining({ code: wanted });
const bytes = (...values: number[]) => Uint8Array.from(values);

describe('bytes', () => {
  let db: Bytes;
  beforeEach(() => {
    db = openBytes();
  });
  afterEach(() => db.close());

  test('what happens to a buffer that was given changes nothing', async () => {
    const key = bytes(1, 2);
    const value = bytes(3, 4);
    db.set(key, value);
    key.fill(9);
    value.fill(9);
    const batchKey = bytes(5);
    const batch = db.batch().set(batchKey, value).delete(key);
    batchKey.fill(9);
    value.fill(8);
    batch.write();
    expect(db.get(bytes(5))).toEqual(bytes(9, 9));
    const lower = bytes(1, 2);
    const iterator = db.entries({ gte: lower });
    const cursor = db.cursor({ gte: lower, lte: lower });
    lower.fill(200);
    expect(cursor.first()).toBe(true);
    cursor.close();
    expect([...iterator]).toEqual([
      [bytes(1, 2), bytes(3, 4)],
      [bytes(5), bytes(9, 9)],
    ]);
    await db.flush();
    expect(db.get(bytes(1, 2))).toEqual(bytes(3, 4));
  });

  test('what happens to a buffer that was returned changes nothing', async () => {
    for (const where of ['memtable', 'table']) {
      db.set(bytes(1), bytes(1, 2, 3));
      if (where === 'table') await db.flush();
      const snapshot = db.snapshot();
      const cursor = db.cursor();
      cursor.first();
      const buffers = [
        db.get(bytes(1)),
        ...db.getMany([bytes(1)]),
        snapshot.get(bytes(1)),
        ...[...db.entries()].flat(),
        ...db.keys(),
        ...db.values({ reverse: true }),
        cursor.key,
        cursor.value,
      ];
      for (const buffer of buffers) buffer?.fill(77);
      expect([cursor.key, cursor.value], where).toEqual([bytes(1), bytes(1, 2, 3)]);
      expect([...db.entries()], where).toEqual([[bytes(1), bytes(1, 2, 3)]]);
      cursor.close();
      snapshot.release();
    }
  });

  test('takes every Uint8Array and gives plain ones', () => {
    db.set(Buffer.from('k'), Buffer.from('v'));
    const shared = new Uint8Array(new SharedArrayBuffer(2)).fill(7);
    db.set(shared, new Uint8Array([0, 1, 2, 3]).subarray(1, 3));
    expect(db.get(Buffer.from('k'))).toEqual(bytes(0x76));
    expect(db.get(bytes(7, 7))).toEqual(bytes(1, 2));
    expect(Object.getPrototypeOf(db.get(bytes(7, 7)))).toBe(Uint8Array.prototype);
  });

  test.each([
    ['text', 'string "text"'],
    [5, 'number 5'],
    [null, 'null'],
    [undefined, 'undefined'],
    [[1, 2], 'an object (Array)'],
    [new Uint16Array(2), 'an object (Uint16Array)'],
    [new DataView(new ArrayBuffer(1)), 'an object (DataView)'],
  ])('a key or value of the wrong type is named: %s', (wrong, shown) => {
    const bad = wrong as unknown as Uint8Array;
    const error = (what: string) => new TypeError(`${what} must be a Uint8Array, got ${shown}`);
    expect(() => db.set(bad, bytes())).toThrow(error('key'));
    const value = error('value').message;
    expect(() => db.set(bytes(), bad)).toThrow(new TypeError(`${value} (at the empty key)`));
    expect(() => db.set(bytes(0x6b), bad)).toThrow(new TypeError(`${value} (at the key 6b)`));
    expect(() => db.get(bad)).toThrow(error('key'));
    expect(() => db.has(bad)).toThrow(error('key'));
    expect(() => db.delete(bad)).toThrow(error('key'));
    expect(() => db.getMany([bytes(), bad])).toThrow(error('key'));
    expect(() => db.batch().set(bad, bytes())).toThrow(error('key'));
    expect(() => db.batch().delete(bad)).toThrow(error('key'));
    const cursor = db.cursor();
    expect(() => cursor.seek(bad)).toThrow(error('key'));
    cursor.close();
    expect([...db.keys()]).toEqual([]);
  });
});

describe('encodings', () => {
  test('json', () => {
    const db = open<[string, number], { name: string } | null>(undefined, {
      keyEncoding: 'json',
      valueEncoding: 'json',
    });
    db.set(['a', 1], { name: 'Ada' });
    db.set(['b', 2], null);
    expect(db.get(['a', 1])).toEqual({ name: 'Ada' });
    expect(db.get(['b', 2])).toBeNull();
    expect([...db.keys()]).toEqual([
      ['a', 1],
      ['b', 2],
    ]);
    const wrong = (() => {}) as never;
    expect(() => db.set(['a', 1], wrong)).toThrow(/value.*a function/);
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    expect(() => db.set(['a', 1], circle as never)).toThrow(TypeError);
    db.close();
  });

  test.each(['utf8', 'json'] as const)(
    '%s of other bytes is an error that names the way to read them',
    (encoding) => {
      const memory = memoryVfs();
      const raw = open<Uint8Array, Uint8Array>('store', {
        vfs: memory,
        keyEncoding: 'bytes',
        valueEncoding: 'bytes',
      });
      raw.set(bytes(0x31), bytes(0xff, 0xfe));
      raw.close();
      const values = open<string, string>('store', { vfs: memory, valueEncoding: encoding });
      expect(() => values.get('1')).toThrow(/value.*valueEncoding 'bytes'/);
      expect(() => values.get('1')).toThrow(code('JUMP_CORRUPTION'));
      expect(values.has('1')).toBe(true);
      values.close();
    },
  );
});
