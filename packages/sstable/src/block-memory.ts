/**
 * Memory for blocks that come from a file: allocating 4 KiB costs more than decompressing them, in
 * zeroing and in garbage collection, so memory is used again where it is known that nobody reads
 * it.
 */

/** Gives out memory for one block at a time. */
export interface BlockMemory {
  /** Returns at least `length` bytes, of any contents. */
  take(length: number): Uint8Array;
}

/** Memory of its own for every block. */
export const freshMemory: BlockMemory = { take: (length) => new Uint8Array(length) };

/** The same memory for every block: for whoever needs only one at a time. */
export class OneBlockMemory implements BlockMemory {
  #bytes: Uint8Array | undefined;

  take(length: number): Uint8Array {
    if (this.#bytes === undefined || this.#bytes.length < length) {
      this.#bytes = new Uint8Array(roundUp(length));
    }
    return this.#bytes;
  }
}

/** The memory of one cursor: of what others have given back, and given back when it is closed. */
export class CursorMemory implements BlockMemory {
  readonly #source: RecycledMemory;
  #bytes: Uint8Array | undefined;

  constructor(source: RecycledMemory) {
    this.#source = source;
  }

  take(length: number): Uint8Array {
    if (this.#bytes !== undefined && this.#bytes.length >= length) return this.#bytes;
    this.giveBack();
    this.#bytes = this.#source.take(length);
    return this.#bytes;
  }

  giveBack(): void {
    if (this.#bytes !== undefined) this.#source.give(this.#bytes);
    this.#bytes = undefined;
  }
}

/** Sizes are multiples of this. */
const GRAIN = 512;
/** Larger blocks are rare, and their memory is not kept. */
const MAX_KEPT = 64 * 1024;
/** Arrays kept of one size. */
const KEPT = 32;

/** Memory that comes back: arrays that were given back are given out again. */
export class RecycledMemory implements BlockMemory {
  /** Arrays not in use, by their length in grains. */
  readonly #free: Uint8Array[][] = [];

  take(length: number): Uint8Array {
    if (length > MAX_KEPT) return new Uint8Array(length);
    const size = roundUp(length);
    return this.#free[size / GRAIN]?.pop() ?? new Uint8Array(size);
  }

  /** Takes an array back that nobody reads any more. */
  give(bytes: Uint8Array): void {
    const { length } = bytes;
    if (length > MAX_KEPT || length % GRAIN !== 0) return;
    const grains = length / GRAIN;
    while (this.#free.length <= grains) this.#free.push([]);
    const list = this.#free[grains]!;
    if (list.length < KEPT) list.push(bytes);
  }
}

function roundUp(length: number): number {
  return Math.ceil(length / GRAIN) * GRAIN;
}
