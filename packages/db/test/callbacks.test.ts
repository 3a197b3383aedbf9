// Goal:   the caller's code that a store calls (listeners, encoders, decoders, progress functions)
//         may call the store again, throw or close it; nothing is lost, mixed up or stuck.
// Method: one test a callback and a deed; regression tests of what went wrong once.
import { type JumpEvent, leveled, memoryVfs, open, openReadOnly } from '@jump/db';
import { describe, expect, test } from 'vitest';

const text = new TextEncoder();
const untext = new TextDecoder();
const TINY = { memtableSize: 1024, tableSize: 1024 } as const;
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('onEvent', () => {
  test.each(['stall', 'flush', 'compaction'])('may write when told of a %s', async (type) => {
    // A listener that made room itself once had its new memtable thrown away.
    let told = 0;
    const db = open(undefined, {
      ...TINY,
      compaction: leveled({ l0Trigger: 2, stop: 2 }),
      onEvent: (event) => {
        if (event.type !== type || told >= 40) return;
        const number = ++told;
        for (let i = 0; i < 8; i++) db.set(`event ${number} ${i}`, `e${'.'.repeat(300)}`);
      },
    });
    // Two memtables at once now and then, which no pause can be made for.
    for (let i = 0; i < 500; i++) db.set(`key ${i}`, `v${'.'.repeat(i % 9 === 0 ? 2000 : 100)}`);
    await db.flush();
    await db.compact();
    expect(told).toBeGreaterThan(0);
    const events = [...db.keys({ prefix: 'event ' })];
    expect(events).toHaveLength(8 * told);
    expect([...db.keys({ prefix: 'key ' })]).toHaveLength(500);
    db.close();
  });

  test('may wait for a merge inside a slice of inline work', async () => {
    // The nested wait could not run the job that it waited for: it hung.
    let told = 0;
    const db = open(undefined, {
      ...TINY,
      compaction: leveled({ l0Trigger: 1, stop: 1 }),
      onEvent: ({ type }) => {
        if (type !== 'flush' || told++ > 5) return;
        for (let i = 0; i < 30; i++) db.set(`n${told} ${i}`, 'x'.repeat(100));
      },
    });
    for (let i = 0; i < 100; i++) db.set(`k${i}`, 'x'.repeat(100));
    await db.flush();
    for (let i = 0; i < 50; i++) await turn();
    expect([...db.keys({ prefix: 'k' })]).toHaveLength(100);
    expect([...db.keys({ prefix: 'n' })].length).toBeGreaterThanOrEqual(30);
    db.close();
  });

  test('may close the store: the write that told of it says JUMP_CLOSED', () => {
    const db = open(undefined, { ...TINY, onEvent: () => db.close() });
    const fill = () => {
      for (let i = 0; i < 10_000; i++) db.set(`k${i}`, 'x'.repeat(100));
    };
    expect(fill).toThrow(expect.objectContaining({ code: 'JUMP_CLOSED' }));
    db.close();
  });

  test('that throws does not fail the write, but is an uncaught exception', async () => {
    const caught: unknown[] = [];
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', (error) => caught.push(error));
    try {
      const db = open(undefined, {
        ...TINY,
        onEvent: () => {
          throw new Error('of the listener');
        },
      });
      for (let i = 0; i < 200; i++) db.set(`k${i}`, 'x'.repeat(100));
      await db.flush();
      await turn();
      expect([...db.keys()]).toHaveLength(200);
      expect(String(caught[0])).toBe('Error: of the listener');
      db.close();
    } finally {
      process.removeAllListeners('uncaughtException');
      for (const one of listeners) process.on('uncaughtException', one);
    }
  });

  test('gets plain objects that survive JSON', async () => {
    const events: JumpEvent[] = [];
    const db = open(undefined, { ...TINY, onEvent: (event) => events.push(event) });
    for (let i = 0; i < 300; i++) db.set(`k${i % 50}`, 'x'.repeat(i % 9 === 0 ? 2000 : 100));
    await db.compact();
    db.close();
    const types = new Set(events.map((event) => event.type));
    expect([...types].sort()).toEqual(['compaction', 'flush', 'stall']);
    for (const event of events) {
      expect(JSON.parse(JSON.stringify(event))).toEqual(event);
      expect(Object.getPrototypeOf(event)).toBe(Object.prototype);
    }
  });
});

