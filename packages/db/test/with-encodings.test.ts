// Goal:   one store under several encodings: the same bytes, snapshots and life.
import { open } from '@jump/db';
import { expect, test } from 'vitest';

test('what one writes the others read', () => {
  const db = open<string, string>();
  const bytes = db.withEncodings<Uint8Array, Uint8Array>({
    keyEncoding: 'bytes',
    valueEncoding: 'bytes',
  });
  const json = db.withEncodings<string, unknown>({ valueEncoding: 'json' });
  json.set('a', [1, 2]);
  bytes.set(Uint8Array.of(0x62), Uint8Array.of(0x31));
  expect([...db.entries()]).toEqual([
    ['a', '[1,2]'],
    ['b', '1'],
  ]);
  expect(bytes.get(Uint8Array.of(0x61))).toEqual(new TextEncoder().encode('[1,2]'));
  expect([...json.values({ gte: 'b' })]).toEqual([1]);
  db.close();
});

test('a snapshot of one is good for the others, and for no other store', () => {
  const db = open<string, string>();
  const other = open<string, string>();
  const json = db.withEncodings<string, string>({ valueEncoding: 'json' });
  db.set('a', '"before"');
  const snapshot = db.snapshot();
  db.set('a', '"after"');
  expect(json.get('a', { snapshot })).toBe('before');
  expect([...json.entries({ snapshot })]).toEqual([['a', 'before']]);
  expect(() => other.get('a', { snapshot })).toThrow(TypeError);
  snapshot.release();
  other.close();
  db.close();
});

test('they are closed together, and what is no encoding is refused', () => {
  const db = open<string, string>();
  const plain = db.withEncodings();
  for (const wrong of [{ keyEncoding: 'latin1' }, { valueEncoding: 5 }, { cacheSize: 1 }, null]) {
    expect(() => db.withEncodings(wrong as object)).toThrow(TypeError);
  }
  plain.close();
  expect(() => db.get('a')).toThrow(expect.objectContaining({ code: 'JUMP_CLOSED' }));
});
