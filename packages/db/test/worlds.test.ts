// Goal:   directories of other programs open as they are: tables and log, without LOCK, whatever
//         their tables are called and stored in.
// Method: the directories of testkit's fixtures, which those programs wrote; what opening does to
//         them is what the tests of openReadOnly compare.
import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Comparator, JumpError, open, openReadOnly } from '@jump/db';
import { allCodecs } from '@jump/sstable/codecs';
import { WORLD_ENTRIES, worldNames, worldPath } from '@jump/testkit';
import { describe, expect, test } from 'vitest';
import { temporary } from './temporary.ts';

const code = (wanted: string) => expect.objectContaining({ code: wanted });

describe.each(worldNames())('%s', (name) => {
  test('is read, its log too', () => {
    const before = readdirSync(worldPath(name));
    expect(before).not.toContain('LOCK');
    const db = openReadOnly(worldPath(name), { codecs: allCodecs });
    expect(new Map(db.entries())).toEqual(WORLD_ENTRIES);
    expect(db.get('key00001')).toBe('in the log');
    expect(db.get('key00002')).toBe(undefined);
    expect(db.get('key00010')).toBe(undefined);
    expect(db.get('key00199')).toBe(WORLD_ENTRIES.get('key00199'));
    db.refresh();
    db.close();
    expect(readdirSync(worldPath(name))).toEqual(before);
  });

  test('becomes a store of ours, by a checkpoint or entry by entry', async () => {
    const reader = openReadOnly(worldPath(name), { codecs: allCodecs });
    const copy = temporary();
    const db = open(copy);
    for (const [key, value] of reader.entries()) db.set(key, value);
    await db.flush();
    db.close();
    const checkpoint = join(temporary(), 'checkpoint');
    await reader.checkpoint(checkpoint);
    reader.close();
    for (const path of [copy, checkpoint]) {
      const again = openReadOnly(path, { codecs: allCodecs });
      expect(new Map(again.entries())).toEqual(WORLD_ENTRIES);
      again.close();
    }
  });
});

test('without its codecs a world is refused, not damaged', () => {
  const read = () => [...openReadOnly(worldPath('minecraft')).entries()];
  expect(read).toThrow(code('JUMP_UNSUPPORTED'));
  expect(read).toThrow(/unknown codec 4/);
  const path = temporary();
  cpSync(worldPath('minecraft'), path, { recursive: true });
  const write = (): void => {
    const db = open(path);
    try {
      expect(db.get('key00003')).toBe(undefined);
    } finally {
      db.close();
    }
  };
  expect(write).toThrow(JumpError);
});

test('a store tells which of several orders it has', () => {
  const downwards: Comparator = {
    name: 'test.downwards',
    compare: (a, b) => -Buffer.compare(a, b),
  };
  const other: Comparator = { ...downwards, name: 'test.other' };
  const path = temporary();
  const db = open(path, { comparator: downwards });
  for (const key of ['a', 'b', 'c']) db.set(key, key);
  db.close();
  const reader = openReadOnly(path, { comparators: [other, downwards] });
  expect([...reader.keys()]).toEqual(['c', 'b', 'a']);
  reader.close();
  expect(() => openReadOnly(path, { comparators: [other] })).toThrow(/"test.downwards"/);
  expect(() => openReadOnly(path)).toThrow(code('JUMP_UNSUPPORTED'));
  // One of them may be needed by no store at all.
  const plain = openReadOnly(worldPath('goleveldb'), { comparators: [other, downwards] });
  expect(plain.get('key00001')).toBe('in the log');
  plain.close();
});

test('wrong options are named', () => {
  const path = worldPath('goleveldb');
  const wrong = (options: object) => () => openReadOnly(path, options);
  expect(wrong({ codecs: 1 })).toThrow(/option codecs must be an object/);
  expect(wrong({ codecs: { 2: 'zlib' } })).toThrow(/option codecs must be codecs with a method/);
  expect(wrong({ comparators: {} })).toThrow(/option comparators must be an array/);
  expect(wrong({ comparators: [1] })).toThrow(/must be an object with name and compare/);
  const comparator = { name: 'x', compare: () => 0 };
  expect(wrong({ comparator, comparators: [comparator] })).toThrow(/one of them/);
  expect(() => open(temporary(), { codecs: allCodecs } as object)).toThrow(
    /unknown option "codecs"/,
  );
});
