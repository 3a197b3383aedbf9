/** Level's iterators, over the store's cursor. */
import type { Cursor } from '@jump/db';
import { AbstractIterator, AbstractKeyIterator, AbstractValueIterator } from 'abstract-level';
import { abortError, withLevelErrors } from './errors.ts';
import { innerSnapshot } from './level-snapshot.ts';
import { type Data, type Format, inFormat, toBytes, type Views } from './views.ts';

/** What abstract-level hands to an iterator: bounds are encoded. */
export interface IteratorOptions {
  readonly gt?: Data;
  readonly gte?: Data;
  readonly lt?: Data;
  readonly lte?: Data;
  readonly reverse?: boolean;
  readonly limit?: number;
  readonly keys?: boolean;
  readonly values?: boolean;
  readonly keyEncoding: Format;
  readonly valueEncoding: Format;
  readonly snapshot?: unknown;
  readonly signal?: AbortSignal | null;
}

/** The bounds of a range, without what is `undefined`. */
export function boundsOf({ gt, gte, lt, lte }: IteratorOptions): Record<string, Data> {
  // An inclusive bound wins, as everywhere in Level.
  const bounds = {
    ...(gte === undefined ? { gt } : { gte }),
    ...(lte === undefined ? { lt } : { lte }),
  };
  return Object.fromEntries(
    Object.entries(bounds).filter((bound): bound is [string, Data] => bound[1] !== undefined),
  );
}

/** Walks over a range, in one direction; sees the store as it was when this was made. */
export class Walk {
  readonly #open: () => Cursor<Data, Data>;
  #opened: Cursor<Data, Data> | undefined;
  readonly #keyFormat: Format;
  readonly #valueFormat: Format;
  readonly #reverse: boolean;
  readonly #signal: AbortSignal | null;
  readonly #bounds: ReturnType<typeof boundsOf>;
  /** Whether the next move begins at the range's beginning, goes on, or shows where it stands. */
  #next: 'begin' | 'move' | 'stand' | 'end' = 'begin';

