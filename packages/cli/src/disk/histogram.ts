/** How sizes are distributed: counts in buckets, four from one power of two to the next. */

/** Sizes from `from` up to, but without, `to`. */
export interface Bucket {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** More rows than this nobody reads: neighbours are then put together. */
const MOST_BUCKETS = 14;
/** Buckets of one doubling. */
const STEPS = 4;

/** Counts sizes. */
export class Histogram {
  /** How many. */
  count = 0;
  /** Their sum. */
  total = 0;
  smallest: number = Number.POSITIVE_INFINITY;
  largest = 0;
  readonly #counts: Float64Array = new Float64Array(STEPS * 54);

  /** Adds a size, a whole number from 0 on. */
  add(size: number): void {
    this.count++;
    this.total += size;
    if (size < this.smallest) this.smallest = size;
    if (size > this.largest) this.largest = size;
    this.#counts[ordinalOf(size)]!++;
  }

  /** The average; 0 of nothing. */
  get mean(): number {
    return this.count === 0 ? 0 : this.total / this.count;
  }

  /** The buckets from the first to the last that has any; at most as many as one can read. */
  get buckets(): Bucket[] {
    if (this.count === 0) return [];
    const first = ordinalOf(this.smallest);
    const last = ordinalOf(this.largest);
    let joined = 1;
    while (Math.floor(last / joined) - Math.floor(first / joined) >= MOST_BUCKETS) joined *= 2;
    const found: Bucket[] = [];
    for (let at = first - (first % joined); at <= last; at += joined) {
      let count = 0;
      for (let i = at; i < at + joined; i++) count += this.#counts[i]!;
      found.push({ from: beginOf(at), to: beginOf(at + joined), count });
    }
    return found;
  }

  /** For JSON. */
  toJSON(): object {
    const { count, total, smallest, largest, mean, buckets } = this;
    return { count, total, smallest: count === 0 ? 0 : smallest, largest, mean, buckets };
  }
}

/** The bucket of a size: 0, 1, 2 and 3 have one of their own. */
function ordinalOf(size: number): number {
  if (size < STEPS) return size;
  const bits = Math.floor(Math.log2(size));
  const step = 2 ** (bits - 2);
  return STEPS * (bits - 1) + Math.floor((size - 2 ** bits) / step);
}

/** The smallest size of a bucket. */
function beginOf(ordinal: number): number {
  if (ordinal < STEPS) return ordinal;
  const bits = Math.floor(ordinal / STEPS) + 1;
  return 2 ** bits + (ordinal % STEPS) * 2 ** (bits - 2);
}
