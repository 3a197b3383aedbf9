/**
 * The data blocks of one table: from the cache, or from the file, checked.
 */
import { copyRange, corruption, EMPTY_BYTES } from '@jump/base';
import { Block } from './block.ts';
import { type BlockCache, type CacheWorkings, workingsOf } from './block-cache.ts';
import { BlockChecker } from './block-checker.ts';
import { stageFor } from './block-kernel.ts';
import { OneBlockMemory, type RecycledMemory } from './block-memory.ts';
import {
  type BlockRing,
  ENTRIES_END,
  HEADER,
  LENGTH,
  RESTARTS,
  type RingTable,
  roomFor,
  SIZE,
} from './block-ring.ts';
import { findInBlock, UNDECIDED } from './block-search.ts';
import { CODEC_NONE, CODEC_SNAPPY, snappyCodec } from './codecs.ts';
import { Contents } from './contents.ts';
import { BLOCK_TRAILER_LENGTH } from './footer.ts';
import type { KeyOrder } from './key-order.ts';
import type { Lookup } from './lookup.ts';
import type { OpenedTable } from './open-table.ts';
import { FOREIGN, PLAIN, type ReadKernel } from './read-kernel.ts';
import type { SparseIndex } from './sparse-index.ts';
import type { TableFile } from './table-file.ts';

/** Takes tables that were forgotten, not closed, out of their cache. */
const forgotten = /* @__PURE__ */ new FinalizationRegistry<{ ring: BlockRing; table: RingTable }>(
  ({ ring, table }) => ring.leave(table),
);

/** Stands for a block that is not in a record; see {@link BlockStore.find}. */
const LOOSE = 0;

/** Finds keys in blocks, and gives blocks out, by number. */
export class BlockStore {
  readonly count: number;
  readonly file: TableFile;
  readonly index: SparseIndex;
  /** How many blocks cursors have asked for. */
  scanned = 0;
  readonly #order: KeyOrder;
  readonly #cache: CacheWorkings;
  readonly #checker: BlockChecker;
  /** Whether the kernel knows the codec that number 1 stands for. */
  readonly #native: boolean;
  /** Where in the cache's memory each block is; 0 if it is not. */
  #places: Uint32Array;
  /** What the cache knows the table by, once it has a block of it. */
  #table: RingTable | undefined;
  /** Set with the table: `undefined` where there is no WebAssembly. */
  #kernel: ReadKernel | undefined;
  #contents: Contents | undefined;
  /** Of the block that was read last: whether the kernel's output holds it, decompressed. */
  #whole = false;
  /** The block that was read last, if it is too large for a record. */
  #loose: Block = new Block(EMPTY_BYTES, 0, 0, 1);

  constructor(file: TableFile, table: OpenedTable, cache: BlockCache) {
    this.file = file;
    this.index = table.index;
    this.count = table.index.count;
    this.#order = table.order;
    this.#cache = workingsOf(cache);
    this.#checker = new BlockChecker(table.order, file.source);
    this.#native = file.codecs[CODEC_SNAPPY] === snappyCodec;
    this.#places = new Uint32Array(this.count);
  }

  /** Where cursors take memory from. */
  get memory(): RecycledMemory {
    return this.#cache.memory;
  }

  /** Whether a block is cached. */
  isCached(ordinal: number): boolean {
    return this.#places[ordinal] !== 0;
  }

