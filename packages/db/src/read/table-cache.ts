/**
 * Open tables by number: opened when first asked for, at most so many at once, closed when their
 * file goes away. A table that a cursor reads is never closed under it.
 */
import { type Comparator, type Cursor, corruption, type FilterPolicy } from '@jump/base';
import { oldTableName, type TableMeta, tableName } from '@jump/manifest';
import { type BlockCache, type BlockCodecs, RowCache, TableReader } from '@jump/sstable';
import { joinPath, type Vfs } from '@jump/vfs';
import { readDebt } from './read-debt.ts';

/** What tables are opened with. */
export interface TableCacheOptions {
  readonly vfs: Vfs;
  readonly directory: string;
  readonly comparator: Comparator;
  readonly filters: readonly FilterPolicy[];
  readonly cache: BlockCache | undefined;
  readonly maxOpenFiles: number;
  /** How blocks may be stored; Snappy if not given. */
  readonly codecs?: BlockCodecs | undefined;
}

interface OpenTable {
  readonly number: number;
  readonly reader: TableReader;
  /** Cursors that read it now. */
  users: number;
  /** Blocks that cursors have gone to, as far as they are counted in {@link TableCache.reads}. */
  counted: number;
  /** A cursor that nobody uses any more, for the next: making one costs more than a short scan. */
  spare: Cursor | undefined;
}

/** The tables that one scan reads; none of them is closed under it. */
export class TableLease {
  readonly #get: (table: TableMeta) => OpenTable;
  readonly #onBack: (entry: OpenTable) => void;
  readonly #fillCache: boolean;
  readonly #held = new Map<Cursor, OpenTable>();

  /** Leases are made by {@link TableCache.lease}. */
  constructor(
    get: (table: TableMeta) => OpenTable,
    onBack: (entry: OpenTable) => void,
    fillCache: boolean,
  ) {
    this.#get = get;
    this.#onBack = onBack;
    this.#fillCache = fillCache;
  }

