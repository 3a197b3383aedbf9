/**
 * Flushes: the active memtable becomes immutable, a job writes it as a table of level 0, an edit
 * makes the table live, and the logs that held its entries go.
 *
 * A rotation gives every memtable a log of its own. The edit that adds the table names the next log
 * as the first that recovery reads: entries are in the table or in the logs, never in neither.
 */
import type { TableSpec, WrittenTables } from '@jump/compaction';
import type { Store } from '../store.ts';
import type { WriteAheadLog } from '../write/write-ahead-log.ts';
import type { Edits } from './edits.ts';
import type { StartJob } from './executor.ts';
import type { ObsoleteFiles } from './obsolete-files.ts';

/** What flushes work on. */
export interface FlushParts {
  readonly store: Store;
  readonly log: WriteAheadLog;
  readonly edits: Edits;
  readonly obsolete: ObsoleteFiles;
  /** How tables are written. */
  readonly spec: TableSpec;
}

/** What a flush has left to do when all is written: sync, check, and the edit. A guess. */
const ENDING = 1 / 32;

/** Turns memtables into tables, one at a time. */
export class Flushes {
  readonly #parts: FlushParts;
  readonly #start: StartJob;
  readonly #done: () => void;
  /** The job that runs, and how many bytes of keys and values it has written. */
  #running: number | undefined;
  #bytes = 0;
  /** Whether the table is there, and the edit on its way that makes it live. */
  #ending = false;
  /** The newest sequence of the immutable memtable. */
  #sequence = 0;

  /** Starts nothing yet; jobs go to `start`. Calls `done` when a table has become live. */
  constructor(parts: FlushParts, start: StartJob, done: () => void) {
    this.#parts = parts;
    this.#start = start;
    this.#done = done;
  }

  /** Whether a flush is under way. */
  get running(): boolean {
    return this.#running !== undefined || this.#ending;
  }

  /** How much of the immutable memtable is in no table yet: 1 all, 0 nothing, or there is none. */
  get unflushed(): number {
    const { immutable } = this.#parts.store;
    if (immutable === undefined) return 0;
    return this.#ending ? ENDING : Math.max(ENDING, 1 - this.#bytes / immutable.bytes);
  }

  /** Whether the active memtable can become immutable now. */
  get mayRotate(): boolean {
    const { immutable, version, settings } = this.#parts.store;
    return immutable === undefined && version.levels[0]!.length < settings.compaction.level0.stop;
  }

  /** Makes the active memtable immutable. REQUIRES: {@link Flushes.mayRotate}, or no limit. */
  rotate(): void {
    const { store, log } = this.#parts;
    log.rotate(store.versions.takeFileNumber());
    store.immutable = store.active;
    this.#sequence = store.lastSequence;
    // No pin needs anything of it yet: all that it will hold is newer than every pin there is.
    store.active = store.memtables.take();
  }

  /** Starts the flush of the immutable memtable, unless there is none, or it is under way. */
  start(): void {
    const { store, spec } = this.#parts;
    const memtable = store.immutable;
    if (memtable === undefined || this.running) return;
    const job = {
      type: 'flush',
      directory: store.directory,
      number: store.versions.takeFileNumber(),
      memtable: store.shared ? memtable.parts() : undefined,
      snapshots: store.pins.sequences(),
      table: spec,
    } as const;
    this.#bytes = 0;
    this.#running = this.#start(job, memtable);
  }

  /** Takes note of how far a job is, if it is the flush under way. */
  progress(id: number, bytes: number): void {
    if (this.#running === id) this.#bytes = bytes;
  }

  /** Whether this job is the flush under way; from here on it is none. */
  takes(id: number): boolean {
    if (this.#running !== id) return false;
    this.#running = undefined;
    return true;
  }

  /** Makes the table of a flush live. */
  finish(result: WrittenTables, executor: 'worker' | 'inline'): void {
    const { store, log, edits, obsolete } = this.#parts;
    const memtable = store.immutable!;
    const logNumber = log.number;
    const older = store.versions.logNumber;
    const lastSequence = this.#sequence;
    const added = result.tables.map((table) => ({ level: 0, table }));
    this.#ending = true;
    edits.apply({
      edit: { logNumber, lastSequence, added },
      blocked: result.blocked,
      // Removing files may fail, and be told to a listener that writes: by then the memtable is
      // gone.
      live: () => {
        this.#ending = false;
        store.immutable = undefined;
        store.memtables.retire(memtable);
        store.flushedSequence = lastSequence;
        store.counters.flushes++;
        store.counters.tableBytes += result.bytesWritten;
      },
      done: () => {
        log.dropBefore(logNumber, lastSequence);
        obsolete.removeLogs(older, logNumber);
        for (const { number, entries = 0, fileSize } of result.tables) {
          store.emit({ type: 'flush', table: number, entries, bytes: fileSize, executor });
        }
        this.#done();
      },
    });
  }
}
