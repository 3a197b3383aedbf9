// Goal:   what a careful reader of the code found never comes back.
// Method: the smallest program that showed each.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytewiseComparator, type Comparator } from '@jump/base';
import { leveled } from '@jump/compaction';
import { logName, VersionSet } from '@jump/manifest';
import { joinPath, memoryVfs, type Vfs } from '@jump/vfs';
import { expect, test } from 'vitest';
import { type JumpEvent, open, openReadOnly } from '../src/index.ts';

const decoder = new TextDecoder();

/** A file system whose `stat` fails once, when it is told to. */
function failingStat(inner: Vfs): { vfs: Vfs; fail: (pattern: RegExp) => void } {
  let pattern: RegExp | undefined;
  const vfs = new Proxy(inner, {
    get(target, name) {
      const value = target[name as keyof Vfs];
      if (typeof value !== 'function') return value;
      if (name !== 'stat') return value.bind(target);
      return (path: string) => {
        if (pattern?.test(path)) {
          pattern = undefined;
          throw new Error(`EIO: stat ${path}`);
        }
        return target.stat(path);
      };
    },
  });
  return {
    vfs,
    fail: (wanted) => {
      pattern = wanted;
    },
  };
}

test.each(['gt', 'gte', 'lt', 'lte'])(
  '%s: null is a key of the wrong type, not a bound left out',
  (name) => {
    const db = open();
    db.set('a', '1');
    const range = { [name]: null } as never;
    expect(() => db.clear(range)).toThrow(TypeError);
    expect(() => db.keys(range)).toThrow(TypeError);
    expect(() => db.entries({ reverse: null } as never)).toThrow(TypeError);
    expect(db.get('a')).toBe('1');
    db.close();
  },
);

test('null is a key of JSON like any other', () => {
  const db = open<unknown, string>(undefined, { keyEncoding: 'json' });
  for (const key of [1, null, 'x']) db.set(key, String(key));
  // By their bytes: "x" 1 null.
  expect([...db.keys({ gte: null })]).toEqual([null]);
  expect([...db.keys({ lte: null })]).toEqual(['x', 1, null]);
  db.close();
});

test('two tables of one size that have changed places are refused', async () => {
  const vfs = memoryVfs();
  const options = { vfs, compression: 'none', tableSize: 16384, memtableSize: 1 << 20 } as const;
  const db = open('db', options);
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 3000; i++) db.set(`k${String(i).padStart(6, '0')}`, 'v'.repeat(40));
    await db.flush();
  }
  await db.compact();
  db.close();
  const bySize = new Map<number, string>();
  let pair: [string, string] | undefined;
  for (const name of vfs.list('db').filter((one) => one.endsWith('.ldb'))) {
    const size = vfs.stat(`db/${name}`)?.size ?? 0;
    const other = bySize.get(size);
    if (other !== undefined) pair ??= [other, name];
    bySize.set(size, name);
  }
  expect(pair).toBeDefined();
  const [one, other] = pair!;
  vfs.rename(`db/${one}`, 'db/between');
  vfs.rename(`db/${other}`, `db/${one}`);
  vfs.rename('db/between', `db/${other}`);
  const refused = expect.objectContaining({
    code: 'JUMP_CORRUPTION',
    message: expect.stringContaining('its keys are not those in the manifest'),
  });
  expect(() => open('db', { vfs })).toThrow(refused);
  expect(() => openReadOnly('db', { vfs })).toThrow(refused);
});

test('an order in which other bytes are the same key gets no filters of bytes', async () => {
  const comparator: Comparator = {
    name: 'case.Insensitive',
    compare: (a, b) => {
      const [x, y] = [decoder.decode(a).toLowerCase(), decoder.decode(b).toLowerCase()];
      return x < y ? -1 : x > y ? 1 : 0;
    },
  };
  const vfs = memoryVfs();
  const db = open('db', { vfs, comparator });
  db.set('abc', '1');
  await db.flush();
  expect(db.get('ABC')).toBe('1');
  db.delete('ABC');
  await db.flush();
  expect(db.get('abc')).toBeUndefined();
  db.close();
});

test('a key that a comparator throws at is in neither log nor memtable', () => {
  const comparator: Comparator = {
    name: 'json.Numbers',
    compare: (a, b) => JSON.parse(decoder.decode(a)) - JSON.parse(decoder.decode(b)),
  };
  const vfs = memoryVfs();
  const db = open('db', { vfs, comparator });
  expect(() => db.set('oops', '1')).toThrow(SyntaxError);
  db.set('10', 'ten');
  db.set('9', 'nine');
  db.close();
  const again = open('db', { vfs, comparator });
  expect([...again.keys()]).toEqual(['9', '10']);
  again.close();
});

