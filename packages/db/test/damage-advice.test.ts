// Goal:   a store that does not open because it is damaged says what can be done about it.
// Method: one damage a test, of each kind of file; opened for writing, and for reading alone.
import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { JumpError, open, openReadOnly, repair } from '@jump/db';
import { expect, test } from 'vitest';
import { temporary } from './temporary.ts';

const ADVICE = 'repair() can make a store of';
const RECOVERY = "choose recovery: 'prefix'";

/** Makes a store of a table and a log. */
async function makeStore(): Promise<string> {
  const directory = temporary();
  const db = open(directory);
  for (let i = 0; i < 1000; i++) db.set(`key ${i}`, `value ${i}`);
  await db.flush();
  db.close();
  const next = open(directory);
  for (let i = 0; i < 3; i++) {
    next.set(`later ${i}`, `${i}`);
    next.handOver();
  }
  next.close();
  return directory;
}

/** The path of the one file of a kind. */
function pathOf(directory: string, kind: RegExp): string {
  return join(directory, readdirSync(directory).find((name) => kind.test(name))!);
}

/** Changes a byte. */
function change(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at < 0 ? bytes.length + at : at]! ^= 1;
  writeFileSync(path, bytes);
}

const TABLE = /\.ldb$/;
const LOG = /\.log$/;
const MANIFEST = /^MANIFEST-/;

const damages: [what: string, damage: (directory: string) => void, advice: string][] = [
  ['a missing table', (at) => rmSync(pathOf(at, TABLE)), ADVICE],
  ['a table that is cut', (at) => truncateSync(pathOf(at, TABLE), 1000), ADVICE],
  ['a manifest that is damaged', (at) => change(pathOf(at, MANIFEST), 10), ADVICE],
  ['a missing manifest', (at) => rmSync(pathOf(at, MANIFEST)), ADVICE],
  ['a CURRENT that is damaged', (at) => change(join(at, 'CURRENT'), 0), ADVICE],
  ['a missing CURRENT', (at) => rmSync(join(at, 'CURRENT')), ADVICE],
  ['a missing log', (at) => rmSync(pathOf(at, LOG)), RECOVERY],
  ['a log that is damaged', (at) => change(pathOf(at, LOG), 10), RECOVERY],
];

test.each(damages)('%s', async (_, damage, advice) => {
  const directory = await makeStore();
  damage(directory);
  const openings = [() => open(directory), () => openReadOnly(directory)];
  for (const opening of openings) {
    let error: unknown;
    try {
      opening().close();
    } catch (thrown) {
      error = thrown;
    }
    if (!(error instanceof JumpError)) throw error ?? new Error('it opened');
    expect(error.code).toBe('JUMP_CORRUPTION');
    expect(error.file?.startsWith(directory)).toBe(true);
    expect(error.message.startsWith(`${error.file}`)).toBe(true);
    // One advice, once.
    const found = [ADVICE, RECOVERY].flatMap((one) =>
      Array(error.message.split(one).length - 1).fill(one),
    );
    expect(found, error.message).toEqual([advice]);
  }
  // What is advised helps.
  const { kept } = await repair(directory, { inPlace: true });
  expect(kept).toBeGreaterThan(0);
  open(directory).close();
});

test('a damaged manifest is said to be that, once', async () => {
  const directory = await makeStore();
  change(pathOf(directory, MANIFEST), 10);
  expect(() => open(directory)).toThrow(/: the checksum does not match; repair\(\)/);
});

test('damage of a table that is not looked at before it opens', async () => {
  const directory = await makeStore();
  change(pathOf(directory, TABLE), -1);
  expect(() => open(directory, { background: 'inline' })).toThrow(ADVICE);
  expect(() => openReadOnly(directory)).toThrow(ADVICE);
});
