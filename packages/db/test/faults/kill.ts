/** The part `kill`: writers on the real disk whose process dies at a random moment. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Random } from '@jump/testkit';
import { open } from '../../src/index.ts';
import { checkPairs, promisedIn } from '../pairs.ts';
import { scriptPath } from '../scripts.ts';
import type { Part, Run } from './part.ts';

const STORES = 3;
/** As many deaths do the stores of one directory survive before others take their place. */
const LIVES = 8;
const PHASES = { o: 'opening', r: 'writing', m: 'merging', c: 'closing' } as const;
/** A writer that was cut short has lost at most one record that it never promised. */
const LONGEST_LOSS = 100_000;

/** What one store's writer is told. */
interface Task {
  readonly directory: string;
  readonly promises: string;
  readonly options: Record<string, unknown>;
  readonly [more: string]: unknown;
}

async function run(run: Run): Promise<void> {
  const root = fs.mkdtempSync(join(tmpdir(), 'jump-kill-'));
  try {
    let directory = root;
    for (let death = 0; run.more(); death++) {
      const seed = run.nextSeed();
      if (death % LIVES === 0) {
        fs.rmSync(directory, { recursive: true, force: true });
        directory = join(root, `lives ${death}`);
        fs.mkdirSync(directory, { recursive: true });
      }
      await new Death(run, directory, new Random(seed)).happen(seed);
    }
  } finally {
    fs.rmSync(root, { recursive: true, force: true });
  }
}

class Death {
  readonly #run: Run;
  readonly #random: Random;
  readonly #phases: string;
  readonly #tasks: readonly Task[];

  constructor(run: Run, directory: string, random: Random) {
    this.#run = run;
    this.#random = random;
    this.#phases = join(directory, 'phases');
    this.#tasks = Array.from({ length: STORES }, (_, i) => this.#task(join(directory, `${i}`)));
  }

  async happen(seed: number): Promise<void> {
    fs.rmSync(this.#phases, { force: true });
    const before = this.#tasks.map(({ promises }) => promisedIn(promises));
    const how = await this.#die();
    this.#run.mark(how);
    const phases = fs.existsSync(this.#phases) ? fs.readFileSync(this.#phases, 'latin1') : '';
    for (const [i, task] of this.#tasks.entries()) {
      const where = `${how}, ${phases}, ${JSON.stringify(task)}`;
      try {
        this.#check(task, where);
      } catch (error) {
        this.#run.found(
          seed,
          error instanceof Error ? new Error(`${where}: ${error.stack}`) : error,
        );
      }
      const phase = PHASES[phases[i] as keyof typeof PHASES];
      if (phase !== undefined) this.#run.mark(`deaths while ${phase}`);
      const written = (promisedIn(task.promises) ?? 0) - (before[i] ?? 0);
      this.#run.mark('promised batches', written);
      this.#run.count();
    }
  }

  #task(directory: string): Task {
    const random = this.#random;
    return {
      directory,
      promises: `${directory}.promises`,
      reopen: random.pick([0, 40, 300]),
      perTurn: random.pick([1, 10, 100]),
      syncEvery: random.pick([0, 0, 7, 50]),
      mergeEvery: random.pick([0, 30, 150]),
      options: {
        memtableSize: random.pick([8192, 65_536]),
        tableSize: random.pick([8192, 65_536]),
        logWrites: random.pick(['turn', 'turn', 'each']),
        background: random.pick(['worker', 'worker', 'inline']),
      },
    };
  }

  /** Lets the writers work for a while; returns how they died. */
  async #die(): Promise<string> {
    const random = this.#random;
    const task = { stores: this.#tasks, phases: this.#phases };
    if (random.chance(0.1)) return this.#terminate(task);
    const ends = random.chance(0.2) ? random.pick(['exit', 'throw', 'reject', 'abort']) : undefined;
    const end = ends === undefined ? {} : { end: { how: ends, after: random.integer(1, 600) } };
    const words = [scriptPath('store-child.mjs'), JSON.stringify({ ...task, ...end })];
    const child = spawn(process.execPath, words, { stdio: 'ignore' });
    const ended = once(child, 'exit');
    if (ends !== undefined) {
      await ended;
      return ends;
    }
    await this.#let(child);
    const signal = random.chance(0.9) ? 'SIGKILL' : random.pick(['SIGTERM', 'SIGINT'] as const);
    child.kill(signal);
    await ended;
    return signal;
  }

  /** A thread of this process, ended from outside. */
  async #terminate(task: object): Promise<string> {
    const worker = new Worker(scriptPath('store-child.mjs'), { workerData: task });
    const failed = once(worker, 'error').then(([error]) => error as Error);
    const failure = await Promise.race([this.#let(undefined), failed]);
    await worker.terminate();
    if ('Deno' in globalThis) await closed(dirname(this.#phases));
    if (failure !== undefined) throw failure;
    return 'terminate';
  }

  /** Waits until the stores are being opened, or all of them are, and then for some time. */
  async #let(child: ChildProcess | undefined): Promise<void> {
    const random = this.#random;
    const early = random.chance(0.25);
    for (let waited = 0; waited < 20_000 && child?.exitCode == null; waited += 2) {
      await sleep(2);
      const phases = fs.existsSync(this.#phases) ? fs.readFileSync(this.#phases, 'latin1') : '';
      if (early && phases !== '') break;
      if (phases.length === STORES && phases.at(-1) !== 'o') break;
    }
    await sleep(random.integer(0, early ? 20 : 80));
  }

  #check({ directory, promises }: Task, where: string): void {
    const promised = promisedIn(promises);
    if (promised === undefined && !fs.existsSync(directory)) return;
    let lost = 0;
    const db = open(directory, {
      background: 'inline',
      onEvent: (event) => {
        if (event.type === 'recoveryLoss') lost += event.bytes;
      },
    });
    try {
      const count = checkPairs(db, where);
      if (count < (promised ?? 0)) throw new Error(`${count} batches, ${promised} were promised`);
      if (lost > LONGEST_LOSS) throw new Error(`${lost} bytes lost`);
      // What was read may be promised from now on.
      fs.appendFileSync(promises, `\n${count}\n`);
    } finally {
      db.close();
    }
  }
}

/** Deno tells that a thread has ended while it still works: waits until it has closed its files. */
async function closed(directory: string): Promise<void> {
  const isOpen = (descriptor: string): boolean => {
    try {
      return fs.readlinkSync(`/proc/self/fd/${descriptor}`).startsWith(directory);
    } catch {
      return false;
    }
  };
  const end = Date.now() + 10_000;
  while (fs.readdirSync('/proc/self/fd').some(isOpen) && Date.now() < end) await sleep(5);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

export const kill: Part = {
  name: 'kill',
  cases: 'a store on the real disk whose process died, opened and compared with its promises',
  usual: 210,
  marks: {
    SIGKILL: 30,
    'deaths while opening': 6,
    'deaths while merging': 5,
    'promised batches': 2000,
  },
  run,
};