  /** Finds the lookup's key in a block, which is cached from now on; see {@link findInBlock}. */
  find(ordinal: number, lookup: Lookup): number {
    const place = this.#places[ordinal]!;
    if (place !== 0) {
      this.#cache.hits++;
      return this.#findAt(place, lookup, false);
    }
    const read = this.#read(ordinal);
    if (read === LOOSE) return findInBlock(this.#loose, this.#order, lookup);
    return this.#findAt(read, lookup, this.#whole);
  }

  #findAt(place: number, lookup: Lookup, whole: boolean): number {
    const { trailer, bytewise } = this.#order;
    const kernel = this.#kernel;
    if (kernel !== undefined && bytewise && lookup.keyEnd <= kernel.keyLimit) {
      const found = kernel.find(place, lookup, trailer, whole);
      if (found !== UNDECIDED) return found;
    }
    return findInBlock(this.#blockAt(place, whole), this.#order, lookup);
  }

  /** Returns a block, cached from now on, in memory of the caller's. */
  copy(ordinal: number, contents: Contents): Block {
    let place = this.#places[ordinal]!;
    let whole = false;
    if (place !== 0) {
      this.#cache.hits++;
    } else {
      place = this.#read(ordinal);
      whole = this.#whole;
    }
    const { bytes, start, entriesEnd, restarts } =
      place === LOOSE ? this.#loose : this.#blockAt(place, whole);
    const end = entriesEnd + 4 * restarts + 4;
    const target = contents.memory.take(end - start);
    copyRange(bytes, start, end, target, 0);
    return new Block(target, 0, entriesEnd - start, restarts);
  }

  /** Returns the block of a record, good until anything else happens. */
  #blockAt(place: number, whole: boolean): Block {
    const { ring } = this.#cache;
    const kernel = this.#kernel;
    ring.touch(place);
    const { bytes, words } = ring.memory;
    let start = place + HEADER;
    if (kernel !== undefined) start = whole ? kernel.output : kernel.contents(place);
    const at = place / 4;
    return new Block(bytes, start, start + words[at + ENTRIES_END]!, words[at + RESTARTS]!);
  }

