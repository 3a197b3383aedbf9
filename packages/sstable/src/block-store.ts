/**
 * The data blocks of one table: from the cache, or from the file, checked.
 */
import { corruption } from '@jump/base';
import type { Block } from './block.ts';
import { type BlockCache, type Clock, clockOf } from './block-cache.ts';
import { BlockChecker } from './block-checker.ts';
import { Contents } from './contents.ts';
import type { KeyOrder } from './key-order.ts';
import type { OpenedTable } from './open-table.ts';
import type { SparseIndex } from './sparse-index.ts';
import type { TableFile } from './table-file.ts';

/** What a block in a file that is in memory adds to it, for the cache's account. */
const IN_PLACE = 0;

/** Gives out blocks by number. */
export class BlockStore {
  readonly count: number;
  /** The blocks that are cached, by number; the cache puts them here and takes them away. */
  readonly cached: (Block | undefined)[] = [];
  readonly file: TableFile;
  readonly index: SparseIndex;
  readonly #order: KeyOrder;
  readonly #cache: Clock;
  readonly #checker: BlockChecker;
  readonly #contents: Contents;

  constructor(file: TableFile, table: OpenedTable, cache: BlockCache) {
    this.file = file;
    this.index = table.index;
    this.#order = table.order;
    this.#cache = clockOf(cache);
    this.#contents = new Contents(this.#cache.memory);
    this.#checker = new BlockChecker(table.order, file.source);
    this.count = table.index.count;
    // Filled, so that it is an array without holes, which is read faster.
    for (let i = 0; i < this.count; i++) this.cached.push(undefined);
  }

  /** Returns a block, cached from now on. */
  block(ordinal: number): Block {
    const cached = this.cached[ordinal];
    if (cached !== undefined) {
      cached.referenced = true;
      this.#cache.hits++;
      return cached;
    }
    this.#cache.misses++;
    const block = this.load(ordinal);
    // Blocks of a file in memory lie in the caller's array.
    block.recyclable = block.bytes !== this.file.bytes;
    this.#cache.insert(block, this.cached, ordinal);
    return block;
  }

  /** Reads a block from the file, into memory that the cache may use again. */
  load(ordinal: number): Block {
    return this.#load(ordinal, this.#contents);
  }

  /** Reads a block from the file, into memory of its own. */
  loadAlone(ordinal: number): Block {
    return this.#load(ordinal, new Contents());
  }

  #load(ordinal: number, contents: Contents): Block {
    const { index } = this;
    const offset = index.offsets[ordinal]!;
    this.file.contents(offset, index.sizes[ordinal]!, contents);
    return this.check(contents, ordinal);
  }

  /** Checks what was read for a block: by itself, and against the index. */
  check(contents: Contents, ordinal: number): Block {
    const { index } = this;
    const { bytes, start, end } = contents;
    const offset = index.offsets[ordinal]!;
    const charge = bytes === this.file.bytes ? IN_PLACE : bytes.length;
    const checker = this.#checker;
    const block = checker.check(bytes, start, end, offset, charge);
    if (checker.entries > 0) this.#checkBounds(block, ordinal, offset);
    return block;
  }

  /** The first key lies behind the separator before the block, the last not behind its own. */
  #checkBounds(block: Block, ordinal: number, offset: number): void {
    const { keys, starts } = this.index;
    const checker = this.#checker;
    const { firstKeyAt, firstKeyLength } = checker;
    const { compare } = this.#order;
    const from = starts[ordinal]!;
    const to = starts[ordinal + 1]!;
    if (compare(checker.lastKey, 0, checker.lastKeyLength, keys, from, to) > 0) {
      throw corruption(
        this.file.source,
        offset,
        'the last key of the block is behind its index key',
      );
    }
    if (ordinal === 0) return;
    const before = starts[ordinal - 1]!;
    const keyEnd = firstKeyAt + firstKeyLength;
    if (compare(block.bytes, firstKeyAt, keyEnd, keys, before, from) <= 0) {
      throw corruption(
        this.file.source,
        offset,
        'the block begins before the index key in front of it',
      );
    }
  }

  /** Takes all blocks out of the cache. */
  close(): void {
    for (const block of this.cached) if (block !== undefined) this.#cache.remove(block);
  }
}
