/**
 * Background work: when a memtable is flushed, what is merged, who waits, what happens to a
 * failure.
 *
 * Deciding is the strategy's, doing is the executor's; here the two are put together, and the result of
 * a job becomes a version edit. The owner's thread alone runs this code, from three places: a write
 * that looks (`poll`), a write that must wait (`makeRoom`), and callbacks of the event loop.
 */
import { JumpError, MAX_SEQUENCE } from '@jump/base';
import {
  checkPick,
  type KeyRange,
  makeJob,
  outputsAtMost,
  type Pick,
  type PickState,
  type TableSpec,
  type WrittenTables,
} from '@jump/compaction';
import type { TableMeta, VersionEdit } from '@jump/manifest';
import type { Executor, JobListener, JobOutcome } from './executor.ts';
import type { Memtable } from './memtable.ts';
import type { ObsoleteFiles } from './obsolete-files.ts';
import type { Store } from './store.ts';
import { Waiters, type Waiting } from './waiters.ts';
import type { WriteAheadLog } from './write-ahead-log.ts';

/** A manual compaction under way. */
export interface ManualCompaction {
  readonly range: KeyRange;
  /** Gives it up: the job under way is finished, no other begins. */
  readonly signal: AbortSignal;
  readonly onProgress: (done: number) => void;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  /** Bytes read by jobs that have ended. */
  done: number;
}

interface RunningFlush {
  readonly id: number;
  readonly memtable: Memtable;
  readonly sequence: number;
}

interface RunningMerge {
  readonly id: number;
  readonly pick: Pick;
  readonly manual: ManualCompaction | undefined;
}

/** A failed job is tried again after this long, then twice as long, up to the longest pause. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 10_000;
/** A writer waits so long for work that keeps failing. */
const PATIENCE_MS = 2_000;
/** One wait of a writer before it looks around. */
const WAIT_MS = 50;

