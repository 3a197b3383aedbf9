/**
 * The part `soak`: one store on the real disk that is read, written, merged, copied and killed for
 * as long as there is time, and compared with a model all the while.
 *
 *     npm run faults -- --part soak --minutes 120 --megabytes 10240 --life 60 --record
 *
 * `--megabytes` is about what the store comes to hold, `--life` how many seconds a process lives.
 * Processes are killed, or close; each opens with other options, and compares everything first.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Random } from '@jump/testkit';
import { scriptPath } from '../scripts.ts';
import type { Part, Run } from './part.ts';

const MEGABYTES = 4;
const LIFE_SECONDS = 1.5;
/** Of a key and its value, on average, where a third is deleted. */
const BYTES_A_KEY = 280;
/** More memory in a life than this is a leak; caches fill up meanwhile. */
const MOST_GAINED = 64;

/** What a child has done since it told the last time. */
interface Told {
  readonly answers: number;
  readonly batches: number;
  readonly bytes: number;
  readonly marks: Readonly<Record<string, number>>;
  readonly highest: Readonly<Record<string, number>>;
}

async function run(run: Run): Promise<void> {
  const root = fs.mkdtempSync(join(run.options.get('directory') ?? tmpdir(), 'jump-soak-'));
  const promises = join(root, 'promised');
  fs.writeFileSync(promises, '0'.padStart(16));
  const megabytes = Number(run.options.get('megabytes') ?? MEGABYTES);
  const store = {
    directory: join(root, 'store'),
    model: join(root, 'model'),
    promises,
    seed: run.seed,
    keys: Math.ceil((megabytes * 2 ** 20) / BYTES_A_KEY),
    mostGained: MOST_GAINED,
  };
  try {
    while (run.more()) await live(run, store, megabytes);
  } finally {
    fs.rmSync(root, { recursive: true, force: true });
  }
}

async function live(run: Run, store: object, megabytes: number): Promise<void> {
  const seed = run.nextSeed();
  const random = new Random(seed);
  const ms =
    1000 * Number(run.options.get('life') ?? LIFE_SECONDS) * (random.integer(30, 130) / 100);
  const killed = random.chance(0.6);
  // A life that is killed may still be comparing by then: it has that before its own time begins.
  const faults = random.chance(0.25) ? 0.0003 : 0;
  const options = drawOptions(random, megabytes);
  const task = { ...store, life: seed, ms: killed ? 1e9 : ms, faults, options };
  const words = ['--expose-gc', scriptPath('soak-child.mjs'), JSON.stringify(task)];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (text: Buffer) => {
    errors += text;
  });
  const timer = listen(run, child, killed ? ms : Number.POSITIVE_INFINITY);
  const [code, signal] = await once(child, 'close');
  clearTimeout(timer());
  if (signal === 'SIGKILL') run.mark('processes killed');
  else if (code === 0) run.mark('processes that closed');
  else run.found(seed, `${errors}\nended with ${code}, ${signal}; ${JSON.stringify(task)}`);
}

/** Adds up what a child tells; kills it so long after it has begun, or when the run is over. */
function listen(run: Run, child: ChildProcess, ms: number): () => NodeJS.Timeout | undefined {
  let timer: NodeJS.Timeout | undefined;
  createInterface({ input: child.stdout! }).on('line', (line) => {
    const { answers, batches, bytes, marks, highest } = JSON.parse(line) as Told;
    if (Number.isFinite(ms)) timer ??= setTimeout(() => child.kill('SIGKILL'), ms);
    run.count(answers);
    run.mark('batches', batches);
    run.mark('MiB of values written', bytes / 2 ** 20);
    for (const [name, times] of Object.entries(marks)) run.mark(name, times);
    for (const [name, value] of Object.entries(highest)) run.highest(name, value);
    if (!run.more()) child.kill('SIGKILL');
  });
  return () => timer;
}

function drawOptions(random: Random, megabytes: number): object {
  const large = megabytes > 100;
  return {
    // To merge everything again and again takes too long where that is much.
    strategy: random.pick(large ? ['leveled', 'tiered'] : ['leveled', 'leveled', 'tiered', 'full']),
    memtableSize: random.pick(large ? [1 << 20, 4 << 20] : [16_384, 65_536, 1 << 20]),
    tableSize: random.pick(large ? [1 << 20, 2 << 20] : [16_384, 262_144]),
    blockSize: random.pick([1024, 4096, 16_384]),
    cacheSize: random.pick([0, 1 << 18, 8 << 20]),
    maxOpenFiles: random.pick([10, 1000]),
    compression: random.pick(['snappy', 'none']),
    filter: random.pick(['jump', 'leveldb', 'none']),
    logWrites: random.pick(['turn', 'turn', 'each']),
    background: random.pick(['worker', 'worker', 'inline']),
  };
}

export const soak: Part = {
  name: 'soak',
  cases: 'an answer of a store on the real disk, under load, compared with its model',
  usual: 100_000,
  marks: {
    batches: 800,
    'stores compared whole after an opening': 3,
    'passes over everything': 8,
  },
  run,
};
