// Goal:   the commands that read tell what LevelDB has written, in every encoding and range, with
//         the exit codes that scripts rely on, and change nothing about the store.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { bytes, jump, levelStore, temporary } from './jump.ts';
import { fingerprint, sampleStore, USERS, user, userKey } from './samples.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const place = temporary();
const store = join(place, 'store');
let before: string[] = [];

beforeAll(async () => {
  await sampleStore(store);
  before = fingerprint(store);
});

/** Runs a command on the store, which must go well and leave it alone; its output. */
async function read(command: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await jump([command, store, ...args]);
  expect([code, stderr]).toEqual([0, '']);
  expect(fingerprint(store)).toEqual(before);
  return stdout;
}

describe('get', () => {
  test('prints a value, in any encoding, or its bytes alone', async () => {
    expect(await read('get', userKey(7))).toBe(`${user(7)}\n`);
    expect(await read('get', '00ff80', '-k', 'hex', '-v', 'hex')).toBe('c32841\n');
    expect(await read('get', 'AP+A', '-k', 'base64', '-v', 'base64')).toBe('wyhB\n');
    expect(await read('get', 'grün', '--raw')).toBe('Grüße 🎉');
    expect(JSON.parse(await read('get', userKey(3), '--json', '-v', 'json'))).toEqual({
      key: userKey(3),
      value: { name: 'user 3', age: 3 },
    });
  });

  test('a key that is not there is exit code 1, and nothing on stdout', async () => {
    for (const key of ['nobody', 'gone']) {
      const { code, stdout, stderr } = await jump(['get', store, key]);
      expect([code, stdout, stderr]).toEqual([1, '', `no key ${key}\n`]);
    }
    const raw = await jump(['get', store, 'nobody', '--raw', '--json']);
    expect([raw.code, raw.stdout, raw.stderr]).toEqual([1, '', 'no key nobody\n']);
  });

  test('a key that is not there is told to a program as JSON, which no value looks like', async () => {
    const { code, stdout, stderr } = await jump(['get', store, '6e6f', '-k', 'hex', '--json']);
    expect([code, stdout, stderr]).toEqual([1, '{"key":"6e6f","found":false}\n', '']);
  });
});

describe('scan', () => {
  test('prints a line for each entry, and what does not print as escapes', async () => {
    const lines = (await read('scan')).trimEnd().split('\n');
    expect(lines).toHaveLength(USERS + 4);
    expect(lines[0]).toBe('\\x00\\xff\\x80\t\\xc3(A');
    expect(lines.slice(1, 4)).toEqual([
      'empty\t',
      'grün\tGrüße 🎉',
      'tab\\there\tline\\nfeed\\x1b[31m',
    ]);
    expect(lines[4]).toBe(`${userKey(0)}\t${user(0)}`);
  });

  test('takes ranges', async () => {
    const keys = async (...args: readonly string[]): Promise<string[]> =>
      (await read('scan', '--only', 'keys', ...args)).split('\n').slice(0, -1);
    expect(await keys('--from', userKey(5), '--to', userKey(8))).toEqual([5, 6, 7].map(userKey));
    expect(await keys('--prefix', 'user:00', '--reverse', '--limit', '2')).toEqual(
      [9, 8].map(userKey),
    );
    expect(await keys('--prefix', 'user:', '--to', userKey(1))).toEqual([userKey(0)]);
    expect(await keys('--prefix', 'nothing')).toEqual([]);
    expect(await keys('-k', 'hex', '--prefix', '00ff')).toEqual(['00ff80']);
  });

  test('prints JSON that loses nothing', async () => {
    const lines = (await read('scan', '--json', '--limit', '3')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { key: { base64: 'AP+A' }, value: { base64: 'wyhB' } },
      { key: 'empty', value: '' },
      { key: 'grün', value: 'Grüße 🎉' },
    ]);
  });

  test('tells which value is not JSON', async () => {
    const { code, stderr } = await jump(['scan', store, '-v', 'json', '--from', 'grün']);
    expect([code, stderr]).toEqual([
      3,
      'jump: the value is not JSON: Grüße 🎉 (at the key grün)\n',
    ]);
  });
});

test('count counts a range, as a number or as JSON', async () => {
  expect(await read('count')).toBe(`${USERS + 4}\n`);
  expect(await read('count', '--prefix', 'user:', '--limit', '7')).toBe('7\n');
  expect(JSON.parse(await read('count', '--json', '--from', userKey(38)))).toEqual({ entries: 2 });
});

