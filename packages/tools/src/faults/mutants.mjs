// npm run mutants: applies seeded bugs one by one to the sources, runs the part of the fault
// programme that must notice each, and demands that it does.
//
//     npm run mutants                             all of them, with the seed of npm test
//     npm run mutants -- --only tombstone         those whose name has this
//     npm run mutants -- --seeds 3 --record       each with three seeds; docs/reliability.jsonl gets a line
import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ROOT } from '../files.mjs';
import { bundle, removeBundle } from './bundle.mjs';
import { MUTANTS } from './mutants/index.mjs';
import { mutate } from './mutants/patch.mjs';
import { stamp } from './stamp.mjs';

/**
 * What takes so much time of a processor, in seconds, hangs, as a run of the tests would notice.
 */
const LONGEST = 500;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    seeds: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    record: { type: 'boolean', default: false },
  },
});

/**
 * Runs a part on a bundle; returns how it noticed the bug, `undefined` if it did not.
 * @param {string} path
 * @param {string} part
 * @param {number} seed
 * @param {number} [cases] as many as npm test does unless given
 * @returns {Promise<{ how: string, cases: number } | undefined>}
 */
async function runPart(path, part, seed, cases) {
  const words = ['--part', part, '--seed', String(seed)];
  if (cases !== undefined) words.push('--cases', String(cases));
  const limited = `ulimit -t ${LONGEST}; exec "$0" "$@"`;
  // What fails keeps its history, and what is killed all it has.
  const directory = mkdtempSync(join(tmpdir(), 'jump-mutant-'));
  const child = spawn('sh', ['-c', limited, process.execPath, path, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, TMPDIR: directory },
  });
  let output = '';
  child.stdout.on('data', (text) => {
    output += text;
  });
  child.stderr.on('data', (text) => {
    output += text;
  });
  const { code, signal } = await new Promise((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
  rmSync(directory, { recursive: true });
  if (signal === 'SIGXCPU' || signal === 'SIGKILL') return { how: 'it hangs', cases: 0 };
  if (code === 0) return undefined;
  const outcome = /^outcome (.*)$/m.exec(output)?.[1];
  if (outcome === undefined && /heap out of memory/.test(output)) {
    return { how: 'it runs out of memory', cases: 0 };
  }
  // Not the bug, but the programme, is broken.
  if (outcome === undefined) throw new Error(`no outcome:\n${output}`);
  const done = /** @type {{ cases: number, found: number }} */ (JSON.parse(outcome));
  // That a run met less than usual is no find.
  if (done.found === 0) return undefined;
  return { how: essence(output), cases: done.cases };
}

/**
 * Finds, in what a part printed, the line that says what went wrong.
 * @param {string} output
 */
function essence(output) {
  const lines = output.split('\n').filter((line) => !/^\s+at |^outcome/.test(line));
  const text = lines[0] ?? '';
  return text.length > 160 ? `… ${text.slice(-150)}` : text;
}

/**
 * Runs one mutant; returns whether it was caught, with every seed.
 * @param {import('./mutants/patch.mjs').Mutant} mutant
 * @param {readonly number[]} seeds
 */
async function run(mutant, seeds) {
  const name = `mutant-${process.pid}`;
  /** @type {Set<string>} */
  const changed = new Set();
  const path = await bundle(name, (file, text) => {
    const mutated = mutate(mutant, file, text);
    if (mutated !== text) changed.add(file);
    return mutated;
  });
  const missed = mutant.edits.filter(({ file }) => !changed.has(file));
  if (missed.length > 0) throw new RangeError(`not in the bundle: ${missed[0]?.file}`);
  let all = true;
  for (const seed of seeds) {
    const start = Date.now();
    let caught;
    for (const part of mutant.parts) {
      caught = await runPart(path, part, seed);
      if (caught === undefined) continue;
      const seconds = ((Date.now() - start) / 1000).toFixed(1);
      console.log(`caught    ${mutant.name}`);
      console.log(`          by ${part} in ${seconds} s, ${caught.cases} cases: ${caught.how}`);
      break;
    }
    if (caught !== undefined) continue;
    console.log(`SURVIVED  ${mutant.name}: ${mutant.parts.join(', ')} with seed ${seed}`);
    all = false;
  }
  removeBundle(name);
  return all;
}

/** Demands that the programme finds nothing where nothing is wrong. */
async function checkSound() {
  const name = `mutant-${process.pid}`;
  const path = await bundle(name);
  for (const part of new Set(chosen.flatMap(({ parts }) => parts))) {
    const found = await runPart(path, part, Number(values.seed), 200);
    if (found !== undefined) throw new Error(`without any mutant ${part} finds: ${found.how}`);
  }
  removeBundle(name);
}

const first = Number(values.seed);
const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => first + 1000 * i);
const chosen = MUTANTS.filter(({ name }) => name.includes(values.only));
const start = Date.now();
let survivors = 0;
await checkSound();
for (const mutant of chosen) if (!(await run(mutant, seeds))) survivors++;
console.log(`${chosen.length - survivors} of ${chosen.length} caught, seeds ${seeds.join(', ')}`);
if (survivors > 0 || chosen.length === 0) process.exitCode = 1;
if (values.record) {
  const outcome = {
    ...stamp(),
    part: 'mutants',
    what: 'a bug that was seeded: the programme must notice it',
    cases: chosen.length,
    found: survivors,
    seed: first,
    seconds: Math.round((Date.now() - start) / 100) / 10,
    marks: { 'seeds for each': seeds.length },
  };
  appendFileSync(join(ROOT, 'docs/reliability.jsonl'), `${JSON.stringify(outcome)}\n`);
}
