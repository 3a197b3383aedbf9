/**
 * Merging block by block: the fast way of most merges.
 *
 * The kernel of `@jump/sstable` merges internal keys over bytes, drops what newer versions cover,
 * and builds blocks, in memory of its own; three to four times as fast as cursors do. What is not
 * for it to decide is decided here, as `writeTables` does it: when tables begin and end, and which
 * tombstones may go. Both ways make the same files, to the byte.
 *
 * Snapshots, orders of one's own, and entries that are too large are left to the cursors: the
 * latter also in the middle of a merge, see {@link BlockMerge.handOver}.
 */
import { type Cursor, equalRanges } from '@jump/base';
import { type BlockOfTable, MergeKernel, MergeStop, type TableWriter } from '@jump/sstable';
import type { DropRule } from './drop-rule.ts';
import { GRANDPARENT_STRIDE } from './picks.ts';
import type { WriteTablesOptions } from './write-tables.ts';

/** Entries that are sorted, as blocks. */
export interface BlockRun {
  /**
   * Returns the next block, which has entries, good until the next call; `undefined` at the end, or
   * that what comes next is too large for a block that the kernel would take.
   */
  next(): BlockOfTable | 'tooLarge' | undefined;
  /** Closes what is open. */
  close(): void;
}

/** Where the blocks go: the tables of one merge. */
export interface TableSink {
  /** Bytes of keys and values handled. */
  bytes: number;
  entriesRead: number;
  entriesWritten: number;
  /** The table that is being written. */
  readonly writer: TableWriter | undefined;
  /** The size at which tables end. */
  readonly tableSize: number;
  /** Whether the current table takes all that is left. */
  readonly isLast: boolean;
  /** Ends the current table. */
  endTable(): void;
  /** Begins the next one, with this key. */
  beginTable(key: Uint8Array, start: number, end: number): TableWriter;
  /** Steps over the grandparents that end before a key; tells whether the table met too many. */
  passesTooMany(key: Uint8Array, start: number, end: number): boolean;
}

const NEVER = 0xffffffff;

/** One merge in the kernel. */
export class BlockMerge {
  readonly #kernel: MergeKernel;
  readonly #runs: readonly BlockRun[];
  readonly #sink: TableSink;
  readonly #rule: DropRule;
  readonly #grandparents: boolean;
  #started = false;
  #complete = false;
  #closed = false;

  constructor(
    kernel: MergeKernel,
    runs: readonly BlockRun[],
    sink: TableSink,
    options: WriteTablesOptions,
  ) {
    this.#kernel = kernel;
    this.#runs = runs;
    this.#sink = sink;
    this.#rule = options.rule;
    this.#grandparents = (options.grandparents?.length ?? 0) > 0;
  }

  /** Begins, if this merge is one for the kernel. Nothing is read yet. */
  static begin(sink: TableSink, options: WriteTablesOptions): BlockMerge | undefined {
    const { rule, table } = options;
    if (options.runs === undefined || !rule.plain) return undefined;
    const runs = options.runs();
    const kernel = MergeKernel.begin(runs.length, {
      blockSize: table.blockSize,
      indexInterval: table.indexInterval ?? NEVER,
      tombstones: rule.tombstones,
    });
    return kernel && new BlockMerge(kernel, runs, sink, options);
  }

