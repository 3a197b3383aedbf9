/**
 * The block cache: keeps blocks of any number of tables, checked and decompressed, up to a number
 * of bytes.
 *
 * CLOCK (Corbató, "A paging experiment with the Multics system", 1968): a hit only sets a bit; the
 * hand goes around over the slots, clears bits, and evicts the first block whose bit is clear. A
 * table keeps its cached blocks in an array by number, so that a hit hashes nothing; evicting a
 * block empties its place there. A block that a cursor stands on is kept alive by it; the
 * memory of any other is used for the next block.
 */
import type { Block } from './block.ts';
import { RecycledMemory } from './block-memory.ts';

/** What a {@link BlockCache} counts. */
export interface BlockCacheStats {
  /** Reads that found their block. */
  readonly hits: number;
  /** Reads that had to go to the file. */
  readonly misses: number;
  /** Bytes held now. */
  readonly bytes: number;
}

/** Gives the workings of a cache to the tables that share it. */
export let clockOf: (cache: BlockCache) => Clock;

/** A cache of blocks that any number of tables of one thread share. */
export class BlockCache {
  /** The most bytes that it holds. */
  readonly capacity: number;
  readonly #clock: Clock;

  static {
    clockOf = (cache) => cache.#clock;
  }

  /**
   * Makes an empty cache.
   *
   * @param capacityBytes - 0 keeps nothing
   * @throws RangeError if it is not a safe integer from 0 on
   */
  constructor(capacityBytes: number) {
    if (!Number.isSafeInteger(capacityBytes) || capacityBytes < 0) {
      throw new RangeError(
        `capacityBytes: a safe integer from 0 on expected, got ${capacityBytes}`,
      );
    }
    this.capacity = capacityBytes;
    this.#clock = new Clock(capacityBytes);
  }

  /** The counts, as they are now. */
  get stats(): BlockCacheStats {
    const { hits, misses, bytes } = this.#clock;
    return { hits, misses, bytes };
  }
}

/** The slots and the hand. */
export class Clock {
  readonly capacity: number;
  hits = 0;
  misses = 0;
  bytes = 0;
  /** The memory of blocks: what is evicted makes room for what comes. */
  readonly memory: RecycledMemory = new RecycledMemory();
  readonly #slots: (Block | undefined)[] = [];
  readonly #free: number[] = [];
  #hand = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** Keeps `block` in `home[ordinal]`; does nothing if it is larger than the cache. */
  insert(block: Block, home: (Block | undefined)[], ordinal: number): void {
    const { charge } = block;
    if (charge > this.capacity) return;
    while (this.bytes + charge > this.capacity) this.#evict();
    block.home = home;
    block.ordinal = ordinal;
    block.slot = this.#free.pop() ?? this.#slots.length;
    // Not referenced yet: a scan's blocks, used once, go first.
    block.referenced = false;
    this.#slots[block.slot] = block;
    this.bytes += charge;
    home[ordinal] = block;
  }

  /** Drops a block if it is here. */
  remove(block: Block): void {
    const { home } = block;
    if (home === undefined) return;
    home[block.ordinal] = undefined;
    block.home = undefined;
    this.#slots[block.slot] = undefined;
    this.#free.push(block.slot);
    this.bytes -= block.charge;
    // A point read has copied what it found before the next block is read.
    if (block.recyclable && block.users === 0) this.memory.give(block.bytes);
  }

  /** Evicts one block. Ends: a round clears every bit, so the second finds one. */
  #evict(): void {
    const slots = this.#slots;
    for (;;) {
      if (this.#hand >= slots.length) this.#hand = 0;
      const block = slots[this.#hand++];
      if (block === undefined) continue;
      if (!block.referenced) {
        this.remove(block);
        return;
      }
      block.referenced = false;
    }
  }
}
