/**
 * Randomness that can be repeated: every random test draws from one seed, and says it when it
 * fails.
 *
 * Tests use a fixed seed, so that a run repeats the last one. `SEED=17 npm test` uses another one,
 * `SEED=random npm test` a new one each time.
 */

/**
 * A generator of pseudo-random numbers: sfc32 (Chris Doty-Humphrey, PractRand), 128 bits of state.
 */
export class Random {
  /** What it was made from; the same seed gives the same sequence. */
  readonly seed: number;
  #a = 0;
  #b: number;
  #c = 0x9e3779b9;
  #counter = 1;

  /** Makes a generator; only the low 32 bits of the seed count. */
  constructor(seed: number) {
    this.seed = seed >>> 0;
    this.#b = this.seed;
    // The first outputs of near seeds are alike: sfc32 needs a dozen rounds to mix.
    for (let i = 0; i < 12; i++) this.bits();
  }

  /** Draws 32 bits, unsigned. */
  bits(): number {
    const result = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + result) | 0;
    return result >>> 0;
  }

  /** Draws an integer from `low` to `high`, both included; the range is below 2^32. */
  integer(low: number, high: number): number {
    return low + Math.floor((this.bits() / 0x1_0000_0000) * (high - low + 1));
  }

  /** Draws `true` with this probability. */
  chance(probability: number): boolean {
    return this.bits() < probability * 0x1_0000_0000;
  }

  /** Draws one of several things, which must be at least one. */
  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('nothing to pick from');
    return items[this.integer(0, items.length - 1)] as T;
  }

  /** Draws an integer from 0 to `high`, small ones far more often: each power of two alike. */
  skewed(high: number): number {
    const bits = this.integer(0, Math.ceil(Math.log2(high + 1)));
    return Math.min(high, this.integer(0, 2 ** bits - 1));
  }

  /** Draws bytes, each value alike. */
  bytes(length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i++) bytes[i] = this.bits();
    return bytes;
  }

  /** Puts an array in random order, in place (Fisher and Yates), and returns it. */
  shuffle<T>(items: T[]): T[] {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(0, i);
      [items[i], items[j]] = [items[j] as T, items[i] as T];
    }
    return items;
  }
}

/** Chooses the seed of this run: `SEED` of the environment, or `fallback`. */
export function chosenSeed(fallback = 1): number {
  const text = process.env['SEED'];
  if (text === undefined || text === '') return fallback;
  if (text === 'random') return Math.floor(Math.random() * 0x1_0000_0000);
  const seed = Number(text);
  if (!Number.isSafeInteger(seed)) throw new RangeError(`SEED: not an integer: ${text}`);
  return seed;
}

/**
 * Makes the body of a test that draws from this run's seed; what it throws names that seed.
 *
 * `test('sorts', seeded((random) => { … }))`
 */
export function seeded(
  body: (random: Random) => void | Promise<void>,
  seed: number = chosenSeed(),
): () => Promise<void> {
  return async () => {
    try {
      await body(new Random(seed));
    } catch (error) {
      if (error instanceof Error) error.message += `\nrepeat with SEED=${seed >>> 0}`;
      throw error;
    }
  };
}
