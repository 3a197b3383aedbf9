/**
 * Iterating over a table as a user sees it: user keys, the newest version of each, no deletions.
 */
import {
  EMPTY_BYTES,
  KIND_DELETION,
  readKind,
  readSequence56,
  sliceRange,
  TRAILER_LENGTH,
} from '@jump/base';
import type { KeyOrder } from './key-order.ts';
import type { TableCursor } from './table-cursor.ts';
import type { TableRange } from './table-range.ts';

/** A key and its value, in memory of their own. */
export interface TableEntry {
  /** The user key. */
  readonly key: Uint8Array;
  /** The value. */
  readonly value: Uint8Array;
}

/** An entry as a database stored it, in memory of its own. */
export interface InternalEntry {
  /** The user key. */
  readonly userKey: Uint8Array;
  /** Which write of the database it was. */
  readonly sequence: bigint;
  /** Whether the write gave the key a value or deleted it. */
  readonly kind: 'value' | 'deletion';
  /** Whether this table has a newer entry of the same key, so that nobody sees this one. */
  readonly shadowed: boolean;
  /** The table's file. */
  readonly file: string;
  /** Where in the file the block begins that holds the entry. */
  readonly offset: number;
  /** The value; empty if it is a deletion. */
  readonly value: Uint8Array;
}

/** What an iterator needs from its table. */
export interface EntrySource {
  readonly order: KeyOrder;
  readonly cursor: TableCursor;
  readonly file: string;
  /** Where each block begins. */
  readonly offsets: Float64Array;
  /** Throws once the table is closed. */
  checkOpen(): void;
}

/** Seeks a user key before (0xff) or behind (0) all of its versions. */
function seekUserKey({ cursor, order }: EntrySource, userKey: Uint8Array, fill: number): void {
  const key = new Uint8Array(userKey.length + order.trailer).fill(fill);
  key.set(userKey);
  cursor.seek(key, 0, key.length);
}

/** Compares the user key that the cursor stands on with another. */
function compareUserKey({ cursor, order }: EntrySource, key: Uint8Array): number {
  const { keyBytes, keyStart, keyEnd } = cursor;
  return order.compareUser(keyBytes, keyStart, keyEnd - order.trailer, key, 0, key.length);
}

/** Goes to the first entry of a range. */
function startUpwards(source: EntrySource, { gte, gt }: TableRange): void {
  const { cursor } = source;
  if (gte !== undefined) seekUserKey(source, gte, 0xff);
  else if (gt === undefined) cursor.first();
  else {
    seekUserKey(source, gt, 0);
    while (cursor.valid && compareUserKey(source, gt) === 0) cursor.next();
  }
}

/** Whether the cursor stands in front of a range's end. */
function isBelow(source: EntrySource, { lte, lt }: TableRange): boolean {
  if (lte !== undefined) return compareUserKey(source, lte) <= 0;
  return lt === undefined || compareUserKey(source, lt) < 0;
}

/**
 * Goes over the visible entries of a range; a plain object, so that nothing has to be cleaned up.
 */
export class EntryIterator implements IterableIterator<TableEntry> {
  readonly #source: EntrySource;
  readonly #cursor: TableCursor;
  readonly #range: TableRange;
  #state: 'new' | 'running' | 'done' = 'new';
  #left: number;
  /** The user key that was met last, so that its older versions are passed over. */
  #lastKey: Uint8Array | undefined = undefined;

