/**
 * What readers hold on to: a pin keeps a sequence readable (no version that it can see is dropped
 * or updated in place) and a version's tables on the disk.
 */
import type { Version } from '@jump/manifest';

/** One reader's hold; released exactly once, by {@link Pins.release}. */
export interface Pin {
  /** The newest sequence that the reader may see. */
  readonly sequence: number;
  /** The tables that the reader may ask; `undefined` for a snapshot, which holds a sequence alone. */
  readonly version: Version | undefined;
  /** Whether it counts as an iterator or as a snapshot in `stats()`. */
  readonly kind: 'iterator' | 'snapshot';
  /** Later pins have higher numbers. */
  readonly number: number;
}

/** All pins of a store. */
export class Pins {
  readonly #pins = new Set<Pin>();
  readonly #onChange: (highest: number) => void;
  readonly #onRelease: () => void;
  #iterators = 0;
  #acquired = 0;
  /** The highest pinned sequence, -1 if there is none. */
  highest = -1;

  /**
   * @param onChange - called with the highest pinned sequence whenever that changes
   * @param onRelease - called after each release
   */
  constructor(onChange: (highest: number) => void, onRelease: () => void) {
    this.#onChange = onChange;
    this.#onRelease = onRelease;
  }

  /** Pins a sequence, and a version's tables if one is given. O(1). */
  acquire(kind: Pin['kind'], sequence: number, version: Version | undefined): Pin {
    const pin = { kind, sequence, version, number: this.#acquired++ };
    this.#pins.add(pin);
    if (kind === 'iterator') this.#iterators++;
    if (sequence > this.highest) {
      this.highest = sequence;
      this.#onChange(sequence);
    }
    return pin;
  }

  /** Releases a pin; returns whether it was held until now. O(pins), which are few. */
  release(pin: Pin): boolean {
    if (!this.#pins.delete(pin)) return false;
    if (pin.kind === 'iterator') this.#iterators--;
    if (pin.sequence === this.highest) {
      let highest = -1;
      for (const { sequence } of this.#pins) highest = Math.max(highest, sequence);
      if (highest !== this.highest) {
        this.highest = highest;
        this.#onChange(highest);
      }
    }
    this.#onRelease();
    return true;
  }

  /** How many pins there are. */
  get size(): number {
    return this.#pins.size;
  }

  /** How many pins there were ever: the number of the next one. */
  get acquired(): number {
    return this.#acquired;
  }

  /** Tells whether there is an iterator, or a cursor, whose number is below this one. */
  hasIteratorBefore(number: number): boolean {
    if (this.#iterators === 0) return false;
    for (const pin of this.#pins) if (pin.kind === 'iterator') return pin.number < number;
    return false;
  }

  /** How many of each kind. */
  counts(): { iterators: number; snapshots: number } {
    return { iterators: this.#iterators, snapshots: this.#pins.size - this.#iterators };
  }

  /** The pinned sequences, ascending, each once: what a compaction must respect. */
  sequences(): number[] {
    return [...new Set([...this.#pins].map((pin) => pin.sequence))].sort((a, b) => a - b);
  }

  /** Tells whether a pinned version still has the table, at any level. */
  holdsTable(number: number): boolean {
    const seen = new Set<Version>();
    for (const { version } of this.#pins) {
      if (version === undefined || seen.has(version)) continue;
      seen.add(version);
      if (version.levels.some((tables) => tables.some((table) => table.number === number))) {
        return true;
      }
    }
    return false;
  }
}
