// npm run test:runtimes: the tests of every package on each runtime, in Vitest, which runs on all
// of them. Prints a Markdown table; fails if a test does that differences.mjs does not name.
//
//   --only db,log     these packages (folders)       --runtime bun,node22   these runtimes
//   --file kill       test files with this in their path
//   --record          writes the counts into docs/runtimes.json, and the table of the README
//
// The tests of threads and processes run `dist`: build first. Of each part of the fault programme 50
// cases are run; FAULT_CASES=1000 does more.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageFolders, ROOT } from '../files.mjs';
import { count, notSeen } from './count.mjs';
import { executableOf, RUNTIMES } from './runtimes.mjs';
import { fillTable, merge, tableOf } from './table.mjs';

const VITEST = join(ROOT, 'node_modules/vitest/vitest.mjs');
const RECORD = join(ROOT, 'docs/runtimes.json');
const README = join(ROOT, 'README.md');

/** What is random is repeated in thousands on one runtime, by npm test; here so often. */
const FAULT_CASES = '50';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    runtime: { type: 'string' },
    file: { type: 'string' },
    record: { type: 'boolean' },
  },
});

/**
 * Runs the tests of a package on a runtime.
 * @param {import('./runtimes.mjs').Runtime} runtime
 * @param {string} executable
 * @param {string} folder
 * @returns {import('./count.mjs').Outcome[]}
 */
function run(runtime, executable, folder) {
  const directory = mkdtempSync(join(tmpdir(), 'jump-runtimes-'));
  const file = join(directory, 'outcomes.json');
  // Five minutes: that a runtime is slower, or the machine at work, is no difference.
  const time = ['--testTimeout=300000', '--hookTimeout=300000'];
  const which = values.file === undefined ? `packages/${folder}/` : values.file;
  const reporter = '--reporter=./packages/tools/src/runtimes/reporter.ts';
  const words = [...runtime.before, VITEST, 'run', reporter, ...time, which];
  const { status, stderr } = spawnSync(executable, words, {
    cwd: ROOT,
    encoding: 'utf8',
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { FAULT_CASES, ...process.env, JUMP_OUTCOMES: file },
    maxBuffer: 2 ** 28,
  });
  try {
    /** @type {import('./count.mjs').Outcome[]} */
    const outcomes = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
    const good = status === 0 || outcomes.some(({ state }) => state === 'failed');
    const message = `vitest ended with ${status}: ${stderr.slice(-2000)}`;
    const whole = { file: '', test: 'the run', state: /** @type {const} */ ('failed'), message };
    return good ? outcomes : [...outcomes, whole];
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/**
 * Runs the tests of a package on a runtime, prints what was found, and counts.
 * @param {import('./runtimes.mjs').Runtime} runtime
 * @param {string} executable
 * @param {string} folder
 * @returns {import('./table.mjs').Cell}
 */
function cell(runtime, executable, folder) {
  const begin = performance.now();
  const outcomes = run(runtime, executable, folder);
  const { counts, failures } = count(outcomes, runtime.name);
  const seconds = ((performance.now() - begin) / 1000).toFixed(1);
  const { passed, failed, skipped, differ } = counts;
  console.error(
    `${runtime.title} ${folder}: ${passed} passed, ${failed} failed, ${differ} differ, ${skipped} skipped (${seconds} s)`,
  );
  for (const { file, test, message } of failures) {
    console.error(`  ${file}: ${test}\n    ${message.split('\n').slice(0, 6).join('\n    ')}`);
  }
  for (const { file, test } of values.file === undefined ? notSeen(outcomes, runtime.name) : []) {
    console.error(`  ${file}: ${test} passed: it is no difference now`);
  }
  const date = new Date().toISOString().slice(0, 10);
  const { name, version } = runtime;
  return { package: folder, runtime: name, version, ...counts, date };
}

/**
 * Writes what was counted, as soon as it is: a run of all takes long.
 * @param {readonly import('./table.mjs').Cell[]} made
 */
function record(made) {
  const old = existsSync(RECORD) ? JSON.parse(readFileSync(RECORD, 'utf8')) : [];
  const all = merge(old, made);
  writeFileSync(RECORD, `${JSON.stringify(all, undefined, 2)}\n`);
  writeFileSync(README, fillTable(readFileSync(README, 'utf8'), all));
}

/**
 * @param {readonly string[]} all
 * @param {string | undefined} wanted separated by commas
 */
function chosen(all, wanted) {
  const names = wanted?.split(',') ?? all;
  const unknown = names.find((name) => !all.includes(name));
  if (unknown !== undefined) throw new RangeError(`${unknown} is none of ${all.join(', ')}`);
  return all.filter((name) => names.includes(name));
}

const folders = chosen(packageFolders(ROOT), values.only);
const runtimes = chosen(
  RUNTIMES.map(({ name }) => name),
  values.runtime,
);
/** @type {import('./table.mjs').Cell[]} */
const cells = [];
for (const runtime of RUNTIMES.filter(({ name }) => runtimes.includes(name))) {
  const executable = executableOf(runtime);
  for (const folder of folders) {
    cells.push(cell(runtime, executable, folder));
    if (values.record === true) record(cells);
  }
}
console.log(tableOf(merge([], cells)));
process.exitCode = cells.some(({ failed }) => failed > 0) ? 1 : 0;
