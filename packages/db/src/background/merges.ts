/**
 * Merges: asks the strategy what to merge, moves tables that need no merging, starts jobs for the
 * rest, one at a time, and makes their results live.
 *
 * A manual compaction goes before the strategy's own picks, except when level 0 stops writers: then
 * one pick of the strategy makes room. An error of the strategy, and damage in an input, halt
 * merging until the store is opened again: trying again mends neither, and damage must not be
 * merged into something that looks whole.
 */
import {
  checkPick,
  makeJob,
  outputsAtMost,
  type Pick,
  type PickState,
  type TableSpec,
  type WrittenTables,
} from '@jump/compaction';
import type { TableMeta, VersionEdit } from '@jump/manifest';
import type { Store } from '../store.ts';
import type { Edits } from './edits.ts';
import type { StartJob } from './executor.ts';
import { advance, type ManualCompaction, pickBytes, seenBy } from './manual-compactions.ts';

/** What merges work on. */
export interface MergeParts {
  readonly store: Store;
  readonly edits: Edits;
  /** How tables are written. */
  readonly spec: TableSpec;
}

interface Choice {
  readonly pick: Pick;
  readonly manual: ManualCompaction | undefined;
}

interface RunningMerge extends Choice {
  readonly id: number;
  /** Bytes that it reads in all, and has read. */
  readonly total: number;
  read: number;
}

/**
 * Many tables may have to be moved at once, by a write: so many take one or two milliseconds. What
 * is behind them waits for the disk, which needs no move to be there, but gives way to writers.
 * (Not by the clock: what the crash programme finds is to be found again.)
 */
const MOVES = 32;

/** Merges tables. */
export class Merges {
  readonly #parts: MergeParts;
  readonly #start: StartJob;
  readonly #executor: () => 'worker' | 'inline';
  readonly #done: () => void;
  readonly #manual: ManualCompaction[] = [];
  #running: RunningMerge | undefined;
  /** The merge whose outputs are there, while the edit is on its way that makes them live. */
  #ending: Choice | undefined;
  #halted: unknown;

  /**
   * Starts nothing yet; jobs go to `start`, which runs them where `executor` says. Calls `done` when
   * outputs have become live.
   */
  constructor(
    parts: MergeParts,
    start: StartJob,
    executor: () => 'worker' | 'inline',
    done: () => void,
  ) {
    this.#parts = parts;
    this.#start = start;
    this.#executor = executor;
    this.#done = done;
  }

  /** Whether a merge is under way. */
  get running(): boolean {
    return this.#running !== undefined || this.#ending !== undefined;
  }

  /** How many manual compactions are under way or wait. */
  get manuals(): number {
    return this.#manual.length;
  }

  /** Why nothing is merged any more, if that is so. */
  get halted(): unknown {
    return this.#halted;
  }

