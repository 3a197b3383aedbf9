/**
 * The oracle: a store so simple that it is plainly right, one sorted array. A test does the same to
 * it and to the real thing, and compares.
 */
import { compareBytes } from '@jump/base';
import type { Entry } from './entries.ts';

/** One change of a batch. */
export type ModelOperation =
  | { readonly type: 'set'; readonly key: Uint8Array; readonly value: Uint8Array }
  | { readonly type: 'delete'; readonly key: Uint8Array };

/** Which entries to list: the store's ranges, over bytes. */
export interface ModelRange {
  /** After this key. */
  readonly gt?: Uint8Array;
  /** At this key or after it. */
  readonly gte?: Uint8Array;
  /** Before this key. */
  readonly lt?: Uint8Array;
  /** At this key or before it. */
  readonly lte?: Uint8Array;
  /** Only keys that begin with this. */
  readonly prefix?: Uint8Array;
  /** The last one first. */
  readonly reverse?: boolean;
  /** How many at most. */
  readonly limit?: number;
}

/** Reads a model, or its past. */
export class ModelView {
  /** Sorted by key; never changed in place while a snapshot shares it. */
  protected list: Entry[];
  protected readonly compare: (a: Uint8Array, b: Uint8Array) => number;

  /** Views a sorted list of entries. */
  constructor(list: Entry[], compare: (a: Uint8Array, b: Uint8Array) => number) {
    this.list = list;
    this.compare = compare;
  }

  /** How many entries there are. */
  get size(): number {
    return this.list.length;
  }

  /** Returns the value of a key, or `undefined`. */
  get(key: Uint8Array): Uint8Array | undefined {
    const entry = this.list[this.lowerBound(key)];
    return entry !== undefined && this.compare(entry.key, key) === 0 ? entry.value : undefined;
  }

  /** Tells whether a key is there. */
  has(key: Uint8Array): boolean {
    return this.get(key) !== undefined;
  }

  /** Lists the entries of a range, in order. */
  entries(range: ModelRange = {}): Entry[] {
    const { gt, gte, lt, lte, prefix, reverse = false, limit = Number.POSITIVE_INFINITY } = range;
    const inside = this.list.filter(
      ({ key }) =>
        (gt === undefined || this.compare(key, gt) > 0) &&
        (gte === undefined || this.compare(key, gte) >= 0) &&
        (lt === undefined || this.compare(key, lt) < 0) &&
        (lte === undefined || this.compare(key, lte) <= 0) &&
        (prefix === undefined || startsWith(key, prefix)),
    );
    if (reverse) inside.reverse();
    return inside.slice(0, limit);
  }

  /** Finds the index of the first entry at `key` or after it. */
  lowerBound(key: Uint8Array): number {
    let low = 0;
    let high = this.list.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.compare((this.list[middle] as Entry).key, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Maps keys to values, sorted, with batches, ranges and snapshots. Copies what it is given. */
export class Model extends ModelView {
  #shared = false;

  /** Makes an empty model; keys sort by their bytes unless another order is given. */
  constructor(compare: (a: Uint8Array, b: Uint8Array) => number = compareBytes) {
    super([], compare);
  }

  /** Sets a key's value. */
  set(key: Uint8Array, value: Uint8Array): void {
    this.#own();
    const at = this.lowerBound(key);
    const entry = { key: key.slice(), value: value.slice() };
    this.list.splice(at, this.#isAt(at, key) ? 1 : 0, entry);
  }

  /** Deletes a key; nothing happens if it is not there. */
  delete(key: Uint8Array): void {
    this.#own();
    const at = this.lowerBound(key);
    if (this.#isAt(at, key)) this.list.splice(at, 1);
  }

  /** Does several changes, in order. */
  write(operations: Iterable<ModelOperation>): void {
    for (const operation of operations) {
      if (operation.type === 'set') this.set(operation.key, operation.value);
      else this.delete(operation.key);
    }
  }

  /** Deletes the keys of a range. */
  clear(range: ModelRange = {}): void {
    for (const { key } of this.entries(range)) this.delete(key);
  }

  /** Keeps what is there now, whatever happens later. O(1); the next change copies the list. */
  snapshot(): ModelView {
    this.#shared = true;
    return new ModelView(this.list, this.compare);
  }

  #isAt(at: number, key: Uint8Array): boolean {
    const entry = this.list[at];
    return entry !== undefined && this.compare(entry.key, key) === 0;
  }

  #own(): void {
    if (this.#shared) this.list = this.list.slice();
    this.#shared = false;
  }
}

function startsWith(key: Uint8Array, prefix: Uint8Array): boolean {
  return key.length >= prefix.length && prefix.every((byte, i) => key[i] === byte);
}
