// Goal:   what the contract says of ranges.
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

describe('ranges', () => {
  test.each([
    [undefined, ALL],
    [{}, ALL],
    [{ gt: 'b' }, ['c', 'ca', 'cab', 'cb', 'e']],
    [{ gte: 'b' }, ['b', 'c', 'ca', 'cab', 'cb', 'e']],
    [{ lt: 'ca' }, ['a', 'b', 'c']],
    [{ lte: 'ca' }, ['a', 'b', 'c', 'ca']],
    [{ gt: 'b', lt: 'cb' }, ['c', 'ca', 'cab']],
    [{ gte: 'bb', lte: 'd' }, ['c', 'ca', 'cab', 'cb']],
    [{ gte: 'c', lte: 'c' }, ['c']],
    [{ gt: 'c', lte: 'c' }, []],
    [{ gte: 'c', lt: 'c' }, []],
    [{ gte: 'e', lte: 'a' }, []],
    [{ gt: '', lt: '\uffff' }, ALL],
    [{ gt: undefined, gte: 'e' }, ['e']],
    [{ prefix: 'c' }, ['c', 'ca', 'cab', 'cb']],
    [{ prefix: '' }, ALL],
    [{ prefix: 'x' }, []],
    [{ prefix: 'c', gt: 'ca' }, ['cab', 'cb']],
    [{ prefix: 'c', gte: 'a', lt: 'cb' }, ['c', 'ca', 'cab']],
    [{ prefix: 'c', lte: 'b' }, []],
    [{ prefix: 'c', gt: 'd' }, []],
    [{ prefix: 'ca', lte: 'cab' }, ['ca', 'cab']],
  ])('%j', (range, expected) => {
    expect([...db.keys(range)]).toEqual(expected);
    expect([...db.keys({ ...range, reverse: true })]).toEqual(expected.toReversed());
    expect([...db.entries(range)].map(([key]) => key)).toEqual(expected);
    expect([...db.values(range)]).toEqual(expected.map((key) => db.get(key)));
    expect([...db.keys({ ...range, limit: 2 })]).toEqual(expected.slice(0, 2));
    const cursor = db.cursor(range);
    const walked: string[] = [];
    for (let more = cursor.first(); more; more = cursor.next()) walked.push(cursor.key);
    expect(walked).toEqual(expected);
    const back: string[] = [];
    for (let more = cursor.last(); more; more = cursor.previous()) back.push(cursor.key);
    expect(back).toEqual(expected.toReversed());
    cursor.close();
  });

  test.each([
    [{ gt: 'a', gte: 'a' }, RangeError, /both gt and gte/],
    [{ lt: 'a', lte: 'a' }, RangeError, /both lt and lte/],
    [{ limit: -1 }, RangeError, /limit.*-1/],
    [{ limit: 1.5 }, RangeError, /limit.*1\.5/],
    [{ limit: Number.NaN }, RangeError, /limit.*NaN/],
    [{ limit: '1' }, TypeError, /limit.*string "1"/],
    [{ reverse: 1 }, TypeError, /reverse.*number 1/],
    [{ gte: 5 }, TypeError, /key.*number 5/],
    [{ prefix: 5 }, TypeError, /key.*number 5/],
    [{ start: 'a' }, TypeError, /unknown option "start"/],
    [{ snapshot: {} }, TypeError, /snapshot/],
    ['a', TypeError, /range.*string "a"/],
    [null, TypeError, /range.*null/],
    [5, TypeError, /range.*number 5/],
  ])('%j is refused', (range, type, message) => {
    const bad = range as never;
    const snapshot = db.snapshot();
    for (const from of [db, snapshot]) {
      expect(() => from.entries(bad)).toThrow(type);
      expect(() => from.keys(bad)).toThrow(message);
      expect(() => from.values(bad)).toThrow(message);
      expect(() => from.cursor(bad)).toThrow(/./);
    }
    snapshot.release();
    expect(() => db.clear(bad)).toThrow(/./);
    expect(() => db.approximateSize(bad)).toThrow(/./);
    expect(db.stats().pinned).toEqual({ iterators: 0, snapshots: 0 });
    expect([...db.keys()]).toEqual(ALL);
  });

  test('limit: 0 and Infinity', () => {
    expect([...db.keys({ limit: 0 })]).toEqual([]);
    expect([...db.keys({ limit: Number.POSITIVE_INFINITY })]).toEqual(ALL);
  });

  test('a cursor takes no reverse and no limit', () => {
    expect(() => db.cursor({ reverse: true } as never)).toThrow(/unknown option "reverse"/);
    expect(() => db.cursor({ limit: 1 } as never)).toThrow(/unknown option "limit"/);
  });

  test('a prefix of bytes may end in 0xff', () => {
    const raw = open<Uint8Array, Uint8Array>(undefined, {
      keyEncoding: 'bytes',
      valueEncoding: 'bytes',
    });
    const keys = [
      [1, 0xfe],
      [1, 0xff],
      [1, 0xff, 0],
      [1, 0xff, 0xff, 1],
      [2],
      [0xff],
      [0xff, 0xff],
    ];
    for (const key of keys) raw.set(Uint8Array.from(key), new Uint8Array(0));
    const under = (...prefix: number[]) =>
      [...raw.keys({ prefix: Uint8Array.from(prefix) })].map((key) => [...key]);
    expect(under(1, 0xff)).toEqual(keys.slice(1, 4));
    expect(under(0xff)).toEqual(keys.slice(5));
    expect(under(0xff, 0xff)).toEqual(keys.slice(6));
    expect(under()).toEqual(keys);
    raw.close();
  });

  test.each([
    { keyEncoding: 'json' },
    {
      comparator: {
        name: 'test.Length',
        compare: (a: Uint8Array, b: Uint8Array) => a.length - b.length,
      },
    },
    { keyEncoding: { encode: (key: string) => Buffer.from(key), decode: String } },
  ] as const)('a prefix without meaning is JUMP_UNSUPPORTED: %j', (options) => {
    const other = open(undefined, options as object);
    expect(() => other.keys({ prefix: 'a' })).toThrow(code('JUMP_UNSUPPORTED'));
    expect(() => other.cursor({ prefix: 'a' })).toThrow(code('JUMP_UNSUPPORTED'));
    expect(() => other.clear({ prefix: 'a' })).toThrow(code('JUMP_UNSUPPORTED'));
    other.close();
  });
});