describe('encodings', () => {
  test('an encoder may write and read', () => {
    const seen: (string | undefined)[] = [];
    const db = open<string, string>(undefined, {
      keyEncoding: {
        encode: (key: string) => {
          if (key === 'outer') {
            db.set('inner', 'i');
            seen.push(db.get('inner'));
          }
          return text.encode(key);
        },
        decode: (bytes) => untext.decode(bytes),
      },
      valueEncoding: {
        encode: (value: string) => {
          if (value === 'nested') db.batch().set('deep', 'd').delete('none').write();
          return text.encode(value);
        },
        decode: (bytes) => {
          db.has('inner');
          return untext.decode(bytes);
        },
      },
    });
    db.set('outer', 'nested');
    expect([...db.entries()]).toEqual([
      ['deep', 'd'],
      ['inner', 'i'],
      ['outer', 'nested'],
    ]);
    const batch = db.batch();
    batch.set('outer', 'nested').set('b', 'nested');
    expect(batch.length).toBe(2);
    batch.write();
    expect(db.getMany(['b', 'outer'])).toEqual(['nested', 'nested']);
    expect(seen).toEqual(['i', 'i', 'i']);
    db.close();
  });

  test('a read sees what its own encoder has just written', () => {
    // The sequence was taken before the key was encoded, the old version updated in place: nothing
    // found.
    let rewrite = false;
    const encode = (key: string): Uint8Array => {
      if (rewrite) {
        rewrite = false;
        db.set('k', 'second');
      }
      return text.encode(key);
    };
    const db = open<string, string>(undefined, {
      keyEncoding: { encode, decode: (bytes) => untext.decode(bytes) },
    });
    const again = <T>(read: () => T): T => {
      db.set('k', 'first');
      rewrite = true;
      return read();
    };
    expect(again(() => db.get('k'))).toBe('second');
    expect(again(() => db.has('k'))).toBe(true);
    expect(again(() => [...db.values({ gte: 'k' })])).toEqual(['second']);
    expect(again(() => db.cursor({ gte: 'a' }).first())).toBe(true);
    db.close();
  });

  test('an encoder may give out the same buffer again and again', () => {
    const scratch = new Uint8Array(100);
    const shared = {
      encode: (value: string) => scratch.subarray(0, text.encodeInto(value, scratch).written),
      decode: (bytes: Uint8Array) => untext.decode(bytes),
    };
    const db = open(undefined, { keyEncoding: shared, valueEncoding: shared });
    db.set('key', 'value');
    db.batch().set('k2', 'v2').write();
    expect([...db.entries({ gte: 'k', lte: 'kz' })]).toEqual([
      ['k2', 'v2'],
      ['key', 'value'],
    ]);
    db.close();
  });

  test('a decoder gets a copy of its own', () => {
    const seen: string[] = [];
    const decode = (bytes: Uint8Array) => {
      seen.push(String(bytes));
      return bytes.fill(0);
    };
    const db = open<string, Uint8Array>(undefined, {
      valueEncoding: { encode: (value: Uint8Array) => value, decode },
    });
    db.set('k', Uint8Array.of(1, 2));
    expect(db.get('k')).toEqual(Uint8Array.of(0, 0));
    expect([...db.values()]).toEqual([Uint8Array.of(0, 0)]);
    db.getMany(['k', 'k']);
    expect(seen).toEqual(['1,2', '1,2', '1,2', '1,2']);
    db.close();
  });

  test('a failing encoder or decoder fails its call alone', () => {
    const db = open<string, string>(undefined, {
      valueEncoding: {
        encode: (value: string) => {
          if (value === 'bad') throw new Error('encoder');
          return text.encode(value);
        },
        decode: (bytes) => {
          const value = untext.decode(bytes);
          if (value === 'unreadable') throw new Error('decoder');
          return value;
        },
      },
    });
    expect(() => db.set('k', 'bad')).toThrow('encoder');
    expect(() => db.batch().set('a', 'b').set('k', 'bad')).toThrow('encoder');
    db.set('k', 'unreadable');
    expect(() => db.get('k')).toThrow('decoder');
    expect(() => [...db.entries()]).toThrow('decoder');
    // A loop does not call return() when next() throws: the iterator has let go by itself.
    expect(db.stats().pinned.iterators).toBe(0);
    expect(db.has('k')).toBe(true);
    db.close();
  });

  test('an encoder that returns something else is named', () => {
    const wrong = { encode: () => 'text' as unknown as Uint8Array, decode: () => '' };
    const db = open(undefined, { valueEncoding: wrong });
    expect(() => db.set('k', 'v')).toThrow(/encode\(\) made of the value must be a Uint8Array/);
    db.close();
  });

  test('a decoder may refresh a read-only store under its own read', () => {
    const vfs = memoryVfs();
    const writer = open('store', { vfs });
    writer.set('k', '1');
    writer.close();
    const reader = openReadOnly<string, string>('store', {
      vfs,
      keyEncoding: {
        encode: (key: string) => {
          reader?.refresh();
          return text.encode(key);
        },
        decode: (bytes) => untext.decode(bytes),
      },
    });
    expect(reader.get('k')).toBe('1');
    expect(reader.getMany(['k', 'x'])).toEqual(['1', undefined]);
    expect([...reader.keys({ gte: 'a' })]).toEqual(['k']);
    reader.close();
  });
});
