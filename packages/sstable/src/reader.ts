/**
 * Reads a table: point reads, cursors, iteration, checks.
 */
import {
  type Cursor,
  JumpError,
  KIND_DELETION,
  EMPTY_BYTES as NONE,
  sliceRange,
  wrongType,
} from '@jump/base';
import { EXHAUSTED, FOUND } from './block-search.ts';
import { BlockStore } from './block-store.ts';
import { CursorBlocks } from './cursor-blocks.ts';
import type { TableParts } from './cut-table.ts';
import {
  EntryIterator,
  type EntrySource,
  type InternalEntry,
  InternalEntryIterator,
  type TableEntry,
} from './entries.ts';
import type { TableKeys } from './key-order.ts';
import { Lookup } from './lookup.ts';
import { type OpenedTable, openTable } from './open-table.ts';
import {
  checkReaderOptions,
  type ReaderSettings,
  type TableReaderOptions,
} from './reader-options.ts';
import { openAround, refuseGaps } from './salvage/open-around.ts';
import { surveyTable, type TableProperties, verifyTable } from './survey.ts';
import { type BlockSupply, TableCursor } from './table-cursor.ts';
import { TableFile, type TableTarget } from './table-file.ts';
import type { TableRecord } from './table-properties.ts';
import { checkRange, type TableRange } from './table-range.ts';
import { type TableGap, TolerantBlocks } from './tolerant-blocks.ts';

/** What {@link TableReader.fromBlob} needs of a `Blob`; of a `File` it takes the name. */
export interface TableBlob {
  /** Named in errors. */
  readonly name?: string;
  /** Reads all of it. */
  arrayBuffer(): Promise<ArrayBuffer>;
}

/** What a table's filter was worth. */
export interface FilterStats {
  /** Reads that the filter ended: the key is not here. */
  readonly hits: number;
  /** Reads that the filter let through, rightly: the key is here. */
  readonly misses: number;
  /** Reads that the filter let through for nothing. */
  readonly falsePositives: number;
}

/** An open table. Everything in it was checked when it was read; nothing is ever written. */
export class TableReader {
  readonly #file: TableFile;
  readonly #table: OpenedTable;
  readonly #blocks: BlockStore;
  readonly #lookup = new Lookup();
  readonly #settings: ReaderSettings;
  #properties: TableProperties | undefined = undefined;
  /** Gaps by the numbers of their blocks. */
  readonly #gaps = new Map<number, TableGap>();
  /** Gaps that are no blocks of the index: it was lost, and made again of what is left. */
  readonly #rebuilt: readonly TableGap[] | undefined = undefined;
  readonly #problem: JumpError | undefined = undefined;
  #filterHits = 0;
  #filterMisses = 0;
  #vainSearches = 0;

  private constructor(file: TableFile, settings: ReaderSettings) {
    this.#file = file;
    this.#settings = settings;
    if (settings.tolerant) {
      const { table, gaps, problem } = openAround(file, settings);
      this.#table = table;
      this.#problem = problem;
      if (gaps.length > 0) this.#rebuilt = gaps;
    } else this.#table = openTable(file, settings);
    this.#blocks = new BlockStore(file, this.#table, settings.cache);
  }

