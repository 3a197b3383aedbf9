/**
 * Where a repaired store is written to: nowhere, a new directory, or the one that it was in.
 *
 * CURRENT comes last, always. Until then a new directory is no store, and the old one is as it was
 * but for files behind a mark (`begun-mark.ts`), and second names of its own in `lost`. From then on
 * it is the repaired one; its old files, whose second names are on the disk by then, are removed.
 */
import type { Comparator, Cursor, FilterPolicy, RangeCompare } from '@jump/base';
import { DropRule, type TableSpec, writeTables } from '@jump/compaction';
import { logName, type TableMeta, tableName, Version, writeFirstManifest } from '@jump/manifest';
import { joinPath, type Vfs } from '@jump/vfs';
import { placeTables } from '../load/placement.ts';
import type { NewStore } from '../new-store.ts';
import type { Slices } from '../slices.ts';
import { writeFirstLog } from '../write/first-log.ts';

/** How tables are written, and time is shared. */
export interface OutputOptions {
  readonly comparator: Comparator;
  readonly compareUser: RangeCompare;
  /** The order of internal keys. */
  readonly compare: RangeCompare;
  readonly table: TableSpec;
  readonly filter: FilterPolicy | undefined;
  readonly slices: Slices;
}

/** A repaired store in the making. */
export interface Output {
  /** Where the old files are kept, if not where they were. */
  readonly originals?: string;
  /** The file of a table that {@link Output.spill} has written. */
  path(table: TableMeta): string;
  /** Writes what a cursor yields to a table that is needed for a while; `undefined` if it cannot. */
  spill(cursor: Cursor): Promise<TableMeta | undefined>;
  /** Writes the store's entries, in order; returns how many there are. */
  write(cursor: Cursor, progress: (bytes: number) => void): Promise<number>;
  /** Makes it a store. */
  commit(lastSequence: number): Promise<void>;
  /** Removes what was made, unless it may be a store already. Never throws. */
  abandon(): void;
}

/** Everything goes, of which nothing is older: tombstones, and what newer entries cover. */
function lastRule({ comparator }: OutputOptions): DropRule {
  return new DropRule({ snapshots: [], older: [], comparator });
}

/** Counts what would be written. */
export class DryOutput implements Output {
  readonly #options: OutputOptions;

  constructor(options: OutputOptions) {
    this.#options = options;
  }

  path({ number }: TableMeta): string {
    return tableName(number);
  }

  async spill(): Promise<undefined> {
    return undefined;
  }

  async write(cursor: Cursor, progress: (bytes: number) => void): Promise<number> {
    const rule = lastRule(this.#options);
    let entries = 0;
    let steps = 0;
    let bytes = 0;
    for (let more = cursor.first(); more; more = cursor.next()) {
      const { keyBytes, keyStart, keyEnd, valueStart, valueEnd } = cursor;
      if (rule.keep(keyBytes, keyStart, keyEnd)) entries++;
      bytes += keyEnd - keyStart + (valueEnd - valueStart);
      if (++steps % 256 !== 0) continue;
      progress(bytes);
      await this.#options.slices.pause();
    }
    return entries;
  }

  async commit(): Promise<void> {}
  abandon(): void {}
}

/** What becomes a store at its end: the common half of both ways to write one. */
export abstract class StoreOutput implements Output {
  protected readonly vfs: Vfs;
  protected readonly directory: string;
  protected readonly options: OutputOptions;
  /** The number of the next file. */
  protected next: number;
  readonly #spilled: TableMeta[] = [];
  #tables: readonly TableMeta[] = [];
  #log: string | undefined;
  #committing = false;

  constructor(vfs: Vfs, directory: string, firstNumber: number, options: OutputOptions) {
    this.vfs = vfs;
    this.directory = directory;
    this.next = firstNumber;
    this.options = options;
  }

  path({ number }: TableMeta): string {
    return joinPath(this.directory, tableName(number));
  }

  async spill(cursor: Cursor): Promise<TableMeta> {
    const { comparator } = this.options;
    const rule = new DropRule({ snapshots: [], older: 'everywhere', comparator });
    const { tables } = await this.#write(cursor, rule, 1, () => {});
    // A memtable that is full is not empty, and such a rule keeps something of every key.
    const [table] = tables as [TableMeta];
    this.#spilled.push(table);
    return table;
  }

  async write(cursor: Cursor, progress: (bytes: number) => void): Promise<number> {
    const written = await this.#write(cursor, lastRule(this.options), 2 ** 40, progress);
    this.#tables = written.tables;
    return written.entriesWritten;
  }

  async commit(lastSequence: number): Promise<void> {
    for (const table of this.#spilled.splice(0)) this.vfs.remove(this.path(table));
    await this.beforeCommit();
    const { comparator, compare, compareUser } = this.options;
    const { vfs, directory, next: logNumber } = this;
    // A log of its own, above all old ones: those would be read, as long as they are there.
    this.#log = joinPath(directory, logName(logNumber));
    writeFirstLog(vfs, directory, logNumber, lastSequence);
    this.#committing = true;
    const contents = {
      comparator: comparator.name,
      tables: placeTables(this.#tables, Version.empty(compare), compareUser),
      logNumber,
      nextFileNumber: logNumber + 2,
      lastSequence,
    };
    writeFirstManifest(vfs, directory, logNumber + 1, contents, () => this.check());
    this.afterCommit();
  }

  abandon(): void {
    // A manifest whose writing failed may name the tables all the same: then they stay.
    if (this.#committing) return;
    const tables = [...this.#tables, ...this.#spilled].map((table) => this.path(table));
    for (const path of this.#log === undefined ? tables : [...tables, this.#log]) {
      try {
        this.vfs.remove(path);
      } catch {
        // The error that led here is the one to tell.
      }
    }
    this.undo();
  }

  /** Throws if the directory is not ours any more. */
  protected abstract check(): void;
  /** Does what must be on the disk before CURRENT changes. */
  protected abstract beforeCommit(): Promise<void>;
  /** Does what may only be done when it has changed. */
  protected abstract afterCommit(): void;
  /** Undoes what {@link StoreOutput.beforeCommit} has done. Never throws. */
  protected abstract undo(): void;

  async #write(cursor: Cursor, rule: DropRule, count: number, progress: (bytes: number) => void) {
    const { comparator, table, filter, slices } = this.options;
    const { vfs, directory, next } = this;
    const numbers = { first: next, count };
    const options = { vfs, directory, numbers, comparator, table, filter, rule };
    const written = await slices.run(writeTables(cursor, options), progress);
    for (const { number } of written.tables) this.next = Math.max(this.next, number + 1);
    return written;
  }
}

/** Writes into a directory of its own. */
export class NewStoreOutput extends StoreOutput {
  readonly #store: NewStore;

  constructor(store: NewStore, options: OutputOptions) {
    super(store.vfs, store.directory, 1, options);
    this.#store = store;
  }

  override abandon(): void {
    this.#store.abandon();
  }

  protected check(): void {
    this.#store.check();
  }

  protected async beforeCommit(): Promise<void> {}

  protected afterCommit(): void {
    this.#store.finish();
  }

  protected undo(): void {}
}
