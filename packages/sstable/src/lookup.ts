/**
 * One point read: its key, encoded once and hashed once for each kind of filter, however many
 * tables are asked; and what the last of them answered.
 */
import {
  copyRange,
  EMPTY_BYTES,
  type FilterPolicy,
  type KeyHash,
  KIND_SEEK,
  KIND_VALUE,
  TRAILER_LENGTH,
  writeTrailer,
} from '@jump/base';

/** A point read; reusable, so that reading allocates nothing. */
export class Lookup {
  /** Holds the internal key; replaced when a longer key comes. */
  keyBytes: Uint8Array = new Uint8Array(64);
  /** Where the key begins: always 0. */
  readonly keyStart = 0;
  /** Where the user key ends, and the trailer begins. */
  userKeyEnd = 0;
  /** Where the internal key ends. */
  keyEnd = 0;

  /** Kind of the entry that was found: `KIND_VALUE` or `KIND_DELETION` of `@jump/base`. */
  kind = KIND_VALUE as number;
  /** Its sequence, rounded above 2^53; 0 in a table of raw keys. */
  sequence = 0;
  /** Holds its value, which is good until the next read and may not be changed. */
  valueBytes: Uint8Array = EMPTY_BYTES;
  /** Where the value begins. */
  valueStart = 0;
  /** Where the value ends. */
  valueEnd = 0;

  readonly #policies: FilterPolicy[] = [];
  readonly #hashes: KeyHash[] = [];
  #hashed = 0;

  /** Looks for the newest version of a user key that is not newer than `sequence`. Copies the key. */
  set(userKeyBytes: Uint8Array, start: number, end: number, sequence: number): void {
    const userKeyEnd = this.#setUserKey(userKeyBytes, start, end);
    writeTrailer(this.keyBytes, userKeyEnd, sequence, KIND_SEEK);
  }

  /**
   * Makes room for a user key of at most `length` bytes, which the caller then writes into `keyBytes`
   * from 0 on, before it calls {@link Lookup.finish}: so that a key is encoded in its place.
   */
  begin(length: number): void {
    if (length + TRAILER_LENGTH > this.keyBytes.length) {
      this.keyBytes = new Uint8Array(2 * (length + TRAILER_LENGTH));
    }
  }

  /** Ends what {@link Lookup.begin} began: the user key ends at `userKeyEnd`. */
  finish(userKeyEnd: number, sequence: number): void {
    this.userKeyEnd = userKeyEnd;
    this.keyEnd = userKeyEnd + TRAILER_LENGTH;
    this.#hashed = 0;
    writeTrailer(this.keyBytes, userKeyEnd, sequence, KIND_SEEK);
  }

  /** Looks for the newest version of a user key, up to the highest sequence of 56 bits. */
  setNewest(userKeyBytes: Uint8Array, start: number, end: number): void {
    const userKeyEnd = this.#setUserKey(userKeyBytes, start, end);
    this.keyBytes[userKeyEnd] = KIND_SEEK;
    this.keyBytes.fill(0xff, userKeyEnd + 1, this.keyEnd);
  }

  #setUserKey(bytes: Uint8Array, start: number, end: number): number {
    const length = end - start;
    if (length + TRAILER_LENGTH > this.keyBytes.length) {
      this.keyBytes = new Uint8Array(2 * (length + TRAILER_LENGTH));
    }
    copyRange(bytes, start, end, this.keyBytes, 0);
    this.userKeyEnd = length;
    this.keyEnd = length + TRAILER_LENGTH;
    this.#hashed = 0;
    return length;
  }

  /** Returns the user key's hash under `policy`: computed once for each key and policy. */
  hash(policy: FilterPolicy): KeyHash {
    const count = this.#hashed;
    for (let i = 0; i < count; i++) if (this.#policies[i] === policy) return this.#hashes[i]!;
    let hash = this.#hashes[count];
    if (hash === undefined) {
      hash = { low: 0, high: 0 };
      this.#hashes.push(hash);
    }
    this.#policies[count] = policy;
    this.#hashed = count + 1;
    policy.hash(this.keyBytes, 0, this.userKeyEnd, hash);
    return hash;
  }
}
