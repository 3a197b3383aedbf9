/**
 * Writes a table: entries in ascending order, straight into blocks.
 */
import {
  JumpError,
  readFixed32,
  readSequence56,
  sliceRange,
  TRAILER_LENGTH,
  writeFixed32,
  wrongType,
} from '@jump/base';
import type { Vfs } from '@jump/vfs';
import { BlockWriter } from './block-writer.ts';
import { type BuiltEntries, DataBlockWriter } from './data-block-writer.ts';
import { FilterBuilder } from './filter-block.ts';
import {
  type BlockHandle,
  FOOTER_LENGTH,
  MAX_HANDLE_LENGTH,
  writeFooter,
  writeHandle,
} from './footer.ts';
import { type KeyOrder, keyOrder } from './key-order.ts';
import { Output } from './output.ts';
import { separatorKey } from './separator.ts';
import { resolveTarget, type TableTarget } from './table-file.ts';
import { asciiBytes, PROPERTIES_NAME, writeProperties } from './table-properties.ts';
import {
  checkWriterOptions,
  type TableWriterOptions,
  type WriterSettings,
} from './writer-options.ts';

/** What {@link TableWriter.finish} tells of the table. */
export interface TableInfo {
  /** How many entries it has. */
  readonly entries: number;
  /** How many of them are deletions; 0 for raw keys. */
  readonly tombstones: number;
  /** Bytes of the file. */
  readonly fileSize: number;
  /** The first key, as it was given to `add`; empty if there are no entries. */
  readonly smallest: Uint8Array;
  /** The last key, as it was given to `add`; empty if there are no entries. */
  readonly largest: Uint8Array;
  /** Of internal keys: the lowest sequence. */
  readonly smallestSequence?: bigint;
  /** Of internal keys: the highest sequence. */
  readonly largestSequence?: bigint;
}

/** Lengths and places in a block are kept below this, so that they fit 31 bits. */
const MAX_LENGTH = 2 ** 31 - 2 ** 20;

/**
 * Writes one table, entry by entry.
 *
 * After an error of the file system only {@link TableWriter.abandon} may be called.
 */
export class TableWriter {
  readonly #vfs: Vfs;
  readonly #path: string;
  readonly #settings: WriterSettings;
  readonly #order: KeyOrder;
  readonly #output: Output;
  readonly #block: DataBlockWriter;
  readonly #filter: FilterBuilder | undefined;
  readonly #eachVersion: boolean;
  readonly #index = new BlockWriter(1);
  readonly #handle = new Uint8Array(MAX_HANDLE_LENGTH);
  /** The block that is complete but not in the index: its key there depends on the next entry. */
  #pending: BlockHandle | undefined = undefined;
  #state: 'open' | 'failed' | 'closed' = 'open';

  #entries = 0;
  #tombstones = 0;
  #smallest: Uint8Array = new Uint8Array(0);
  // Sequences as two halves of a tag, so that the hot path makes no bigint.
  #minHigh = 0xffffffff;
  #minLow = 0xffffffff;
  #maxHigh = 0;
  #maxLow = 0;

  /**
   * Creates the file, which must not exist.
   *
   * @throws TypeError or RangeError if target or an option is wrong; JUMP_IO if the file cannot be
   *   created
   */
  constructor(target: TableTarget, options: TableWriterOptions = {}) {
    const settings = checkWriterOptions(options);
    const { vfs, path } = resolveTarget(target);
    this.#vfs = vfs;
    this.#path = path;
    this.#settings = settings;
    this.#order = keyOrder(settings.keys, settings.comparator);
    this.#filter = settings.filter === undefined ? undefined : new FilterBuilder(settings.filter);
    this.#eachVersion = settings.filter?.scope === 'block';
    const { restartInterval, snappy } = settings;
    this.#output = new Output(vfs.open(path, 'create'), snappy);
    this.#block = new DataBlockWriter(this.#output, this.#order, restartInterval, snappy);
  }

  /** How many entries have been added. */
  get entries(): number {
    return this.#entries;
  }

  /** How large the file will be at least, in bytes. */
  get estimatedSize(): number {
    return this.#output.position + this.#index.size + FOOTER_LENGTH;
  }

