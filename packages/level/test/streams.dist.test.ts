// Goal:   sublevels, and Level's own streams, which are packages of their own, work as anywhere.
// Method: a store of 3,000 entries, more than any stream reads ahead; written, read, given up in
//         the middle, opened again.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { JumpLevel } from '@jump/level';
import { EntryStream, KeyStream, ValueStream } from 'level-read-stream';
import * as web from 'level-web-stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = mkdtempSync(join(tmpdir(), 'jump-level-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let stores = 0;
const fresh = (): string => join(root, `store-${stores++}`);

const ENTRIES = 3000;
const key = (i: number): string => `key${String(i).padStart(5, '0')}`;
const entries = Array.from({ length: ENTRIES }, (_, i): [string, string] => [key(i), `value ${i}`]);
const puts = entries.map(([key, value]) => ({ type: 'put' as const, key, value }));

describe('sublevels', () => {
  test('each has keys of its own, and its own encoding', async () => {
    const location = fresh();
    const db = new JumpLevel(location);
    const users = db.sublevel<string, { age: number }>('users', { valueEncoding: 'json' });
    const bytes = db.sublevel<Buffer, Buffer>('bytes', {
      keyEncoding: 'buffer',
      valueEncoding: 'buffer',
    });
    const deep = users.sublevel('deep').sublevel('deeper');
    await db.batch([
      { type: 'put', key: 'ada', value: { age: 36 }, sublevel: users } as never,
      { type: 'put', key: 'alan', value: { age: 41 }, sublevel: users } as never,
      { type: 'put', key: 'ada', value: 'outside' },
    ]);
    await bytes.put(Buffer.of(0, 255), Buffer.of(1, 2, 3));
    await bytes.put(Buffer.of(255), Buffer.alloc(0));
    await deep.batch().put('a', '1').put('b', '2').del('a').write();
    await db.close();

    const again = new JumpLevel(location);
    expect(await again.keys({ lt: 'a' }).all()).toEqual([
      '!bytes!\0\ufffd',
      '!bytes!\ufffd',
      '!users!!deep!!deeper!b',
      '!users!ada',
      '!users!alan',
    ]);
    const there = again.sublevel<string, { age: number }>('users', { valueEncoding: 'json' });
    expect(await there.getMany(['alan', 'grace', 'ada'])).toEqual([
      { age: 41 },
      undefined,
      { age: 36 },
    ]);
    expect(await there.iterator({ gt: 'ada' }).all()).toEqual([['alan', { age: 41 }]]);
    const snapshot = there.snapshot();
    await there.clear({ gte: 'a' });
    expect(await there.keys({ snapshot }).all()).toEqual(['!deep!!deeper!b', 'ada', 'alan']);
    await snapshot.close();
    expect(await there.has('ada')).toBe(false);
    expect(await again.getMany(['ada', '!users!!deep!!deeper!b'])).toEqual(['outside', '2']);
    const raw = again.sublevel<Buffer, Buffer>('bytes', {
      keyEncoding: 'buffer',
      valueEncoding: 'buffer',
    });
    expect(await raw.iterator({ reverse: true }).all()).toEqual([
      [Buffer.of(255), Buffer.alloc(0)],
      [Buffer.of(0, 255), Buffer.of(1, 2, 3)],
    ]);
    await again.close();
  });
});

describe('level-read-stream 2', () => {
  const location = fresh();
  let db: JumpLevel;
  beforeAll(async () => {
    const written = new JumpLevel(location);
    await written.batch(puts);
    await written.close();
    db = new JumpLevel(location);
  });
  afterAll(() => db.close());

  test('entries go down a pipeline, a slow one', async () => {
    const found: [string, string][] = [];
    const slow = new Writable({
      objectMode: true,
      write({ key, value }: { key: string; value: string }, _, done) {
        found.push([key, value]);
        if (found.length % 500 === 0) setImmediate(done);
        else done();
      },
    });
    await pipeline(new EntryStream(db, { highWaterMark: 100 }), slow);
    expect(found).toEqual(entries);
  });

  test('keys and values of ranges', async () => {
    const keys: string[] = [];
    const range = { gt: key(10), lte: key(1510), reverse: true };
    for await (const one of new KeyStream<string>(db, range)) keys.push(one);
    expect(keys).toEqual(
      entries
        .slice(11, 1511)
        .map(([key]) => key)
        .reverse(),
    );
    const values: unknown[] = [];
    for await (const one of new ValueStream(db, { gte: key(2990), limit: 5 })) values.push(one);
    expect(values).toEqual([2990, 2991, 2992, 2993, 2994].map((i) => `value ${i}`));
  });

  test('one that is given up lets the database close', async () => {
    const other = new JumpLevel(':memory:');
    await other.batch(puts);
    for await (const { key: first } of new EntryStream<string, string>(other)) {
      expect(first).toBe(key(0));
      break;
    }
    const left = new KeyStream<string>(other) as unknown as Readable;
    expect(await new Promise((resolve) => left.once('data', resolve))).toBe(key(0));
    left.destroy();
    await other.close();
    expect(other.status).toBe('closed');
  });
});

describe('level-web-stream', () => {
  test('a database is copied into another', async () => {
    const [from, to] = [new JumpLevel(fresh()), new JumpLevel(fresh())];
    await from.batch(puts);
    const read = (db: JumpLevel, range: object): ReadableStream<never> =>
      new web.EntryStream(db as never, range as never) as unknown as ReadableStream<never>;
    await read(from, { gte: key(1000) }).pipeTo(new web.BatchStream(to as never));
    expect(await to.iterator().all()).toEqual(entries.slice(1000));
    const deletions = new web.BatchStream(to as never, { type: 'del' });
    await read(to, { limit: 2 }).pipeTo(deletions);
    expect(await to.keys({ limit: 1 }).all()).toEqual([key(1002)]);
    await from.close();
    await to.close();
  });

  test('values are read, and left in the middle', async () => {
    const db = new JumpLevel(':memory:');
    await db.batch(puts);
    const reader = new web.ValueStream(db as never, { reverse: true } as never).getReader();
    expect(await reader.read()).toEqual({ done: false, value: 'value 2999' });
    expect(await reader.read()).toEqual({ done: false, value: 'value 2998' });
    await reader.cancel();
    await db.close();
    expect(db.status).toBe('closed');
  });
});
