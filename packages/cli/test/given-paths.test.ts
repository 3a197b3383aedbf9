// Goal:   whoever gives a relative path gets relative paths back, whoever says what about it.
// Method: the same store by a relative path; nothing that is told may name its whole one.
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { open } from '@jump/db';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { jump, type Result, temporary } from './jump.ts';
import { sampleStore } from './samples.ts';

vi.setConfig({ testTimeout: 60_000 });

const place = temporary();
/** The path from where the tests run. */
const from = (name: string): string => relative(process.cwd(), join(place, name));

/** The whole one, which begins with no `..`. */
const WHOLE = new RegExp(`(?<!\\.\\.)${place}`);

beforeAll(async () => {
  await sampleStore(join(place, 'sound'));
});

/** A copy of a store, changed. */
function copy(name: string, change: (file: (pattern: RegExp) => string) => void): string {
  const directory = join(place, name);
  cpSync(join(place, 'sound'), directory, { recursive: true });
  change((pattern) => join(directory, readdirSync(directory).find((one) => pattern.test(one))!));
  return from(name);
}

/** Runs a command that says something, and names no whole path. */
async function told(...args: readonly string[]): Promise<Result> {
  const result = await jump(args);
  expect(result.stdout + result.stderr).not.toMatch(WHOLE);
  return result;
}

describe('a relative path stays relative', () => {
  test('where no store is', async () => {
    const absent = from('absent');
    for (const args of [['scan'], ['set', 'a', 'b'], ['stats'], ['repair'], ['compact']]) {
      const [command = '', ...rest] = args;
      const { stderr } = await told(command, absent, ...rest);
      expect(stderr).toContain(`jump: ${absent}: `);
      const json = await told(command, absent, ...rest, '--json');
      expect(JSON.parse(json.stderr).error.message).toContain(`${absent}: `);
    }
  });

  test('where a store is in use', async () => {
    const store = copy('used', () => {});
    const db = open(store);
    try {
      const { code, stderr } = await told('set', store, 'a', 'b');
      expect([code, stderr.startsWith(`jump: ${store}`)]).toEqual([3, true]);
    } finally {
      db.close();
    }
  });

  test('in what is told of a log', async () => {
    const store = copy('torn', (file) => {
      const log = file(/\.log$/);
      writeFileSync(log, readFileSync(log).subarray(0, -3));
    });
    expect((await told('scan', store)).stderr).toContain(`warning: ${store}/`);
    expect((await told('verify', store)).stdout).toContain(`note     ${store}/`);
  });

  test('in what is told of damage', async () => {
    const store = copy('damaged', (file) => rmSync(file(/^MANIFEST/)));
    for (const args of [['verify'], ['verify', '--json'], ['scan'], ['dump', '--tolerant']]) {
      const [command = '', ...rest] = args;
      const { code, stdout, stderr } = await told(command, store, ...rest);
      expect([code, (stdout + stderr).includes(`${store}/`)]).toEqual([4, true]);
    }
  });

  test('in what a repair and a checkpoint say', async () => {
    const store = copy('damaged', (file) => writeFileSync(file(/^CURRENT/), ''));
    const { stdout } = await told('repair', store);
    expect(stdout).toContain(`repaired ${store} into ${store}.repaired; ${store} is as it was`);
    const json = await told('repair', store, '--json', '--into', from('chosen'));
    expect(JSON.parse(json.stdout)).toMatchObject({ directory: from('chosen'), originals: store });
    const again = await told('repair', store, '--into', from('chosen'));
    expect(again.stderr).toContain(`jump: ${from('chosen')}: `);
    const full = await told('checkpoint', from('sound'), from('chosen'));
    expect([full.code, full.stderr.startsWith(`jump: ${from('chosen')}: `)]).toEqual([3, true]);
  });

  test('and a whole one whole', async () => {
    const absent = join(place, 'absent');
    expect((await jump(['scan', absent])).stderr).toContain(`jump: ${absent}: `);
  });
});
