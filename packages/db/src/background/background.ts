/**
 * Background work: starts what is due, takes what has ended, and answers those who wait.
 *
 * `flushes.ts` and `merges.ts` say what is done, the executor does it, `edits.ts` makes it live,
 * `retries.ts` says when to try again. The thread that opened the store alone runs this code, from
 * three places: a write that looks (`poll`), a write that must pause or wait (`throttle.ts`), and
 * callbacks of the event loop.
 */
import { JumpError, MAX_SEQUENCE } from '@jump/base';
import type { KeyRange, TableSpec } from '@jump/compaction';
import { readsPerLook } from '../read/read-debt.ts';
import type { Store } from '../store.ts';
import type { WriteAheadLog } from '../write/write-ahead-log.ts';
import { Edits } from './edits.ts';
import type { Executor, JobListener, JobOutcome, StartJob } from './executor.ts';
import { Flushes } from './flushes.ts';
import { Merges } from './merges.ts';
import type { ObsoleteFiles } from './obsolete-files.ts';
import { Retries } from './retries.ts';
import { Throttle } from './throttle.ts';
import { Waiters, type Waiting } from './waiters.ts';

/** Runs flushes and merges. */
export class Background implements JobListener {
  /** How the live tables change. */
  readonly edits: Edits;
  /** What holds up writers. */
  readonly throttle: Throttle;
  readonly #store: Store;
  readonly #obsolete: ObsoleteFiles;
  readonly #flushes: Flushes;
  readonly #merges: Merges;
  readonly #retries = new Retries(() => this.schedule());
  readonly #waiters = new Waiters();
  readonly #inline: () => Executor;
  #executor: Executor;
  #nextId = 1;
  /** Removals of files: how many were asked for, and how many have ended. They end in order. */
  #removals = 0;
  #removed = 0;
  #closed = false;

