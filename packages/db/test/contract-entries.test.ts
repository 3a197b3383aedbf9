// Goal:   what the contract says of single entries of text, and of batches.
// Method: its sentences, one after another, each as a test.
import { type JumpDB, open } from '@jump/db';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

describe('text', () => {
  let db: JumpDB;
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
