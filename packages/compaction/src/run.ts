/**
 * Carrying out a job: read the inputs, merge them, drop what may go, write tables.
 *
 * Inputs are opened here and nowhere else, without a cache. Every block that is read is checked, so
 * a damaged one ends the job with an error that names its file and offset, and no output is kept: a
 * merge must never turn damage into a table with a good checksum.
 */
import {
  type Comparator,
  type Cursor,
  corruption,
  type FilterPolicy,
  internalRangeCompare,
  JumpError,
  type RangeCompare,
} from '@jump/base';
import { oldTableName, type TableMeta, tableName } from '@jump/manifest';
import { BlockCache, type BlockSupply, TableReader } from '@jump/sstable';
import { joinPath, type Vfs } from '@jump/vfs';
import type { BlockRun } from './block-merge.ts';
import { DropRule } from './drop-rule.ts';
import { InputVfs } from './input-vfs.ts';
import type { CompactionJob, FilterSpec } from './job.ts';
import { levelCursor } from './level-cursor.ts';
import { mergeCursors } from './merge-cursor.ts';
import { totalBytes } from './ranges.ts';
import { type WrittenTables, writeTables } from './write-tables.ts';

/** What a job needs that is not plain data: where it runs. */
export interface JobEnvironment {
  /** The file system. */
  readonly vfs: Vfs;
  /** The order of user keys. */
  readonly comparator: Comparator;
  /** Makes the policy of a filter to write; without it none is written. */
  readonly filterPolicy?: (spec: FilterSpec) => FilterPolicy | undefined;
  /** Asked between portions: `true` stops the job, which throws `JUMP_CLOSED`. */
  readonly cancelled?: () => boolean;
}

/** What a job has done. Plain, structured-cloneable data. */
export interface JobResult extends WrittenTables {
  /** Entries dropped because a newer version covers them for every reader. */
  readonly covered: number;
  /** Tombstones dropped because nothing is left that they could hide. */
  readonly purged: number;
  /** Bytes read from the inputs. */
  readonly bytesRead: number;
}

/**
 * Carries out a job, and yields after each portion of about 64 KiB how many bytes of the inputs are
 * done, of the sum of their `fileSize`; so it can run in slices, and be given up between them, through
 * `return()` or `cancelled`.
 *
 * @throws JUMP_CORRUPTION naming file and offset for a damaged input, JUMP_IO, JUMP_CLOSED if
 *   cancelled; no output is left behind then
 */
export function* runCompaction(
  job: CompactionJob,
  environment: JobEnvironment,
): Generator<number, JobResult, void> {
  const { vfs, comparator, cancelled } = environment;
  const inputs = new Inputs(job, vfs, comparator);
  const rule = new DropRule({ snapshots: job.snapshots, older: job.older, comparator });
  const total = job.inputs.reduce((sum, { tables }) => sum + totalBytes(tables), 0);
  const spec = job.table.filter;
  try {
    const written = writeTables(inputs.merged(), {
      vfs,
      directory: job.directory,
      numbers: job.numbers,
      comparator,
      table: job.table,
      filter: spec === undefined ? undefined : environment.filterPolicy?.(spec),
      rule,
      grandparents: job.grandparents,
      cancelled,
      runs: () => inputs.runs(),
    });
    try {
      for (;;) {
        const step = written.next();
        if (step.done === true) {
          const { covered, purged } = rule;
          return { ...step.value, covered, purged, bytesRead: inputs.vfs.bytesRead };
        }
        yield Math.min(total, inputs.vfs.bytesRead);
      }
    } catch (error) {
      throw inputs.named(error);
    } finally {
      // Removes the outputs if this generator was given up at its `yield`.
      written.return({} as WrittenTables);
    }
  } finally {
    inputs.close();
  }
}

/** The open inputs of a job. */
class Inputs {
  readonly vfs: InputVfs;
  readonly #job: CompactionJob;
  readonly #comparator: Comparator;
  readonly #compare: RangeCompare;
  readonly #open = new Set<TableReader>();
  readonly #cache = new BlockCache(0);

  constructor(job: CompactionJob, vfs: Vfs, comparator: Comparator) {
    this.vfs = new InputVfs(vfs);
    this.#job = job;
    this.#comparator = comparator;
    this.#compare = internalRangeCompare(comparator);
  }

