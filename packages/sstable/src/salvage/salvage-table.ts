/**
 * Reads what is whole of a damaged table, and says what is not.
 *
 * Every block is read and checked. What cannot be read is left out, whole blocks at a time; between
 * which keys that was, and whether a key may have been among it, follows from the index and the
 * filter.
 */
import {
  type Comparator,
  type Cursor,
  type FilterPolicy,
  internalRangeCompare,
  JumpError,
  type KeyHash,
  KIND_DELETION,
  MAX_SEQUENCE,
  type RangeCompare,
  readKind,
  readSequence,
  reasonOf,
  sliceRange,
} from '@jump/base';
import type { Block } from '../block.ts';
import { BlockChecker } from '../block-checker.ts';
import { OneBlockMemory } from '../block-memory.ts';
import { type BlockCodecs, defaultCodecs } from '../codecs.ts';
import { Contents } from '../contents.ts';
import { BLOCK_TRAILER_LENGTH } from '../footer.ts';
import { keyOrder } from '../key-order.ts';
import { forEachEntry } from '../sparse-index.ts';
import { type BlockSupply, TableCursor } from '../table-cursor.ts';
import { TableFile, type TableTarget } from '../table-file.ts';
import type { TableRecord } from '../table-properties.ts';
import type { BlockPlace } from './find-blocks.ts';
import { findPlaces, separatorOf, type TablePlaces, tryOpen } from './table-places.ts';

/** How a damaged table is read. */
export interface SalvageOptions {
  /** The order of user keys; by their bytes if not given. */
  readonly comparator?: Comparator | undefined;
  /** How blocks may be stored, as for a `TableReader`; Snappy if not given. */
  readonly codecs?: BlockCodecs | undefined;
}

/** A part of a table that cannot be read. */
export interface TableDamage {
  /** Where it begins. */
  readonly offset: number;
  /** How long it is. */
  readonly bytes: number;
  /** What is wrong. */
  readonly reason: string;
  /** The internal keys that were there sort behind this one; unknown if not given. */
  readonly after: Uint8Array | undefined;
  /** And not behind this one. */
  readonly upTo: Uint8Array | undefined;
}

/** What was found in a table of internal keys. */
export interface SalvagedTable {
  /** Bytes of the file. */
  readonly fileSize: number;
  /** Entries that can be read, with older versions and deletions. */
  readonly entries: number;
  /** Deletions among them. */
  readonly tombstones: number;
  /** Their highest sequence; 0 without any. */
  readonly largestSequence: number;
  /** The first internal key that can be read. */
  readonly smallest: Uint8Array | undefined;
  /** The last one. */
  readonly largest: Uint8Array | undefined;
  /** What cannot be read, ascending. */
  readonly damage: readonly TableDamage[];
  /** What else is damaged, filter or index or footer, which takes no entry with it. */
  readonly problem: string | undefined;
  /** What the table says of itself. */
  readonly record: TableRecord | undefined;
  /** The blocks that can be read; `undefined` if a `TableReader` can read all of it. */
  readonly places: readonly BlockPlace[] | undefined;
}

/**
 * Reads all of a table; yields now and then how many bytes are done, of twice the file's size at
 * most.
 *
 * @throws JUMP_UNSUPPORTED if it is another program's kind of table, has raw keys, blocks stored in
 *   an unknown way, or sequences from 2^53 on; JUMP_IO. Damage is never thrown
 */
export function* salvageTable(
  target: TableTarget,
  options: SalvageOptions = {},
): Generator<number, SalvagedTable, void> {
  const file = TableFile.open(target, options.codecs ?? defaultCodecs);
  try {
    const { comparator } = options;
    const places = yield* findPlaces(file, { keys: 'internal', comparator, filters: [] });
    const survey = new Survey(file, places, comparator);
    for (let i = 0; i < places.places.length; i++) {
      survey.look(i);
      if (i % 16 === 0) yield places.places[i]!.offset;
    }
    return survey.finish();
  } finally {
    file.close();
  }
}

/** Goes over the blocks once. */
class Survey {
  readonly #file: TableFile;
  readonly #found: TablePlaces;
  readonly #checker: BlockChecker;
  readonly #compare: RangeCompare;
  readonly #contents = new Contents(new OneBlockMemory());
  readonly #damage: TableDamage[] = [];
  readonly #whole: BlockPlace[] = [];
  #entries = 0;
  #tombstones = 0;
  #largestSequence = 0;
  #smallest: Uint8Array | undefined;
  #largest: Uint8Array | undefined;
  /** Where the next block begins, if nothing is lost between. */
  #next = 0;

  constructor(file: TableFile, found: TablePlaces, comparator: Comparator | undefined) {
    const order = keyOrder('internal', comparator);
    this.#file = file;
    this.#found = found;
    this.#checker = new BlockChecker(order, file.source);
    this.#compare = internalRangeCompare(order.comparator);
  }

  /** Reads a block and takes account of it. */
  look(ordinal: number): void {
    const place = this.#found.places[ordinal]!;
    const { offset, size } = place;
    const gap = this.#found.index === undefined && offset > this.#next;
    try {
      const block = this.#read(place, ordinal);
      if (gap) this.#addDamage(this.#next, offset - this.#next, 'no block', ordinal, block);
      this.#take(block, offset);
      this.#whole.push(place);
    } catch (error) {
      if (!(error instanceof JumpError) || error.code !== 'JUMP_CORRUPTION') throw error;
      const from = gap ? this.#next : offset;
      const end = offset + size + BLOCK_TRAILER_LENGTH;
      this.#addDamage(from, end - from, reasonOf(error), ordinal);
    }
    this.#next = offset + size + BLOCK_TRAILER_LENGTH;
  }