  /**
   * Merges until about `budget` bytes are handled; returns whether there is more for this to do. If
   * not, {@link BlockMerge.handOver} goes on.
   */
  copy(budget: number): boolean {
    if (!this.#started && !this.#start()) return false;
    for (let left = budget; ; ) {
      const kernel = this.#kernel;
      const stop = kernel.merge(left);
      left = Math.max(0, left - kernel.handled);
      this.#sink.bytes += kernel.handled;
      if (stop === MergeStop.portion) return true;
      if (stop === MergeStop.done) this.#complete = true;
      if (stop === MergeStop.done || !this.#answer(stop)) return false;
    }
  }

  /** Gives each run's first block to the kernel. */
  #start(): boolean {
    this.#started = true;
    const kernel = this.#kernel;
    for (let i = 0; i < this.#runs.length; i++) {
      const block = this.#runs[i]!.next();
      if (block === undefined) continue;
      if (block === 'tooLarge' || !kernel.feed(i, block)) return false;
      kernel.insert(i);
    }
    return true;
  }

  /** Does what the kernel has stopped for; returns whether it can go on. */
  #answer(stop: number): boolean {
    const kernel = this.#kernel;
    const sink = this.#sink;
    const { bytes, readKeyStart, readKeyEnd, lastKeyStart, lastKeyEnd } = kernel;
    switch (stop) {
      case MergeStop.needBlock:
        return this.#feed(kernel.source);
      case MergeStop.firstOfBlock:
        sink.writer!.beginBlock(bytes, lastKeyStart, lastKeyEnd);
        this.#setLimit();
        return true;
      case MergeStop.blockReady:
        this.#takeOver(true);
        this.#setLimit();
        return true;
      case MergeStop.tombstone:
        kernel.decide(this.#rule.mayBeOlder(bytes, readKeyStart, readKeyEnd - 8));
        return true;
      case MergeStop.beginTable:
        this.#beginTable();
        return true;
      case MergeStop.grandparents: {
        const cut = sink.passesTooMany(bytes, readKeyStart, readKeyEnd);
        kernel.setGrandparents(GRANDPARENT_STRIDE);
        const size = sink.writer!.estimatedSize + kernel.end - kernel.start;
        if (sink.isLast || !(cut || size >= sink.tableSize)) kernel.placed();
        else this.#nextTable();
        return true;
      }
      case MergeStop.full:
        this.#nextTable();
        return true;
      case MergeStop.keysFull:
        sink.writer!.addKeys(kernel);
        kernel.keysDone();
        return true;
      case MergeStop.disorder:
        throw new RangeError('keys, or versions of a key, out of order');
      default:
        return false;
    }
  }

  #feed(source: number): boolean {
    const block = this.#runs[source]!.next();
    if (block === 'tooLarge') return false;
    if (block !== undefined && !this.#kernel.feed(source, block)) return false;
    this.#kernel.fed(block !== undefined);
    return true;
  }

  #nextTable(): void {
    this.#takeOver(false);
    this.#sink.endTable();
    this.#kernel.tableEnded();
    this.#beginTable();
  }

  #beginTable(): void {
    const { bytes, readKeyStart, readKeyEnd } = this.#kernel;
    this.#sink.beginTable(bytes, readKeyStart, readKeyEnd);
    this.#kernel.setGrandparents(this.#grandparents ? GRANDPARENT_STRIDE : -1);
    this.#setLimit();
    this.#kernel.placed();
  }

  /** Says at which length of its block the table is full. */
  #setLimit(): void {
    const { isLast, tableSize, writer } = this.#sink;
    this.#kernel.setLimit(isLast ? NEVER : tableSize - writer!.estimatedSize);
  }

  #takeOver(whole: boolean): void {
    if (this.#kernel.entries > 0) this.#sink.writer!.takeOver(this.#kernel, whole);
    this.#kernel.blockDone();
  }

  /**
   * Goes over to a cursor over the same entries: puts it where the kernel has stopped, and returns
   * whether it stands on an entry.
   */
  handOver(cursor: Cursor): boolean {
    const kernel = this.#kernel;
    this.#takeOver(false);
    this.#sink.entriesRead += kernel.entriesRead;
    this.#sink.entriesWritten += kernel.entriesWritten;
    this.#rule.covered += kernel.covered;
    this.#rule.purged += kernel.purged;
    const last = kernel.bytes.slice(kernel.readKeyStart, kernel.readKeyEnd);
    this.close();
    if (this.#complete) return false;
    if (last.length === 0) return cursor.first();
    this.#rule.resumeAfter(last, 0, last.length);
    if (!cursor.seek(last, 0, last.length)) return false;
    const { keyBytes, keyStart, keyEnd } = cursor;
    const same = equalRanges(keyBytes, keyStart, keyEnd, last, 0, last.length);
    return same ? cursor.next() : true;
  }

  /** Closes the runs. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const run of this.#runs) run.close();
    this.#kernel.giveBack();
  }
}