  /**
   * One cursor over all inputs; a table of level 0 is a run of its own, another level is one run.
   */
  merged(): Cursor {
    return mergeCursors(
      this.#tables().map((tables) => this.#cursor(tables)),
      this.#compare,
    );
  }

  /** The same inputs, as blocks. */
  runs(): BlockRun[] {
    return this.#tables().map((tables) => this.#run(tables));
  }

  #tables(): (readonly TableMeta[])[] {
    return this.#job.inputs.flatMap(({ level, tables }) =>
      level === 0 ? tables.map((table) => [table]) : [tables],
    );
  }

  #run(tables: readonly TableMeta[]): BlockRun {
    let open: { readonly reader: TableReader; readonly blocks: BlockSupply } | undefined;
    let next = 0;
    let ordinal = 0;
    const close = (): void => {
      if (open === undefined) return;
      open.blocks.close();
      this.#closeTable(open.reader);
      open = undefined;
    };
    return {
      close,
      next: () => {
        for (;;) {
          if (open === undefined) {
            if (next === tables.length) return undefined;
            open = this.#openBlocks(tables[next++]!);
            ordinal = 0;
          }
          if (ordinal === open.blocks.count) close();
          else {
            const block = open.blocks.block(ordinal++);
            if (block.start < block.entriesEnd) return block;
          }
        }
      },
    };
  }

  #openBlocks(table: TableMeta): { readonly reader: TableReader; readonly blocks: BlockSupply } {
    const reader = this.#openTable(table);
    const cursor = reader.cursor({ fillCache: false });
    this.#checkRange(table, cursor);
    cursor.close();
    return { reader, blocks: reader.blocks() };
  }

  #cursor(tables: readonly TableMeta[]): Cursor {
    const readers = new Map<Cursor, TableReader>();
    return levelCursor(tables, {
      compare: this.#compare,
      openTable: (table) => {
        const reader = this.#openTable(table);
        const cursor = reader.cursor({ fillCache: false });
        readers.set(cursor, reader);
        this.#checkRange(table, cursor);
        return cursor;
      },
      closeTable: (cursor) => {
        cursor.close();
        const reader = readers.get(cursor);
        readers.delete(cursor);
        if (reader !== undefined) this.#closeTable(reader);
      },
    });
  }

  #openTable(table: TableMeta): TableReader {
    const path = this.#path(table);
    const reader = TableReader.open(
      { vfs: this.vfs, path },
      { keys: 'internal', comparator: this.#comparator, cache: this.#cache },
    );
    this.#open.add(reader);
    if (reader.fileSize === table.fileSize) return reader;
    throw corruption(
      path,
      undefined,
      `${reader.fileSize} bytes; ${table.fileSize} in the manifest`,
    );
  }

  #closeTable(reader: TableReader): void {
    this.#open.delete(reader);
    reader.close();
  }

  /** Entries outside the range in the manifest would come out of order, or end up under others. */
  #checkRange(table: TableMeta, cursor: Cursor): void {
    const { smallest, largest } = table;
    const compare = this.#compare;
    const { length } = smallest;
    const inside =
      cursor.last() &&
      compare(cursor.keyBytes, cursor.keyStart, cursor.keyEnd, largest, 0, largest.length) <= 0 &&
      cursor.first() &&
      compare(cursor.keyBytes, cursor.keyStart, cursor.keyEnd, smallest, 0, length) >= 0;
    if (!inside)
      throw corruption(this.#path(table), undefined, 'its keys are not those in the manifest');
  }

  /** LevelDB named tables `.sst` before version 1.14. */
  #path({ number }: TableMeta): string {
    const path = joinPath(this.#job.directory, tableName(number));
    if (this.vfs.stat(path) !== undefined) return path;
    const old = joinPath(this.#job.directory, oldTableName(number));
    return this.vfs.stat(old) === undefined ? path : old;
  }

  /** Gives an error about the order of entries, which no single file is to blame for, a name. */
  named(error: unknown): unknown {
    if (error instanceof JumpError || !(error instanceof RangeError)) return error;
    if (!/order|ascend/.test(error.message)) return error;
    const names = this.#job.inputs.flatMap(({ tables }) => tables.map((one) => this.#path(one)));
    return new JumpError('JUMP_CORRUPTION', `tables that contradict each other: ${error.message}`, {
      file: names.join(', '),
      cause: error,
    });
  }

  close(): void {
    for (const reader of [...this.#open]) this.#closeTable(reader);
  }
}
