/**
 * What Level's three kinds of iterators have in common: a way over a range in one direction, read
 * from the store's cursor.
 */
import type { Cursor } from '@jump/db';
import { abortError, levelError, withLevelErrors } from './errors.ts';
import { checkOpen, innerSnapshot } from './level-snapshot.ts';
import { type Bounds, boundsOf, isOutside, type RangeOptions, successor } from './range.ts';
import { type Data, type Format, toBytes, type Views } from './views.ts';

/** What abstract-level hands to an iterator. */
export interface IteratorOptions extends RangeOptions {
  readonly keys?: boolean;
  readonly values?: boolean;
  readonly valueEncoding: Format;
  readonly signal?: AbortSignal | null;
}

/**
 * Entries read in one turn of the event loop, as many as with `classic-level`: a loop over a large
 * store awaits only promises that are fulfilled already, and would keep everything else waiting.
 */
const TURN = 1000;
/** Characters, or bytes, after which no more is read ahead. */
const AHEAD_LENGTH = 1 << 16;

/** What was read ahead for a loop. */
export interface ReadAhead<T> {
  /** Takes the next entry that was read ahead. */
  take(): T | undefined;
  /** Keeps entries that were read ahead. */
  keep(entries: T[]): void;
}

/** Walks over a range, in one direction; sees the store as it was when this was made. */
export class Walk<T> implements ReadAhead<T> {
  /** Entries that abstract-level has counted once more than somebody got them. */
  uncounted = 0;
  readonly #read: (cursor: Cursor<Data, Data>) => T;
  readonly #open: () => Cursor<Data, Data>;
  #opened: Cursor<Data, Data> | undefined;
  readonly #reverse: boolean;
  readonly #signal: AbortSignal | null;
  readonly #bounds: Bounds;
  /** Whether the next move begins at the range's beginning, goes on, or shows where it stands. */
  #next: 'begin' | 'move' | 'stand' | 'end' = 'begin';
  /** Entries that are still read in this turn. */
  #left = TURN;
  /** Entries that were read for a loop; it has those in front of `#at`. */
  #ahead: T[] = [];
  #at = 0;
  /** What ended the reading ahead: thrown to whoever comes to it. */
  #failure: { readonly error: unknown } | undefined;

  /** `read` makes of an entry what the iterator gives out. */
  constructor(views: Views, options: IteratorOptions, read: (cursor: Cursor<Data, Data>) => T) {
    const { keyEncoding, valueEncoding, reverse = false, snapshot } = options;
    this.#read = read;
    this.#reverse = reverse;
    this.#bounds = boundsOf(options);
    this.#signal = options.signal ?? null;
    this.#open = () => {
      // A read is refused before it gets here, a seek is not.
      if (snapshot != null) checkOpen(snapshot);
      const inner = innerSnapshot(snapshot);
      const view = views.of(keyEncoding, valueEncoding);
      return view.cursor(inner === undefined ? this.#bounds : { ...this.#bounds, snapshot: inner });
    };
    // A snapshot that was closed is told when something is read; without one, now is what it sees.
    if (snapshot == null) this.#opened = withLevelErrors(this.#open);
  }

