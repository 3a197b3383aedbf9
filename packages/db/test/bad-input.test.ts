// Goal:   bad input gets the error of the contract, which names what was wrong; never a hang, never
// less data in silence.
// Method: a test a case.
import { existsSync, mkdirSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { destroy, leveled, load, memoryVfs, open, openReadOnly } from '@jump/db';
import { describe, expect, test } from 'vitest';
import { temporary } from './temporary.ts';

/** Both ways to open. */
const OPENINGS: readonly ((path: string) => unknown)[] = [open, openReadOnly];
const code = (wanted: string) => expect.objectContaining({ code: wanted });

describe('options', () => {
  const CASES: [unknown, ErrorConstructor, RegExp][] = [
    [5, TypeError, /options must be an object, got number 5/],
    [null, TypeError, /options must be an object, got null/],
    [{ cachesize: 1 }, TypeError, /unknown option "cachesize"; known are .*cacheSize/],
    [{ memtableSize: '8' }, TypeError, /memtableSize must be a number, got string "8"/],
    [{ memtableSize: 10n }, TypeError, /memtableSize must be a number, got bigint 10/],
    [{ memtableSize: null }, TypeError, /memtableSize must be a number, got null/],
    [{ memtableSize: -1 }, RangeError, /memtableSize.*got -1/],
    [{ memtableSize: 0 }, RangeError, /memtableSize.*got 0/],
    [{ memtableSize: Number.NaN }, RangeError, /memtableSize.*got NaN/],
    [{ memtableSize: 2 ** 53 }, RangeError, /memtableSize.*got 9007199254740992/],
    [{ memtableSize: Number.POSITIVE_INFINITY }, RangeError, /memtableSize.*got Infinity/],
    [{ blockSize: 0 }, RangeError, /blockSize.*got 0/],
    [{ blockSize: 4096.5 }, RangeError, /blockSize.*got 4096\.5/],
    [{ tableSize: -4096 }, RangeError, /tableSize.*got -4096/],
    [{ cacheSize: -1 }, RangeError, /cacheSize.*got -1/],
    [{ indexInterval: 0 }, RangeError, /indexInterval.*got 0/],
    [{ maxOpenFiles: 0 }, RangeError, /maxOpenFiles.*got 0/],
    [{ mergeThreshold: 1 }, RangeError, /mergeThreshold.*got 1/],
    [{ createIfMissing: 'yes' }, TypeError, /createIfMissing must be a boolean, got string "yes"/],
    [{ errorIfExists: 1 }, TypeError, /errorIfExists must be a boolean, got number 1/],
    [{ requireKernelLock: null }, TypeError, /requireKernelLock must be a boolean, got null/],
    [
      { compression: 'gzip' },
      TypeError,
      /compression must be 'snappy' or 'none', got string "gzip"/,
    ],
    [{ logWrites: 'never' }, TypeError, /logWrites must be 'turn' or 'each'/],
    [{ background: true }, TypeError, /background must be 'worker' or 'inline'/],
    [{ recovery: 'lenient' }, TypeError, /recovery must be 'strict' or 'prefix' or 'salvage'/],
    [{ keyEncoding: 'latin1' }, TypeError, /keyEncoding must be .*'bytes'.*got string "latin1"/],
    [{ valueEncoding: null }, TypeError, /valueEncoding must be .*got null/],
    [{ valueEncoding: { encode: String } }, TypeError, /valueEncoding must be .*encode and decode/],
    [
      { keyEncoding: { encode: String, decode: String, decodeRange: 5 } },
      TypeError,
      /decodeRange of option keyEncoding must be a function, got number 5/,
    ],
    [{ filter: 'bloom' }, TypeError, /filter must be 'jump', 'leveldb', 'none' or a filter policy/],
    [{ filter: { name: 'x' } }, TypeError, /filter must be .*got an object/],
    [{ filter: null }, TypeError, /filter must be .*got null/],
    [{ comparator: 'reverse' }, TypeError, /comparator must be an object with name and compare/],
    [{ comparator: { name: 'x' } }, TypeError, /comparator/],
    [{ comparator: null }, TypeError, /comparator.*null/],
    [
      { compaction: 'leveled' },
      TypeError,
      /compaction must be leveled\(\), .*got string "leveled"/,
    ],
    [
      { compaction: {} },
      TypeError,
      /compaction must be leveled\(\), tiered\(\) or an object with a method pick/,
    ],
    [{ compaction: null }, TypeError, /compaction.*null/],
    [{ compaction: { pick: () => {}, manual: () => {} } }, TypeError, /compaction.*name/],
    [{ compaction: { ...leveled(), level0: undefined } }, TypeError, /compaction.*level0/],
    [{ compaction: { ...leveled(), level0: { stop: 0 } } }, RangeError, /level0\.stop.*got 0/],
    [{ vfs: {} }, TypeError, /vfs must be an object with a method open/],
    [{ vfs: { ...memoryVfs(), open: () => {} } }, TypeError, /vfs must be an object with a method/],
    [{ onEvent: 'log' }, TypeError, /onEvent must be a function, got string "log"/],
  ];
  const named = CASES.map(
    ([options, ...rest]) => [inspect(options, { depth: 0 }), options, ...rest] as const,
  );
  test.each(named)('%s', (_, options, type, message) => {
    const path = join(temporary(), 'store');
    expect(() => open(path, options as never)).toThrow(type);
    expect(() => open(path, options as never)).toThrow(message);
    expect(existsSync(path)).toBe(false);
  });

  test.each(['', 'a\0b', 5, null, {}])('a path that is none: %j', (path) => {
    for (const call of [...OPENINGS, destroy]) {
      expect(() => call(path as never)).toThrow(/^path must/);
    }
  });

  test('compact() and its options', async () => {
    const db = open();
    const compact = (...args: unknown[]) =>
      (db.compact as (...all: unknown[]) => Promise<void>)(...args);
    await expect(compact('a')).rejects.toThrow(/range must be an object/);
    await expect(compact({}, null)).rejects.toThrow(/options must be an object, got null/);
    await expect(compact({}, { onprogress: 1 })).rejects.toThrow(/unknown option "onprogress"/);
    await expect(compact({}, { onProgress: 1 })).rejects.toThrow(/onProgress must be a function/);
    await expect(compact({}, { signal: 1 })).rejects.toThrow(/signal must be an AbortSignal/);
    db.close();
  });
});

describe('what is in the way', () => {
  test('a path that is a file', () => {
    const path = join(temporary(), 'file');
    writeFileSync(path, 'precious');
    for (const call of [...OPENINGS, destroy]) {
      expect(() => call(path)).toThrow(/file: not a directory/);
      expect(() => call(path)).toThrow(code('JUMP_IO'));
    }
    expect(() => open(join(path, 'below'))).toThrow(code('JUMP_IO'));
    expect(() => open(join(path, 'below'))).toThrow(/below/);
  });

  test('a directory of something else', () => {
    const path = temporary();
    writeFileSync(join(path, 'package.json'), '{}');
    mkdirSync(join(path, 'src'));
    expect(() => open(path)).toThrow(code('JUMP_UNSUPPORTED'));
    expect(() => open(path)).toThrow(/package\.json|src/);
    expect(() => openReadOnly(path)).toThrow(code('JUMP_NOT_FOUND'));
    expect(readdirSync(path).sort()).toEqual(['package.json', 'src']);
  });

  test('a store that is open elsewhere', () => {
    const path = temporary();
    const db = open(path);
    expect(() => open(path)).toThrow(code('JUMP_LOCKED'));
    expect(() => open(path)).toThrow(new RegExp(path));
    db.close();
  });

  test.each(['000005.ldb', '000005.sst', '000003.log'])(
    'a directory with %s but without CURRENT is refused, never made anew',
    (name) => {
      const path = temporary();
      writeFileSync(join(path, name), 'precious');
      for (const call of OPENINGS) {
        expect(() => call(path)).toThrow(code('JUMP_CORRUPTION'));
        expect(() => call(path)).toThrow(/CURRENT/);
      }
      expect(readdirSync(path)).toEqual([name]);
    },
  );
});

describe('damage', () => {
  async function made(): Promise<string> {
    const path = temporary();
    const db = open(path);
    for (let i = 0; i < 100; i++) db.set(`k${i}`, `v${i}`);
    await db.flush();
    db.set('k', 'in the log');
    db.close();
    return path;
  }
  const named = (path: string, pattern: RegExp): string =>
    join(path, readdirSync(path).find((name) => pattern.test(name)) as string);
  const refused = (path: string, message: RegExp): void => {
    const before = readdirSync(path)
      .filter((name) => name !== 'LOCK')
      .sort();
    for (const call of OPENINGS) {
      expect(() => call(path)).toThrow(code('JUMP_CORRUPTION'));
      expect(() => call(path)).toThrow(message);
    }
    // Whatever can still be saved is there, and nobody holds it locked.
    expect(
      readdirSync(path)
        .filter((name) => name !== 'LOCK')
        .sort(),
    ).toEqual(before);
  };

  test('a missing table', async () => {
    const path = await made();
    const table = named(path, /\.ldb$/);
    rmSync(table);
    refused(path, /\d{6}\.ldb|table \d+/);
  });

  test('a table cut short', async () => {
    const path = await made();
    truncateSync(named(path, /\.ldb$/), 100);
    refused(path, /\d{6}\.ldb/);
  });

  test('a manifest cut in the middle', async () => {
    const path = await made();
    const manifest = named(path, /^MANIFEST/);
    truncateSync(manifest, 20);
    refused(path, /MANIFEST-\d{6}/);
  });

  test('a missing manifest', async () => {
    const path = await made();
    rmSync(named(path, /^MANIFEST/));
    refused(path, /CURRENT.*MANIFEST-\d{6}.*missing/);
  });

  test('a missing log', async () => {
    const path = await made();
    rmSync(named(path, /\.log$/));
    refused(path, /\d{6}\.log: .*missing/);
  });

  test.each([
    '',
    'MANIFEST-000001',
    '../other/MANIFEST-000001\n',
    '\0'.repeat(16),
    'x'.repeat(2 ** 20),
  ])('a CURRENT that says something else: %#', async (text) => {
    const path = await made();
    writeFileSync(join(path, 'CURRENT'), text);
    refused(path, /CURRENT/);
  });
});

test('a value of the wrong type is told with its key, however it is written', async () => {
  const told = /^value must be a string, got number 5 \(at the key "who"\)$/;
  const wrong = 5 as never;
  const db = open();
  expect(() => db.set('who', wrong)).toThrow(told);
  expect(() => db.batch().set('a', 'b').set('who', wrong)).toThrow(told);
  const operation = { type: 'set', key: 'who', value: wrong } as const;
  expect(() => db.write([operation])).toThrow(told);
  expect([...db]).toEqual([]);
  db.close();
  const vfs = memoryVfs();
  await expect(load('db', [['who', wrong]], { vfs })).rejects.toThrow(told);
});