  /** @param makeExecutor - makes the executor; called again, asking for inline, when one dies */
  constructor(
    store: Store,
    log: WriteAheadLog,
    obsolete: ObsoleteFiles,
    spec: TableSpec,
    makeExecutor: (listener: JobListener, inline: boolean) => Executor,
  ) {
    this.#store = store;
    this.#obsolete = obsolete;
    const edits = new Edits(store, obsolete, () => this.#executor);
    this.edits = edits;
    this.#executor = makeExecutor(this, false);
    obsolete.remove = (paths) => this.#remove(paths);
    this.#inline = () => makeExecutor(this, true);
    const start: StartJob = (job, memtable) => {
      const id = this.#nextId++;
      this.#executor.start(id, job, memtable);
      return id;
    };
    const done = (): void => this.schedule();
    this.#flushes = new Flushes({ store, log, edits, obsolete, spec }, start, done);
    this.#merges = new Merges({ store, edits, spec }, start, () => this.executor, done);
    this.throttle = new Throttle({
      store,
      log,
      flushes: this.#flushes,
      merges: this.#merges,
      edits,
      retries: this.#retries,
      executor: () => this.#executor,
      rotate: () => this.#rotate(),
      schedule: () => this.schedule(),
    });
  }

  /** Where jobs run. */
  get executor(): 'worker' | 'inline' {
    return this.#executor.kind;
  }

  /** Takes what has ended. Costs next to nothing when nothing has. */
  poll(): void {
    this.#executor.poll();
  }

  /** Takes what has ended, and starts what reads ask for. */
  afterReads(): void {
    const store = this.#store;
    store.tables.reads = 0;
    if (store.closed) return;
    const tables = store.version.levels.reduce((sum, level) => sum + level.length, 0);
    store.readsPerLook = readsPerLook(tables);
    this.poll();
    if (!this.#merges.running) this.schedule();
  }

  /** Starts whatever is due. */
  schedule(): void {
    if (this.#closed || this.#store.poisoned) return;
    if (this.#retries.pauseMs > 0) {
      this.#retries.plan();
      this.#keepAlive();
      return;
    }
    try {
      this.#startFlush();
      this.#merges.start();
    } catch (error) {
      // A manifest that failed has poisoned the store: the next write, or `close`, tells it.
      if (!this.#store.poisoned) throw error;
    }
    this.#settle();
  }

  /** Resolves when everything written so far is in tables. */
  flush(): Promise<void> {
    const sequence = this.#store.lastSequence;
    if (sequence <= this.#store.flushedSequence) return Promise.resolve();
    return this.#wait('flush', sequence);
  }

  /** Resolves when a write would not have to wait. */
  drain(): Promise<void> {
    this.poll();
    return this.throttle.wouldWait ? this.#wait('drain', 0) : Promise.resolve();
  }

  /** Merges a range down, level by level, after a flush. */
  async compact(
    range: KeyRange,
    onProgress: (done: number) => void,
    signal: AbortSignal,
  ): Promise<void> {
    await this.flush();
    this.#store.checkWritable();
    if (this.#merges.halted !== undefined) throw this.#merges.halted;
    // What each table says of its tombstones must be known.
    for (const table of this.#store.version.levels.flat()) this.#store.tables.get(table);
    const firstLater = this.#store.versions.nextFileNumber;
    const done = new Promise<void>((resolve, reject) => {
      this.#merges.add({ range, signal, onProgress, firstLater, resolve, reject, done: 0 });
    });
    this.#keepAlive();
    this.schedule();
    await done;
    // Whoever compacts wants the room back.
    if (this.#removed < this.#removals) await this.#wait('removal', this.#removals);
  }

  /** Whether a job is running that reads one of these tables. */
  reads(tables: ReadonlySet<number>): boolean {
    return this.#merges.reads(tables);
  }

  /** Stops all work and rejects everybody who waits for it. */
  close(): void {
    this.#closed = true;
    this.#retries.close();
    for (const { tables } of this.#executor.close()) this.#obsolete.discard(tables);
    this.fail(new JumpError('JUMP_CLOSED', `the store ${this.#store.directory} was closed`));
  }

  /** Rejects everybody who waits: their work will not be done. */
  fail(error: unknown): void {
    this.#waiters.rejectAll(error);
    this.#merges.rejectAll(error);
    this.#executor.keepAlive(false);
  }

  progress(id: number, bytes: number): void {
    this.#flushes.progress(id, bytes);
    this.#merges.progress(id, bytes);
    if (this.#waiters.size > 0) this.#settle();
  }

  ended(id: number, outcome: JobOutcome): void {
    if (this.#closed) return;
    const flush = this.#flushes.takes(id);
    const merge = this.#merges.take(id);
    if (this.#store.poisoned) return;
    if (outcome.type === 'done') {
      this.#retries.succeeded();
      if (flush) this.#flushes.finish(outcome.result, this.executor);
      if (merge !== undefined) this.#merges.finish(merge, outcome.result);
    } else if (outcome.type === 'lost') {
      this.#store.report(outcome.error, false);
      if (this.#executor.kind === 'worker') this.#executor = this.#inline();
    } else if (merge !== undefined && isDamage(outcome.error)) {
      this.#merges.halt(outcome.error);
    } else {
      this.#store.report(outcome.error, false);
      if (merge !== undefined) this.#merges.failed(merge, outcome.error);
      this.#retries.failed(outcome.error);
      if (flush) this.#waiters.reject('flush', outcome.error);
    }
    this.schedule();
  }

  #remove(paths: readonly string[]): void {
    this.#removals++;
    this.#executor.remove(paths, (errors) => {
      this.#waiters.settle('removal', ++this.#removed);
      this.#obsolete.report(errors);
    });
  }

  #startFlush(): void {
    const store = this.#store;
    const wanted = this.#waiters.highest('flush') > store.flushedSequence;
    if (store.immutable !== undefined) this.#flushes.start();
    else if (!this.#flushes.running && wanted && store.active.entries > 0) this.#rotate();
  }

  #rotate(): void {
    this.#flushes.rotate();
    this.throttle.rotated();
    this.schedule();
  }

  #wait(kind: Waiting, sequence: number): Promise<void> {
    const promise = this.#waiters.add(kind, sequence);
    this.#keepAlive();
    this.schedule();
    return promise;
  }

  #settle(): void {
    this.#waiters.settle('flush', this.#store.flushedSequence);
    if (!this.throttle.wouldWait) this.#waiters.settle('drain', MAX_SEQUENCE);
    this.#keepAlive();
  }

  #keepAlive(): void {
    this.#executor.keepAlive(this.#waiters.size > 0 || this.#merges.manuals > 0);
  }
}

/** Whether an error says that a file is damaged. */
function isDamage(error: unknown): boolean {
  return error instanceof JumpError && error.code === 'JUMP_CORRUPTION';
}
