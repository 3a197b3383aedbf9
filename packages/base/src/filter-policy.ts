/**
 * The boundary between tables and filters: a table stores and consults a filter without knowing how
 * it works.
 */

/** A hash of 64 bits as two unsigned 32-bit halves; reused, so that hashing allocates nothing. */
export interface KeyHash {
  /** Bits 0 to 31. */
  low: number;
  /** Bits 32 to 63; 0 where a policy hashes to 32 bits. */
  high: number;
}

/**
 * A kind of filter: how keys are hashed, how a filter is built from hashes, how it is asked.
 *
 * A filter may say "perhaps" for a key that was never added; it never says "no" for one that was.
 */
export interface FilterPolicy {
  /** Names the format; tables are found to have a filter under `filter.` followed by it. */
  readonly name: string;
  /**
   * What one filter covers: `'block'`, LevelDB's filter block with one filter for every 2 KiB of
   * the file; `'table'`, one filter for all keys of a table.
   */
  readonly scope: 'block' | 'table';
  /** Hashes the user key `key[start, end)` into `hash`. */
  hash(key: Uint8Array, start: number, end: number, hash: KeyHash): void;
  /**
   * Builds a filter.
   *
   * @param hashes - low and high half of each key's hash, in turn
   * @param count - how many keys; a scope of `'block'` counts every version of a key
   */
  build(hashes: Uint32Array, count: number): Uint8Array;
  /** Asks the filter in `filter[start, end)`; `false` only if no key with this hash was added. */
  mayContain(filter: Uint8Array, start: number, end: number, hash: KeyHash): boolean;
}