  /**
   * Opens a table's file, and reads footer, index and filter.
   *
   * With the option `tolerant` these may be damaged: the whole file is then searched for blocks.
   *
   * @throws TypeError if target or an option is wrong; JUMP_CORRUPTION if one of these is damaged;
   *   JUMP_IO if the file cannot be read; JUMP_UNSUPPORTED if it is another program's kind of table
   */
  static open(target: TableTarget, options: TableReaderOptions = {}): TableReader {
    const settings = checkReaderOptions(options);
    const file = TableFile.open(target, settings.codecs);
    try {
      return new TableReader(file, settings);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /**
   * Reads a table from a `Blob` or `File` of a browser, all of it.
   *
   * @throws as {@link TableReader.open}
   */
  static async fromBlob(blob: TableBlob, options: TableReaderOptions = {}): Promise<TableReader> {
    const settings = checkReaderOptions(options);
    if (typeof blob?.arrayBuffer !== 'function') throw wrongType('blob', 'a Blob or a File', blob);
    const bytes = new Uint8Array(await blob.arrayBuffer());
    return new TableReader(
      TableFile.fromBytes(bytes, blob.name ?? 'blob', settings.codecs),
      settings,
    );
  }

  /**
   * Reads a table from the bytes of its file, which must not change while it is in use.
   *
   * @throws as {@link TableReader.open}
   */
  static fromBytes(bytes: Uint8Array, options: TableReaderOptions = {}): TableReader {
    const settings = checkReaderOptions(options);
    if (!(bytes instanceof Uint8Array)) throw wrongType('bytes', 'a Uint8Array', bytes);
    return new TableReader(TableFile.fromBytes(bytes, 'bytes', settings.codecs), settings);
  }

  /** Bytes of the file. */
  get fileSize(): number {
    return this.#file.size;
  }

  /**
   * What was read around, with the option `tolerant`: ascending, complete once everything has been
   * read.
   */
  get gaps(): readonly TableGap[] {
    const all = [...(this.#rebuilt ?? []), ...this.#gaps.values()];
    return all.sort((a, b) => a.offset - b.offset);
  }

  /**
   * What is damaged beside data blocks, footer, index or filter, where the option `tolerant` has
   * opened the table all the same. It takes no entry with it; what does is in `gaps`.
   */
  get problem(): JumpError | undefined {
    return this.#problem;
  }

  /** What the filter was worth so far. */
  get filterStats(): FilterStats {
    return {
      hits: this.#filterHits,
      misses: this.#filterMisses,
      falsePositives: this.#table.filter === undefined ? 0 : this.#vainSearches,
    };
  }

  /** How many reads of a key have searched index and block, and found nothing. */
  get vainSearches(): number {
    return this.#vainSearches;
  }

  /** How many blocks cursors have gone to so far. */
  get blocksScanned(): number {
    return this.#blocks.scanned;
  }

  /**
   * Finds the newest entry, value or deletion, of the lookup's user key that is not newer than it
   * asks for. In a table of raw keys, the entry of that key.
   *
   * @returns whether there is one; the lookup then holds it
   */
  find(lookup: Lookup): boolean {
    const { filter, index, order } = this.#table;
    const key = lookup.keyBytes;
    const userKeyEnd = lookup.userKeyEnd;
    if (this.#rebuilt !== undefined)
      refuseGaps(this.#rebuilt, order, key, userKeyEnd, this.#file.source);
    if (filter?.wholeTable && !filter.mayContain(lookup.hash(filter.policy))) {
      this.#filterHits++;
      return false;
    }
    const keyEnd = userKeyEnd + order.trailer;
    let ordinal = index.search(key, 0, keyEnd);
    if (ordinal === index.count) return this.#notFound();
    if (
      filter !== undefined &&
      !filter.wholeTable &&
      !filter.blockMayContain(
        index.offsets[ordinal]!,
        lookup.hash(filter.policy),
        key,
        userKeyEnd,
      ) &&
      !index.endsWithUserKey(ordinal, key, userKeyEnd)
    ) {
      this.#filterHits++;
      return false;
    }
    for (;;) {
      const found = this.#blocks.find(ordinal, lookup);
      if (found === FOUND) {
        if (filter !== undefined) this.#filterMisses++;
        return true;
      }
      // Versions of one user key may go on in the next block, whose filter may be another.
      if (found !== EXHAUSTED || !index.endsWithUserKey(ordinal, key, userKeyEnd)) break;
      if (++ordinal === index.count) break;
    }
    return this.#notFound();
  }

  #notFound(): boolean {
    this.#vainSearches++;
    return false;
  }

  /** Returns the value of a key, in memory of its own; `undefined` if it is absent or deleted. */
  get(key: Uint8Array): Uint8Array | undefined {
    this.#file.checkOpen();
    if (!(key instanceof Uint8Array)) throw wrongType('key', 'a Uint8Array', key);
    const lookup = this.#lookup;
    lookup.setNewest(key, 0, key.length);
    if (!this.find(lookup) || lookup.kind === KIND_DELETION) return undefined;
    return sliceRange(lookup.valueBytes, lookup.valueStart, lookup.valueEnd);
  }

  /**
   * Iterates over the entries of a range: user keys, the newest version of each, deletions left
   * out.
   *
   * @throws TypeError or RangeError if the range is wrong
   */
  entries(range: TableRange = {}): IterableIterator<TableEntry> {
    return new EntryIterator(this.#entrySource(), this.#checkRange(range));
  }

  /**
   * Iterates over everything that is stored of a range: all versions, newest first, and deletions.
   * Upwards only.
   *
   * @throws JUMP_UNSUPPORTED if the table holds raw keys; TypeError or RangeError if the range is
   *   wrong
   */
  internalEntries(range: TableRange = {}): IterableIterator<InternalEntry> {
    if (range.reverse === true) throw new RangeError('reverse: internal entries go upwards only');
    if (this.#table.order.keys === 'raw') {
      throw new JumpError('JUMP_UNSUPPORTED', 'raw keys have no sequence and no kind', {
        file: this.#file.source,
      });
    }
    return new InternalEntryIterator(this.#entrySource(), this.#checkRange(range));
  }

  #checkRange(range: TableRange): TableRange {
    const { known, compare } = this.#table.order;
    // Without an order there are no bounds: says so.
    if (!known && Object.keys(range).some((name) => name !== 'reverse' && name !== 'limit'))
      compare(NONE, 0, 0, NONE, 0, 0);
    return checkRange(range, this.#table.order, this.#file.source);
  }

  #entrySource(): EntrySource {
    const file = this.#file;
    return {
      order: this.#table.order,
      cursor: this.#cursor(true),
      file: file.source,
      offsets: this.#table.index.offsets,
      checkOpen: () => file.checkOpen(),
    };
  }

  /**
   * Makes a cursor over all entries, by their keys as they are stored.
   *
   * On a long way it reads many blocks at once, and leaves the cache as it is.
   *
   * @param options - `fillCache` (default true): whether the first blocks that it reads stay in the
   *   cache
   */
  cursor(options: { readonly fillCache?: boolean } = {}): Cursor {
    return this.#cursor(options.fillCache ?? true);
  }

  /** Gives out the data blocks, past the cache: for who merges whole blocks. @internal */
  blocks(): BlockSupply {
    this.#file.checkOpen();
    return new CursorBlocks(this.#blocks, false);
  }

  /** What the table is made of: for who cuts it. @internal */
  parts(): TableParts {
    this.#file.checkOpen();
    return { file: this.#file, table: this.#table, load: (one) => this.#blocks.load(one) };
  }

  #cursor(fillCache: boolean): TableCursor {
    this.#file.checkOpen();
    const blocks = new CursorBlocks(this.#blocks, fillCache);
    const { order, index } = this.#table;
    if (!this.#settings.tolerant) return new TableCursor(blocks, order);
    return new TableCursor(new TolerantBlocks(blocks, index, this.#gaps), order);
  }

  /**
   * Reads and checks the whole file: every block, every key against the filter, and what the table
   * says of itself.
   *
   * @throws JUMP_CORRUPTION with file and offset
   */
  verify(): void {
    this.#file.checkOpen();
    // Again what was read at opening: the file may have changed since.
    verifyTable(openTable(this.#file, this.#settings), this.#blocks);
  }

  /** What there is to say about the table. Reads all of it, the first time. */
  get properties(): TableProperties {
    this.#properties ??= surveyTable(this.#table, this.#blocks);
    return this.#properties;
  }

  /**
   * Tells, from the index alone, whether the table can begin with one key and end with another, as
   * somebody else says it does. Keys as they are stored. O(log blocks), reads nothing.
   */
  canSpan(smallest: Uint8Array, largest: Uint8Array): boolean {
    const { index } = this.#table;
    return (
      index.count > 0 &&
      index.search(smallest, 0, smallest.length) === 0 &&
      index.search(largest, 0, largest.length) === index.count - 1
    );
  }

  /** What `TableWriter` recorded about the table; `undefined` if another program wrote it. */
  get record(): TableRecord | undefined {
    return this.#table.stored;
  }

  /** The name of the stored filter's policy, known or not, and its bytes; `undefined` without one. */
  get storedFilter():
    | {
        /** The policy's name. */
        readonly name: string;
        /** Bytes of the filter, as stored. */
        readonly bytes: number;
      }
    | undefined {
    const { filterName: name, meta } = this.#table;
    if (name === undefined) return undefined;
    return { name, bytes: meta.get(`filter.${name}`)?.size ?? 0 };
  }

  /** What the keys are. */
  get keys(): TableKeys {
    return this.#table.order.keys;
  }

  /** Returns about where in the file `key[start, end)`, as stored, is or would be. */
  approximateOffset(key: Uint8Array, start: number, end: number): number {
    const { index, dataEnd } = this.#table;
    const ordinal = index.search(key, start, end);
    return ordinal < index.count ? index.offsets[ordinal]! : dataEnd;
  }

  /** Closes the file and takes the table's blocks out of the cache; idempotent. */
  close(): void {
    this.#blocks.close();
    this.#file.close();
  }
}