  constructor(views: Views, options: IteratorOptions) {
    const { keyEncoding, valueEncoding, reverse = false, snapshot } = options;
    this.#keyFormat = keyEncoding;
    this.#valueFormat = valueEncoding;
    this.#reverse = reverse;
    this.#bounds = boundsOf(options);
    this.#signal = options.signal ?? null;
    this.#open = () => {
      const inner = innerSnapshot(snapshot);
      return views.of(keyEncoding, valueEncoding).cursor({
        ...this.#bounds,
        ...(inner === undefined ? {} : { snapshot: inner }),
      });
    };
    // A snapshot that was closed is told when something is read; without one, now is what it sees.
    if (snapshot == null) this.#opened = withLevelErrors(this.#open);
  }

  /** Moves on; returns whether there is an entry. */
  move(): boolean {
    return withLevelErrors(() => {
      const cursor = this.#cursor;
      let found = false;
      if (this.#next === 'stand') found = cursor.valid;
      else if (this.#next === 'move') found = this.#reverse ? cursor.previous() : cursor.next();
      else if (this.#next === 'begin') found = this.#reverse ? cursor.last() : cursor.first();
      this.#next = found ? 'move' : 'end';
      return found;
    });
  }

  /** Has the next move show the first entry at or after the target, in the direction walked. */
  seek(target: Data, format: Format): void {
    withLevelErrors(() => {
      const cursor = this.#cursor;
      if (isOutside(toBytes(target), this.#bounds)) {
        // As in other databases: an iterator that is sent out of its range is at its end.
        this.#next = 'end';
        return;
      }
      if (this.#reverse) {
        // The first key behind the target, and one back. In bytes: what a key looks like as text is
        // not always what it is.
        cursor.seek(successor(toBytes(target)));
        if (cursor.valid) cursor.previous();
        else cursor.last();
      } else {
        const text = this.#keyFormat === 'utf8';
        // Bytes are bytes in every format: as text they might be others.
        cursor.seek(format === 'utf8' && !text ? toBytes(target) : target);
      }
      this.#next = 'stand';
    });
  }

  /** The current key. */
  get key(): Data {
    return inFormat(this.#cursor.key, this.#keyFormat);
  }

  /** The current value. */
  get value(): Data {
    return inFormat(this.#cursor.value, this.#valueFormat);
  }

  /** Resolves when whoever has just asked could have changed their mind. */
  async unlessAborted(): Promise<void> {
    if (this.#signal === null) return;
    await undefined;
    if (this.#signal.aborted) throw abortError(this.#signal.reason);
  }

  close(): void {
    this.#opened?.close();
  }

  get #cursor(): Cursor<Data, Data> {
    this.#opened ??= this.#open();
    return this.#opened;
  }
}

function isOutside(target: Uint8Array, { gt, gte, lt, lte }: ReturnType<typeof boundsOf>): boolean {
  const order = (bound: Data): number => compareBytes(target, toBytes(bound));
  if (gte !== undefined ? order(gte) < 0 : gt !== undefined && order(gt) <= 0) return true;
  return lte !== undefined ? order(lte) > 0 : lt !== undefined && order(lt) >= 0;
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}

/** What sorts next behind a key. */
function successor(key: Uint8Array): Uint8Array {
  const next = new Uint8Array(key.length + 1);
  next.set(key);
  return next;
}

/** Reads up to so many entries. */
function many<T>(walk: Walk, size: number, read: () => T): T[] {
  const found: T[] = [];
  while (found.length < size && walk.move()) found.push(read());
  return found;
}

type Entry = [Data | undefined, Data | undefined];

/** Iterates over entries. */
export class LevelIterator extends AbstractIterator<never, Data, Data> {
  readonly #walk: Walk;
  readonly #read: () => Entry;

  /** Iterators are made by the database. @internal */
  constructor(db: never, views: Views, options: IteratorOptions) {
    super(db, options as never);
    const { keys, values } = options;
    const walk = new Walk(views, options);
    this.#walk = walk;
    this.#read = () => [
      keys === false ? undefined : walk.key,
      values === false ? undefined : walk.value,
    ];
  }

  /** Called by abstract-level. @internal */
  async _next(): Promise<Entry | undefined> {
    await this.#walk.unlessAborted();
    return this.#walk.move() ? this.#read() : undefined;
  }

  /** Called by abstract-level. @internal */
  async _nextv(size: number): Promise<Entry[]> {
    await this.#walk.unlessAborted();
    return many(this.#walk, size, this.#read);
  }

  /** Called by abstract-level. @internal */
  async _all(): Promise<Entry[]> {
    await this.#walk.unlessAborted();
    return many(this.#walk, this.limit - this.count, this.#read);
  }

  /** Called by abstract-level. @internal */
  _seek(target: Data, options: { readonly keyEncoding: Format }): void {
    this.#walk.seek(target, options.keyEncoding);
  }

  /** Called by abstract-level. @internal */
  async _close(): Promise<void> {
    this.#walk.close();
  }
}

/** Iterates over keys. */
export class LevelKeyIterator extends AbstractKeyIterator<never, Data> {
  readonly #walk: Walk;

  /** Iterators are made by the database. @internal */
  constructor(db: never, views: Views, options: IteratorOptions) {
    super(db, options as never);
    this.#walk = new Walk(views, options);
  }

  /** Called by abstract-level. @internal */
  async _next(): Promise<Data | undefined> {
    await this.#walk.unlessAborted();
    return this.#walk.move() ? this.#walk.key : undefined;
  }

  /** Called by abstract-level. @internal */
  async _nextv(size: number): Promise<Data[]> {
    await this.#walk.unlessAborted();
    return many(this.#walk, size, () => this.#walk.key);
  }

  /** Called by abstract-level. @internal */
  async _all(): Promise<Data[]> {
    await this.#walk.unlessAborted();
    return many(this.#walk, this.limit - this.count, () => this.#walk.key);
  }

  /** Called by abstract-level. @internal */
  _seek(target: Data, options: { readonly keyEncoding: Format }): void {
    this.#walk.seek(target, options.keyEncoding);
  }

  /** Called by abstract-level. @internal */
  async _close(): Promise<void> {
    this.#walk.close();
  }
}

/** Iterates over values. */
export class LevelValueIterator extends AbstractValueIterator<never, Data, Data> {
  readonly #walk: Walk;

  /** Iterators are made by the database. @internal */
  constructor(db: never, views: Views, options: IteratorOptions) {
    super(db, options as never);
    this.#walk = new Walk(views, options);
  }

  /** Called by abstract-level. @internal */
  async _next(): Promise<Data | undefined> {
    await this.#walk.unlessAborted();
    return this.#walk.move() ? this.#walk.value : undefined;
  }

  /** Called by abstract-level. @internal */
  async _nextv(size: number): Promise<Data[]> {
    await this.#walk.unlessAborted();
    return many(this.#walk, size, () => this.#walk.value);
  }

  /** Called by abstract-level. @internal */
  async _all(): Promise<Data[]> {
    await this.#walk.unlessAborted();
    return many(this.#walk, this.limit - this.count, () => this.#walk.value);
  }

  /** Called by abstract-level. @internal */
  _seek(target: Data, options: { readonly keyEncoding: Format }): void {
    this.#walk.seek(target, options.keyEncoding);
  }

  /** Called by abstract-level. @internal */
  async _close(): Promise<void> {
    this.#walk.close();
  }
}
