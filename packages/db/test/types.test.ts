// Goal:   keys and values have the types that follow from the encodings, without anybody saying so.
// Method: `tsc`, which reads tests too, checks what is expected of types; run, it checks that the
//         values are what the types say.
import {
  type Encoding,
  type JumpDB,
  type OpenOptions,
  open,
  openReadOnly,
  type ReadOnlyDB,
  type ReadOnlyOptions,
} from '@jump/db';
import { memoryVfs } from '@jump/vfs';
import { describe, expect, expectTypeOf, test } from 'vitest';

interface Person {
  readonly name: string;
}

const dates: Encoding<Date> = {
  encode: (date) => new TextEncoder().encode(date.toJSON()),
  decode: (bytes) => new Date(new TextDecoder().decode(bytes)),
};

describe('open', () => {
  test('without encodings is of text', () => {
    const db = open();
    expectTypeOf(db).toEqualTypeOf<JumpDB<string, string>>();
    const small = open(undefined, { memtableSize: 4096 });
    expectTypeOf(small).toEqualTypeOf<JumpDB<string, string>>();
    for (const one of [db, small]) one.close();
  });

  test('takes the types from the names of encodings', () => {
    const json = open(undefined, { valueEncoding: 'json' });
    expectTypeOf(json).toEqualTypeOf<JumpDB<string, unknown>>();
    json.set('a', { name: 'Ada' });
    expectTypeOf(json.get('a')).toEqualTypeOf<unknown>();
    expect(json.get('a')).toEqual({ name: 'Ada' });
    const raw = open(undefined, { keyEncoding: 'bytes', valueEncoding: 'bytes' });
    expectTypeOf(raw).toEqualTypeOf<JumpDB<Uint8Array, Uint8Array>>();
    raw.set(Uint8Array.of(1), Uint8Array.of(2));
    expect([...raw]).toEqual([[Uint8Array.of(1), Uint8Array.of(2)]]);
    // @ts-expect-error: values are bytes
    expect(() => raw.set(Uint8Array.of(1), 'text')).toThrow(TypeError);
    const either = (keyEncoding: 'utf8' | 'bytes') => open(undefined, { keyEncoding });
    expectTypeOf(either).returns.toEqualTypeOf<JumpDB<string | Uint8Array, string>>();
    for (const one of [json, raw]) one.close();
  });

  test('takes the types from encodings of the caller, and names beside them', () => {
    const values = open(undefined, { keyEncoding: 'bytes', valueEncoding: dates });
    expectTypeOf(values).toEqualTypeOf<JumpDB<Uint8Array, Date>>();
    const keys = open(undefined, { keyEncoding: dates, valueEncoding: 'json' });
    expectTypeOf(keys).toEqualTypeOf<JumpDB<Date, unknown>>();
    const both = open(undefined, { keyEncoding: dates, valueEncoding: dates });
    expectTypeOf(both).toEqualTypeOf<JumpDB<Date, Date>>();
    both.set(new Date(1), new Date(2));
    expect(both.get(new Date(1))).toEqual(new Date(2));
    const written = open(undefined, {
      valueEncoding: { encode: (x: Person) => Buffer.from(x.name), decode: (b) => nameOf(b) },
    });
    expectTypeOf(written).toEqualTypeOf<JumpDB<string, Person>>();
    for (const one of [values, keys, both, written]) one.close();
  });

  test('believes whoever names the types', () => {
    const people = open<string, Person>(undefined, { valueEncoding: 'json' });
    expectTypeOf(people).toEqualTypeOf<JumpDB<string, Person>>();
    people.set('a', { name: 'Ada' });
    expectTypeOf(people.get('a')).toEqualTypeOf<Person | undefined>();
    const options: OpenOptions<string, Person> = { valueEncoding: 'json' };
    const same = open(undefined, options);
    expectTypeOf(same).toEqualTypeOf<JumpDB<string, Person>>();
    const generic = <K, V>(given: OpenOptions<K, V>) => open(undefined, given);
    expectTypeOf(generic<Date, Person>).returns.toEqualTypeOf<JumpDB<Date, Person>>();
    for (const one of [people, same]) one.close();
  });

  test('refuses names that are none', () => {
    // @ts-expect-error: no encoding
    expect(() => open(undefined, { valueEncoding: 'view' })).toThrow(TypeError);
    // @ts-expect-error: no option
    expect(() => open(undefined, { valueEncoding: 'json', unknown: 1 })).toThrow(TypeError);
  });
});

const nameOf = (bytes: Uint8Array): Person => ({ name: new TextDecoder().decode(bytes) });

test('withEncodings takes the types as open does', () => {
  const db = open();
  expectTypeOf(db.withEncodings()).toEqualTypeOf<JumpDB<string, string>>();
  const json = db.withEncodings({ valueEncoding: 'json' });
  expectTypeOf(json).toEqualTypeOf<JumpDB<string, unknown>>();
  json.set('a', [1]);
  expect(db.get('a')).toBe('[1]');
  const raw = db.withEncodings({ keyEncoding: 'bytes', valueEncoding: dates });
  expectTypeOf(raw).toEqualTypeOf<JumpDB<Uint8Array, Date>>();
  const people = db.withEncodings<string, Person>({ valueEncoding: 'json' });
  expectTypeOf(people).toEqualTypeOf<JumpDB<string, Person>>();
  db.close();
});

test('openReadOnly takes the types as open does', () => {
  const vfs = memoryVfs();
  open('/store', { vfs }).close();
  const json = openReadOnly('/store', { vfs, valueEncoding: 'json' });
  expectTypeOf(json).toEqualTypeOf<ReadOnlyDB<string, unknown>>();
  const raw = openReadOnly('/store', { vfs, keyEncoding: 'bytes', valueEncoding: dates });
  expectTypeOf(raw).toEqualTypeOf<ReadOnlyDB<Uint8Array, Date>>();
  const options: ReadOnlyOptions<string, Person> = { vfs, valueEncoding: 'json' };
  const people = openReadOnly('/store', options);
  expectTypeOf(people).toEqualTypeOf<ReadOnlyDB<string, Person>>();
  for (const one of [json, raw, people]) one.close();
});