  /** Whether a job is running that reads one of these tables. */
  reads(tables: ReadonlySet<number>): boolean {
    const inputs = (this.#running ?? this.#ending)?.pick.inputs ?? [];
    return inputs.some((input) => input.tables.some((table) => tables.has(table.number)));
  }

  /** Queues a manual compaction; {@link Merges.start} begins it. */
  add(manual: ManualCompaction): void {
    this.#manual.push(manual);
  }

  /** Rejects all manual compactions. */
  rejectAll(error: unknown): void {
    for (const { reject } of this.#manual.splice(0)) reject(error);
  }

  /** Carries out what is due: any number of moves, then at most one job. */
  start(): void {
    const { store, edits, spec } = this.#parts;
    // What an edit on its way will change must not be picked.
    if (this.running || edits.busy || this.#halted !== undefined) return;
    const { settings, directory, versions } = store;
    for (let moves = 0; ; moves++) {
      const state = this.#state();
      const choice = this.#choose(state);
      if (choice === undefined) return;
      if (choice.pick.trivialMove) {
        this.#move(choice, moves < MOVES);
        // Whoever was told of it may have started a merge, or closed the store.
        if (this.running || edits.busy || this.#halted !== undefined) return;
        if (store.closed || store.poisoned) return;
        continue;
      }
      const count = outputsAtMost(state, choice.pick, settings.tableSize);
      const first = versions.takeFileNumber();
      versions.markFileNumberUsed(first + count - 1);
      const job = makeJob(state, choice.pick, {
        directory,
        numbers: { first, count },
        snapshots: store.pins.sequences(),
        table: spec,
      });
      const id = this.#start({ type: 'compaction', job }, undefined);
      this.#running = { ...choice, id, total: pickBytes(choice.pick), read: 0 };
      return;
    }
  }

  /** Takes note of how far a job is, if it is the merge under way, and tells who asked for it. */
  progress(id: number, bytes: number): void {
    const running = this.#running;
    if (running?.id !== id) return;
    running.read = bytes;
    running.manual?.onProgress(running.manual.done + bytes);
  }

  /** How many tables of level 0 the merge under way merges, and how much of it is done, 0 to 1. */
  get ofLevel0(): { readonly merging: number; readonly merged: number } {
    const { pick } = this.#running ?? this.#ending ?? {};
    const [input] = pick?.inputs ?? [];
    if (input?.level !== 0) return { merging: 0, merged: 0 };
    const { read, total } = this.#running ?? { read: 1, total: 1 };
    return { merging: input.tables.length, merged: Math.min(1, read / total) };
  }

  /** Gives out the merge under way, if this job is it; from here on it is none. */
  take(id: number): Choice | undefined {
    const merge = this.#running;
    if (merge?.id !== id) return undefined;
    this.#running = undefined;
    return merge;
  }

  /** Makes the outputs of a merge live, in place of its inputs. */
  finish(choice: Choice, result: WrittenTables): void {
    const { store, edits } = this.#parts;
    const { pick, manual } = choice;
    this.#ending = choice;
    edits.apply({
      edit: editOf(pick, result.tables),
      blocked: result.blocked,
      live: () => {
        this.#ending = undefined;
        store.counters.compactions++;
        store.counters.tableBytes += result.bytesWritten;
      },
      done: () => {
        this.#tell(pick, result.tables, result.bytesWritten);
        if (manual !== undefined) advance(manual, pickBytes(pick));
        this.#done();
      },
    });
  }

  /** Rejects the manual compaction that a failed merge belonged to. */
  failed({ manual }: Choice, error: unknown): void {
    if (manual === undefined) return;
    this.#remove(manual);
    manual.reject(error);
  }

  /** Merges nothing any more. */
  halt(error: unknown): void {
    this.#halted = error;
    this.#parts.store.report(error, false);
    this.rejectAll(error);
  }

  /** The next pick: of a manual compaction, or the strategy's own. A wrong pick halts merging. */
  #choose(state: PickState): Choice | undefined {
    const strategy = this.#parts.store.settings.compaction;
    const own = (): Choice | undefined => {
      const pick = strategy.pick(state);
      return pick && { pick, manual: undefined };
    };
    try {
      const choice =
        state.levels[0]!.length >= strategy.level0.stop
          ? (own() ?? this.#nextManual(state))
          : (this.#nextManual(state) ?? own());
      if (choice !== undefined) checkPick(state, choice.pick, strategy.name);
      return choice;
    } catch (error) {
      this.halt(error);
      return undefined;
    }
  }

  /** The next step of the manual compactions; ends those that have none, or were given up. */
  #nextManual(state: PickState): Choice | undefined {
    const strategy = this.#parts.store.settings.compaction;
    for (let manual = this.#manual[0]; manual !== undefined; manual = this.#manual[0]) {
      const { signal, range } = manual;
      const pick = signal.aborted ? undefined : strategy.manual(seenBy(manual, state), range);
      if (pick !== undefined) return { pick, manual };
      this.#remove(manual);
      manual.resolve();
    }
    return undefined;
  }

  #remove(manual: ManualCompaction): void {
    const at = this.#manual.indexOf(manual);
    if (at >= 0) this.#manual.splice(at, 1);
  }

  #state(): PickState {
    const { store, edits } = this.#parts;
    const { version, settings, pins, versions, tables } = store;
    const { compare } = settings.comparator;
    const oldest = pins.sequences()[0];
    return {
      levels: version.levels,
      compareUser: compare.bind(settings.comparator),
      compactPointers: versions.compactPointers,
      tableSize: settings.tableSize,
      oldestSnapshot: oldest ?? Number.POSITIVE_INFINITY,
      tombstonesBlocked: edits.blocked,
      readDebt: (table) => tables.debt(table),
    };
  }

  /** Moves tables to a deeper level as they are, by the edit alone: now, or when it is synced. */
  #move({ pick, manual }: Choice, now: boolean): void {
    const { edits } = this.#parts;
    const tables = pick.inputs.flatMap((input) => input.tables);
    const request = {
      edit: editOf(pick, tables),
      done: () => {
        this.#tell(pick, [], 0);
        if (manual !== undefined) advance(manual, pickBytes(pick));
        if (!now) this.#done();
      },
    };
    if (now) edits.move(request);
    else edits.apply(request);
  }

  #tell(pick: Pick, tables: readonly TableMeta[], bytesWritten: number): void {
    this.#parts.store.emit({
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
      executor: this.#executor(),
    });
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