  constructor(source: EntrySource, range: TableRange) {
    this.#source = source;
    this.#cursor = source.cursor;
    this.#range = range;
    this.#left = range.limit ?? Number.POSITIVE_INFINITY;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<TableEntry, undefined> {
    if (this.#state !== 'done') {
      this.#source.checkOpen();
      const more = this.#left-- > 0;
      const entry = more ? (this.#range.reverse ? this.#before() : this.#after()) : undefined;
      if (entry !== undefined) return { done: false, value: entry };
      this.return();
    }
    return { done: true, value: undefined };
  }

  return(): IteratorResult<TableEntry, undefined> {
    this.#state = 'done';
    this.#cursor.close();
    return { done: true, value: undefined };
  }

  /** The next visible entry upwards: the first version of a user key is the newest. */
  #after(): TableEntry | undefined {
    const cursor = this.#cursor;
    if (this.#state === 'new') startUpwards(this.#source, this.#range);
    else if (cursor.valid) cursor.next();
    this.#state = 'running';
    for (; cursor.valid; cursor.next()) {
      if (this.#isUserKey(this.#lastKey)) continue;
      if (!isBelow(this.#source, this.#range)) return undefined;
      const key = this.#userKey();
      this.#lastKey = key;
      if (!this.#isDeletion()) return { key, value: this.#value() };
    }
    return undefined;
  }

  /** The next visible entry downwards: the last version that is met of a user key is the newest. */
  #before(): TableEntry | undefined {
    const cursor = this.#cursor;
    if (this.#state === 'new') this.#startDownwards();
    while (cursor.valid) {
      if (!this.#isAbove(this.#range.gte, this.#range.gt)) return undefined;
      const key = this.#userKey();
      let deleted: boolean;
      let value: Uint8Array;
      do {
        deleted = this.#isDeletion();
        value = deleted ? EMPTY_BYTES : this.#value();
      } while (cursor.previous() && this.#isUserKey(key));
      if (!deleted) return { key, value };
    }
    return undefined;
  }

  #startDownwards(): void {
    this.#state = 'running';
    const { lte, lt } = this.#range;
    const cursor = this.#cursor;
    if (lte !== undefined) {
      seekUserKey(this.#source, lte, 0);
      if (cursor.valid && this.#isUserKey(lte)) return;
    } else if (lt !== undefined) {
      seekUserKey(this.#source, lt, 0xff);
    }
    if (cursor.valid) cursor.previous();
    else cursor.last();
  }

  #userKey(): Uint8Array {
    const { keyBytes, keyStart, keyEnd } = this.#cursor;
    return sliceRange(keyBytes, keyStart, keyEnd - this.#source.order.trailer);
  }

  #value(): Uint8Array {
    const { valueBytes, valueStart, valueEnd } = this.#cursor;
    return sliceRange(valueBytes, valueStart, valueEnd);
  }

  #isDeletion(): boolean {
    const { keyBytes, keyEnd } = this.#cursor;
    return this.#source.order.trailer !== 0 && readKind(keyBytes, keyEnd) === KIND_DELETION;
  }

  /** Whether the cursor stands on a version of this user key. */
  #isUserKey(key: Uint8Array | undefined): boolean {
    return key !== undefined && compareUserKey(this.#source, key) === 0;
  }

  #isAbove(gte: Uint8Array | undefined, gt: Uint8Array | undefined): boolean {
    if (gte !== undefined) return compareUserKey(this.#source, gte) >= 0;
    return gt === undefined || compareUserKey(this.#source, gt) > 0;
  }
}

/** Goes over everything that is stored of a range, upwards. */
export class InternalEntryIterator implements IterableIterator<InternalEntry> {
  readonly #source: EntrySource;
  readonly #range: TableRange;
  #state: 'new' | 'running' | 'done' = 'new';
  #left: number;
  /** The user key of the entry before, or something that none is. */
  #lastKey: Uint8Array | undefined = undefined;

  constructor(source: EntrySource, range: TableRange) {
    this.#source = source;
    this.#range = range;
    this.#left = range.limit ?? Number.POSITIVE_INFINITY;
  }

  [Symbol.iterator](): this {
    return this;
  }

  next(): IteratorResult<InternalEntry, undefined> {
    const { cursor, order, file, offsets } = this.#source;
    if (this.#state === 'done') return { done: true, value: undefined };
    this.#source.checkOpen();
    if (this.#left-- <= 0) return this.return();
    if (this.#state === 'new') startUpwards(this.#source, this.#range);
    else if (cursor.valid) cursor.next();
    this.#state = 'running';
    if (!cursor.valid || !isBelow(this.#source, this.#range)) return this.return();
    const { keyBytes, keyStart, keyEnd } = cursor;
    const last = this.#lastKey;
    const end = keyEnd - TRAILER_LENGTH;
    const shadowed =
      last !== undefined && order.compareUser(keyBytes, keyStart, end, last, 0, last.length) === 0;
    const userKey = sliceRange(keyBytes, keyStart, end);
    this.#lastKey = userKey;
    const kind = readKind(keyBytes, keyEnd) === KIND_DELETION ? 'deletion' : 'value';
    const value = {
      userKey,
      sequence: readSequence56(keyBytes, keyEnd),
      kind,
      value: sliceRange(cursor.valueBytes, cursor.valueStart, cursor.valueEnd),
      shadowed,
      file,
      offset: offsets[cursor.ordinal]!,
    } as const;
    return { done: false, value };
  }

  return(): IteratorResult<InternalEntry, undefined> {
    this.#state = 'done';
    this.#source.cursor.close();
    return { done: true, value: undefined };
  }
}
