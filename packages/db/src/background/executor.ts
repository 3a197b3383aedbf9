/** Where background work runs: the interface of both executors, and the inline one. */
import type { WrittenTables } from '@jump/compaction';
import { type Failure, failureOf, removeFiles, type WrittenFile } from './file-work.ts';
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
  /** Makes ready for jobs that are soon to come. */
  prepare(): void;
  /**
   * Puts a file on stable storage that the calling thread has written. Later `done` is called with
   * what went wrong, if anything: from inside `poll`, `wait`, `close`, or a callback of the event
   * loop.
   */
  sync(file: WrittenFile, done: (failure: Failure | undefined) => void): void;
  /**
   * Removes files that nobody needs: soon, and by the end of `close` at the latest. `done` is called
   * as that of `sync`, with a failure for each file that cannot be removed.
   */
  remove(paths: readonly string[], done: (errors: readonly unknown[]) => void): void;
  /** Delivers what has ended since. Costs next to nothing when nothing has. */
  poll(): void;
  /** Waits for something to end or move, at most so many milliseconds, without the event loop. */
  wait(ms: number): void;
  /** Whether the process stays alive until the running jobs have ended. */
  keepAlive(on: boolean): void;
  /**
   * Stops all jobs; returns when none runs any more. Their ends are not delivered: what was done
   * before it could be stopped is returned, and its tables are nobody's. Files are synced and
   * removed as asked.
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
  /** Work on files that was asked for. */
  readonly #calls: (() => void)[] = [];
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

  prepare(): void {
    // There is nothing to be made ready.
  }

  sync(file: WrittenFile, done: (failure: Failure | undefined) => void): void {
    this.#call(() => done(failureOf(() => file.sync())));
  }

  remove(paths: readonly string[], done: (errors: readonly unknown[]) => void): void {
    this.#call(() => done(removeFiles(this.#environment.vfs, paths)));
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
    for (let call = this.#calls.shift(); call !== undefined; call = this.#calls.shift()) call();
    return [];
  }

  #call(call: () => void): void {
    if (this.#closed) {
      call();
      return;
    }
    this.#calls.push(call);
    this.#plan();
  }

  #plan(): void {
    const idle = this.#running.length + this.#calls.length === 0;
    if (this.#planned !== undefined || idle || this.#closed) return;
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
      if (this.#closed || this.#inside) return;
      const call = this.#calls.shift();
      const job = this.#running[0];
      if (call !== undefined) call();
      else if (job !== undefined) this.#step(job);
      else return;
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
