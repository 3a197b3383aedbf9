// Goal:   the commands that look at the disk show what LevelDB has put there, find damage where it
//         is, and change nothing.
import { copyFileSync, cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LogReader, LogWriter } from '@jump/log';
import { decodeVersionEdit, encodeVersionEdit } from '@jump/manifest';
import { WORLD_ENTRIES, worldNames, worldPath } from '@jump/testkit';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { jump, temporary } from './jump.ts';
import { fingerprint, levelsStore, sampleStore, USERS } from './samples.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const place = temporary();
const small = join(place, 'small');
const store = join(place, 'store');
const tables = (): string[] => readdirSync(store).filter((name) => name.endsWith('.ldb'));
/** Those that the manifest names. */
async function liveTables(): Promise<string[]> {
  const { levels } = JSON.parse(await look('levels', store, '--json'));
  const live = levels.flatMap((level: { tables: { number: number }[] }) => level.tables);
  return live.map(({ number }: { number: number }) => `${String(number).padStart(6, '0')}.ldb`);
}

beforeAll(async () => {
  await sampleStore(small);
  await levelsStore(store);
});

/** Runs a command that must go well, and leave the store alone; its output. */
async function look(...args: readonly string[]): Promise<string> {
  const before = fingerprint(store);
  const { code, stdout, stderr } = await jump(args);
  expect([code, stderr]).toEqual([0, '']);
  expect(fingerprint(store)).toEqual(before);
  return stdout;
}

describe('levels', () => {
  test('draws a bar for each table, over the keys', async () => {
    const lines = (await look('levels', store, '--width', '60')).split('\n');
    expect(lines[0]).toMatch(/^.*store {2}\d+ tables, [\d.]+ kB; [\d.]+ kB of logs$/);
    const drawn = lines.filter((line) => /^ {2}[█▓·]+$/.test(line));
    expect(drawn.length).toBeGreaterThan(1);
    for (const line of drawn) expect(line).toHaveLength(58);
    expect(lines.join('\n')).toMatch(/level \d {2}\d+ tables?, [\d.]+ kB, [\d.]+ k?B of filters/);
    expect(lines.at(-2)).toMatch(/^ {2}key00000 +key01499$/);
  });

  test('tells the same to a program', async () => {
    const { levels } = JSON.parse(await look('levels', store, '--json'));
    expect(levels).toHaveLength(7);
    const all = levels.flatMap((level: { tables: object[] }) => level.tables);
    expect(all.length).toBeGreaterThan(2);
    for (const { number, first, last, from, to, filterBytes } of all) {
      // LevelDB may leave one behind that it needs no more.
      expect(tables()).toContain(`${String(number).padStart(6, '0')}.ldb`);
      expect(first <= last).toBe(true);
      expect(from >= 0 && from < to && to <= 1).toBe(true);
      expect(filterBytes).toBeGreaterThan(10);
    }
  });

  test('of a store without tables', async () => {
    expect(await look('levels', small)).toMatch(/0 tables, 0 B; [\d.]+ kB of logs/);
  });
});

