// Goal:   Ctrl-C ends any command, as the signal; what was to be written is there whole, or not at
//         all.
import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { ended, jump, levelEntries, start, temporary } from './jump.ts';
import { levelsStore } from './samples.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const place = temporary();
const store = join(place, 'store');

beforeAll(() => levelsStore(store));

const line = (i: number): string => `{"key":"key${i % 9000}","value":"${'v'.repeat(500)}"}\n`;

/** Gives a program lines without end, until it has gone. */
function feed(child: ChildProcess): void {
  const { stdin } = child;
  let i = 0;
  stdin?.on('error', () => {});
  const more = (): void => {
    while (stdin?.writable && stdin.write(Array.from({ length: 100 }, () => line(i++)).join('')));
  };
  stdin?.on('drain', more);
  more();
}

/** Sends a signal, and does no more: `kill` of Deno's children ends their input first. */
function send({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid !== undefined) process.kill(pid, signal);
}

/** Resolves when something has come true; a signal must not come before the work. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** How many tables are in a directory. */
const tablesIn = (directory: string): number =>
  existsSync(directory) ? tablesOf(readdirSync(directory)) : 0;
const tablesOf = (names: readonly string[]): number =>
  names.filter((name) => name.endsWith('.ldb')).length;

describe('import', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('into a new store, %s', async (signal) => {
    const target = join(place, `new ${signal}`);
    const child = start(['import', target, '--memory', '1']);
    const end = ended(child);
    feed(child);
    await until(() => tablesIn(target) > 2);
    send(child, signal);
    expect(await end).toMatchObject({ code: null, signal, stdout: '' });
    expect(existsSync(target)).toBe(false);
  });

  test('into a store that is there', async () => {
    const before = await levelEntries(store);
    const tables = tablesIn(store);
    const child = start(['import', store, '--memory', '1']);
    const end = ended(child);
    feed(child);
    await until(() => tablesIn(store) > tables + 2);
    send(child, 'SIGINT');
    expect(await end).toMatchObject({ signal: 'SIGINT' });
    expect((await jump(['verify', store])).code).toBe(0);
    expect(await levelEntries(store)).toEqual(before);
  });

  test('from a source that says nothing', async () => {
    const target = join(place, 'silent');
    const child = start(['import', target]);
    const end = ended(child);
    child.stdin?.write(line(1));
    await until(() => existsSync(join(target, 'LOCK')));
    send(child, 'SIGINT');
    expect(await end).toMatchObject({ signal: 'SIGINT' });
    expect(existsSync(target)).toBe(false);
  });
});

/** A store that takes a while: most of it is compressed away. */
async function largeStore(): Promise<string> {
  const large = join(place, 'large');
  if (existsSync(large)) return large;
  const { code } = await jump(
    ['import', large],
    Array.from(
      { length: 60_000 },
      (_, i) => `{"key":"k${i + 1e6}","value":"${'x'.repeat(800)}"}`,
    ).join('\n'),
  );
  expect(code).toBe(0);
  return large;
}

test.each([[[]], [['--in-place']]])(
  'repair leaves nothing, and all that was there: %j',
  async (more) => {
    const large = await largeStore();
    const target = `${large}.repaired`;
    const before = readdirSync(large);
    const child = start(['repair', large, ...more]);
    const end = ended(child);
    await until(() => existsSync(target) || tablesIn(large) > tablesOf(before));
    send(child, 'SIGINT');
    expect(await end).toMatchObject({ signal: 'SIGINT', stdout: '' });
    expect(existsSync(target)).toBe(false);
    expect(readdirSync(large)).toEqual(before);
    expect((await jump(['verify', large])).code).toBe(0);
  },
);

test('export leaves neither the file nor a part of it', async () => {
  const large = await largeStore();
  const file = join(place, 'out.jsonl.gz');
  const child = start(['export', large, file]);
  const end = ended(child);
  const partial = (): string[] => readdirSync(place).filter((name) => name.includes('out.jsonl'));
  await until(() => partial().length > 0);
  send(child, 'SIGINT');
  expect(await end).toMatchObject({ signal: 'SIGINT' });
  expect(partial()).toEqual([]);
});

test('compact leaves a store that is whole', async () => {
  const busy = join(place, 'busy');
  for (const from of [0, 1, 2]) {
    const entries = Array.from(
      { length: 20_000 },
      (_, i) =>
        `{"key":"k${((i * 3 + from) * 7919) % 60_000}","value":"${from} ${'x'.repeat(200)}"}`,
    );
    expect((await jump(['import', busy, '--memory', '2'], entries.join('\n'))).code).toBe(0);
  }
  const before = await jump(['count', busy]);
  const child = start(['compact', busy]);
  const end = ended(child);
  const names = new Set(readdirSync(busy));
  await until(() => readdirSync(busy).some((name) => name.endsWith('.ldb') && !names.has(name)));
  send(child, 'SIGINT');
  const { code, signal } = await end;
  // It may have come to its end meanwhile.
  expect([code, signal]).toSatisfy(([code, signal]) => code === 0 || signal === 'SIGINT');
  expect((await jump(['verify', busy])).code).toBe(0);
  expect(await jump(['count', busy])).toEqual(before);
});

test('bench takes its store away', async () => {
  const mine = (): string[] =>
    readdirSync(tmpdir()).filter((name) => name.startsWith('jump-bench-'));
  const before = mine();
  const child = start(['bench', '--entries', '5000000']);
  const end = ended(child);
  const grown = (): string | undefined =>
    mine().find(
      (name) => !before.includes(name) && existsSync(join(tmpdir(), name, 'seq/CURRENT')),
    );
  await until(() => grown() !== undefined);
  const made = grown()!;
  expect(statSync(join(tmpdir(), made)).isDirectory()).toBe(true);
  send(child, 'SIGINT');
  expect(await end).toMatchObject({ signal: 'SIGINT' });
  expect(existsSync(join(tmpdir(), made))).toBe(false);
});

test('a command that reads ends at once', async () => {
  const child = start(['scan', join(place, 'large')]);
  const end = ended(child);
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  child.stdout?.pause();
  send(child, 'SIGINT');
  expect(await end).toMatchObject({ code: null, signal: 'SIGINT', stderr: '' });
});
