/**
 * Turning entries in any order into tables that do not overlap.
 *
 *   entries ─▶ memtable ─ full ─▶ tables ─▶ behind the last run?  yes: they make it longer
 *                                                                 no: they begin another one
 *   at the end: one run is the result as it is; several are merged into one
 *
 * So what comes in order, or nearly so, is written once; the rest twice. Nothing of it is part of a
 * store until somebody's manifest says so, and there is no log: what is in memory needs none.
 */
import { type Comparator, type Cursor, type FilterPolicy, TRAILER_LENGTH } from '@jump/base';
import {
  type CompactionJob,
  DropRule,
  type FileNumbers,
  runCompaction,
  type TableSpec,
  writeTables,
} from '@jump/compaction';
import { LEVELS, type TableMeta, tableName } from '@jump/manifest';
import { joinPath, type Vfs } from '@jump/vfs';
import type { Slices } from '../slices.ts';
import type { Prepared } from '../write/codec.ts';
import { Memtable } from '../write/memtable.ts';
import { insertBatch, WriteBatch } from '../write/write-batch.ts';

/** Where and how the tables are written. */
export interface BulkTablesOptions {
  readonly vfs: Vfs;
  readonly directory: string;
  readonly comparator: Comparator;
  readonly table: TableSpec;
  readonly filter: FilterPolicy | undefined;
  readonly filterPolicy: () => FilterPolicy | undefined;
  /** Bytes of entries that are sorted in memory. */
  readonly memtableSize: number;
  /** The newest sequence that is in use. */
  readonly lastSequence: number;
  /** Gives out so many file numbers, one after the other; returns the first. */
  readonly takeNumbers: (count: number) => number;
  /** Lets other callbacks run now and then; throws when the work is given up. */
  readonly slices: Slices;
}

/** Memory of the memtable that is kept from one portion to the next, in times its size. */
const KEPT = 2;

/** Collects entries, and writes them to tables. */
export class BulkTables {
  /** The newest sequence that an entry has. */
  lastSequence: number;
  readonly #options: BulkTablesOptions;
  readonly #memtable: Memtable;
  readonly #batch = new WriteBatch();
  /** Each a list of tables, in ascending order, that do not overlap. */
  #runs: TableMeta[][] = [];

  /** Begins with nothing. */
  constructor(options: BulkTablesOptions) {
    const { comparator, memtableSize, lastSequence } = options;
    this.#options = options;
    this.lastSequence = lastSequence;
    this.#memtable = new Memtable({ comparator, shared: false, size: memtableSize });
  }

  /** Sorted runs that were written. */
  get runs(): number {
    return this.#runs.length;
  }

  /** Adds an entry, newer than all before. Returns whether memory is full: time to `spill`. */
  add(key: Prepared, value: Prepared): boolean {
    const batch = this.#batch;
    batch.clear();
    batch.set(key, value);
    insertBatch(batch, ++this.lastSequence, this.#memtable);
    return this.#memtable.bytes >= this.#options.memtableSize;
  }

  /** Writes what is in memory to tables. */
  async spill(): Promise<void> {
    if (this.#memtable.entries === 0) return;
    const tables = await this.#write(this.#memtable.cursor(), this.#memtable.bytes);
    this.#memtable.clear(KEPT * this.#options.memtableSize);
    const run = this.#runs.at(-1);
    const end = run?.at(-1)?.largest;
    const [first] = tables;
    if (run === undefined || end === undefined || first === undefined || !this.#follows(first, end))
      this.#runs.push([...tables]);
    else run.push(...tables);
  }

  /** Writes what is left, and merges runs. The tables are on stable storage, the directory too. */
  async finish(): Promise<readonly TableMeta[]> {
    await this.spill();
    const runs = this.#runs;
    if (runs.length <= 1) return runs[0] ?? [];
    const written = await this.#options.slices.run(runCompaction(this.#merge(), this.#options));
    for (const { number } of runs.flat()) this.#remove(number);
    this.#runs = [[...written.tables]];
    return written.tables;
  }

  /** Removes all tables. What cannot be removed is removed at the next opening. */
  discard(): void {
    for (const { number } of this.#runs.flat()) {
      try {
        this.#remove(number);
      } catch {
        // The error that led here is the one to tell.
      }
    }
    this.#runs = [];
  }

  async #write(cursor: Cursor, bytes: number): Promise<readonly TableMeta[]> {
    const { vfs, directory, comparator, table, filter, slices } = this.#options;
    const steps = writeTables(cursor, {
      vfs,
      directory,
      numbers: this.#numbers(bytes),
      comparator,
      table,
      filter,
      // Of a key that was given twice the last one stays.
      rule: new DropRule({ snapshots: [], older: 'everywhere', comparator }),
    });
    return (await slices.run(steps)).tables;
  }

  /** The job that makes one run of all: to whoever carries it out, each run is a level. */
  #merge(): CompactionJob {
    const { directory, table } = this.#options;
    const bytes = this.#runs.flat().reduce((sum, { fileSize }) => sum + fileSize, 0);
    return {
      directory,
      inputs: this.#runs.map((tables, i) => ({ level: i + 1, tables })),
      outputLevel: LEVELS - 1,
      // Compressed as the runs were; where their mixture compresses worse, there is room.
      numbers: this.#numbers(2 * bytes),
      snapshots: [],
      older: 'everywhere',
      grandparents: [],
      table,
    };
  }

  /** Numbers for the tables of so many bytes; the last table takes whatever is left. */
  #numbers(bytes: number): FileNumbers {
    const count = Math.ceil(bytes / this.#options.table.tableSize) + 2;
    return { first: this.#options.takeNumbers(count), count };
  }

  /** Whether a table begins behind an internal key, with another user key. */
  #follows({ smallest }: TableMeta, end: Uint8Array): boolean {
    const { compare } = this.#options.comparator;
    const user = (key: Uint8Array): Uint8Array => key.subarray(0, key.length - TRAILER_LENGTH);
    return compare(user(smallest), user(end)) > 0;
  }

  #remove(number: number): void {
    const { vfs, directory } = this.#options;
    vfs.remove(joinPath(directory, tableName(number)));
  }
}
