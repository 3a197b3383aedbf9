// Goal:   what the writing commands write is what LevelDB reads afterwards, and they say that they
//         have; what cannot be done whole is not done.
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { openReadOnly } from '@jump/db';
import { describe, expect, test, vi } from 'vitest';
import { bytes, jump, levelEntries, levelStore, temporary } from './jump.ts';
import { fingerprint, levelsStore, sampleStore, USERS } from './samples.ts';

vi.setConfig({ testTimeout: 60_000 });

/** Runs a command that must go well; what it says on stderr. */
async function said(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await jump(args);
  expect([code, stdout]).toEqual([0, '']);
  return stderr;
}

const lines = (count: number, from = 0): string =>
  Array.from(
    { length: count },
    (_, i) => `{"key":"key${String(i + from).padStart(5, '0')}","value":"v${i + from}"}\n`,
  ).join('');

describe('set and delete', () => {
  test('write what LevelDB reads, and say so', async () => {
    const store = await levelStore(join(temporary(), 'store'), (db) =>
      db.put(bytes('a'), bytes('1')),
    );
    expect(await said('set', store, 'b', 'zwei')).toBe(`set b in ${store}, 4 B\n`);
    const fed = await jump(['set', store, 'c'], 'from stdin\n');
    expect(fed.code).toBe(0);
    const json = await jump(['set', store, 'd', '-v', 'json', '--json'], ' { "x" : 1 }\n');
    expect([json.code, json.stdout]).toEqual([0, '{"written":1}\n']);
    expect(await said('set', store, '65', 'AP8=', '-k', 'hex', '-v', 'base64')).toContain('2 B');
    expect(await levelEntries(store)).toEqual([
      ['a', '1'],
      ['b', 'zwei'],
      ['c', 'from stdin\n'],
      ['d', '{"x":1}'],
      ['e', '\u0000\ufffd'],
    ]);
    expect(await said('delete', store, 'a', 'b', 'nobody')).toBe(
      `deleted 2 entries from ${store}\n`,
    );
    expect(await said('delete', store, '--from', 'd')).toContain('deleted 2 entries');
    expect((await jump(['delete', store, 'nobody'])).code).toBe(1);
    expect(await levelEntries(store)).toEqual([['c', 'from stdin\n']]);
  });

  test('make no store unless they are told to', async () => {
    const store = join(temporary(), 'new');
    const refused = await jump(['set', store, 'a', '1']);
    expect([refused.code, readdirSync(join(store, '..'))]).toEqual([3, []]);
    expect(refused.stderr).toBe(
      `jump: ${store}: no store is there; --create makes one (JUMP_NOT_FOUND)\n`,
    );
    expect((await jump(['delete', store, 'a'])).code).toBe(3);
    await said('set', store, 'a', '1', '--create');
    expect(await levelEntries(store)).toEqual([['a', '1']]);
  });

  test('are refused while somebody else has the store; reading is not', async () => {
    const store = join(temporary(), 'store');
    await levelStore(store, async (db) => {
      await db.put(bytes('a'), bytes('1'));
      const refused = await jump(['set', store, 'b', '2']);
      expect(refused.code).toBe(3);
      expect(refused.stderr).toContain('(JUMP_LOCKED)');
      expect(refused.stderr).toContain('commands that only read work all the same');
      const { code, stdout } = await jump(['get', store, 'a']);
      expect([code, stdout]).toEqual([0, '1\n']);
    });
  });
});

