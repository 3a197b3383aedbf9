import { expect, test } from 'vitest';
import {
  behind,
  dueOf,
  entriesOf,
  entryKey,
  expiriesOf,
  expiryKey,
  readEntryKey,
  readExpiryKey,
  type Stretch,
  spaceOf,
  spaceOfKey,
} from './layout.ts';

const encode = (text: string): string => Buffer.from(text, 'utf8').toString('hex');
/** In the store's order, which is that of the UTF-8. */
const isIn = (key: string, { gte, lt }: Stretch): boolean =>
  encode(key) >= encode(gte) && encode(key) < encode(lt);

const NAMESPACES = ['', 'a', 'a:b', 'a:', ':', '%', '%3A', 'a;', 'a!', 'é', '\u{1f600}', '\ud800'];
const KEYS = ['', 'x', 'a:x', '@', '@0', '=', '#', ':', '\0', '\uffff', '\udc00', 'x\ud800y', 'é'];

test('keys look as the README says', () => {
  const space = spaceOf('a:b');
  expect(entryKey(space, 'x', false)).toBe('keyv/a%3Ab:=x');
  const entry = entryKey(space, 'x', true);
  expect(entry).toBe('keyv/a%3Ab:#x');
  expect(expiryKey(space, entry, 1763830000000)).toBe('keyv/a%3Ab:@0001763830000000#x');
});

test('each namespace, key and prefix has a key of its own, and is read back', () => {
  const seen = new Set<string>();
  for (const namespace of NAMESPACES) {
    const space = spaceOf(namespace);
    for (const key of KEYS) {
      for (const prefixed of [true, false]) {
        const entry = entryKey(space, key, prefixed);
        expect(Buffer.from(entry).toString()).toBe(entry);
        expect(readEntryKey(space, entry)).toEqual({ key, prefixed });
        expect(spaceOfKey(entry)).toBe(space);
        expect(isIn(entry, entriesOf(space))).toBe(true);
        const expiry = expiryKey(space, entry, 17);
        expect(readExpiryKey(space, expiry)).toEqual({ entry, expires: 17 });
        expect(isIn(expiry, entriesOf(space))).toBe(false);
        seen.add(entry).add(expiry);
      }
    }
  }
  expect(seen.size).toBe(NAMESPACES.length * KEYS.length * 4);
});

test('no namespace has keys in the stretch of another', () => {
  for (const one of NAMESPACES.map(spaceOf)) {
    for (const other of NAMESPACES.map(spaceOf)) {
      for (const key of KEYS) {
        const entry = entryKey(other, key, false);
        const expiry = expiryKey(other, entry, 1);
        expect(isIn(entry, entriesOf(one))).toBe(one === other);
        expect(isIn(expiry, expiriesOf(one))).toBe(one === other);
        expect(isIn(entry, expiriesOf(one)) || isIn(expiry, entriesOf(one))).toBe(false);
      }
    }
  }
});

test('from namespace to namespace none is left out', () => {
  const keys = NAMESPACES.map((one) => entryKey(spaceOf(one), 'x', false));
  // Nobody here writes such keys, but others may.
  keys.push('keyv/', 'keyv/b', 'keyv', 'keyv0');
  keys.sort((a, b) => (encode(a) < encode(b) ? -1 : 1));
  const found: string[] = [];
  for (let space: string | undefined; ; ) {
    const next = keys.find((key) => isIn(key, behind(space)));
    if (next === undefined) break;
    space = spaceOfKey(next);
    found.push(space);
  }
  expect(new Set(found)).toEqual(new Set([...NAMESPACES.map(spaceOf), 'keyv/', 'keyv/b']));
  expect(found.length).toBe(NAMESPACES.length + 2);
});

test('due is what expires now or before', () => {
  const space = spaceOf('a');
  const at = (expires: number): string => expiryKey(space, entryKey(space, 'x', false), expires);
  expect([1, 99, 100].every((time) => isIn(at(time), dueOf(space, 100)))).toBe(true);
  expect([101, 1000, 2 ** 53 - 1].some((time) => isIn(at(time), dueOf(space, 100)))).toBe(false);
});
