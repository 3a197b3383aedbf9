/**
 * The memory of memtables that have become tables, for those to come.
 *
 * Left to the garbage collector it stays: memory that threads share is not counted as anybody's, so
 * nothing hastens a collection, and a store that was being filled held a dozen dead memtables.
 * Fresh memory also costs a page fault every 4 KiB.
 */
import type { Pins } from '../read/pins.ts';
import type { Memtable } from './memtable.ts';

/** Makes memtables, out of an old one's memory where nobody reads it. */
export class MemtablePool {
  readonly #make: () => Memtable;
  readonly #pins: Pins;
  readonly #keptBytes: number;
  #retired: { readonly memtable: Memtable; readonly pins: number } | undefined;

  /**
   * @param make - makes a memtable in new memory
   * @param keptBytes - the most memory that one is kept with; 0 keeps none
   */
  constructor(make: () => Memtable, pins: Pins, keptBytes: number) {
    this.#make = make;
    this.#pins = pins;
    this.#keptBytes = keptBytes;
  }

  /** Returns an empty memtable. */
  take(): Memtable {
    const retired = this.#retired;
    // Iterators that are older than the memtable's end may stand in it; they never let go of it.
    if (retired === undefined || this.#pins.hasIteratorBefore(retired.pins)) return this.#make();
    this.#retired = undefined;
    retired.memtable.clear(this.#keptBytes);
    return retired.memtable;
  }

  /** Takes back a memtable whose entries are in a table; no new reader will look into it. */
  retire(memtable: Memtable): void {
    if (this.#keptBytes > 0) this.#retired = { memtable, pins: this.#pins.acquired };
  }
}
