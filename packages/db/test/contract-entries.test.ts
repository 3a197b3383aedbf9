// Goal:   what the contract says of single entries, batches, and how keys and values become bytes.
// Method: its sentences, one after another, each as a test.
import { memoryVfs, open } from '@jump/db';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

type Bytes = ReturnType<typeof openBytes>;
const openBytes = () =>
  open<Uint8Array, Uint8Array>(undefined, { keyEncoding: 'bytes', valueEncoding: 'bytes' });
const code = (wanted: string) => expect.objectContaining({ code: wanted });
const bytes = (...values: number[]) => Uint8Array.from(values);

describe('text', () => {
  let db: ReturnType<typeof open<string, string>>;
  beforeEach(() => {
    db = open();
  });
  afterEach(() => db.close());

  test('the example of the contract', () => {
    db.set('k1', 'v1');
    db.set('k2', 'v2');
    db.delete('k2');
    expect(db.get('k1')).toBe('v1');
    expect(db.get('k2')).toBeUndefined();
    expect(db.has('k2')).toBe(false);
    expect(db.contains('k1')).toBe(true);
    const found: [string, string][] = [];
    for (const entry of db.entries({ gte: 'k', lt: 'l', reverse: true, limit: 10 })) {
      found.push(entry);
    }
    expect(found).toEqual([['k1', 'v1']]);
  });

  test('set and delete return nothing; deleting what is not there is no error', () => {
    expect(db.set('k', 'v')).toBeUndefined();
    expect(db.delete('k')).toBeUndefined();
    expect(db.delete('never')).toBeUndefined();
    expect(db.get('k', { snapshot: undefined })).toBeUndefined();
  });

  test('an empty key and an empty value are as good as others', () => {
    db.set('', 'empty key');
    db.set('empty value', '');
    expect(db.get('')).toBe('empty key');
    expect(db.get('empty value')).toBe('');
    expect(db.has('')).toBe(true);
    expect([...db.keys()]).toEqual(['', 'empty value']);
    expect([...db.keys({ gt: '' })]).toEqual(['empty value']);
    db.batch().delete('').set('x', '').write();
    expect([...db.entries()]).toEqual([
      ['empty value', ''],
      ['x', ''],
    ]);
  });

  test('getMany gives the values in the order asked, undefined where there is none', () => {
    db.write([
      { type: 'set', key: 'a', value: '1' },
      { type: 'set', key: 'b', value: '2' },
    ]);
    expect(db.getMany(['b', 'none', 'a', 'b'])).toEqual(['2', undefined, '1', '2']);
    expect(db.getMany(new Set(['a']))).toEqual(['1']);
    expect(db.getMany([])).toEqual([]);
  });

  test('getMany is consistent, whatever happens while it asks for its keys', () => {
    db.set('a', 'before');
    db.set('b', 'before');
    function* keys() {
      yield 'a';
      db.set('b', 'after');
      yield 'b';
    }
    expect(db.getMany(keys())).toEqual(['before', 'before']);
    expect(db.get('b')).toBe('after');
    expect(db.stats().pinned.iterators).toBe(0);
  });

  test('keys sort as their UTF-8 does, not as JavaScript compares strings', () => {
    const keys = ['\u{10000}', '\uffff', 'é', 'z', 'Z', '\u0000'];
    for (const key of keys) db.set(key, key);
    expect([...db.keys()]).toEqual(['\u0000', 'Z', 'z', 'é', '\uffff', '\u{10000}']);
  });

  test.each([0, 1, 23, 24, 25, 42, 43, 127, 128, 5461, 16_383, 16_384, 65_535, 65_536, 300_000])(
    'text of %i units of each width comes back',
    (length) => {
      for (const unit of ['a', 'é', '€', '𐍈']) {
        const text = unit.repeat(Math.ceil(length / unit.length));
        db.set(text, text);
        expect(db.get(text)).toBe(text);
        db.batch().set(`${text}!`, text).delete(text).write();
        expect(db.get(`${text}!`)).toBe(text);
        expect(db.has(text)).toBe(false);
      }
    },
  );

  test.each(['\ud800', 'x\udc00', `${'long'.repeat(100)}\ud800`, `${'l'.repeat(70_000)}\udfff`])(
    'a lone surrogate is a TypeError, and nothing is written',
    (bad) => {
      expect(() => db.set('k', bad)).toThrow(TypeError);
      expect(() => db.set(bad, 'v')).toThrow(/^key holds a lone surrogate/);
      expect(() => db.get(bad)).toThrow(TypeError);
      expect(() => db.delete(bad)).toThrow(TypeError);
      expect(() => db.entries({ gte: bad })).toThrow(TypeError);
      const batch = db.batch().set('a', '1');
      expect(() => batch.set('k', bad)).toThrow(/^value holds a lone surrogate/);
      expect(batch.length).toBe(1);
      batch.set('b', '2').write();
      expect([...db.entries()]).toEqual([
        ['a', '1'],
        ['b', '2'],
      ]);
    },
  );

  test('a batch is atomic, in order, and can be used again', () => {
    const batch = db.batch();
    expect(batch.set('k', '1').delete('k').set('k', '2').delete('gone')).toBe(batch);
    expect(batch.length).toBe(4);
    expect(db.has('k')).toBe(false);
    batch.write();
    expect(batch.length).toBe(0);
    expect(db.get('k')).toBe('2');
    batch.write();
    batch.set('l', '3').clear().set('m', '4').write({ sync: true });
    expect([...db.entries()]).toEqual([
      ['k', '2'],
      ['m', '4'],
    ]);
  });

  test('write() takes any iterable, all or nothing', () => {
    function* operations() {
      yield { type: 'set', key: 'a', value: '1' } as const;
      throw new Error('of the iterable');
    }
    expect(() => db.write(operations())).toThrow('of the iterable');
    const wrong = { type: 'put', key: 'a', value: '1' } as never;
    expect(() => db.write([{ type: 'set', key: 'b', value: '' }, wrong])).toThrow(
      /'set' or 'delete'.*"put"/,
    );
    expect([...db.keys()]).toEqual([]);
    db.write(new Set([{ type: 'set', key: 'a', value: '1' }] as const), { sync: true });
    db.write([]);
    expect(db.get('a')).toBe('1');
  });
});

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
    expect(() => db.set(bytes(), bad)).toThrow(error('value'));
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
