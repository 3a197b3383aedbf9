/**
 * The reading half of a store, on values of K and V; shared by `JumpDB`, `ReadOnlyDB` and snapshots.
 */
import { wrongType } from '@jump/base';
import { Lookup } from '@jump/sstable';
import type { Settings } from '../options.ts';
import { type Codec, makeCodec, mostBytes, type Prepared, writePrepared } from '../write/codec.ts';
import { Cursor, openScan, RangeIterator } from './iterators.ts';
import {
  CURSOR_NAMES,
  type CursorRange,
  checkNames,
  ITERATOR_NAMES,
  type KeyOrder,
  type KeyRange,
  RANGE_NAMES,
  type Range,
  resolveLimit,
  resolveRange,
} from './range.ts';
import { find, type ReadSource } from './read-path.ts';
import { approximateSize } from './size.ts';
import { Snapshot } from './snapshot.ts';

/** What a point read can be told. */
export interface GetOptions<K, V> {
  /** Read as of this snapshot instead of now. */
  readonly snapshot?: Snapshot<K, V> | undefined;
}

const GET_NAMES = ['snapshot'];

/** What the facade needs of a store's insides. */
export interface Internals<K, V> {
  /** Where reads look, now. */
  readonly source: () => ReadSource;
  /** How keys become bytes. */
  readonly keys: Codec<K>;
  /** How values become bytes. */
  readonly values: Codec<V>;
  /** How ranges become bounds. */
  readonly order: KeyOrder<K>;
  /** The same for all facades of one store. */
  readonly identity: object;
}

/** Where, and as of when, something is read. */
export interface View {
  /** What is read. */
  readonly source: ReadSource;
  /** The newest sequence that is seen. */
  readonly sequence: number;
}

/** Makes the parts of a facade from settings. */
export function makeInternals<K, V>(
  source: () => ReadSource,
  settings: Settings,
  identity: object = {},
): Internals<K, V> {
  const keys = makeCodec<K>('key', settings.keyEncoding);
  const values = makeCodec<V>('value', settings.valueEncoding);
  const prefixes = settings.keyEncoding === 'utf8' || settings.keyEncoding === 'bytes';
  return {
    source,
    keys,
    values,
    identity,
    order: { codec: keys, comparator: settings.comparator, prefixes },
  };
}

/** Reads a store: by key, in order, as of now or of a snapshot. */
export class ReadableStore<K, V> {
  readonly #internals: Internals<K, V>;
  readonly #lookup = new Lookup();

  /** Stores are made by `open` and `openReadOnly`. @internal */
  constructor(internals: Internals<K, V>) {
    this.#internals = internals;
  }

