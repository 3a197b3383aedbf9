/**
 * The cache of data blocks, shared by tables; see `block-ring.ts` for what stays and what goes.
 *
 * Blocks are kept as they are stored, so mostly compressed, in the memory of the kernel that finds
 * keys in them: decompressing 4 KiB where they lie costs less than fetching them decompressed from
 * a memory twice as large, and far less than reading the half that would not fit from the file.
 */
import { RecycledMemory } from './block-memory.ts';
import { BlockRing, PlainMemory } from './block-ring.ts';
import { ReadKernel } from './read-kernel.ts';

/** What a cache did so far. */
export interface BlockCacheStats {
  /** Blocks that were found. */
  readonly hits: number;
  /** Blocks that had to be read. */
  readonly misses: number;
  /** Bytes held now. */
  readonly bytes: number;
}

/** Gives the workings of a cache to the tables that share it. */
export let workingsOf: (cache: BlockCache) => CacheWorkings;

/** A cache of blocks that any number of tables of one thread share. */
export class BlockCache {
  /** The most bytes that it holds; more than 4 GiB are not used. */
  readonly capacity: number;
  readonly #workings: CacheWorkings;

  static {
    workingsOf = (cache) => cache.#workings;
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
    this.#workings = new CacheWorkings(capacityBytes);
  }

  /** The counts, as they are now. */
  get stats(): BlockCacheStats {
    const { hits, misses, bytes } = this.#workings;
    return { hits, misses, bytes };
  }
}

/** The parts of a cache; kernel and ring are made for the first block. */
export class CacheWorkings {
  hits = 0;
  misses = 0;
  /** For blocks that cursors stand on. */
  readonly memory: RecycledMemory = new RecycledMemory();
  readonly #capacity: number;
  #started = false;
  #kernel: ReadKernel | undefined;
  #ring: BlockRing | undefined;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  get bytes(): number {
    return this.#ring?.bytes ?? 0;
  }

  /** `undefined` where there is no WebAssembly. */
  get kernel(): ReadKernel | undefined {
    this.#start();
    return this.#kernel;
  }

  get ring(): BlockRing {
    this.#start();
    return this.#ring!;
  }

  #start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#kernel = ReadKernel.start();
    this.#ring = new BlockRing(this.#kernel ?? new PlainMemory(), this.#capacity);
  }
}
