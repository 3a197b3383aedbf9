// Goal:   an application moves from classic-level to JumpDB, and back, with its directory as it is:
//         the guide's words are a program that runs.
// Method: the program of the guide, which asserts what it says, as somebody would run it.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { temporary } from './temporary.ts';

const EXAMPLE = fileURLToPath(new URL('../../../docs/examples/from-level/', import.meta.url));
const run = (...args: readonly string[]): string[] =>
  execFileSync(process.execPath, args, { cwd: EXAMPLE, encoding: 'utf8' }).trimEnd().split('\n');

test('the same directory, before and after, and before again', () => {
  const directory = `${temporary()}/data`;
  expect(run('main.mjs', directory)).toEqual([
    '3 entries, written by classic-level',
    '4 entries, written by JumpDB',
    `the way back is open: ${directory}`,
  ]);
  expect(run('compare.mjs', directory)).toEqual(['4 entries, the same in both']);
});

test('without a directory nothing is left behind, and a comparison says what it needs', () => {
  const [last] = run('main.mjs').reverse();
  const directory = last?.replace('the way back is open: ', '') ?? '';
  expect(directory).toContain('from-level-');
  expect(existsSync(directory)).toBe(false);
  const { status, stderr } = spawnSync(process.execPath, ['compare.mjs'], {
    cwd: EXAMPLE,
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 2, stderr: 'node compare.mjs DIRECTORY\n' });
});
