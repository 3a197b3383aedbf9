/** A view of a store as it was at one moment. */
import { JumpError } from '@jump/base';
import type { Cursor, RangeIterator } from './iterators.ts';
import type { Pin } from './pins.ts';
import type { CursorRange, Range } from './range.ts';
import type { ReadSource } from './read-path.ts';
import type { GetOptions, ReadableStore, View } from './readable-store.ts';

/** Frees the pins of snapshots that were forgotten. */
const forgotten = /* @__PURE__ */ new FinalizationRegistry<() => void>((release) => release());

/** Reads a store as of the call that made it. Holds old versions until released. */
export class Snapshot<K, V> {
  readonly #store: ReadableStore<K, V>;
  readonly #source: ReadSource;
  readonly #identity: object;
  #pin: Pin | undefined;

  /** Snapshots are made by `snapshot()`. @internal */
  constructor(store: ReadableStore<K, V>, source: ReadSource, identity: object) {
    this.#store = store;
    this.#identity = identity;
    this.#source = source;
    const { pins } = source;
    const pin = pins.acquire('snapshot', source.lastSequence, undefined);
    this.#pin = pin;
    forgotten.register(this, () => pins.release(pin), this);
  }

  /** Returns the value that a key had, or `undefined`. */
  get(key: K): V | undefined {
    return this.#store.get(key, this.#here());
  }

  /** Tells whether a key had a value. */
  has(key: K): boolean {
    return this.#store.has(key, this.#here());
  }

  /** The same as {@link Snapshot.has}. */
  contains(key: K): boolean {
    return this.has(key);
  }

  /** Returns the values that keys had. */
  getMany(keys: Iterable<K>): (V | undefined)[] {
    return this.#store.getMany(keys, this.#here());
  }

  /** Iterates over the entries of then. */
  entries(range?: Range<K, V>): RangeIterator<[K, V]> {
    return this.#store.entries(this.#within(range));
  }

  /** Iterates over the keys of then. */
  keys(range?: Range<K, V>): RangeIterator<K> {
    return this.#store.keys(this.#within(range));
  }

  /** Iterates over the values of then. */
  values(range?: Range<K, V>): RangeIterator<V> {
    return this.#store.values(this.#within(range));
  }

  /** Iterates over everything of then. */
  [Symbol.iterator](): RangeIterator<[K, V]> {
    return this.entries();
  }

  /** Opens a cursor over the entries of then. */
  cursor(range?: CursorRange<K, V>): Cursor<K, V> {
    return this.#store.cursor(this.#within(range));
  }

  /** Gives the old versions up; never throws, may be called again. */
  release(): void {
    if (this.#pin === undefined) return;
    this.#source.pins.release(this.#pin);
    this.#pin = undefined;
    forgotten.unregister(this);
  }

  /** The same as {@link Snapshot.release}, for `using`. */
  [Symbol.dispose](): void {
    this.release();
  }

  /**
   * Tells where and as of when to read.
   *
   * @throws TypeError if the snapshot is of another store than the one of this `identity`
   * @internal
   */
  viewIn(identity: object): View {
    if (identity !== this.#identity) throw new TypeError('the snapshot is of another store');
    if (this.#pin === undefined) throw new JumpError('JUMP_CLOSED', 'the snapshot was released');
    return { source: this.#source, sequence: this.#pin.sequence };
  }

  /** The range, read here. Whatever is wrong with it is for the store to say. */
  #within<R extends CursorRange<K, V>>(range: R | undefined): R {
    const isRange = range === undefined || (typeof range === 'object' && range !== null);
    if (!isRange) return range;
    if (range?.snapshot !== undefined && range.snapshot !== this) {
      throw new TypeError('range has another snapshot than the one that is read');
    }
    return { ...range, ...this.#here() } as R;
  }

  #here(): GetOptions<K, V> & { readonly snapshot: Snapshot<K, V> } {
    return { snapshot: this };
  }
}