  /** Adds an entry; see {@link TableWriter.addRange}. */
  add(key: Uint8Array, value: Uint8Array): void {
    if (!(key instanceof Uint8Array)) throw wrongType('key', 'a Uint8Array', key);
    if (!(value instanceof Uint8Array)) throw wrongType('value', 'a Uint8Array', value);
    this.addRange(key, 0, key.length, value, 0, value.length);
  }

  /**
   * Adds an entry, whose key must sort after the one before. Both are copied, or written, at once.
   *
   * @throws RangeError if the key does not sort after the one before, or is no internal key where
   *   those are expected; nothing has been added then. JUMP_CLOSED after `finish` or `abandon`,
   *   JUMP_POISONED after an error of the file system
   */
  addRange(
    keyBytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    valueBytes: Uint8Array,
    valueStart: number,
    valueEnd: number,
  ): void {
    if (this.#state !== 'open') throw this.#notOpen();
    const { trailer } = this.#order;
    const length = keyEnd - keyStart;
    const valueLength = valueEnd - valueStart;
    if (length < trailer || length > MAX_LENGTH || valueLength > MAX_LENGTH - length) {
      throw new RangeError(
        `a key of ${length} bytes and a value of ${valueLength} cannot be stored`,
      );
    }
    if (trailer !== 0 && keyBytes[keyEnd - TRAILER_LENGTH]! > 1) {
      throw new RangeError(`internal key of unknown kind ${keyBytes[keyEnd - TRAILER_LENGTH]}`);
    }
    const common = this.#block.compareWithLast(keyBytes, keyStart, keyEnd);
    this.#state = 'failed'; // Until everything below has gone well.
    if (this.#pending !== undefined) this.#addIndexEntry(sliceRange(keyBytes, keyStart, keyEnd));
    if (this.#filter !== undefined) {
      const userEnd = keyEnd - trailer;
      // A further version of the same user key adds nothing to a filter of the whole table.
      if (
        this.#eachVersion ||
        this.#entries === 0 ||
        common < length - trailer ||
        length !== this.#block.lastKeyLength
      ) {
        this.#filter.add(keyBytes, keyStart, userEnd);
      }
    }
    const block = this.#block;
    block.addKey(keyBytes, keyStart, keyEnd, common, valueLength);
    block.addValue(valueBytes, valueStart, valueEnd);
    if (trailer !== 0) this.#countTag(keyBytes, keyEnd);
    if (this.#entries++ === 0) this.#smallest = sliceRange(keyBytes, keyStart, keyEnd);
    const { blockSize, indexInterval } = this.#settings;
    if (block.size >= blockSize || block.entries >= indexInterval) this.#endBlock();
    this.#state = 'open';
  }

  /**
   * Says which key a block begins with whose entries are built elsewhere. @internal
   */
  beginBlock(key: Uint8Array, start: number, end: number): void {
    if (this.#state !== 'open') throw this.#notOpen();
    const first = sliceRange(key, start, end);
    if (this.#pending !== undefined) this.#addIndexEntry(first);
    if (this.#entries === 0) this.#smallest = first;
  }

  /** Has the filter know the user keys of entries that are built elsewhere. @internal */
  addKeys({ bytes, keysStart, keysEnd }: BuiltEntries): void {
    const filter = this.#filter;
    if (filter === undefined) return;
    for (let at = keysStart; at < keysEnd; ) {
      const start = at + 2;
      at = start + (bytes[at]! | (bytes[at + 1]! << 8));
      filter.add(bytes, start, at);
    }
  }

  /**
   * Takes over the entries of a block, of internal keys, that was begun elsewhere. @internal
   *
   * @param whole - whether the block ends with them
   */
  takeOver(built: BuiltEntries, whole: boolean): void {
    if (this.#state !== 'open') throw this.#notOpen();
    this.#state = 'failed';
    this.addKeys(built);
    this.#block.takeOver(built);
    this.#entries += built.entries;
    this.#tombstones += built.tombstones;
    this.#countTags(built.minLow, built.minHigh);
    this.#countTags(built.maxLow, built.maxHigh);
    if (whole) this.#endBlock();
    this.#state = 'open';
  }

  #countTag(key: Uint8Array, end: number): void {
    const low = readFixed32(key, end - 8);
    if ((low & 0xff) === 0) this.#tombstones++;
    this.#countTags(low, readFixed32(key, end - 4));
  }

  #countTags(low: number, high: number): void {
    if (high < this.#minHigh || (high === this.#minHigh && low < this.#minLow)) {
      this.#minHigh = high;
      this.#minLow = low;
    }
    if (high > this.#maxHigh || (high === this.#maxHigh && low > this.#maxLow)) {
      this.#maxHigh = high;
      this.#maxLow = low;
    }
  }

  #endBlock(): void {
    this.#pending = this.#block.finish();
    this.#filter?.startBlock(this.#output.position);
  }

  #addIndexEntry(nextKey: Uint8Array | undefined): void {
    const pending = this.#pending!;
    const key = separatorKey(
      this.#order,
      sliceRange(this.#block.lastKey, 0, this.#block.lastKeyLength),
      nextKey,
    );
    const size = writeHandle(this.#handle, 0, pending.offset, pending.size);
    this.#index.add(key, 0, key.length, this.#handle, 0, size);
    this.#pending = undefined;
  }

  /**
   * Writes what follows the data blocks, syncs the file and closes it. The directory's entry is not
   * synced.
   */
  finish(): TableInfo {
    if (this.#state !== 'open') throw this.#notOpen();
    this.#state = 'failed';
    if (this.#block.entries > 0) this.#endBlock();
    if (this.#pending !== undefined) this.#addIndexEntry(undefined);
    const output = this.#output;
    const metaIndex = this.#writeMeta();
    this.#index.finish();
    const index = output.writeBlock(this.#index.bytes, this.#index.size, this.#settings.snappy);
    output.reserve(FOOTER_LENGTH);
    writeFooter(output.bytes, output.size, { metaIndex, index });
    output.size += FOOTER_LENGTH;
    output.handOver();
    output.file.sync();
    output.file.close();
    this.#state = 'closed';
    return {
      entries: this.#entries,
      tombstones: this.#tombstones,
      fileSize: output.offset,
      smallest: this.#smallest,
      largest: sliceRange(this.#block.lastKey, 0, this.#block.lastKeyLength),
      ...(this.#settings.keys === 'internal' && this.#entries > 0 ? this.#sequences() : {}),
    };
  }

  /** Writes filter, properties and meta-index; returns the meta-index's handle. */
  #writeMeta(): BlockHandle {
    const output = this.#output;
    const { filter, keys } = this.#settings;
    const names: { key: Uint8Array; handle: BlockHandle }[] = [];
    if (this.#filter !== undefined && filter !== undefined) {
      const contents = this.#filter.finish();
      const handle = output.writeBlock(contents, contents.length, false);
      names.push({ key: asciiBytes(`filter.${filter.name}`), handle });
    }
    const properties = writeProperties({
      keys,
      entries: this.#entries,
      tombstones: this.#tombstones,
      ...this.#sequences(),
    });
    const handle = output.writeBlock(properties.bytes, properties.size, false);
    // 'f' sorts before 'j': the names are in order.
    names.push({ key: asciiBytes(PROPERTIES_NAME), handle });
    const block = new BlockWriter(this.#settings.restartInterval);
    for (const { key, handle } of names) {
      const size = writeHandle(this.#handle, 0, handle.offset, handle.size);
      block.add(key, 0, key.length, this.#handle, 0, size);
    }
    block.finish();
    return output.writeBlock(block.bytes, block.size, this.#settings.snappy);
  }

  #sequences(): { smallestSequence: bigint; largestSequence: bigint } {
    if (this.#settings.keys === 'raw' || this.#entries === 0) {
      return { smallestSequence: 0n, largestSequence: 0n };
    }
    const trailer = new Uint8Array(TRAILER_LENGTH);
    const sequence = (low: number, high: number): bigint => {
      writeFixed32(trailer, 0, low);
      writeFixed32(trailer, 4, high);
      return readSequence56(trailer, TRAILER_LENGTH);
    };
    return {
      smallestSequence: sequence(this.#minLow, this.#minHigh),
      largestSequence: sequence(this.#maxLow, this.#maxHigh),
    };
  }

  /** Closes the file and removes it; does nothing after {@link TableWriter.finish}. */
  abandon(): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    try {
      this.#output.file.close();
    } finally {
      this.#vfs.remove(this.#path);
    }
  }

  #notOpen(): JumpError {
    const place = { file: this.#path };
    if (this.#state === 'closed') {
      return new JumpError('JUMP_CLOSED', 'the table is finished or abandoned', place);
    }
    const message = 'the table could not be written; only abandon() is left';
    return new JumpError('JUMP_POISONED', message, place);
  }
}