test('an obsolete table whose stat fails harms neither the iterator that held it nor a merge', async () => {
  const { vfs, fail } = failingStat(memoryVfs());
  const db = open('db', { vfs, memtableSize: 4096, tableSize: 4096 });
  const fill = async (value: string): Promise<void> => {
    for (let i = 0; i < 100; i++) db.set(`k${i}`, value.repeat(100));
    await db.flush();
  };
  await fill('v');
  const iterator = db.entries();
  iterator.next();
  await fill('w');
  await db.compact();
  // The name that old tables have is looked for when a table is removed, and at no other time.
  fail(/\.sst$/);
  expect(iterator.return()).toEqual({ done: true, value: undefined });
  expect(db.stats().pinned.iterators).toBe(0);
  await fill('z');
  fail(/\.sst$/);
  await db.compact();
  expect(db.get('k7')).toBe('z'.repeat(100));
  expect(db.stats().backgroundErrors.length).toBeGreaterThan(0);
  db.close();
});

test('a listener that writes while tables are moved starts no second merge beside the first', async () => {
  const vfs = memoryVfs();
  let on = false;
  let written = false;
  const base = leveled({ l0Trigger: 1, stop: 100 });
  const db = open('db', {
    vfs,
    memtableSize: 8192,
    compaction: { ...base, pick: (state) => (on ? base.pick(state) : undefined) },
    onEvent: (event: JumpEvent) => {
      if (event.type !== 'compaction' || event.bytesRead > 0 || written) return;
      written = true;
      for (let i = 0; i < 80; i++) db.set(`b${String(i).padStart(4, '0')}`, 'w'.repeat(100));
    },
  });
  for (let round = 0; round < 4; round++) {
    const letter = round === 0 ? 'a' : 'b';
    for (let i = 0; i < 50; i++) db.set(letter + String(i).padStart(4, '0'), 'v'.repeat(100));
    await db.flush();
  }
  on = true;
  db.set('b0001x', '1');
  await db.flush();
  await db.compact();
  const live = db.stats().levels.reduce((sum, level) => sum + level.files, 0);
  expect(vfs.list('db').filter((name) => name.endsWith('.ldb'))).toHaveLength(live);
  expect(written).toBe(true);
  db.close();
});

test('a missing log is refused with a hint, and opened without its entries when that is asked', async () => {
  const make = (): Vfs => {
    const vfs = memoryVfs();
    const db = open('db', { vfs });
    db.set('a', '1', { sync: true });
    db.close();
    const { logNumber } = VersionSet.recover(vfs, 'db', bytewiseComparator);
    vfs.remove(joinPath('db', logName(logNumber)));
    return vfs;
  };
  expect(() => open('db', { vfs: make() })).toThrow(/log is missing.*recovery: 'prefix'/);
  for (const recovery of ['prefix', 'salvage'] as const) {
    const events: JumpEvent[] = [];
    const vfs = make();
    const db = open('db', { vfs, recovery, onEvent: (event) => events.push(event) });
    expect([...db.keys()]).toEqual([]);
    expect(events).toMatchObject([{ type: 'recoveryLoss', offset: 0, bytes: 0 }]);
    db.set('b', '2');
    db.close();
    const again = open('db', { vfs });
    expect([...again.keys()]).toEqual(['b']);
    again.close();
  }
});

test('a damaged store can be read without being written to', async () => {
  const vfs = memoryVfs();
  const db = open('db', { vfs });
  db.set('a', '1', { sync: true });
  db.close();
  const { logNumber } = VersionSet.recover(vfs, 'db', bytewiseComparator);
  vfs.remove(joinPath('db', logName(logNumber)));
  const before = vfs.list('db').sort();
  expect(() => openReadOnly('db', { vfs })).toThrow(/recovery: 'prefix'/);
  const reader = openReadOnly('db', { vfs, recovery: 'salvage' });
  expect(reader.stats().levels).toHaveLength(7);
  expect([...reader.keys()]).toEqual([]);
  reader.close();
  expect(vfs.list('db').sort()).toEqual(before);
});

test('a store stays where it is when the process goes elsewhere', () => {
  const home = process.cwd();
  const place = mkdtempSync(join(tmpdir(), 'jumpdb-directory-'));
  try {
    mkdirSync(join(place, 'elsewhere', 'data'), { recursive: true });
    process.chdir(place);
    const db = open('data', { memtableSize: 4096, background: 'inline' });
    process.chdir('elsewhere');
    for (let i = 0; i < 300; i++) db.set(`key ${i}`, 'x'.repeat(50));
    db.set('important', '1', { sync: true });
    const reader = openReadOnly('../data');
    process.chdir(place);
    reader.refresh();
    expect(reader.get('important')).toBe('1');
    reader.close();
    db.close();
    expect(readdirSync(join(place, 'elsewhere', 'data'))).toEqual([]);
    const again = open('data');
    expect([...again.keys()]).toHaveLength(301);
    again.close();
  } finally {
    process.chdir(home);
    rmSync(place, { recursive: true, force: true });
  }
});

test('calls of other stores are refused, not ignored', () => {
  const db = open();
  const level = db as unknown as { batch(operations: unknown): unknown };
  expect(() => level.batch([{ type: 'put', key: 'a', value: '1' }])).toThrow(/write\(operations\)/);
  expect(() => db.getMany('ab' as never)).toThrow(TypeError);
  db.close();
});
