/** Runs the rows of a command, the engines in turn, and writes down what they took. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { whyNot } from './engine.mjs';
import { commit, machine } from './environment.mjs';
import { NATIVE } from './native.mjs';
import { caseOf, Results, readResults } from './results.mjs';
import { rowNamed } from './rows.mjs';
import { WRITE_BUFFER } from './settings.mjs';
import { bytesOnDisk, copyStore, filledStore } from './stores.mjs';

/** @typedef {import('./prepare.mjs').ReadyEngine} ReadyEngine */
/** @typedef {import('./results.mjs').Shape} Shape */

const CHILD = fileURLToPath(new URL('./child.mjs', import.meta.url));
const LONGEST_MS = 30 * 60_000;
/** What the shell calls a failure that will pass: something is left to do. */
const SOMETHING_LEFT = 75;
/** Engines in memory hold much in JavaScript's heap. */
const HEAP = '--max-old-space-size=8192';

export class Runner {
  /**
   * @param {import('./command-line.mjs').Options} options
   * @param {ReadyEngine[]} engines
   */
  constructor(options, engines) {
    this.options = options;
    this.engines = engines;
    this.results = new Results(options.results, options.append);
    this.until = performance.now() + options.budget;
    this.about = { commit: commit(), node: process.version, machine: machine() };
    /** Checksums of a row on a shape: what the first engine has read, and its name. */
    this.sums = new Map();
  }

  /** Runs everything; returns the exit code. */
  run() {
    console.log(`${this.about.machine}; Node ${this.about.node}; commit ${this.about.commit}`);
    console.log(this.engines.map(({ name, version }) => `${name} ${version}`).join(', '));
    for (const { rows, engines: some, ...shape } of this.options.steps) {
      const engines = this.engines.filter(({ name }) => some?.includes(name) ?? true);
      for (const row of rows) {
        if (!this.runRow(row, shape, engines)) {
          console.log('the time is up; something is left to measure');
          return SOMETHING_LEFT;
        }
      }
    }
    return 0;
  }

  /**
   * Runs the rounds of a row; tells whether there was time for all.
   * @param {string} row
   * @param {Shape} shape
   * @param {ReadyEngine[]} engines
   */
  runRow(row, shape, engines) {
    const able = engines.filter((engine) => whyNot(engine, row, shape.entries) === undefined);
    const { rounds, missing, append } = this.options;
    const names = able.map((engine) => caseOf({ ...shape, row, engine: engine.name }));
    const there = names.map((name) => (missing || append ? this.results.rounds(name) : 0));
    for (let round = 0; round < rounds; round++) {
      for (let i = 0; i < able.length; i++) {
        // Another engine begins each round.
        const at = (i + round) % able.length;
        if (missing && there[at] > round) continue;
        if (performance.now() > this.until) return false;
        this.measure(row, shape, able[at]);
      }
    }
    return true;
  }

  /**
   * Measures one round of a row on an engine.
   * @param {string} row
   * @param {Shape} shape
   * @param {ReadyEngine} engine
   */
  measure(row, shape, engine) {
    const directory = this.storeFor(row, shape, engine);
    const task = {
      ...shape,
      step: /** @type {const} */ ('row'),
      engine: engine.name,
      row,
      directory,
    };
    const result = this.child(engine, task);
    this.checkSum(row, shape, engine.name, result.sum);
    const { name, version } = engine;
    const at = new Date().toISOString();
    const diskBytes = bytesOnDisk(directory);
    this.results.add({
      row,
      engine: name,
      ...shape,
      ...result,
      diskBytes,
      version,
      at,
      ...this.about,
    });
    const settled = result.settledUs.toFixed(3);
    const shown = [row, name, `${shape.entries} × ${shape.valueSize}`];
    console.log(
      `${shown.join('  ')}  ${result.us.toFixed(3)} µs, with background work ${settled};`,
      `${result.rssMib.toFixed(0)} MiB, ${(diskBytes / 2 ** 20).toFixed(0)} MiB on the disk`,
    );
  }

