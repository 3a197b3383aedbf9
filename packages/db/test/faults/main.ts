/**
 * The fault programme: runs its parts, for as many cases or minutes as asked for.
 *
 *     npm run faults -- --part crash                        as many cases as npm test does
 *     npm run faults -- --part crash --seed 7 --cases 1     repeats what a failure names
 *     npm run faults -- --part crash,fault-sweep --minutes 60 --seed 1000 --record
 *     npm run faults -- --minutes 480 --record              all parts, an equal share each
 *     npm run faults:report                     docs/reliability.md, from what was recorded
 *
 * `--record` appends a line per part to `docs/reliability.jsonl`: part, cases, found, marks, date,
 * commit, seed. Without it nothing is kept. `--findings N` goes on until so many things went wrong.
 * Any other `--name value` is for the part: `run.options`.
 *
 * A new part is a file beside this one that exports a {@link Part} (part.ts) and has its line in
 * PARTS below. It draws everything from seeds, so that a failure can be repeated. A test in
 * packages/db/test runs it in a process of its own: `runPart('name')` of run-part.ts. It sees what
 * npm test affords, `usual` cases; the nights do more.
 *
 * All of it, store included, is bundled from the sources and runs in plain Node, without the test
 * runner (packages/tools/src/faults). A part imports `@jump/…` and its neighbours as ever; there is
 * no worker thread, for it has no file (children that a part starts can have one, from `dist`);
 * other npm packages are resolved from packages/db.
 */
import { crash } from './crash/part.ts';
import { damage } from './damage.ts';
import { kill } from './kill.ts';
import { levelCrash } from './level-crash.ts';
import { model } from './model.ts';
import { openings } from './openings.ts';
import { parsers } from './parsers.ts';
import { missedMarks, type Part, Run } from './part.ts';
import { repairPart } from './repair.ts';
import { schedules } from './schedules.ts';
import { soak } from './soak.ts';
import { faultSweep } from './sweep/part.ts';

/** The parts, in the order in which they run. */
const PARTS: readonly Part[] = [
  crash,
  faultSweep,
  model,
  damage,
  parsers,
  kill,
  levelCrash,
  openings,
  repairPart,
  schedules,
  soak,
];

interface Asked {
  readonly parts: readonly Part[];
  readonly seed: number;
  readonly cases: number | undefined;
  readonly minutes: number | undefined;
  readonly findings: number;
  readonly options: ReadonlyMap<string, string>;
}

/** The line that a run leaves in `docs/reliability.jsonl`, but for commit and date. */
interface Outcome {
  readonly part: string;
  readonly what: string;
  readonly cases: number;
  readonly found: number;
  readonly seed: number;
  readonly seconds: number;
  readonly marks: Readonly<Record<string, number>>;
  readonly highest: Readonly<Record<string, number>>;
}

function parse(words: readonly string[]): Asked {
  const options = new Map<string, string>();
  for (let i = 0; i < words.length; i += 2) {
    const name = words[i]!;
    const value = words[i + 1];
    if (!name.startsWith('--') || value === undefined) {
      throw new RangeError(`--name value expected, got ${words.slice(i).join(' ')}`);
    }
    options.set(name.slice(2), value);
  }
  const number = (name: string): number | undefined => {
    const text = options.get(name);
    options.delete(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (!(value >= 0)) throw new RangeError(`--${name}: a number expected, got ${text}`);
    return value;
  };
  const names = options.get('part')?.split(',') ?? PARTS.map(({ name }) => name);
  options.delete('part');
  const parts = names.map((name) => {
    const part = PARTS.find((one) => one.name === name);
    if (part !== undefined) return part;
    throw new RangeError(`--part: ${name} is none of ${PARTS.map((one) => one.name).join(', ')}`);
  });
  return {
    parts,
    seed: number('seed') ?? 1,
    cases: number('cases'),
    minutes: number('minutes'),
    findings: number('findings') ?? 1,
    options,
  };
}

async function runPart(part: Part, asked: Asked): Promise<boolean> {
  const { seed, cases, minutes, findings, options } = asked;
  const milliseconds =
    minutes === undefined ? Number.POSITIVE_INFINITY : (minutes * 60_000) / asked.parts.length;
  const most = cases ?? (minutes === undefined ? part.usual : Number.POSITIVE_INFINITY);
  const run = new Run(seed, { cases: most, milliseconds, findings }, options);
  const thrown = (error: unknown): void => {
    run.found(run.lastSeed, error);
    finish(part, run);
    process.exit(1);
  };
  process.once('uncaughtException', thrown);
  try {
    await part.run(run);
  } catch (error) {
    // Outside of any case: the part itself is wrong.
    run.found(seed, error);
  }
  process.removeListener('uncaughtException', thrown);
  return finish(part, run);
}

/** Prints what a run has come to; tells whether all is well. */
function finish(part: Part, run: Run): boolean {
  for (const one of run.findings) {
    const repeat = `npm run faults -- --part ${part.name} --seed ${one.seed} --cases 1`;
    console.error(`${part.name}: ${one.text}\nrepeat with: ${repeat}\n`);
  }
  const missed = run.findings.length === 0 ? missedMarks(part, run) : [];
  for (const line of missed) console.error(`${part.name}: ${line}`);
  const outcome: Outcome = {
    part: part.name,
    what: part.cases,
    cases: run.cases,
    found: run.findings.length,
    seed: run.seed,
    seconds: Math.round(run.seconds * 10) / 10,
    marks: sorted(run.marks),
    highest: sorted(run.measures),
  };
  // The last line of each part, for the process that started this one.
  console.log(`outcome ${JSON.stringify(outcome)}`);
  return run.findings.length + missed.length === 0;
}

function sorted(numbers: ReadonlyMap<string, number>): Record<string, number> {
  const rounded = [...numbers].map(([name, value]) => [name, Math.round(value)] as const);
  return Object.fromEntries(rounded.sort(([a], [b]) => (a < b ? -1 : 1)));
}

const asked = parse(process.argv.slice(2));
for (const part of asked.parts) if (!(await runPart(part, asked))) process.exitCode = 1;
