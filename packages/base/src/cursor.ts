/**
 * The sorted cursor: how memtable, block, table, level and merge are all read.
 */

/**
 * Walks over entries in ascending order of their keys, in both directions.
 *
 * A cursor starts nowhere. Its current entry lies in somebody else's memory: `keyBytes[keyStart,
 * keyEnd)` and `valueBytes[valueStart, valueEnd)` are good until the next move, may not be changed,
 * and mean nothing while `valid` is false. Nothing is allocated for an entry. Keys are whatever the
 * cursor's source orders by: internal keys everywhere inside the store.
 *
 * Implementations keep these as plain fields, set by each move, so that reading them costs a load.
 */
export interface Cursor {
  /** Whether the cursor stands on an entry. */
  readonly valid: boolean;
  /** The bytes that hold the current key. */
  readonly keyBytes: Uint8Array;
  /** Where the key begins. */
  readonly keyStart: number;
  /** Where the key ends. */
  readonly keyEnd: number;
  /** The bytes that hold the current value. */
  readonly valueBytes: Uint8Array;
  /** Where the value begins. */
  readonly valueStart: number;
  /** Where the value ends. */
  readonly valueEnd: number;
  /** Moves to the first entry; returns `valid`. */
  first(): boolean;
  /** Moves to the last entry; returns `valid`. */
  last(): boolean;
  /** Moves to the first entry whose key is `key[start, end)` or after it; returns `valid`. */
  seek(key: Uint8Array, start: number, end: number): boolean;
  /** Moves to the entry after the current one; requires `valid`; returns the new `valid`. */
  next(): boolean;
  /** Moves to the entry before the current one; requires `valid`; returns the new `valid`. */
  previous(): boolean;
  /** Gives back what the cursor holds; it may not be used afterwards. Idempotent. */
  close(): void;
}