  /** A cursor over a table's internal keys. */
  open(table: TableMeta): Cursor {
    const entry = this.#get(table);
    const spare = this.#fillCache ? entry.spare : undefined;
    entry.spare = undefined;
    const cursor = spare ?? entry.reader.cursor({ fillCache: this.#fillCache });
    entry.users++;
    this.#held.set(cursor, entry);
    return cursor;
  }

  /** Closes a cursor that {@link TableLease.open} returned. */
  giveBack(cursor: Cursor): void {
    const entry = this.#held.get(cursor);
    this.#held.delete(cursor);
    cursor.close();
    if (entry === undefined) return;
    if (this.#fillCache) entry.spare = cursor;
    entry.users--;
    this.#onBack(entry);
  }

  /** Closes all that is open. Idempotent. */
  release(): void {
    for (const cursor of this.#held.keys()) this.giveBack(cursor);
  }
}

/** Filter answers, added up over tables. */
export interface FilterCounts {
  hits: number;
  misses: number;
  falsePositives: number;
}

/** Keeps table readers open. */
export class TableCache {
  readonly #options: TableCacheOptions;
  /** Least recently opened or reopened first. */
  readonly #open = new Map<number, OpenTable>();
  /** Answers of these tables that are asked for often; none without cache or filter. */
  readonly rows: RowCache | undefined;
  /** Keys searched for in tables, and blocks gone to by cursors, since somebody set this to 0. */
  reads = 0;
  readonly #closedCounts: FilterCounts = { hits: 0, misses: 0, falsePositives: 0 };

  /** Opens nothing yet. */
  constructor(options: TableCacheOptions) {
    this.#options = options;
    const { cache, filters } = options;
    const [policy] = filters;
    if (cache !== undefined && policy !== undefined) this.rows = new RowCache(cache, policy);
  }

  /** The reader of a table; good until the next call. @throws JUMP_CORRUPTION naming the file */
  get(table: TableMeta): TableReader {
    const found = this.#open.get(table.number);
    return found === undefined ? this.#enter(table).reader : found.reader;
  }

  /**
   * Checks that a table is there, and as long as it should be. @throws as {@link TableCache.get}
   */
  check(table: TableMeta): void {
    const found = this.#options.vfs.stat(
      tablePath(this.#options.vfs, this.#options.directory, table.number),
    );
    // What is wrong says whoever opens it.
    if (found?.kind !== 'file' || found.size !== table.fileSize) this.get(table);
  }

  /** Whether one more table would close another. */
  get full(): boolean {
    return this.#open.size >= this.#options.maxOpenFiles;
  }

  /** Makes a lease: cursors over tables that stay open until it is released. */
  lease(fillCache: boolean): TableLease {
    return new TableLease(
      (table) => this.#open.get(table.number) ?? this.#enter(table),
      (entry) => this.#takeBack(entry),
      fillCache,
    );
  }

  /** What reads of a table have cost for nothing, since it was opened; 0 if it is not open. */
  debt(table: TableMeta): number {
    const entry = this.#open.get(table.number);
    return entry === undefined ? 0 : readDebt(entry.reader);
  }

  /** How many tables are open. */
  get size(): number {
    return this.#open.size;
  }

  /** Filter answers so far, of tables closed since too. */
  filterCounts(): FilterCounts {
    const sum = { ...this.#closedCounts };
    for (const { reader } of this.#open.values()) addCounts(sum, reader.filterStats);
    return sum;
  }

  /** Closes a table whose file is about to be removed. */
  forget(number: number): void {
    const entry = this.#open.get(number);
    if (entry !== undefined) this.#close(number, entry);
  }

  /** Closes everything. */
  close(): void {
    for (const [number, entry] of this.#open) this.#close(number, entry);
    this.rows?.close();
  }

  #close(number: number, entry: OpenTable): void {
    this.#open.delete(number);
    addCounts(this.#closedCounts, entry.reader.filterStats);
    entry.reader.close();
  }

  #enter(table: TableMeta): OpenTable {
    this.#makeRoom();
    const { vfs, comparator, filters, cache, codecs } = this.#options;
    const path = tablePath(this.#options.vfs, this.#options.directory, table.number);
    const reader = TableReader.open(
      { vfs, path },
      {
        keys: 'internal',
        comparator,
        filters,
        ...(cache === undefined ? {} : { cache }),
        ...(codecs === undefined ? {} : { codecs }),
      },
    );
    const wrong = differsFrom(table, reader);
    if (wrong !== undefined) {
      reader.close();
      throw corruption(path, undefined, wrong);
    }
    rememberCounts(table, reader);
    const entry = { number: table.number, reader, users: 0, counted: 0, spare: undefined };
    this.#open.set(table.number, entry);
    return entry;
  }

  /** Counts what a cursor read; closes a table without any, where more are open than should be. */
  #takeBack(entry: OpenTable): void {
    const { blocksScanned } = entry.reader;
    this.reads += blocksScanned - entry.counted;
    entry.counted = blocksScanned;
    if (entry.users > 0) return;
    if (this.#open.size <= this.#options.maxOpenFiles) return;
    if (this.#open.get(entry.number) === entry) this.#close(entry.number, entry);
  }

  #makeRoom(): void {
    if (this.#open.size < this.#options.maxOpenFiles) return;
    for (const [number, entry] of this.#open) {
      if (entry.users > 0) continue;
      this.#close(number, entry);
      return;
    }
  }
}

/** A table's path: `.sst`, as old LevelDB called tables, where there is no `.ldb`. */
export function tablePath(vfs: Vfs, directory: string, number: number): string {
  const path = joinPath(directory, tableName(number));
  if (vfs.stat(path) !== undefined) return path;
  const old = joinPath(directory, oldTableName(number));
  return vfs.stat(old) === undefined ? path : old;
}

/** Says what a table has that the manifest does not say of it; `undefined` if they agree. */
function differsFrom(table: TableMeta, reader: TableReader): string | undefined {
  if (reader.fileSize !== table.fileSize) {
    return `${table.fileSize} bytes expected, found ${reader.fileSize}`;
  }
  // Two tables of one size that have changed places.
  if (reader.canSpan(table.smallest, table.largest)) return undefined;
  return 'its keys are not those in the manifest';
}

/** Notes how many entries and tombstones a table has: strategies ask, the manifest does not say. */
function rememberCounts(
  table: { entries?: number; tombstones?: number },
  reader: TableReader,
): void {
  const { record } = reader;
  if (record === undefined || table.entries !== undefined) return;
  table.entries = record.entries;
  table.tombstones = record.tombstones;
}

function addCounts(sum: FilterCounts, counts: Readonly<FilterCounts>): void {
  sum.hits += counts.hits;
  sum.misses += counts.misses;
  sum.falsePositives += counts.falsePositives;
}
