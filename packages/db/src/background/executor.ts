/** Where background work runs: the interface of both executors, and the inline one. */
import type { WrittenTables } from '@jump/compaction';
import { type Job, type JobEnvironment, runJob } from './jobs.ts';

/** How a job ended. */
export type JobOutcome =
  | { readonly type: 'done'; readonly result: WrittenTables }
  /** It failed; nothing is left of its outputs. */
  | { readonly type: 'failed'; readonly error: unknown }
  /** Its executor died; its file numbers must not be used again. */
  | { readonly type: 'lost'; readonly error: unknown };

/** Told by an executor, from inside `poll`, `wait`, or a callback of the event loop. */
export interface JobListener {
  /** A job has come so many bytes further, in all. */
  progress(id: number, bytes: number): void;
  /** A job has ended. */
  ended(id: number, outcome: JobOutcome): void;
}

/** Has a job run; returns its number. The memtable is for a flush on this thread. */
export type StartJob = (job: Job, memtable: JobEnvironment['memtable']) => number;

/** Runs jobs: at most one flush and one compaction at a time; a flush goes first. */
export interface Executor {
  /** Where jobs run. */
  readonly kind: 'worker' | 'inline';
  /** Starts a job. */
  start(id: number, job: Job, memtable: JobEnvironment['memtable']): void;
  /** Delivers what has ended since. Costs next to nothing when nothing has. */
  poll(): void;
  /** Waits for something to end or move, at most so many milliseconds, without the event loop. */
  wait(ms: number): void;
  /** Whether the process stays alive until the running jobs have ended. */
  keepAlive(on: boolean): void;
  /**
   * Stops all jobs; returns when none runs any more. Nothing is delivered: what was done before it
   * could be stopped is returned, and its tables are nobody's.
   */
  close(): readonly WrittenTables[];
}

interface Running {
  readonly id: number;
  readonly flush: boolean;
  readonly steps: Generator<number, WrittenTables, void>;
}

interface Immediate {
  ref?(): void;
  unref?(): void;
}

/** How long an inline slice lasts before the event loop goes on. */
const SLICE_MS = 4;

/** Runs jobs on the calling thread: in slices between turns, and wherever a writer has to wait. */
export class InlineExecutor implements Executor {
  readonly kind = 'inline';
  readonly #environment: Omit<JobEnvironment, 'cancelled' | 'memtable'>;
  readonly #listener: JobListener;
  readonly #running: Running[] = [];
  #planned: Immediate | undefined;
  #alive = false;
  #closed = false;
  /** Whether a step is running now: a comparator may call back into the store. */
  #inside = false;

  /** Starts nothing yet. */
  constructor(environment: Omit<JobEnvironment, 'cancelled' | 'memtable'>, listener: JobListener) {
    this.#environment = environment;
    this.#listener = listener;
  }

  start(id: number, job: Job, memtable: JobEnvironment['memtable']): void {
    const cancelled = (): boolean => this.#closed;
    const steps = runJob(job, { ...this.#environment, memtable, cancelled });
    const running = { id, flush: job.type === 'flush', steps };
    if (running.flush) this.#running.unshift(running);
    else this.#running.push(running);
    this.#plan();
  }

  poll(): void {
    // Slices run between turns; a writer that does not wait does not pay for them.
  }

  wait(ms: number): void {
    this.#slice(ms);
  }

  keepAlive(on: boolean): void {
    this.#alive = on;
    if (on) this.#planned?.ref?.();
    else this.#planned?.unref?.();
  }

  close(): readonly WrittenTables[] {
    this.#closed = true;
    // A job that is given up removes its outputs.
    for (const { steps } of this.#running.splice(0)) steps.return({} as WrittenTables);
    return [];
  }

  #plan(): void {
    if (this.#planned !== undefined || this.#running.length === 0 || this.#closed) return;
    const later = (globalThis as { setImmediate?: (callback: () => void) => Immediate })
      .setImmediate;
    const run = (): void => {
      this.#planned = undefined;
      this.#slice(SLICE_MS);
      this.#plan();
    };
    this.#planned = later === undefined ? (setTimeout(run, 0) as unknown as Immediate) : later(run);
    if (!this.#alive) this.#planned?.unref?.();
  }

  #slice(ms: number): void {
    const end = performance.now() + ms;
    do {
      const job = this.#running[0];
      if (job === undefined || this.#closed || this.#inside) return;
      this.#step(job);
    } while (performance.now() < end);
  }

  #step(job: Running): void {
    let outcome: JobOutcome | { readonly type: 'progress'; readonly bytes: number };
    this.#inside = true;
    try {
      const step = job.steps.next();
      outcome = step.done
        ? { type: 'done', result: step.value }
        : { type: 'progress', bytes: step.value };
    } catch (error) {
      outcome = { type: 'failed', error };
    } finally {
      this.#inside = false;
    }
    // Listeners may write, wait, and so get here again, or close: nothing is kept over these calls.
    if (outcome.type === 'progress') {
      this.#listener.progress(job.id, outcome.bytes);
      return;
    }
    this.#running.splice(this.#running.indexOf(job), 1);
    this.#listener.ended(job.id, outcome);
  }
}