describe('stats', () => {
  test('tells at once what files say, and counts if asked to', async () => {
    const quick = await look('stats', store);
    expect(quick).toContain('leveldb.BytewiseComparator');
    expect(quick).toContain('of leveldb.BuiltinBloomFilter2');
    expect(quick).toContain('--deep counts');
    const deep = JSON.parse(await look('stats', store, '--deep', '--json'));
    const dumped = (await look('dump', store)).trimEnd().split('\n');
    const { survey } = deep;
    const counts = [...survey.levels, survey.logs];
    const sum = (what: string): number => counts.reduce((all, one) => all + one[what], 0);
    expect(sum('entries')).toBe(dumped.length);
    expect(sum('tombstones')).toBe(dumped.filter((line) => line.includes('\tdeletion\t')).length);
    expect(survey.live.entries).toBe(Number(await look('count', store)));
    expect(survey.keys).toMatchObject({ count: dumped.length, smallest: 8, largest: 8 });
    expect(survey.values.count).toBe(sum('entries') - sum('tombstones'));
    const { stored, entries } = survey.blocks;
    expect(entries.total + survey.logs.entries).toBe(dumped.length);
    // Every block is full, but the last one of each table.
    expect(stored.count).toBe(entries.count);
    expect(stored.total).toBeLessThan(deep.files.tableBytes);
    expect(stored.total).toBeGreaterThan(0.9 * deep.files.tableBytes);
    expect(stored.smallest).toBeGreaterThan(50);
    const text = await look('stats', store, '--deep');
    for (const words of ['key sizes', 'value sizes', 'block sizes', 'live ', 'dead ']) {
      expect(text).toContain(words);
    }
  });

  test('writes a page that needs nothing beside it', async () => {
    const file = join(place, 'page.html');
    const { code, stderr } = await jump(['stats', store, '--html', file]);
    expect([code, stderr]).toEqual([0, `wrote ${file}\n`]);
    const page = readFileSync(file, 'utf8');
    expect(page).not.toMatch(/<script|<link|src=|href=|url\(|@import|undefined|NaN|\[object/);
    const { files } = JSON.parse(await look('stats', store, '--json'));
    expect(page.match(/<i class="[ab]"/g)).toHaveLength(files.tables);
    for (const words of ['Levels over the keys', 'Sizes of values', 'Deletions', 'Amplification']) {
      expect(page).toContain(words);
    }
    expect(readdirSync(place).filter((name) => name.includes('partial'))).toEqual([]);
    expect((await jump(['stats', small, '--html', file])).code).toBe(0);
    expect(readFileSync(file, 'utf8')).toContain('No tables: everything is in the log.');
  });
});

describe('dump', () => {
  test('prints every version with its place, of a store or of one file', async () => {
    const lines = (await look('dump', store)).trimEnd().split('\n');
    const keys = new Set(lines.map((line) => line.split('\t')[3]));
    expect(lines.length).toBeGreaterThan(keys.size + 100);
    for (const line of lines) {
      expect(line).toMatch(
        /^\d{6}\.(ldb|log):\d+\t\d+\t(value\tkey\d{5}\t\d \.+|deletion\tkey\d{5})$/,
      );
    }
    const [name] = tables();
    const one = await look('dump', join(store, name!), '--json', '--limit', '2', '--sizes');
    const [first] = one
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(first).toMatchObject({
      file: name,
      offset: 0,
      kind: 'value',
      sequence: expect.any(Number),
    });
    expect(first.size).toBeGreaterThan(50);
  });

  test('shows the manifest, and logs with what they hold', async () => {
    const manifest = readdirSync(store).find((name) => name.startsWith('MANIFEST'))!;
    const edits = await look('dump', join(store, manifest));
    expect(edits).toContain('\tedit\tcomparator leveldb.BytewiseComparator');
    expect(edits).toMatch(/\+\d+ to level \d \(\d+ bytes, key\d{5}@\d+ … key\d{5}@\d+\)/);
    const lines = (await look('dump', small)).trimEnd().split('\n');
    expect(lines).toHaveLength(USERS + 6);
    expect(lines.at(-1)).toMatch(/^\d{6}\.log:\d+\t46\tdeletion\tgone$/);
  });

  test('needs no CURRENT: then it prints all files that are there', async () => {
    const copy = join(place, 'lost');
    cpSync(store, copy, { recursive: true });
    rmSync(join(copy, 'CURRENT'));
    const { code, stdout } = await jump(['dump', copy, '--limit', '5']);
    expect([code, stdout.split('\n').length]).toEqual([0, 6]);
    expect((await jump(['scan', copy])).code).toBe(4);
  });
});

describe('damage', () => {
  test('is read around if one asks for it, and told in its place', async () => {
    const [name] = await liveTables();
    const whole = (await look('dump', join(store, name!))).trimEnd().split('\n');
    const copy = join(place, 'around.ldb');
    copyFileSync(join(store, name!), copy);
    flip(copy, 5000);
    flip(copy, 9000);
    const { code, stdout } = await jump(['dump', copy, '--tolerant']);
    expect(code).toBe(4);
    const lines = stdout.trimEnd().split('\n');
    const damage = lines.filter((line) => line.includes('\tdamage\t'));
    expect(damage).toHaveLength(2);
    expect(damage[0]).toMatch(
      /^around\.ldb:\d+\tdamage\t4\d\d\d bytes: block of \d+ bytes has checksum/,
    );
    const rest = lines.filter((line) => !damage.includes(line));
    expect(whole.map(withoutFile)).toEqual(expect.arrayContaining(rest.map(withoutFile)));
    expect(rest.length).toBeGreaterThan(whole.length / 2);
    // Each stands where its entries would have been.
    const offsets = lines.map((line) => Number(/:(\d+)/.exec(line)?.[1]));
    expect(offsets).toEqual([...offsets].sort((a, b) => a - b));
    const report = JSON.parse((await jump(['verify', copy, '--json'])).stdout);
    expect(report.problems.map(({ offset }: { offset: number }) => offset)).toEqual(
      damage.map((line) => Number(/:(\d+)/.exec(line)?.[1])),
    );
  });

  test('of the end of a table hides nothing either', async () => {
    const [name] = await liveTables();
    const whole = (await look('dump', join(store, name!))).trimEnd().split('\n');
    const cut = join(place, 'cut.ldb');
    const bytes = readFileSync(join(store, name!));
    writeFileSync(cut, bytes.subarray(0, bytes.length - 60));
    expect((await jump(['dump', cut])).code).toBe(4);
    const { code, stdout } = await jump(['dump', cut, '--tolerant']);
    const lines = stdout.trimEnd().split('\n');
    expect([code, lines.length]).toEqual([4, whole.length + 2]);
    expect(lines.slice(0, -2).map(withoutFile)).toEqual(whole.map(withoutFile));
    expect(lines.at(-1)).toContain('\tdamage\tnot a table');
  });
});

const withoutFile = (line: string): string => line.slice(line.indexOf(':'));

describe('verify', () => {
  test('says that all is good', async () => {
    expect(await look('verify', store)).toMatch(/^good {5}\d+ tables, \d logs?, [\d.]+ kB in /);
    expect(JSON.parse(await look('verify', small, '--json'))).toMatchObject({ good: true });
    expect(await look('verify', join(store, tables()[0]!))).toMatch(/^good {5}1 table, 0 logs/);
  });

  test('names what is damaged, all of it, with exit code 4', async () => {
    const copy = join(place, 'damaged');
    cpSync(store, copy, { recursive: true });
    const [first, second, third] = await liveTables();
    flip(join(copy, first!), 500);
    rmSync(join(copy, second!));
    copyFileSync(join(store, first!), join(copy, third!));
    const log = readdirSync(copy).find((name) => name.endsWith('.log'))!;
    flip(join(copy, log), 100);
    const { code, stdout } = await jump(['verify', copy]);
    expect(code).toBe(4);
    expect(stdout).toContain(`${first} at 0: block of `);
    expect(stdout).toContain(`${second}: is missing, and the manifest names it`);
    expect(stdout).toContain(`${third}: its first key is not the one in the manifest`);
    expect(stdout).toContain(`${log} at 0: `);
    const json = JSON.parse((await jump(['verify', copy, '--json'])).stdout);
    expect(json.good).toBe(false);
    expect(json.problems).toContainEqual({
      file: join(copy, first!),
      offset: 0,
      message: expect.stringContaining('checksum'),
    });
    // The first block is read for its entries, and for the first key of the table: one damage.
    const places = json.problems.map(
      ({ file, offset, message }: { file: string; offset?: number; message: string }) =>
        `${file} ${offset ?? message}`,
    );
    expect(places).toEqual([...new Set(places)]);
    const dumped = await jump(['dump', join(copy, first!)]);
    expect([dumped.code, dumped.stderr.includes('at offset 0')]).toEqual([4, true]);
  });

  test('takes the end of a log that a crash cut off for what it is', async () => {
    const copy = join(place, 'torn');
    cpSync(small, copy, { recursive: true });
    const log = join(copy, readdirSync(copy).find((name) => name.endsWith('.log'))!);
    writeFileSync(log, readFileSync(log).subarray(0, -3));
    const { code, stdout } = await jump(['verify', copy]);
    expect([code, stdout.includes('as a crash leaves them')]).toEqual([0, true]);
    const scanned = await jump(['scan', copy, '--limit', '1']);
    expect([scanned.code, scanned.stderr.startsWith('warning: ')]).toEqual([0, true]);
  });
});

describe.each(worldNames())('the world of %s', (name) => {
  const directory = worldPath(name);

  test('is read by every command', async () => {
    const { stdout } = await jump(['scan', directory, '--json']);
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(new Map(lines.map(({ key, value }) => [key, value]))).toEqual(WORLD_ENTRIES);
    expect(JSON.parse((await jump(['verify', directory, '--json'])).stdout)).toMatchObject({
      good: true,
      problems: [],
    });
    for (const command of ['levels', 'dump']) {
      expect((await jump([command, directory])).code).toBe(0);
    }
    const deep = JSON.parse((await jump(['stats', directory, '--deep', '--json'])).stdout);
    expect(deep.survey.live.entries).toBe(WORLD_ENTRIES.size);
  });
});

describe('an order of keys that is not known here', () => {
  const directory = join(place, 'foreign');

  beforeAll(async () => {
    cpSync(worldPath(worldNames()[0]!), directory, { recursive: true });
    // The manifest of a store that another program would have written with its own comparator.
    const name = readdirSync(directory).find((one) => one.startsWith('MANIFEST'))!;
    const path = join(directory, name);
    const edits = [...LogReader.open(path)].map((record) => decodeVersionEdit(record, path, 0));
    rmSync(path);
    const log = new LogWriter(path);
    for (const edit of edits) {
      const renamed = edit.comparator === undefined ? edit : { ...edit, comparator: 'own.order' };
      log.append(encodeVersionEdit(renamed));
    }
    log.close();
  });

  test('is told; what needs no order goes on', async () => {
    const scanned = await jump(['scan', directory]);
    expect([scanned.code, scanned.stderr.includes('"own.order"')]).toEqual([3, true]);
    const { code, stdout } = await jump(['dump', directory]);
    expect(code).toBe(0);
    const known = await jump(['dump', worldPath(worldNames()[0]!)]);
    expect(stdout).toBe(known.stdout);
    expect((await jump(['levels', directory])).code).toBe(0);
    const verified = await jump(['verify', directory]);
    expect([verified.code, verified.stdout]).toEqual([
      0,
      expect.stringContaining('the order of keys, own.order, is not known here'),
    ]);
    const deep = await jump(['stats', directory, '--deep']);
    expect([deep.code, deep.stdout]).toEqual([0, expect.not.stringContaining('live')]);
  });
});

test('bench measures, prints, and leaves nothing', async () => {
  const { code, stdout, stderr } = await jump(['bench', '--entries', '500', '--json']);
  expect([code, stderr]).toEqual([0, '']);
  const rows = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(rows.map(({ name }) => name)).toEqual([
    'fillseq',
    'fillrandom',
    'readseq',
    'readreverse',
    'readrandom',
    'readmissing',
  ]);
  for (const { perSecond } of rows) expect(perSecond).toBeGreaterThan(1);
  const text = await look('bench', store, '--entries', '50', '--only', 'readseq', 'readrandom');
  expect(text).toMatch(/^measurement.*\nreadseq .*\nreadrandom .*\n$/);
});

function flip(file: string, at: number): void {
  const bytes = readFileSync(file);
  bytes[at]! ^= 0x10;
  writeFileSync(file, bytes);
}
