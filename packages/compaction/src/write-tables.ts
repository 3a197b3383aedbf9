/**
 * Writing a sorted stream of entries into tables: what flushes and compactions share.
 *
 * Every table is created under its own name, which must not exist, written, synced, closed, and
 * opened once more (footer, index and filter with their checksums) before it counts; the directory
 * is synced last. Until {@link writeTables} has returned its result, nobody knows of the files, and
 * when it does not return one, they are removed: a manifest edit comes after it, never before.
 */
import {
  type Comparator,
  type Cursor,
  corruption,
  type FilterPolicy,
  internalRangeCompare,
  JumpError,
  KIND_VALUE,
  type RangeCompare,
  readKind,
  TRAILER_LENGTH,
} from '@jump/base';
import { type TableMeta, tableName } from '@jump/manifest';
import { TableReader, TableWriter, type TableWriterOptions } from '@jump/sstable';
import { joinPath, type Vfs } from '@jump/vfs';
import { BlockMerge, type BlockRun, type TableSink } from './block-merge.ts';
import type { DropRule } from './drop-rule.ts';
import type { FileNumbers, TableSpec } from './job.ts';
import { GRANDPARENT_FACTOR, GRANDPARENT_STRIDE } from './picks.ts';

/** What {@link writeTables} has to know. */
export interface WriteTablesOptions {
  /** Where to write. */
  readonly vfs: Vfs;
  /** The directory of the tables. */
  readonly directory: string;
  /** The tables' numbers. The last one takes all that is left: one number makes one table. */
  readonly numbers: FileNumbers;
  /** The order of user keys. */
  readonly comparator: Comparator;
  /** How to write. */
  readonly table: TableSpec;
  /** The filter to write; none if not given. */
  readonly filter?: FilterPolicy | undefined;
  /** Which entries to leave out. */
  readonly rule: DropRule;
  /** Tables end where they would overlap more than ten times `tableSize` of these. */
  readonly grandparents?: readonly TableMeta[];
  /** Asked between portions: `true` stops the work, which throws `JUMP_CLOSED`. */
  readonly cancelled?: (() => boolean) | undefined;
  /**
   * The same entries as the cursor's, run by run, as blocks: where that can be, they are merged
   * without the cursor, and much faster.
   */
  readonly runs?: (() => readonly BlockRun[]) | undefined;
}

/** What {@link writeTables} has done. Plain data. */
export interface WrittenTables {
  /** The new tables, in ascending order, with their counts. */
  readonly tables: readonly TableMeta[];
  /**
   * Tables with tombstones that only snapshots kept, and the sequence that the oldest snapshot must
   * have reached for all of them to go: what {@link PickState.tombstonesBlocked} needs.
   */
  readonly blocked: readonly (readonly [number: number, sequence: number])[];
  /** Entries read. */
  readonly entriesRead: number;
  /** Entries written. */
  readonly entriesWritten: number;
  /** Bytes of the new tables. */
  readonly bytesWritten: number;
}

/** Keys and values, in bytes, that are handled in one go: about a third of a millisecond. */
const PORTION = 1 << 16;

/**
 * Writes what a cursor over internal keys yields, less what the rule drops, into tables, and yields
 * now and then how many bytes of keys and values it has handled. A user key's versions always end
 * up in one table. The cursor may stand anywhere; it is not closed.
 *
 * The generator may be given up at any `yield` through its `return()`: it then removes its files.
 *
 * @throws whatever the cursor throws, JUMP_IO, or JUMP_CLOSED if cancelled; no file is left behind
 * then
 */
export function* writeTables(
  cursor: Cursor,
  options: WriteTablesOptions,
): Generator<number, WrittenTables, void> {
  const series = new TableSeries(options);
  const blocks = BlockMerge.begin(series, options);
  let complete = false;
  const pause = function* (): Generator<number, void, void> {
    yield series.bytes;
    if (options.cancelled?.() === true) throw new JumpError('JUMP_CLOSED', 'cancelled');
  };
  try {
    for (let more = blocks !== undefined; more; ) {
      more = blocks!.copy(PORTION);
      yield* pause();
    }
    for (let more = blocks === undefined ? cursor.first() : blocks.handOver(cursor); more; ) {
      more = series.copy(cursor, PORTION);
      yield* pause();
    }
    const result = series.finish();
    complete = true;
    return result;
  } finally {
    blocks?.close();
    if (!complete) series.discard();
  }
}

/** The tables of one merge: the one that is being written, and those that are done. */
class TableSeries implements TableSink {
  bytes = 0;
  entriesRead = 0;
  entriesWritten = 0;
  writer: TableWriter | undefined = undefined;
  readonly #options: WriteTablesOptions;
  readonly #writerOptions: TableWriterOptions;
  readonly #compare: RangeCompare;
  readonly #tables: TableMeta[] = [];
  readonly #blocked: (readonly [number, number])[] = [];
  #next: number;
  /** The highest sequence of a tombstone in the current table that only a snapshot kept, or -1. */
  #heldBack = -1;
  #grandparent = 0;
  #overlapped = 0;
  #untilGrandparents = 0;