  /** Reads the next entry, if there is one. */
  async next(): Promise<T | undefined> {
    if (this.#signal !== null) await this.#unlessAborted(this.#signal);
    if (this.#at < this.#ahead.length) return this.#ahead[this.#at++];
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#left === 0) await this.#turn();
    this.#left--;
    try {
      const cursor = this.#cursor;
      return this.#move(cursor) ? this.#read(cursor) : undefined;
    } catch (error) {
      throw levelError(error);
    }
  }

  /** Reads up to so many entries. */
  async many(size: number): Promise<T[]> {
    if (this.#signal !== null) await this.#unlessAborted(this.#signal);
    const found = this.#ahead.slice(this.#at, this.#at + size);
    this.#at += found.length;
    if (found.length < size && this.#failure !== undefined) throw this.#failure.error;
    for (;;) {
      if (this.#left === 0) await this.#turn();
      const more = withLevelErrors(() => this.#fill(found, size));
      if (!more) return found;
    }
  }

  /**
   * Reads up to so many entries that nobody has asked for yet, and not much at a time. What cannot
   * be read is told to whoever comes to it.
   */
  async someAhead(size: number): Promise<T[]> {
    if (this.#failure !== undefined) throw this.#failure.error;
    if (this.#left === 0) await this.#turn();
    const found: T[] = [];
    try {
      for (let length = 0; length < AHEAD_LENGTH && found.length < size; ) {
        const before = found.length;
        this.#fill(found, before + 1);
        if (found.length === before) break;
        length += lengthOf(found[before]);
      }
    } catch (error) {
      if (found.length === 0) throw levelError(error);
      this.#failure = { error: levelError(error) };
    }
    return found;
  }

  /** Takes the next entry that was read ahead, for a loop. */
  take(): T | undefined {
    if (this.#at === this.#ahead.length) return undefined;
    this.uncounted--;
    return this.#ahead[this.#at++];
  }

  /** Keeps entries that were read ahead, for a loop. */
  keep(entries: T[]): void {
    this.#ahead = entries;
    this.#at = 0;
    this.uncounted += entries.length;
  }

  /** Has the next move show the first entry at or after the target, in the direction walked. */
  seek(target: Data): void {
    // In bytes: what a key looks like as text is not always what it is.
    const key = toBytes(target);
    this.#forget();
    withLevelErrors(() => {
      const cursor = this.#cursor;
      this.#next = 'stand';
      if (isOutside(key, this.#bounds)) {
        // As in other databases: an iterator that is sent out of its range is at its end.
        this.#next = 'end';
      } else if (this.#reverse) {
        // The first key behind the target, and one back.
        if (cursor.seek(successor(key))) cursor.previous();
        else cursor.last();
      } else {
        cursor.seek(key);
      }
    });
  }

  /** Gives back what the walk holds. */
  close(): void {
    this.#forget();
    this.#opened?.close();
  }

  #forget(): void {
    this.#ahead = [];
    this.#at = 0;
    this.#failure = undefined;
  }

  /** Adds entries until there are `size`, or as many as a turn has; tells whether it is that. */
  #fill(found: T[], size: number): boolean {
    const cursor = this.#cursor;
    for (; found.length < size; this.#left--) {
      if (this.#left === 0) return true;
      if (!this.#move(cursor)) return false;
      found.push(this.#read(cursor));
    }
    return false;
  }

  /** Moves on; returns whether there is an entry. */
  #move(cursor: Cursor<Data, Data>): boolean {
    let found = false;
    if (this.#next === 'move') found = this.#reverse ? cursor.previous() : cursor.next();
    else if (this.#next === 'stand') found = cursor.valid;
    else if (this.#next === 'begin') found = this.#reverse ? cursor.last() : cursor.first();
    this.#next = found ? 'move' : 'end';
    return found;
  }

  /** Resolves when whoever has just asked could have changed their mind. */
  async #unlessAborted(signal: AbortSignal): Promise<void> {
    await undefined;
    if (signal.aborted) throw abortError(signal.reason);
  }

  /** Resolves in another turn of the event loop. */
  async #turn(): Promise<void> {
    await new Promise((resolve) => later(resolve));
    if (this.#signal?.aborted === true) throw abortError(this.#signal.reason);
    this.#left = TURN;
  }

  get #cursor(): Cursor<Data, Data> {
    this.#opened ??= this.#open();
    return this.#opened;
  }
}

/** The characters, or bytes, of an entry, a key or a value. */
function lengthOf(item: unknown): number {
  if (!Array.isArray(item)) return (item as Data).length;
  const [key, value] = item as readonly (Data | undefined)[];
  return (key?.length ?? 0) + (value?.length ?? 0);
}

/** What browsers do not have. */
const later = globalThis.setImmediate ?? setTimeout;