  /** Returns the value of a key, or `undefined`. O(log n); a block is read where none is cached. */
  get(key: K, options?: GetOptions<K, V>): V | undefined {
    const lookup = this.#lookup;
    if (!this.#find(key, options)) return undefined;
    return this.#internals.values.read(lookup.valueBytes, lookup.valueStart, lookup.valueEnd);
  }

  /**
   * Tells whether a key has a value. Costs as much as {@link ReadableStore.get} without decoding.
   */
  has(key: K, options?: GetOptions<K, V>): boolean {
    return this.#find(key, options);
  }

  /** The same as {@link ReadableStore.has}, under the name that the Python API uses. */
  contains(key: K, options?: GetOptions<K, V>): boolean {
    return this.has(key, options);
  }

  /** Returns the values of many keys, in their order, all as of the same moment. */
  getMany(keys: Iterable<K>, options?: GetOptions<K, V>): (V | undefined)[] {
    const { values } = this.#internals;
    const view = this.#view(options);
    if (options !== undefined) checkNames(options, GET_NAMES);
    // A string is iterable, by its characters: nobody means that.
    if (typeof keys === 'string' || typeof keys?.[Symbol.iterator] !== 'function') {
      throw wrongType('keys', 'an iterable of keys', keys);
    }
    // Encoders, decoders and `keys` are the caller's code and may write: the pin keeps what is read.
    const pin = view.source.pins.acquire('iterator', view.sequence, view.source.version);
    try {
      const lookup = this.#lookup;
      const { source } = view;
      const found: (V | undefined)[] = [];
      for (const key of keys) {
        this.#look(this.#internals.keys.prepare(key), view.sequence);
        found.push(
          find(source, lookup, view.sequence === source.lastSequence)
            ? values.read(lookup.valueBytes, lookup.valueStart, lookup.valueEnd)
            : undefined,
        );
      }
      return found;
    } finally {
      view.source.pins.release(pin);
    }
  }

  /**
   * Iterates over `[key, value]` in order, lazily, as of this call. Leaving a loop early gives back what
   * the iterator holds; so does its `return()`.
   */
  entries(range?: Range<K, V>): RangeIterator<[K, V]> {
    const { keys, values } = this.#internals;
    return this.#iterate(range, (at) => [
      keys.read(at.keyBytes, at.keyStart, at.keyEnd),
      values.read(at.valueBytes, at.valueStart, at.valueEnd),
    ]);
  }

  /** Iterates over keys; see {@link ReadableStore.entries}. */
  keys(range?: Range<K, V>): RangeIterator<K> {
    const { keys } = this.#internals;
    return this.#iterate(range, (at) => keys.read(at.keyBytes, at.keyStart, at.keyEnd));
  }

  /** Iterates over values; see {@link ReadableStore.entries}. */
  values(range?: Range<K, V>): RangeIterator<V> {
    const { values } = this.#internals;
    return this.#iterate(range, (at) => values.read(at.valueBytes, at.valueStart, at.valueEnd));
  }

  /** Iterates over everything; the same as `entries()`. */
  [Symbol.iterator](): RangeIterator<[K, V]> {
    return this.entries();
  }

  /** Opens a cursor: the fast way to scan, no object for each entry. Starts nowhere; close it. */
  cursor(range?: CursorRange<K, V>): Cursor<K, V> {
    const { keys, values, order } = this.#internals;
    this.#internals.source().checkOpen();
    // Bounds first: encoding them is the caller's code, which may write.
    const bounds = resolveRange(range, order, CURSOR_NAMES);
    const { source, sequence } = this.#view(range);
    return new Cursor(openScan(source, sequence, bounds), source, keys, values);
  }

  /** Makes a snapshot: reads through it see the store as it is now. Release it. O(1). */
  snapshot(): Snapshot<K, V> {
    const source = this.#internals.source();
    source.checkOpen();
    return new Snapshot(this, source, this.#internals.identity);
  }

  /** Estimates the bytes on disk of a range. O(log n) in tables; entries in memory do not count. */
  approximateSize(range: KeyRange<K>): number {
    const source = this.#internals.source();
    source.checkOpen();
    if (range === undefined) throw wrongType('range', 'an object', range);
    return approximateSize(source, resolveRange(range, this.#internals.order, RANGE_NAMES));
  }

  #iterate<T>(
    range: Range<K, V> | undefined,
    read: ConstructorParameters<typeof RangeIterator<T>>[1],
  ): RangeIterator<T> {
    this.#internals.source().checkOpen();
    // Bounds first: encoding them is the caller's code, which may write.
    const bounds = resolveRange(range, this.#internals.order, ITERATOR_NAMES);
    const limit = resolveLimit(range?.limit);
    const reverse = range?.reverse === undefined ? false : range.reverse;
    if (typeof reverse !== 'boolean') throw wrongType('reverse', 'a boolean', reverse);
    const { source, sequence } = this.#view(range);
    return new RangeIterator(openScan(source, sequence, bounds), read, source, reverse, limit);
  }

  /** Where to read now. Now and then reads ask for background work. */
  #source(): ReadSource {
    const source = this.#internals.source();
    if (source.tables.reads >= source.readsPerLook) source.onReads();
    source.checkOpen();
    return source;
  }

  /** Where, and as of when, to read. */
  #view(options: GetOptions<K, V> | undefined): View {
    const source = this.#source();
    if (options === undefined) return { source, sequence: source.lastSequence };
    if (typeof options !== 'object' || options === null) {
      throw wrongType('options', 'an object', options);
    }
    const { snapshot } = options;
    if (snapshot === undefined) return { source, sequence: source.lastSequence };
    if (!(snapshot instanceof Snapshot)) throw wrongType('snapshot', 'a Snapshot', snapshot);
    return snapshot.viewIn(this.#internals.identity);
  }

  /** Finds a key's value; it is in `#lookup` then. Without options it allocates nothing. */
  #find(key: K, options: GetOptions<K, V> | undefined): boolean {
    // The key first: encoding it is the caller's code, which may write, refresh or close.
    const prepared = this.#internals.keys.prepare(key);
    if (options !== undefined) {
      const { source, sequence } = this.#view(options);
      if (options.snapshot === undefined) checkNames(options, GET_NAMES);
      this.#look(prepared, sequence);
      return find(source, this.#lookup, sequence === source.lastSequence);
    }
    const source = this.#source();
    this.#look(prepared, source.lastSequence);
    return find(source, this.#lookup, true);
  }

  #look(prepared: Prepared, sequence: number): void {
    const lookup = this.#lookup;
    lookup.begin(mostBytes(prepared));
    lookup.finish(writePrepared(prepared, lookup.keyBytes, 0, 'key'), sequence);
  }
}
