// Goal:   an application moves from classic-level to JumpDB, and back, with its directory as it is:
//         the guide's words are a program that runs.
// Method: the program of the guide, which asserts what it says, as somebody would run it.
import { execFileSync } from 'node:child_process';
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