describe('import', () => {
  test('of an export is the same store', async () => {
    const place = temporary();
    const [old, file] = [await sampleStore(join(place, 'old')), join(place, 'all.gz')];
    for (const encodings of [[], ['-k', 'hex', '-v', 'base64']]) {
      const copy = join(place, `new${encodings.length}`);
      await said('export', old, file, '--force', ...encodings);
      expect(await said('import', copy, file, ...encodings)).toMatch(
        new RegExp(`^imported ${USERS + 4} entries into .*: 1 table, `),
      );
      expect((await jump(['diff', old, copy])).code).toBe(0);
      expect(await levelEntries(copy)).toHaveLength(USERS + 4);
    }
  });

  test('goes into a store that is there, over what it has; in any order', async () => {
    const place = temporary();
    const store = await levelStore(join(place, 'store'), async (db) => {
      await db.put(bytes('key00002'), bytes('old'));
      await db.put(bytes('other'), bytes('stays'));
    });
    const input = lines(20_000).trimEnd().split('\n').reverse().join('\n');
    const { code, stdout } = await jump(['import', store, '--memory', '1', '--json'], input);
    expect(code).toBe(0);
    const report = JSON.parse(stdout);
    expect(report).toMatchObject({ entries: 20_000 });
    expect(report.runs).toBeGreaterThan(1);
    const found = await levelEntries(store);
    expect([found.length, found[2], found.at(-1)]).toEqual([
      20_001,
      ['key00002', 'v2'],
      ['other', 'stays'],
    ]);
    expect((await jump(['import', store, '--new'], input)).stderr).toContain('(JUMP_EXISTS)');
  });

  test('of something that is wrong anywhere imports nothing at all', async () => {
    const place = temporary();
    const file = join(place, 'wrong.gz');
    writeFileSync(file, gzipSync(`${lines(5000)}{"key":"last"}\n`));
    const failed = await jump(['import', join(place, 'new'), file]);
    expect([failed.code, failed.stderr]).toEqual([3, 'jump: line 5001: it has no value\n']);
    expect(readdirSync(place)).toEqual(['wrong.gz']);
    const store = await levelStore(join(place, 'store'), (db) => db.put(bytes('a'), bytes('1')));
    expect((await jump(['import', store, file])).code).toBe(3);
    expect(await levelEntries(store)).toEqual([['a', '1']]);
    const nothing = join(place, 'nothing');
    expect((await jump(['import', store, nothing])).stderr).toBe(
      `jump: ${nothing}: is not there (JUMP_NOT_FOUND)\n`,
    );
    const directory = await jump(['import', store, place]);
    expect([directory.code, directory.stderr]).toEqual([
      3,
      `jump: ${place}: is a directory (JUMP_IO)\n`,
    ]);
  });
});

test('compact takes away what was deleted, and says how much', async () => {
  const store = await levelsStore(join(temporary(), 'store'));
  const before = await levelEntries(store);
  const dump = async (): Promise<string[]> =>
    (await jump(['dump', store, '--sizes'])).stdout.trimEnd().split('\n');
  expect((await dump()).length).toBeGreaterThan(before.length + 100);
  expect(await said('compact', store)).toMatch(
    /^compacted .*: \d+ tables, [\d.]+ kB → \d tables?, [\d.]+ kB, /,
  );
  expect((await dump()).filter((line) => line.includes('\tvalue\t'))).toHaveLength(before.length);
  expect(await levelEntries(store)).toEqual(before);
  const { stdout } = await jump(['compact', store, '--prefix', 'key00', '--json']);
  expect(JSON.parse(stdout)).toMatchObject({ before: { tables: expect.any(Number) } });
});

describe('checkpoint', () => {
  test('is a copy that LevelDB opens, of a store that is in use and stays as it is', async () => {
    const place = temporary();
    const store = join(place, 'store');
    const copy = join(place, 'copy');
    await levelsStore(store);
    const before = fingerprint(store).map((line) => line.replace(/ \S+ (\d+) (\w+)$/, ' $1 $2'));
    expect(await said('checkpoint', store, copy)).toMatch(/^copied .* to .*: \d+ files, /);
    // Hard links change the time of the change of their inode, and nothing else.
    const after = fingerprint(store).map((line) => line.replace(/ \S+ (\d+) (\w+)$/, ' $1 $2'));
    expect(after).toEqual(before);
    expect((await jump(['diff', store, copy])).code).toBe(0);
    expect((await jump(['verify', copy])).code).toBe(0);
    const entries = await levelEntries(copy);
    const ours = openReadOnly(store);
    expect([...ours.entries()]).toEqual(entries);
    ours.close();
    const again = await jump(['checkpoint', store, copy]);
    expect([again.code, again.stderr.includes('(JUMP_EXISTS)')]).toEqual([3, true]);
  });
});
