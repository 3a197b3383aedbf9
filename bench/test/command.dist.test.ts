// Goal:   a campaign can be cut into commands, and a row measured again alone.
// Method: the command itself, on a tiny store, with the engines that need no peers.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { type Measurement, readResults } from '../src/results.mjs';

const MAIN = fileURLToPath(new URL('../src/main.mjs', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'jump-bench-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const results = join(root, 'results');

function bench(...options: string[]): { status: number | null; output: string } {
  const fixed = ['--entries', '300', '--results', results, '--work', join(root, 'work')];
  fixed.push('--patience', '20');
  const engines = options.includes('--engines') ? [] : ['--engines', 'jumpdb,classic-level'];
  const child = spawnSync(process.execPath, [MAIN, ...fixed, ...engines, ...options], {
    encoding: 'utf8',
  });
  return { status: child.status, output: child.stdout + child.stderr };
}

const rounds = (row: string): Measurement[] =>
  readResults(results).filter((one) => one.row === row);

test('rows are replaced, added to, and completed', { timeout: 120_000 }, () => {
  const rows = ['--rows', 'readseq'];
  expect(bench(...rows, '--rounds', '1')).toMatchObject({ status: 0 });
  const first = rounds('readseq');
  expect(first.map((one) => one.engine)).toEqual(['classic-level', 'jumpdb']);

  // A second time: the old round is gone.
  bench(...rows, '--rounds', '1', '--engines', 'jumpdb');
  const second = rounds('readseq');
  expect(second).toHaveLength(2);
  expect(second[0]).toEqual(first[0]);
  expect(second[1]!.at).not.toBe(first[1]!.at);

  // What is missing up to two rounds; nothing when the time is up before it begins.
  const out = bench(...rows, '--missing', '--rounds', '2', '--budget', '0.000001');
  expect(out.output).toContain('something is left');
  expect(out.status).toBe(75);
  expect(rounds('readseq')).toHaveLength(2);
  expect(bench(...rows, '--missing', '--rounds', '2').status).toBe(0);
  expect(rounds('readseq')).toHaveLength(4);
  expect(bench(...rows, '--missing', '--rounds', '2').output).not.toContain('readseq');
});

test('a store that reads something else stops the run', { timeout: 60_000 }, () => {
  bench('--rows', 'readreverse', '--rounds', '1', '--engines', 'jumpdb');
  const path = join(results, 'readreverse.jsonl');
  const [measured] = rounds('readreverse');
  writeFileSync(path, readFileSync(path, 'utf8').replace(`"sum":${measured!.sum}`, '"sum":1'));
  const { status, output } = bench('--rows', 'readreverse', '--engines', 'classic-level');
  expect(output).toMatch(/classic-level has read -?\d+, jumpdb 1\b/);
  expect(status).toBe(1);
});

test.each([
  [['--rows', 'readsideways'], 'no row readsideways; there are fillseq'],
  [['--engines', 'oracle'], 'no engine oracle; there are jumpdb'],
  [['--plan', 'none'], '--plan none: there are main'],
  [['--rounds', 'some'], '--rounds some: a number above 0 is wanted'],
])('refuses %j', (options, message) => {
  const { status, output } = bench(...options);
  expect(output).toContain(message);
  expect(status).toBe(1);
});