  /**
   * All engines must have read the same; in this command or an earlier one.
   * @param {string} row
   * @param {Shape} shape
   * @param {string} engine
   * @param {number | undefined} sum
   */
  checkSum(row, shape, engine, sum) {
    if (sum === undefined) return;
    const name = caseOf({ ...shape, row, engine: '' });
    if (!this.sums.has(name)) {
      for (const one of readResults(this.options.results)) {
        if (caseOf({ ...one, engine: '' }) === name) this.sums.set(name, [one.engine, one.sum]);
      }
    }
    const [other, expected] = this.sums.get(name) ?? [engine, sum];
    if (expected !== sum) {
      throw new Error(`${name}: ${engine} has read ${sum}, ${other} ${expected}`);
    }
    this.sums.set(name, [engine, sum]);
  }

  /**
   * Makes the store that a row begins with; returns its folder.
   * @param {string} name
   * @param {Shape} shape
   * @param {ReadyEngine} engine
   */
  storeFor(name, shape, engine) {
    const row = rowNamed(name);
    const { work } = this.options;
    mkdirSync(work, { recursive: true });
    const own = join(work, `row-${engine.name}`);
    rmSync(own, { recursive: true, force: true });
    if (row.before === 'nothing' || engine.inMemory) return own;
    if (row.before === 'fresh' || row.before === 'killed') {
      this.fill(engine, shape, own, row.before === 'fresh' ? 'fresh' : 'kill');
      return own;
    }
    const { entries, valueSize, compression } = shape;
    const folder = `${engine.file}-${entries}-${valueSize}-${compression ? 'snappy' : 'plain'}`;
    const version = `${engine.version}-${WRITE_BUFFER >> 20}`;
    const filled = filledStore(work, folder, version, (directory) => {
      this.fill(engine, shape, directory, 'fill');
    });
    if (row.before === 'filled') return filled;
    copyStore(filled, own);
    return own;
  }

  /**
   * @param {ReadyEngine} engine
   * @param {Shape} shape
   * @param {string} directory
   * @param {'fill' | 'fresh' | 'kill'} step
   */
  fill(engine, shape, directory, step) {
    this.child(engine, { ...shape, step, engine: engine.name, row: '', directory });
  }

  /**
   * Runs a task in a process of its own; returns what it printed.
   * @param {ReadyEngine} engine
   * @param {import('./run-task.mjs').Task} task
   */
  child(engine, task) {
    const { patience } = this.options;
    const own = patience === undefined ? task : { ...task, patience };
    const [program, args] =
      engine.kind === 'native'
        ? [NATIVE, nativeArguments({ ...own, writeBuffer: WRITE_BUFFER })]
        : [process.execPath, [...this.flags(engine, task), CHILD, JSON.stringify(own)]];
    const { status, signal, stdout, error } = spawnSync(program, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      encoding: 'utf8',
      timeout: LONGEST_MS,
    });
    if (task.step === 'kill' && signal === 'SIGKILL') return undefined;
    if (status !== 0) {
      const how = error?.message ?? signal ?? `exit ${status}`;
      throw new Error(`${engine.name} ${task.row === '' ? 'fill' : task.row}: ${how}`);
    }
    return stdout === '' ? undefined : JSON.parse(stdout);
  }

  /**
   * What Node is told about a child.
   * @param {ReadyEngine} engine
   * @param {import('./run-task.mjs').Task} task
   */
  flags({ inMemory }, { step, row }) {
    const { profiles } = this.options;
    if (profiles !== undefined && step === 'row') {
      return ['--cpu-prof', `--cpu-prof-dir=${profiles}`, `--cpu-prof-name=${row}.cpuprofile`];
    }
    return inMemory ? [HEAP] : [];
  }
}

/** @param {import('./run-task.mjs').Task & { writeBuffer: number }} task */
const nativeArguments = (task) => Object.entries(task).map(([name, value]) => `${name}=${value}`);