describe('export', () => {
  test('writes JSON Lines to stdout or to a file, compressed if its name says so', async () => {
    const plain = await read('export');
    expect(plain.split('\n')).toHaveLength(USERS + 5);
    const file = join(place, 'out.jsonl.gz');
    const { code, stderr } = await jump(['export', store, file]);
    expect([code, stderr]).toEqual([0, `exported 44 entries to ${file}\n`]);
    expect(gunzipSync(readFileSync(file)).toString()).toBe(plain);
    const again = await jump(['export', store, file]);
    expect([again.code, again.stderr]).toEqual([
      3,
      `jump: ${file}: is there already; --force replaces it\n`,
    ]);
    const nowhere = join(place, 'nowhere', 'out.jsonl');
    const lost = await jump(['export', store, nowhere]);
    expect([lost.code, lost.stderr]).toEqual([
      3,
      `jump: ${nowhere}: cannot be written: the directory is not there (JUMP_NOT_FOUND)\n`,
    ]);
    const taken = await jump(['export', store, place, '--force']);
    expect([taken.code, taken.stderr]).toEqual([
      3,
      expect.stringMatching(/^jump: .*: cannot be written: E\w+: .* \(JUMP_IO\)\n$/),
    ]);
    expect(taken.stderr.startsWith(`jump: ${place}: `)).toBe(true);
    expect((await jump(['export', store, file, '--force', '--limit', '1'])).code).toBe(0);
    expect(gunzipSync(readFileSync(file)).toString()).toBe(`${plain.split('\n')[0]}\n`);
  });
});

describe('diff', () => {
  test('of the same entries is silent; others are told, with exit code 1', async () => {
    const other = await levelStore(join(place, 'other'), async (db) => {
      await db.put(bytes('both'), bytes('1'));
      await db.put(bytes('changed'), bytes('old'));
      await db.put(bytes('removed'), bytes('x'));
    });
    const third = await levelStore(join(place, 'third'), async (db) => {
      await db.put(bytes('added'), bytes('y'));
      await db.put(bytes('both'), bytes('1'));
      await db.put(bytes('changed'), bytes('new'));
    });
    const same = await jump(['diff', other, other]);
    expect([same.code, same.stdout]).toEqual([0, '']);
    const found = await jump(['diff', other, third]);
    expect([found.code, found.stdout, found.stderr]).toEqual([
      1,
      '+ added\ty\n~ changed\told → new\n- removed\tx\n',
      `1 only in ${other}, 1 only in ${third}, 1 different, 1 the same\n`,
    ]);
    const json = await jump(['diff', other, third, '--json', '--reverse']);
    expect(
      json.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { type: 'removed', key: 'removed', old: 'x' },
      { type: 'changed', key: 'changed', old: 'old', new: 'new' },
      { type: 'added', key: 'added', new: 'y' },
    ]);
    const part = await jump(['diff', other, third, '--quiet', '--prefix', 'both']);
    expect([part.code, part.stdout, part.stderr]).toEqual([0, '', '']);
    expect((await jump(['diff', other, third, '-q'])).code).toBe(1);
    const some = await jump(['diff', other, third, '--limit', '2']);
    expect([some.stdout.split('\n').length, some.stderr.includes('; then it ended')]).toEqual([
      3,
      true,
    ]);
  });
});

describe('what is wrong is told on stderr, with its exit code', () => {
  test.each([
    [['scan', '/nowhere'], 3, 'jump: /nowhere: no store is there (JUMP_NOT_FOUND)'],
    [['scam', 'x'], 2, "jump: unknown command 'scam'\n(Did you mean scan?)"],
  ])('%j', async (args, code, message) => {
    const found = await jump(args);
    expect([found.code, found.stdout, found.stderr]).toEqual([code, '', `${message}\n`]);
  });

  test('as JSON too', async () => {
    const { code, stderr } = await jump(['count', join(place, 'no'), '--json']);
    expect([code, JSON.parse(stderr)]).toEqual([
      3,
      {
        error: {
          name: 'JumpError',
          code: 'JUMP_NOT_FOUND',
          message: `${join(place, 'no')}: no store is there`,
        },
      },
    ]);
  });
});

test('without a command it says what there is, on stderr, as a mistake; help is none', async () => {
  const nothing = await jump([]);
  expect([nothing.code, nothing.stdout]).toEqual([2, '']);
  expect(nothing.stderr).toMatch(/^Usage: jump .*\n[\s\S]* scan /);
  const help = await jump(['--help']);
  expect([help.code, help.stderr]).toEqual([0, '']);
  expect(help.stdout).toContain('Exit codes:');
  expect((await jump(['--version'])).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});