/** Runs flushes and merges. */
export class Background implements JobListener {
  readonly #store: Store;
  readonly #log: WriteAheadLog;
  readonly #obsolete: ObsoleteFiles;
  readonly #spec: TableSpec;
  #executor: Executor;
  readonly #inline: () => Executor;
  #nextId = 1;
  #flush: RunningFlush | undefined;
  #merge: RunningMerge | undefined;
  readonly #manual: ManualCompaction[] = [];
  readonly #waiters = new Waiters();
  /** The log that the active memtable began with. */
  #immutableSequence = 0;
  /** Sequences of tombstones that a snapshot held back; see the strategy's state. */
  readonly #blocked = new Map<number, number>();
  /** An error of the strategy or of an input: nothing is merged any more. */
  #mergesHalted: unknown;
  #pauseMs = 0;
  #pausedUntil = 0;
  #lastFailure: unknown;
  #retry: ReturnType<typeof setTimeout> | undefined;
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
    this.#log = log;
    this.#obsolete = obsolete;
    this.#spec = spec;
    this.#executor = makeExecutor(this, false);
    this.#inline = () => makeExecutor(this, true);
  }

  /** Where jobs run. */
  get executor(): 'worker' | 'inline' {
    return this.#executor.kind;
  }

  /** Takes what has ended. Costs next to nothing when nothing has. */
  poll(): void {
    this.#executor.poll();
  }

  /**
   * Makes the active memtable immutable, waiting until that can be. @throws JUMP_IO, JUMP_POISONED
   */
  makeRoom(): void {
    if (this.#mayRotate()) {
      this.#rotate();
      return;
    }
    const reason = this.#store.immutable === undefined ? 'level0' : 'memtable';
    const start = performance.now();
    while (!this.#mayRotate()) {
      this.#store.checkWritable();
      this.#waitOnce(start);
    }
    this.#store.checkWritable();
    // A listener that wrote meanwhile may have made room already.
    if (this.#store.active.entries > 0) this.#rotate();
    const ms = performance.now() - start;
    this.#store.counters.stalls++;
    this.#store.counters.stallMs += ms;
    // Last: a listener that writes may fill the new memtable, and make room itself.
    this.#store.emit({ type: 'stall', reason, ms });
  }

  /** Starts whatever is due. */
  schedule(): void {
    if (this.#closed || this.#store.poisoned) return;
    if (performance.now() < this.#pausedUntil) {
      this.#planRetry();
      return;
    }
    try {
      this.#startFlush();
      this.#startMerge();
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
    return this.#wouldWait() ? this.#wait('drain', 0) : Promise.resolve();
  }

  /** Merges a range down, level by level, after a flush. */
  async compact(
    range: KeyRange,
    onProgress: (done: number) => void,
    signal: AbortSignal,
  ): Promise<void> {
    await this.flush();
    this.#store.checkWritable();
    if (this.#mergesHalted !== undefined) throw this.#mergesHalted;
    const done = new Promise<void>((resolve, reject) => {
      this.#manual.push({ range, signal, onProgress, resolve, reject, done: 0 });
    });
    this.#keepAlive();
    this.schedule();
    return done;
  }

  /** Whether a job is running that reads one of these tables. */
  reads(tables: ReadonlySet<number>): boolean {
    return (
      this.#merge?.pick.inputs.some((input) =>
        input.tables.some((table) => tables.has(table.number)),
      ) === true
    );
  }

  /** Writes an edit to the manifest, and makes its version current. Poisons if that fails. */
  apply(edit: Partial<VersionEdit>, directorySynced: boolean): void {
    const { versions } = this.#store;
    const manifest = versions.manifestNumber;
    try {
      versions.logAndApply(edit, { directorySynced });
    } catch (error) {
      throw this.#store.poison(error, true);
    }
    this.#store.version = versions.current;
    for (const { number } of edit.deleted ?? []) this.#blocked.delete(number);
    const added = new Set(edit.added?.map(({ table }) => table.number));
    this.#obsolete.add((edit.deleted ?? []).map((one) => one.number).filter((n) => !added.has(n)));
    this.#obsolete.sweep();
    if (versions.manifestNumber !== manifest) this.#obsolete.removeManifests();
  }

  /** Stops all work and rejects everybody who waits for it. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#executor.close();
    this.fail(new JumpError('JUMP_CLOSED', `the store ${this.#store.directory} was closed`));
  }

  /** Rejects everybody who waits: their work will not be done. */
  fail(error: unknown): void {
    this.#waiters.rejectAll(error);
    for (const { reject } of this.#manual.splice(0)) reject(error);
    this.#executor.keepAlive(false);
  }

  progress(id: number, bytes: number): void {
    const merge = this.#merge;
    if (merge?.id === id && merge.manual !== undefined) {
      merge.manual.onProgress(merge.manual.done + bytes);
    }
  }

  ended(id: number, outcome: JobOutcome): void {
    if (this.#closed) return;
    const flush = this.#flush?.id === id ? this.#flush : undefined;
    const merge = this.#merge?.id === id ? this.#merge : undefined;
    if (flush !== undefined) this.#flush = undefined;
    if (merge !== undefined) this.#merge = undefined;
    if (this.#store.poisoned) return;
    if (outcome.type === 'done') {
      this.#pauseMs = 0;
      this.#lastFailure = undefined;
      try {
        if (flush !== undefined) this.#finishFlush(flush, outcome.result);
        if (merge !== undefined) this.#finishMerge(merge, outcome.result);
      } catch (error) {
        // `apply` has poisoned the store already, which has told everybody.
        if (!this.#store.poisoned) throw error;
        return;
      }
    } else if (outcome.type === 'lost') {
      this.#store.report(outcome.error, false);
      if (this.#executor.kind === 'worker') this.#executor = this.#inline();
    } else {
      this.#failed(outcome.error, merge);
      if (flush !== undefined) this.#waiters.reject('flush', outcome.error);
    }
    this.schedule();
  }

  #mayRotate(): boolean {
    return (
      this.#store.immutable === undefined &&
      this.#store.version.levels[0]!.length < this.#store.settings.compaction.level0.stop
    );
  }

  #wouldWait(): boolean {
    const { active, settings } = this.#store;
    return active.bytes >= settings.memtableSize && !this.#mayRotate();
  }

  #rotate(): void {
    const store = this.#store;
    const number = store.versions.takeFileNumber();
    this.#log.rotate(number);
    store.immutable = store.active;
    this.#immutableSequence = store.lastSequence;
    store.active = store.newMemtable();
    store.active.protect(store.pins.highest);
    this.schedule();
  }

  #waitOnce(start: number): void {
    const store = this.#store;
    const stuck = this.#mergesHalted ?? this.#lastFailure;
    if (stuck !== undefined && performance.now() - start > PATIENCE_MS) {
      const why = stuck instanceof Error ? stuck.message : String(stuck);
      throw new JumpError(
        'JUMP_IO',
        `no room for another write, since background work fails: ${why}`,
        { cause: stuck, file: store.directory },
      );
    }
    const pause = this.#pausedUntil - performance.now();
    if (pause > 0 && this.#flush === undefined && this.#merge === undefined) {
      sleep(Math.min(pause, WAIT_MS));
      this.schedule();
      return;
    }
    this.schedule();
    this.#executor.wait(WAIT_MS);
  }

  #startFlush(): void {
    const store = this.#store;
    if (this.#flush !== undefined) return;
    if (store.immutable === undefined) {
      const wanted = this.#waiters.highest('flush') > store.flushedSequence;
      if (!wanted || store.active.entries === 0) return;
      this.#rotate();
      return;
    }
    const memtable = store.immutable;
    const id = this.#nextId++;
    const number = store.versions.takeFileNumber();
    this.#flush = { id, memtable, sequence: this.#immutableSequence };
    const { directory } = store;
    this.#executor.start(
      id,
      {
        type: 'flush',
        directory,
        number,
        memtable: store.shared ? memtable.parts() : undefined,
        snapshots: store.pins.sequences(),
        table: this.#spec,
      },
      () => memtable.cursor(),
    );
  }

  #finishFlush(flush: RunningFlush, result: WrittenTables): void {
    const store = this.#store;
    const logNumber = this.#log.number;
    const older = store.versions.logNumber;
    this.apply(
      {
        logNumber,
        lastSequence: flush.sequence,
        added: result.tables.map((table) => ({ level: 0, table })),
      },
      true,
    );
    for (const [blocked, sequence] of result.blocked) this.#blocked.set(blocked, sequence);
    store.immutable = undefined;
    store.flushedSequence = flush.sequence;
    store.counters.flushes++;
    store.counters.tableBytes += result.bytesWritten;
    this.#log.dropBefore(logNumber, flush.sequence);
    for (let number = older; number < logNumber; number++) this.#obsolete.removeLog(number);
    for (const { number, entries = 0, fileSize } of result.tables) {
      const executor = this.executor;
      store.emit({ type: 'flush', table: number, entries, bytes: fileSize, executor });
    }
  }

  #startMerge(): void {
    if (this.#merge !== undefined || this.#mergesHalted !== undefined) return;
    for (;;) {
      const state = this.#pickState();
      const found = this.#choose(state);
      if (found === undefined) return;
      const { pick, manual } = found;
      if (pick.trivialMove) {
        this.#move(pick, manual);
        continue;
      }
      this.#merge = { id: this.#nextId++, pick, manual };
      const { settings, directory, versions } = this.#store;
      const count = outputsAtMost(state, pick, settings.tableSize);
      const first = versions.takeFileNumber();
      versions.markFileNumberUsed(first + count - 1);
      const job = makeJob(state, pick, {
        directory,
        numbers: { first, count },
        snapshots: this.#store.pins.sequences(),
        table: this.#spec,
      });
      this.#executor.start(this.#merge.id, { type: 'compaction', job }, undefined);
      return;
    }
  }

  /** The next pick: of a manual compaction, or the strategy's own. A wrong pick halts merging. */
  #choose(state: PickState): { pick: Pick; manual: ManualCompaction | undefined } | undefined {
    const strategy = this.#store.settings.compaction;
    try {
      for (let manual = this.#manual[0]; manual !== undefined; manual = this.#manual[0]) {
        const pick = manual.signal.aborted ? undefined : strategy.manual(state, manual.range);
        if (pick !== undefined) {
          checkPick(state, pick, strategy.name);
          return { pick, manual };
        }
        this.#manual.shift();
        manual.resolve();
        this.#keepAlive();
      }
      const pick = strategy.pick(state);
      if (pick === undefined) return undefined;
      checkPick(state, pick, strategy.name);
      return { pick, manual: undefined };
    } catch (error) {
      this.#halt(error);
      return undefined;
    }
  }

  #pickState(): PickState {
    const { version, settings, pins, versions } = this.#store;
    const { compare } = settings.comparator;
    const oldest = pins.sequences()[0];
    return {
      levels: version.levels,
      compareUser: compare.bind(settings.comparator),
      compactPointers: versions.compactPointers,
      tableSize: settings.tableSize,
      oldestSnapshot: oldest ?? Number.POSITIVE_INFINITY,
      tombstonesBlocked: this.#blocked,
    };
  }

  #move(pick: Pick, manual: ManualCompaction | undefined): void {
    const edit = editOf(
      pick,
      pick.inputs.flatMap((input) => input.tables),
    );
    this.apply(edit, true);
    this.#tellMerged(pick, [], 0);
    if (manual !== undefined) {
      manual.done += pickBytes(pick);
      manual.onProgress(manual.done);
    }
  }

  #finishMerge(merge: RunningMerge, result: WrittenTables): void {
    const { pick, manual } = merge;
    const { counters } = this.#store;
    this.apply(editOf(pick, result.tables), true);
    for (const [number, sequence] of result.blocked) this.#blocked.set(number, sequence);
    counters.compactions++;
    counters.tableBytes += result.bytesWritten;
    this.#tellMerged(pick, result.tables, result.bytesWritten);
    if (manual !== undefined) {
      manual.done += pickBytes(pick);
      manual.onProgress(manual.done);
    }
  }

  #tellMerged(pick: Pick, tables: readonly TableMeta[], bytesWritten: number): void {
    this.#store.emit({
      type: 'compaction',
      reason: pick.reason,
      inputs: pick.inputs.map(({ level, tables: read }) => ({
        level,
        tables: read.map((table) => table.number),
      })),
      outputLevel: pick.outputLevel,
      outputs: tables.map((table) => table.number),
      bytesRead: pick.trivialMove ? 0 : pickBytes(pick),
      bytesWritten,
      executor: this.executor,
    });
  }

  #failed(error: unknown, merge: RunningMerge | undefined): void {
    // Damage does not go away by trying again, and must not be merged into something that looks
    // whole.
    if (merge !== undefined && error instanceof JumpError && error.code === 'JUMP_CORRUPTION') {
      this.#halt(error);
      return;
    }
    this.#store.report(error, false);
    if (merge?.manual !== undefined) {
      this.#manual.shift();
      merge.manual.reject(error);
    }
    this.#lastFailure = error;
    this.#pauseMs = Math.min(Math.max(FIRST_PAUSE_MS, 2 * this.#pauseMs), LONGEST_PAUSE_MS);
    this.#pausedUntil = performance.now() + this.#pauseMs;
  }

  #halt(error: unknown): void {
    this.#mergesHalted = error;
    this.#store.report(error, false);
    for (const { reject } of this.#manual.splice(0)) reject(error);
    this.#keepAlive();
  }

  #planRetry(): void {
    if (this.#retry !== undefined) return;
    const later = Math.max(1, this.#pausedUntil - performance.now());
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.schedule();
    }, later);
    (this.#retry as { unref?(): void }).unref?.();
  }

  #wait(kind: Waiting, sequence: number): Promise<void> {
    const promise = this.#waiters.add(kind, sequence);
    this.#keepAlive();
    this.schedule();
    return promise;
  }

  #settle(): void {
    this.#waiters.settle('flush', this.#store.flushedSequence);
    if (!this.#wouldWait()) this.#waiters.settle('drain', MAX_SEQUENCE);
    this.#keepAlive();
  }

  #keepAlive(): void {
    this.#executor.keepAlive(this.#waiters.size > 0 || this.#manual.length > 0);
  }
}

/** The edit that replaces a pick's inputs by tables of its output level. */
function editOf(pick: Pick, tables: readonly TableMeta[]): Partial<VersionEdit> {
  return {
    deleted: pick.inputs.flatMap(({ level, tables: gone }) =>
      gone.map(({ number }) => ({ level, number })),
    ),
    added: tables.map((table) => ({ level: pick.outputLevel, table })),
    compactPointers: pick.pointer === undefined ? [] : [pick.pointer],
  };
}

/** The bytes that a pick reads. */
function pickBytes(pick: Pick): number {
  let bytes = 0;
  for (const { tables } of pick.inputs) for (const { fileSize } of tables) bytes += fileSize;
  return bytes;
}

/** Blocks the thread; where that is not allowed, returns at once. */
function sleep(ms: number): void {
  const memory = typeof SharedArrayBuffer === 'undefined' ? undefined : new SharedArrayBuffer(4);
  if (memory === undefined) return;
  try {
    Atomics.wait(new Int32Array(memory), 0, 0, ms);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}
