// Goal: what fails on a runtime is counted as failed, unless the list of differences names it; and
// the table of the README is the one of the record.
import { expect, test } from 'vitest';
import { ROOT, readText } from '../files.mjs';
import { count, notSeen, type Outcome } from './count.mjs';
import { DIFFERENCES } from './differences.mjs';
import { RUNTIMES } from './runtimes.mjs';
import { fillTable, merge, tableOf } from './table.mjs';

const outcome = (test: string, state: Outcome['state']): Outcome => ({
  file: 'packages/log/src/a.test.ts',
  test,
  state,
  message: '',
});

const outcomes = [
  outcome('reads', 'passed'),
  outcome('writes', 'failed'),
  outcome('locks a file', 'failed'),
  outcome('elsewhere', 'skipped'),
];

const differences = [
  { runtimes: ['bun'], file: 'packages/log/src/a.test.ts', test: /^locks/, reason: 'no locks' },
];

test('a failure is a difference only on the runtimes that the list names', () => {
  const bun = count(outcomes, 'bun', differences);
  expect(bun.counts).toEqual({ passed: 1, failed: 1, skipped: 1, differ: 1 });
  expect(bun.failures.map(({ test }) => test)).toEqual(['writes']);
  const deno = count(outcomes, 'deno', differences);
  expect(deno.counts).toEqual({ passed: 1, failed: 2, skipped: 1, differ: 0 });
});

test('a difference that no test showed is told, where its file ran', () => {
  const passed = outcomes.map((one) => outcome(one.test, 'passed'));
  expect(notSeen(outcomes, 'bun', differences)).toEqual([]);
  expect(notSeen(passed, 'bun', differences)).toEqual(differences);
  expect(notSeen(passed, 'deno', differences)).toEqual([]);
  expect(notSeen([], 'bun', differences)).toEqual([]);
});

test('a difference names runtimes and a file that there are, and why', () => {
  for (const { runtimes, file, reason } of DIFFERENCES) {
    for (const name of runtimes) expect(RUNTIMES.map((one) => one.name)).toContain(name);
    expect(readText(ROOT, file)).toContain('test');
    expect(reason.length).toBeGreaterThan(10);
  }
});

const stamp = { version: '1.0.0', date: '2026-01-02' };
const cell = (name: string, runtime: string, passed: number) => ({
  ...{ package: name, runtime, passed, failed: 0, skipped: 0, differ: 0 },
  ...stamp,
});

test('the table has a row for each package, a column for each runtime, and sums', () => {
  const cells = [
    cell('log', 'node20', 70),
    { ...cell('log', 'bun', 60), failed: 1, skipped: 2, differ: 7 },
    cell('base', 'node20', 5),
  ];
  expect(tableOf(merge([], cells)).split('\n')).toEqual([
    '| tests of | Node 20 (1.0.0) | Bun (1.0.0) |',
    '| --- | ---: | ---: |',
    '| `base` | 5 |  |',
    '| `log` | 70 | 60, 2 skipped, 7 differ, **1 failed** |',
    '| all | 75 | 60, 2 skipped, 7 differ, **1 failed** |',
  ]);
});

test('a new count of a package on a runtime takes the place of the old one', () => {
  const old = [cell('log', 'node20', 1), cell('log', 'bun', 2)];
  expect(merge(old, [cell('log', 'bun', 3)]).map(({ passed }) => passed)).toEqual([1, 3]);
});

test('the README shows what was recorded last', () => {
  const readme = readText(ROOT, 'README.md');
  expect(fillTable(readme, JSON.parse(readText(ROOT, 'docs/runtimes.json')))).toBe(readme);
});
