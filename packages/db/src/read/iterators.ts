/**
 * What scans hand out: iterators, and the cursor.
 *
 * Iterators are plain objects, not generators: a generator that was never started never runs its
 * `finally`, and would hold its tables for ever. One that was forgotten is freed when its owner is
 * collected.
 */
import { JumpError } from '@jump/base';
import { type Codec, encodeWith } from '../write/codec.ts';
import { unwatch, watch } from './forgotten.ts';
import type { Pin } from './pins.ts';
import { openCursor, type ReadSource, type ScanSource } from './read-path.ts';
import type { TableLease } from './table-cache.ts';
import { type Bounds, VisibleCursor } from './visible-cursor.ts';

/** A cursor over what is visible, with the pin that keeps it so. */
export class Scan {
  /** Walks over user keys. */
  readonly cursor: VisibleCursor;
  /** Whether it is freed when its owner is collected. */
  watched = false;
  readonly #source: ScanSource;
  readonly #lease: TableLease;
  #pin: Pin | undefined;

  /** Takes `pin` and `lease` over. */
  constructor(cursor: VisibleCursor, source: ScanSource, lease: TableLease, pin: Pin) {
    this.cursor = cursor;
    this.#source = source;
    this.#lease = lease;
    this.#pin = pin;
  }

  /** Whether it was closed. */
  get closed(): boolean {
    return this.#pin === undefined;
  }

  /** Gives tables and versions back. Idempotent. */
  close(): void {
    if (this.#pin === undefined) return;
    this.cursor.close();
    this.#lease.release();
    this.#source.pins.release(this.#pin);
    this.#pin = undefined;
  }
}

/** Opens a scan of `source` as it is now, read at `sequence`. */
export function openScan(source: ScanSource, sequence: number, bounds: Bounds): Scan {
  const lease = source.tables.lease(true);
  const pin = source.pins.acquire('iterator', sequence, source.version);
  try {
    const cursor = openCursor(source, lease);
    const visible = new VisibleCursor(cursor, sequence, source.compareUser, bounds);
    return new Scan(visible, source, lease, pin);
  } catch (error) {
    lease.release();
    source.pins.release(pin);
    throw error;
  }
}

/** Iterates over a range once. Leaving a `for…of` early closes it; so does `return()`. */
export class RangeIterator<T> implements IterableIterator<T> {
  #scan: Scan | undefined;
  readonly #read: (at: VisibleCursor) => T;
  readonly #source: ReadSource;
  readonly #reverse: boolean;
  #left: number;
  #started = false;

  /** Iterators are made by `entries`, `keys` and `values`. @internal */
  constructor(
    scan: Scan,
    read: (at: VisibleCursor) => T,
    source: ReadSource,
    reverse: boolean,
    limit: number,
  ) {
    this.#scan = scan;
    this.#read = read;
    this.#source = source;
    this.#reverse = reverse;
    this.#left = limit;
    watch(this, scan);
  }

  /** Returns the next entry. @throws JUMP_CLOSED once the store is closed */
  next(): IteratorResult<T, undefined> {
    const scan = this.#scan;
    if (scan === undefined) return { done: true, value: undefined };
    this.#source.checkOpen();
    try {
      if (this.#left > 0 && this.#move(scan.cursor)) {
        this.#left--;
        return { done: false, value: this.#read(scan.cursor) };
      }
    } catch (error) {
      // A loop calls no `return()` when `next()` throws.
      this.return();
      throw error;
    }
    return this.return();
  }

  /** Ends the iteration and gives back what it holds. Never throws. */
  return(): IteratorResult<T, undefined> {
    if (this.#scan !== undefined) {
      this.#scan.close();
      unwatch(this, this.#scan);
      this.#scan = undefined;
    }
    return { done: true, value: undefined };
  }

  /** Returns itself. */
  [Symbol.iterator](): this {
    return this;
  }

  /** The same as {@link RangeIterator.return}, for `using`. */
  [Symbol.dispose](): void {
    this.return();
  }

  #move(cursor: VisibleCursor): boolean {
    if (this.#started) return this.#reverse ? cursor.previous() : cursor.next();
    this.#started = true;
    return this.#reverse ? cursor.last() : cursor.first();
  }
}

/** Walks over a range in both directions. Decodes a key or value only when it is asked for. */
export class Cursor<K, V> {
  readonly #scan: Scan;
  readonly #source: ReadSource;
  readonly #keys: Codec<K>;
  readonly #values: Codec<V>;
  #closed = false;

  /** Cursors are made by `cursor()`. @internal */
  constructor(scan: Scan, source: ReadSource, keys: Codec<K>, values: Codec<V>) {
    this.#scan = scan;
    this.#source = source;
    this.#keys = keys;
    this.#values = values;
    watch(this, scan);
  }

  /** Whether the cursor stands on an entry. */
  get valid(): boolean {
    return this.#scan.cursor.valid;
  }

  /** The current key, decoded at each reading. @throws RangeError if not `valid` */
  get key(): K {
    const { keyBytes, keyStart, keyEnd } = this.#current();
    return this.#keys.read(keyBytes, keyStart, keyEnd);
  }

  /** The current value, decoded at each reading. @throws RangeError if not `valid` */
  get value(): V {
    const { valueBytes, valueStart, valueEnd } = this.#current();
    return this.#values.read(valueBytes, valueStart, valueEnd);
  }

  /** Moves to the first entry of the range; returns `valid`. */
  first(): boolean {
    return this.#open().first();
  }

  /** Moves to the last entry of the range; returns `valid`. */
  last(): boolean {
    return this.#open().last();
  }

  /** Moves to the first entry at or after `key`, within the range; returns `valid`. */
  seek(key: K): boolean {
    const bytes = encodeWith(this.#keys, key, 'key');
    return this.#open().seek(bytes, 0, bytes.length);
  }

  /** Moves to the entry after this one; returns `valid`; does nothing if not `valid`. */
  next(): boolean {
    const cursor = this.#open();
    return cursor.valid && cursor.next();
  }

  /** Moves to the entry before this one; returns `valid`; does nothing if not `valid`. */
  previous(): boolean {
    const cursor = this.#open();
    return cursor.valid && cursor.previous();
  }

  /** Gives back what the cursor holds. Idempotent, never throws. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#scan.close();
    unwatch(this, this.#scan);
  }

  /** The same as {@link Cursor.close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  #open(): VisibleCursor {
    this.#source.checkOpen();
    if (this.#closed) throw new JumpError('JUMP_CLOSED', 'the cursor is closed');
    return this.#scan.cursor;
  }

  #current(): VisibleCursor {
    const cursor = this.#open();
    if (!cursor.valid) throw new RangeError('the cursor stands on no entry');
    return cursor;
  }
}