  finish(): SalvagedTable {
    const { opened, index, places, problem } = this.#found;
    const { size } = this.#file;
    if (index === undefined) {
      // Filter, index and footer may have been here, or any number of blocks, or have been cut off.
      const reason = 'no block that can be read, and no index';
      this.#addDamage(this.#next, size - this.#next, reason, places.length);
    }
    const plain = opened !== undefined && this.#damage.length === 0;
    return {
      fileSize: size,
      entries: this.#entries,
      tombstones: this.#tombstones,
      largestSequence: this.#largestSequence,
      smallest: this.#smallest,
      largest: this.#largest,
      damage: this.#damage,
      problem: problem && reasonOf(problem),
      record: opened?.stored,
      places: plain ? undefined : this.#whole,
    };
  }

  #read({ offset, size }: BlockPlace, ordinal: number): Block {
    const contents = this.#contents;
    this.#file.contents(offset, size, contents);
    const checker = this.#checker;
    const block = checker.check(contents.bytes, contents.start, contents.end, offset);
    if (checker.entries === 0) return block;
    const { firstKeyAt, firstKeyLength, lastKey, lastKeyLength } = checker;
    const { index } = this.#found;
    const compare = this.#compare;
    const before =
      index === undefined || ordinal === 0 ? this.#largest : separatorOf(index, ordinal - 1);
    const firstEnd = firstKeyAt + firstKeyLength;
    if (
      before !== undefined &&
      compare(block.bytes, firstKeyAt, firstEnd, before, 0, before.length) <= 0
    ) {
      throw new JumpError('JUMP_CORRUPTION', 'the block begins before the one in front of it ends');
    }
    if (index === undefined) return block;
    const own = separatorOf(index, ordinal);
    if (compare(lastKey, 0, lastKeyLength, own, 0, own.length) > 0) {
      throw new JumpError('JUMP_CORRUPTION', 'the last key of the block is behind its index key');
    }
    return block;
  }

  #take(block: Block, offset: number): void {
    const checker = this.#checker;
    if (checker.entries === 0) return;
    let highest = 0;
    forEachEntry(block, (key, length) => {
      if (readKind(key, length) === KIND_DELETION) this.#tombstones++;
      highest = Math.max(highest, readSequence(key, length));
    });
    if (highest >= MAX_SEQUENCE) {
      const { source: file } = this.#file;
      const message = 'a sequence of 2^53 or more';
      throw new JumpError('JUMP_UNSUPPORTED', message, { file, offset });
    }
    this.#largestSequence = Math.max(this.#largestSequence, highest);
    this.#entries += checker.entries;
    const { firstKeyAt, firstKeyLength } = checker;
    this.#smallest ??= sliceRange(block.bytes, firstKeyAt, firstKeyAt + firstKeyLength);
    this.#largest = sliceRange(checker.lastKey, 0, checker.lastKeyLength);
  }

  /** Notes damage at or in front of a block; `next` is what follows it, if that is known. */
  #addDamage(offset: number, bytes: number, reason: string, ordinal: number, next?: Block): void {
    const { index } = this.#found;
    let after = this.#largest;
    let upTo: Uint8Array | undefined;
    if (index !== undefined) {
      after = ordinal === 0 ? undefined : separatorOf(index, ordinal - 1);
      upTo = separatorOf(index, ordinal);
    } else if (next !== undefined) {
      const { firstKeyAt, firstKeyLength } = this.#checker;
      upTo = sliceRange(next.bytes, firstKeyAt, firstKeyAt + firstKeyLength);
    }
    this.#damage.push({ offset, bytes, reason, after, upTo });
  }
}

/**
 * Opens a cursor over blocks that {@link salvageTable} has found whole. It owns the file, reads a
 * block at a time, and seeks by walking.
 *
 * @throws JUMP_CORRUPTION, now or while it moves, if the file has changed since
 */
export function salvagedCursor(
  target: TableTarget,
  places: readonly BlockPlace[],
  options: SalvageOptions = {},
): Cursor {
  const order = keyOrder('internal', options.comparator);
  const file = TableFile.open(target, options.codecs ?? defaultCodecs);
  const checker = new BlockChecker(order, file.source);
  const contents = new Contents(new OneBlockMemory());
  const supply: BlockSupply = {
    count: places.length,
    search: () => 0,
    block(ordinal) {
      const { offset, size } = places[ordinal]!;
      file.contents(offset, size, contents);
      return checker.check(contents.bytes, contents.start, contents.end, offset);
    },
    close: () => file.close(),
  };
  return new TableCursor(supply, order);
}

/**
 * Reads a table's filter: a function that tells whether a user key `key[start, end)` may have been
 * in the block at `offset`. `undefined` if there is none of these policies, or it cannot be read.
 */
export function salvageFilter(
  target: TableTarget,
  filters: readonly FilterPolicy[],
  options: SalvageOptions = {},
): ((offset: number, key: Uint8Array, start: number, end: number) => boolean) | undefined {
  const file = TableFile.open(target, options.codecs ?? defaultCodecs);
  try {
    const { comparator } = options;
    const opened = tryOpen(file, { keys: 'internal', comparator, filters });
    const filter = opened instanceof JumpError ? undefined : opened.filter;
    if (filter === undefined) return undefined;
    const hash: KeyHash = { low: 0, high: 0 };
    return (offset, key, start, end) => {
      filter.policy.hash(key, start, end, hash);
      if (filter.wholeTable) return filter.mayContain(hash);
      const own = start === 0 ? key : key.subarray(start, end);
      return filter.blockMayContain(offset, hash, own, end - start);
    };
  } finally {
    file.close();
  }
}
