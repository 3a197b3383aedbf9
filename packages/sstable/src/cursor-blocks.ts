/**
 * The blocks of one cursor: what the cache has, and otherwise, on a long way, many with one read.
 */
import { EMPTY_BYTES } from '@jump/base';
import type { Block } from './block.ts';
import { CursorMemory } from './block-memory.ts';
import type { BlockStore } from './block-store.ts';
import { Contents } from './contents.ts';
import { BLOCK_TRAILER_LENGTH } from './footer.ts';

/** After so many neighbouring blocks a cursor is on a long way, and no longer fills the cache. */
const LONG_WAY = 8;
/** What one read brings at first, and at most; it doubles. */
const MIN_WINDOW = 1 << 14;
const MAX_WINDOW = 1 << 18;

/**
 * Gives a cursor its blocks, in memory that the next call uses again. On a long way they come from
 * the window: no system call for each block, and none of them drives out of the cache what point
 * reads need.
 */
export class CursorBlocks {
  readonly count: number;
  readonly #store: BlockStore;
  readonly #fillCache: boolean;
  readonly #memory: CursorMemory;
  readonly #contents: Contents;
  /** The block that was asked for last. */
  #last = -2;
  /** How many neighbouring blocks have been asked for, one after the other. */
  #run = 0;
  #window: Uint8Array = EMPTY_BYTES;
  /** What part of the file the window holds. */
  #windowStart = 0;
  #windowEnd = 0;
  #windowSize = MIN_WINDOW;

  constructor(store: BlockStore, fillCache: boolean) {
    this.#memory = new CursorMemory(store.memory);
    this.#contents = new Contents(this.#memory);
    this.count = store.count;
    this.#store = store;
    this.#fillCache = fillCache;
  }

  search(key: Uint8Array, start: number, end: number): number {
    return this.#store.index.search(key, start, end);
  }

  block(ordinal: number): Block {
    this.#store.scanned++;
    const step = ordinal - this.#last;
    this.#last = ordinal;
    this.#run = step === 1 || step === -1 ? this.#run + 1 : 0;
    if (this.#run === 0) this.#windowSize = MIN_WINDOW;
    if ((this.#fillCache && this.#run < LONG_WAY) || this.#store.isCached(ordinal)) {
      return this.#store.copy(ordinal, this.#contents);
    }
    return this.#fromWindow(ordinal, step < 0);
  }

  /** Frees all memory; the next block begins anew. */
  close(): void {
    this.#memory.giveBack();
    this.#last = -2;
    this.#run = 0;
    this.#window = EMPTY_BYTES;
    this.#windowEnd = 0;
    this.#windowSize = MIN_WINDOW;
  }

  #fromWindow(ordinal: number, backward: boolean): Block {
    const { index, file } = this.#store;
    const offset = index.offsets[ordinal]!;
    const size = index.sizes[ordinal]!;
    const length = size + BLOCK_TRAILER_LENGTH;
    if (file.bytes !== undefined || length > MAX_WINDOW)
      return this.#store.loadInto(ordinal, this.#contents);
    file.checkOpen();
    if (offset < this.#windowStart || offset + length > this.#windowEnd) {
      this.#moveWindow(offset, length, backward);
    }
    return this.#store.unpack(this.#window, offset - this.#windowStart, ordinal, this.#contents);
  }

  /** Reads the block's surroundings: only itself after a jump, more and more on a long way. */
  #moveWindow(offset: number, length: number, backward: boolean): void {
    const { index, file } = this.#store;
    const size = Math.max(length, this.#run === 0 ? 0 : this.#windowSize);
    if (this.#run > 0) this.#windowSize = Math.min(2 * this.#windowSize, MAX_WINDOW);
    const start = backward ? Math.max(0, offset + length - size) : offset;
    const end = backward ? offset + length : Math.min(index.end, offset + size);
    // Empty while the read may fail.
    this.#windowEnd = 0;
    if (this.#window.length < end - start) this.#window = new Uint8Array(end - start);
    file.read(this.#window, 0, end - start, start);
    this.#windowStart = start;
    this.#windowEnd = end;
  }
}