  constructor(options: WriteTablesOptions) {
    this.#options = options;
    this.#compare = internalRangeCompare(options.comparator);
    this.#next = options.numbers.first;
    const { blockSize, indexInterval, compression } = options.table;
    this.#writerOptions = {
      keys: 'internal',
      comparator: options.comparator,
      blockSize,
      compression,
      filter: options.filter,
      ...(indexInterval === undefined ? {} : { indexInterval }),
    };
  }

  /** Copies entries until about `budget` bytes are handled; returns whether there are more. */
  copy(cursor: Cursor, budget: number): boolean {
    const { rule } = this.#options;
    let bytes = 0;
    let more = true;
    while (more && bytes < budget) {
      const { keyBytes, keyStart, keyEnd } = cursor;
      // Eight bytes for what an entry costs beside its contents: empty ones must come to an end
      // too.
      bytes += keyEnd - keyStart + (cursor.valueEnd - cursor.valueStart) + 8;
      if (keyEnd - keyStart < TRAILER_LENGTH || readKind(keyBytes, keyEnd) > KIND_VALUE) {
        throw this.#damaged('no internal key, or one of an unknown kind');
      }
      this.entriesRead++;
      if (rule.keep(keyBytes, keyStart, keyEnd)) {
        if (
          this.writer !== undefined &&
          !rule.sameKey &&
          this.#isFull(keyBytes, keyStart, keyEnd)
        ) {
          this.endTable();
        }
        const writer = this.writer ?? this.beginTable(keyBytes, keyStart, keyEnd);
        if (rule.heldBack > this.#heldBack) this.#heldBack = rule.heldBack;
        writer.addRange(
          keyBytes,
          keyStart,
          keyEnd,
          cursor.valueBytes,
          cursor.valueStart,
          cursor.valueEnd,
        );
        this.entriesWritten++;
      }
      more = cursor.next();
    }
    this.bytes += bytes;
    return more;
  }

  /** Ends the last table and returns what all of them are. */
  finish(): WrittenTables {
    if (this.writer !== undefined) this.endTable();
    const { vfs, directory } = this.#options;
    if (this.#tables.length > 0) vfs.syncDirectory(directory);
    return {
      tables: this.#tables,
      blocked: this.#blocked,
      entriesRead: this.entriesRead,
      entriesWritten: this.entriesWritten,
      bytesWritten: this.#tables.reduce((sum, { fileSize }) => sum + fileSize, 0),
    };
  }

  /** Removes everything written. What cannot be removed is removed at the next opening. */
  discard(): void {
    const { vfs } = this.#options;
    const attempt = (remove: () => void): void => {
      try {
        remove();
      } catch {
        // The error that led here is the one to report.
      }
    };
    const writer = this.writer;
    if (writer !== undefined) attempt(() => writer.abandon());
    for (const { number } of this.#tables) attempt(() => vfs.remove(this.#path(number)));
  }

  /** Whether the current table ends before this key, which begins another user key. */
  #isFull(key: Uint8Array, start: number, end: number): boolean {
    const { grandparents } = this.#options;
    const cut =
      grandparents !== undefined &&
      --this.#untilGrandparents < 0 &&
      this.passesTooMany(key, start, end);
    return !this.isLast && (cut || this.writer!.estimatedSize >= this.tableSize);
  }

  get tableSize(): number {
    return this.#options.table.tableSize;
  }

  get isLast(): boolean {
    const { first, count } = this.#options.numbers;
    return this.#next === first + count;
  }

  passesTooMany(key: Uint8Array, start: number, end: number): boolean {
    this.#untilGrandparents = GRANDPARENT_STRIDE;
    const { grandparents = [], table } = this.#options;
    for (; this.#grandparent < grandparents.length; this.#grandparent++) {
      const { largest, fileSize } = grandparents[this.#grandparent]!;
      if (this.#compare(largest, 0, largest.length, key, start, end) >= 0) break;
      this.#overlapped += fileSize;
    }
    return this.#overlapped > GRANDPARENT_FACTOR * table.tableSize;
  }

  beginTable(key: Uint8Array, start: number, end: number): TableWriter {
    const { vfs, grandparents } = this.#options;
    this.#heldBack = -1;
    if (grandparents !== undefined) {
      // What lies before the table's first key is no overlap of its.
      this.passesTooMany(key, start, end);
      this.#overlapped = 0;
    }
    this.writer = new TableWriter({ vfs, path: this.#path(this.#next++) }, this.#writerOptions);
    return this.writer;
  }

  endTable(): void {
    const writer = this.writer!;
    const number = this.#next - 1;
    const { entries, tombstones, fileSize, smallest, largest } = writer.finish();
    this.writer = undefined;
    // From here on the table is one of those to be removed if anything fails.
    this.#tables.push({ number, fileSize, smallest, largest, entries, tombstones });
    if (this.#heldBack >= 0) this.#blocked.push([number, this.#heldBack]);
    this.#check(number, fileSize);
  }

  /** Opens a table as a reader would: what cannot be read must not replace what can. */
  #check(number: number, fileSize: number): void {
    const { vfs, comparator, filter } = this.#options;
    const path = this.#path(number);
    const reader = TableReader.open(
      { vfs, path },
      { keys: 'internal', comparator, filters: filter === undefined ? [] : [filter] },
    );
    try {
      if (reader.fileSize !== fileSize) {
        throw corruption(path, undefined, `${reader.fileSize} bytes; ${fileSize} were written`);
      }
    } finally {
      reader.close();
    }
  }

  #path(number: number): string {
    return joinPath(this.#options.directory, tableName(number));
  }

  #damaged(what: string): JumpError {
    return corruption(this.#options.directory, undefined, `while merging tables: ${what}`);
  }
}
