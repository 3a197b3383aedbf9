// Goal:   every version that lies in any file of a store is listed, once, in order, with its place,
//         and whether a reader sees it; damage is refused, or read around and told.
// Method: stores of ours under random writes and of other programs; what is listed is compared with
//         every file read by itself, and with what a reader sees; files damaged and taken away.
import { cpSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { bytewiseComparator } from '@jump/base';
import {
  type JumpDB,
  memoryVfs,
  open,
  openReadOnly,
  type StoredVersion,
  type StoredVersionsOptions,
  type StoreGap,
  storedVersions,
  type Vfs,
} from '@jump/db';
import { LogReader } from '@jump/log';
import { VersionSet } from '@jump/manifest';
import { TableReader } from '@jump/sstable';
import { allCodecs } from '@jump/sstable/codecs';
import { type Random, seeded, WORLD_ENTRIES, worldNames, worldPath } from '@jump/testkit';
import { describe, expect, test } from 'vitest';
import { CountedVfs } from './counted-vfs.ts';
import { DIRECTORY, diskOf, type Files, filesOf } from './disk-files.ts';
import { temporary } from './temporary.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (value: string): Uint8Array => new TextEncoder().encode(value);
const code = (wanted: string) => expect.objectContaining({ code: wanted });
const OPTIONS = {
  memtableSize: 2048,
  blockSize: 256,
  tableSize: 2048,
  background: 'inline',
} as const;

/** All of a version, with the file's name alone. */
const line = (one: Omit<StoredVersion, 'shadowed' | 'level'>): string =>
  `${text(one.userKey)} ${one.sequence} ${one.kind} ${basename(one.file)}:${one.offset} ${text(one.value)}`;

/** Writes at random: some keys often, some deleted, in several levels and a log. */
async function fill(db: JumpDB, random: Random): Promise<void> {
  for (let i = 0; i < 600; i++) {
    const key = `key ${random.skewed(80)}`;
    if (random.chance(0.2)) db.delete(key);
    else db.set(key, `value ${i}`.repeat(random.integer(1, 4)));
    if (random.chance(0.01)) await db.flush();
    if (random.chance(0.003)) await db.compact();
  }
  db.handOver();
}

/** Reads every live file of a store by itself. */
function readFiles(vfs: Vfs): string[] {
  const found: string[] = [];
  const options = { checkTables: false };
  const versions = VersionSet.recover(vfs, DIRECTORY, bytewiseComparator, options);
  const live = new Set(versions.current.levels.flat().map(({ number }) => number));
  for (const name of vfs.list(DIRECTORY)) {
    const target = { vfs, path: `${DIRECTORY}/${name}` };
    const number = Number.parseInt(name, 10);
    if (name.endsWith('.log') ? number < versions.logNumber : !live.has(number)) continue;
    if (name.endsWith('.ldb')) {
      const table = TableReader.open(target, { keys: 'internal' });
      for (const entry of table.internalEntries()) found.push(line(entry));
      table.close();
    }
    if (name.endsWith('.ldb')) continue;
    for (const entry of LogReader.open(target).entries()) {
      if (entry.type === 'entry') found.push(line({ ...entry, file: name }));
    }
  }
  return found.sort();
}

async function makeFiles(random: Random): Promise<Files> {
  const vfs = memoryVfs();
  const db = open(DIRECTORY, { ...OPTIONS, vfs });
  await fill(db, random);
  const files = filesOf(vfs);
  db.close();
  return files;
}

test(
  'lists what all files have, in order, and tells what a reader sees',
  seeded(async (random) => {
    const vfs = new CountedVfs(diskOf(await makeFiles(random)));
    const found = [...storedVersions(DIRECTORY, { vfs })];
    expect(found.map(line).sort()).toEqual(readFiles(vfs));
    expect(new Set(found.map(({ level }) => level)).size).toBeGreaterThan(1);
    for (const [i, one] of found.entries()) {
      const before = found[i - 1];
      const order = before === undefined ? -1 : Buffer.compare(before.userKey, one.userKey);
      expect(order).toBeLessThanOrEqual(0);
      expect(one.shadowed).toBe(order === 0);
      if (order === 0) expect(one.sequence < (before?.sequence ?? 0n)).toBe(true);
    }
    const seen = found.filter(({ shadowed, kind }) => !shadowed && kind === 'value');
    const db = openReadOnly(DIRECTORY, { vfs });
    expect(seen.map(({ userKey, value }) => [text(userKey), text(value)])).toEqual([
      ...db.entries(),
    ]);
    db.close();
    expect(vfs.openPaths).toEqual([]);
  }),
);

test(
  'lists a range, and closes all files when its loop is left',
  seeded(async (random) => {
    const vfs = new CountedVfs(diskOf(await makeFiles(random)));
    const all = [...storedVersions(DIRECTORY, { vfs })];
    const [from, to] = [bytes('key 3'), bytes('key 5')];
    const within = (gte: Uint8Array | undefined, lt: Uint8Array | undefined) =>
      all
        .filter(({ userKey }) => gte === undefined || Buffer.compare(userKey, gte) >= 0)
        .filter(({ userKey }) => lt === undefined || Buffer.compare(userKey, lt) < 0);
    const listed = (range: StoredVersionsOptions['range']) => [
      ...storedVersions(DIRECTORY, { vfs, range }),
    ];
    expect(listed({ gte: from, lt: to })).toEqual(within(from, to));
    expect(listed({ gt: from })).toEqual(within(bytes('key 3\0'), undefined));
    expect(listed({ lte: to })).toEqual(within(undefined, bytes('key 5\0')));
    expect(listed({ prefix: bytes('key 4') })).toEqual(within(bytes('key 4'), bytes('key 5')));
    expect(listed({ gte: bytes('zzz') })).toEqual([]);
    for (const _ of storedVersions(DIRECTORY, { vfs })) break;
    expect(vfs.openPaths).toEqual([]);
  }),
);

test('a writer may go on meanwhile: the list is of one moment', async () => {
  const path = temporary();
  const db = open(path, { ...OPTIONS });
  for (let i = 0; i < 200; i++) db.set(`key ${i}`, 'first');
  await db.flush();
  db.set('key 7', 'second');
  db.handOver();
  const list = storedVersions(path);
  const found = [list.next().value];
  for (let i = 0; i < 200; i++) db.set(`key ${i}`, 'third');
  await db.flush();
  await db.compact();
  for (const one of list) found.push(one);
  db.close();
  expect(found).toHaveLength(201);
  const sevens = found.filter((one) => one && text(one.userKey) === 'key 7');
  expect(sevens.map((one) => one && [text(one.value), one.shadowed, one.level])).toEqual([
    ['second', false, undefined],
    ['first', true, expect.any(Number)],
  ]);
});

describe.each(worldNames())('the directory of %s', (name) => {
  test('is listed, its table and its log', () => {
    const before = readdirSync(worldPath(name));
    const found = [...storedVersions(worldPath(name), { codecs: allCodecs })];
    const seen = found.filter(({ shadowed, kind }) => !shadowed && kind === 'value');
    expect(new Map(seen.map((one) => [text(one.userKey), text(one.value)]))).toEqual(WORLD_ENTRIES);
    const one = found.filter(({ userKey }) => text(userKey) === 'key00001');
    expect(
      one.map(({ shadowed, file }) => [shadowed, /\.(.*)$/.exec(basename(file))?.[1]]),
    ).toEqual([
      [false, 'log'],
      [true, name === 'leveldb-1.3' ? 'sst' : 'ldb'],
    ]);
    expect(readdirSync(worldPath(name))).toEqual(before);
  });
});

describe('damage', () => {
  const listAround = (path: string, vfs?: Vfs) => {
    const gaps: StoreGap[] = [];
    const options = {
      codecs: allCodecs,
      vfs,
      tolerant: true,
      onGap: (gap: StoreGap) => gaps.push(gap),
    };
    return { found: [...storedVersions(path, options)], gaps };
  };

  test(
    'of any table is refused, or read around and told',
    seeded(async (random) => {
      const files = await makeFiles(random);
      const all = [...storedVersions(DIRECTORY, { vfs: diskOf(files) })];
      const inFile = (name: string) => all.filter(({ file }) => basename(file) === name);
      const tables = [...new Set(all.map(({ file }) => basename(file)))].filter((one) =>
        one.endsWith('.ldb'),
      );
      const name = random.pick(tables);
      const sound = files.get(name) ?? new Uint8Array(0);

      const block = sound.slice();
      block[3]! ^= 0x55;
      const noIndex = sound.slice();
      noIndex.fill(0xee, -48);
      for (const [bad, lost] of [
        [block, inFile(name).filter(({ offset }) => offset === 0)],
        [noIndex, []],
        [undefined, inFile(name)],
      ] as const) {
        const vfs = diskOf(files, { [name]: bad });
        expect(() => [...storedVersions(DIRECTORY, { vfs })]).toThrow(code('JUMP_CORRUPTION'));
        const { found, gaps } = listAround(DIRECTORY, vfs);
        const left = all.filter((one) => !(lost as readonly StoredVersion[]).includes(one));
        expect(found.map(line)).toEqual(left.map(line));
        expect(new Set(gaps.map(({ file }) => basename(file)))).toEqual(new Set([name]));
      }
    }),
  );

  test('of a log is refused in its middle, and its end is a crash', async () => {
    const vfs = memoryVfs();
    const db = open(DIRECTORY, { vfs });
    for (const value of ['one', 'two', 'three']) db.write([{ type: 'set', key: 'key', value }]);
    db.handOver();
    const files = filesOf(vfs);
    db.close();
    const name = [...files.keys()].find((one) => one.endsWith('.log')) ?? '';
    const log = files.get(name) ?? new Uint8Array(0);
    const values = (found: readonly StoredVersion[]) => found.map(({ value }) => text(value));

    const gaps: StoreGap[] = [];
    const torn = diskOf(files, { [name]: log.subarray(0, -1) });
    const found = [...storedVersions(DIRECTORY, { vfs: torn, onGap: (gap) => gaps.push(gap) })];
    expect([values(found), gaps.length]).toEqual([['two', 'one'], 1]);

    const middle = log.slice();
    middle[middle.lastIndexOf(0x77)]! ^= 1;
    const broken = diskOf(files, { [name]: middle });
    expect(() => [...storedVersions(DIRECTORY, { vfs: broken })]).toThrow(code('JUMP_CORRUPTION'));
    const around = listAround(DIRECTORY, broken);
    expect([values(around.found), around.gaps.length]).toEqual([['three', 'one'], 1]);
    const gone = listAround(DIRECTORY, diskOf(files, { [name]: undefined }));
    expect([gone.found, gone.gaps]).toEqual([[], [expect.objectContaining({ bytes: 0 })]]);
  });

  test('of another program’s directory: a table that is missing is told', () => {
    for (const name of worldNames()) {
      const copy = temporary();
      cpSync(worldPath(name), copy, { recursive: true });
      const whole = [...storedVersions(copy, { codecs: allCodecs })];
      const table = readdirSync(copy).find((one) => /\.(ldb|sst)$/.test(one)) ?? '';
      rmSync(join(copy, table));
      const { found, gaps } = listAround(copy);
      expect(found.every(({ file }) => file.endsWith('.log'))).toBe(true);
      expect(gaps).toMatchObject([{ file: expect.stringContaining('00000'), offset: 0 }]);
      expect(whole.length).toBeGreaterThan(found.length);
    }
  });
});

test('a mistake is told at once', () => {
  expect(() => storedVersions('/nowhere/at/all')).toThrow(code('JUMP_NOT_FOUND'));
  const wrong = { keyEncoding: 'bytes' } as StoredVersionsOptions;
  expect(() => storedVersions(worldPath('goleveldb'), { tolerant: 1 as never })).toThrow(TypeError);
  expect(() => storedVersions(worldPath('goleveldb'), { onGap: 1 as never })).toThrow(TypeError);
  expect(() => storedVersions(worldPath('goleveldb'), { range: { gte: 'a' as never } })).toThrow(
    TypeError,
  );
  expect(() => storedVersions(worldPath('goleveldb'), wrong)).toThrow(TypeError);
  const comparator = { name: 'another', compare: () => 0 };
  expect(() => [...storedVersions(worldPath('goleveldb'), { comparator })]).toThrow(
    code('JUMP_UNSUPPORTED'),
  );
});

describe('a log that was cut between two records, though it was on the disk', () => {
  const cutStore = async (sync: boolean): Promise<Vfs> => {
    const vfs = memoryVfs();
    const db = open(DIRECTORY, { ...OPTIONS, memtableSize: 1 << 20, vfs });
    for (let i = 0; i < 10; i++) {
      db.set(`key ${i}`, 'value');
      if (sync) await db.sync();
      else db.handOver();
    }
    db.close();
    const path = `${DIRECTORY}/${vfs.list(DIRECTORY).find((name) => name.endsWith('.log'))}`;
    const items = [...LogReader.open({ vfs, path }).items()];
    const end = items[Math.floor(items.length / 2)]!.end;
    const kept = new Uint8Array(end);
    const input = vfs.open(path, 'read');
    input.read(kept, 0, end, 0);
    input.close();
    vfs.remove(path);
    const output = vfs.open(path, 'create');
    output.write(kept, 0, end);
    output.close();
    return vfs;
  };

  test.each([true, false])('is refused, as by a reader; or told (synced: %s)', async (sync) => {
    const vfs = await cutStore(sync);
    expect(() => openReadOnly(DIRECTORY, { vfs })).toThrow(code('JUMP_CORRUPTION'));
    expect(() => [...storedVersions(DIRECTORY, { vfs })]).toThrow(code('JUMP_CORRUPTION'));
    const gaps: StoreGap[] = [];
    const options = { vfs, tolerant: true, onGap: (gap: StoreGap) => gaps.push(gap) };
    expect([...storedVersions(DIRECTORY, options)].length).toBeGreaterThan(0);
    expect(gaps).toEqual([
      expect.objectContaining({
        reason: expect.stringMatching(/entries from \d+ to 10 are missing/),
      }),
    ]);
  });
});