  /** Reads a block into a record, checks and keeps it; returns where, or {@link LOOSE}. */
  #read(ordinal: number): number {
    const cache = this.#cache;
    const { kernel, ring } = cache;
    cache.misses++;
    if (this.#table === undefined) {
      this.#table = ring.enter(this.#places);
      this.#kernel = kernel;
      forgotten.register(this, { ring, table: this.#table }, this);
    }
    const size = this.index.sizes[ordinal]!;
    const length = size + BLOCK_TRAILER_LENGTH;
    if (kernel !== undefined && this.#native && length <= kernel.blockLimit) {
      const room = roomFor(length);
      const reserved = ring.reserve(room);
      const place = reserved === 0 ? kernel.stage : reserved;
      this.file.read(kernel.bytes, place + HEADER, length, this.index.offsets[ordinal]!);
      kernel.words[place / 4 + SIZE] = size;
      if (this.#admit(kernel, place, ordinal)) {
        if (reserved !== 0) ring.commit(place, room, this.#table, ordinal);
        return place;
      }
    }
    // Again in the plain way, which says what is wrong.
    return this.#keep(this.load(ordinal), ordinal);
  }

  /** Checks what was read into a record; returns whether the kernel can read it. */
  #admit(kernel: ReadKernel, place: number, ordinal: number): boolean {
    const { bytewise, trailer } = this.#order;
    const offset = this.index.offsets[ordinal]!;
    const form = kernel.admit(place, trailer, bytewise);
    if (form <= FOREIGN) return false;
    this.#whole = form !== PLAIN;
    const { bytes } = kernel;
    if (bytewise) {
      if (kernel.entries === 0) return true;
      const first = kernel.firstKey;
      const firstEnd = first + kernel.firstKeyLength;
      const { lastKey } = kernel;
      const lastEnd = lastKey + kernel.lastKeyLength;
      this.#checkBounds(ordinal, bytes, first, firstEnd, bytes, lastKey, lastEnd);
      return true;
    }
    const start = this.#whole ? kernel.output : place + HEADER;
    const end = start + kernel.words[place / 4 + LENGTH]!;
    this.#check(bytes, start, end, ordinal, offset);
    return true;
  }

  /** Keeps a decoded block as one that is not compressed. */
  #keep(block: Block, ordinal: number): number {
    const { ring } = this.#cache;
    const { bytes, start, entriesEnd, restarts } = block;
    const end = entriesEnd + 4 * restarts + 4;
    const length = end - start;
    const room = roomFor(length + BLOCK_TRAILER_LENGTH);
    const place = ring.reserve(room);
    this.#whole = false;
    if (place === 0) {
      this.#loose = block;
      return LOOSE;
    }
    const { memory } = ring;
    copyRange(bytes, start, end, memory.bytes, place + HEADER);
    memory.bytes[place + HEADER + length] = CODEC_NONE;
    const at = place / 4;
    memory.words[at + SIZE] = length;
    memory.words[at + ENTRIES_END] = entriesEnd - start;
    memory.words[at + LENGTH] = length;
    memory.words[at + RESTARTS] = restarts;
    ring.commit(place, room, this.#table!, ordinal);
    return place;
  }

  /** Reads a block from the file; good until the next block is read. */
  load(ordinal: number): Block {
    this.#contents ??= new Contents(new OneBlockMemory());
    return this.loadInto(ordinal, this.#contents);
  }

  /** Reads a block from the file, past the cache, into memory of the caller's. */
  loadInto(ordinal: number, contents: Contents): Block {
    const { index } = this;
    this.file.contents(index.offsets[ordinal]!, index.sizes[ordinal]!, contents);
    return this.check(contents, ordinal);
  }

  /**
   * Checks a block that was read elsewhere, as it is stored, from `at` of `bytes`; it then lies there,
   * or in memory of the caller's.
   */
  unpack(bytes: Uint8Array, at: number, ordinal: number, contents: Contents): Block {
    const size = this.index.sizes[ordinal]!;
    const kernel = this.#native ? stageFor(size + BLOCK_TRAILER_LENGTH) : undefined;
    if (kernel !== undefined) {
      const place = kernel.stage;
      copyRange(bytes, at, at + size + BLOCK_TRAILER_LENGTH, kernel.bytes, place + HEADER);
      kernel.words[place / 4 + SIZE] = size;
      if (this.#admit(kernel, place, ordinal)) {
        const word = place / 4;
        const entriesEnd = kernel.words[word + ENTRIES_END]!;
        const restarts = kernel.words[word + RESTARTS]!;
        if (!this.#whole) return new Block(bytes, at, at + entriesEnd, restarts);
        const length = kernel.words[word + LENGTH]!;
        const target = contents.memory.take(length);
        copyRange(kernel.bytes, kernel.output, kernel.output + length, target, 0);
        return new Block(target, 0, entriesEnd, restarts);
      }
    }
    this.file.decode(bytes, at, size, this.index.offsets[ordinal]!, contents);
    return this.check(contents, ordinal);
  }

  /** Checks what was read for a block: by itself, and against the index. */
  check(contents: Contents, ordinal: number): Block {
    const { bytes, start, end } = contents;
    return this.#check(bytes, start, end, ordinal, this.index.offsets[ordinal]!);
  }

  #check(bytes: Uint8Array, start: number, end: number, ordinal: number, offset: number): Block {
    const checker = this.#checker;
    const block = checker.check(bytes, start, end, offset);
    if (checker.entries > 0) {
      const { firstKeyAt, firstKeyLength, lastKey, lastKeyLength } = checker;
      const firstEnd = firstKeyAt + firstKeyLength;
      this.#checkBounds(ordinal, bytes, firstKeyAt, firstEnd, lastKey, 0, lastKeyLength);
    }
    return block;
  }

  /** The first key lies behind the separator before the block, the last not behind its own. */
  #checkBounds(
    ordinal: number,
    first: Uint8Array,
    firstStart: number,
    firstEnd: number,
    last: Uint8Array,
    lastStart: number,
    lastEnd: number,
  ): void {
    const { keys, starts } = this.index;
    const { compare, known } = this.#order;
    if (!known) return;
    const from = starts[ordinal]!;
    const to = starts[ordinal + 1]!;
    if (compare(last, lastStart, lastEnd, keys, from, to) > 0) {
      throw this.#damaged(ordinal, 'the last key of the block is behind its index key');
    }
    if (ordinal === 0) return;
    const before = starts[ordinal - 1]!;
    if (compare(first, firstStart, firstEnd, keys, before, from) <= 0) {
      throw this.#damaged(ordinal, 'the block begins before the index key in front of it');
    }
  }

  #damaged(ordinal: number, what: string): Error {
    return corruption(this.file.source, this.index.offsets[ordinal]!, what);
  }

  /** Takes all blocks out of the cache. */
  close(): void {
    if (this.#table === undefined) return;
    this.#cache.ring.leave(this.#table);
    this.#table = undefined;
    forgotten.unregister(this);
  }
}
