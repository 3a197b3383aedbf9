/**
 * Level's iterators: of entries, of keys and of values. They differ in what a {@link Walk} reads
 * for them, and in the class of abstract-level that they must be of.
 */
import type { Cursor } from '@jump/db';
import { AbstractIterator, AbstractKeyIterator, AbstractValueIterator } from 'abstract-level';
import type { Data, Views } from './views.ts';
import { type IteratorOptions, Walk } from './walk.ts';

type Entry = [Data | undefined, Data | undefined];

/** Iterates over entries. */
export class LevelIterator extends AbstractIterator<never, Data, Data> {
  readonly #walk: Walk<Entry>;

  /** Iterators are made by the database. @internal */
  constructor(db: never, views: Views, options: IteratorOptions) {
    super(db, options as never);
    this.#walk = new Walk(views, options, entryOf(options));
  }

  /** Called by abstract-level. @internal */
  _next(): Promise<Entry | undefined> {
    return this.#walk.next();
  }

  /** Called by abstract-level. @internal */
  _nextv(size: number): Promise<Entry[]> {
    return this.#walk.many(size);
  }

  /** Called by abstract-level. @internal */
  _all(): Promise<Entry[]> {
    return this.#walk.many(this.limit - this.count);
  }

  /** Called by abstract-level. @internal */
  _seek(target: Data): void {
    this.#walk.seek(target);
  }

  /** Called by abstract-level. @internal */
  async _close(): Promise<void> {
    this.#walk.close();
  }
}

/** Iterates over keys. */
export class LevelKeyIterator extends AbstractKeyIterator<never, Data> {
  readonly #walk: Walk<Data>;

  /** Iterators are made by the database. @internal */
  constructor(db: never, views: Views, options: IteratorOptions) {
    super(db, options as never);
    this.#walk = new Walk(views, options, (at) => at.key);
  }

  /** Called by abstract-level. @internal */
  _next(): Promise<Data | undefined> {
    return this.#walk.next();
  }

  /** Called by abstract-level. @internal */
  _nextv(size: number): Promise<Data[]> {
    return this.#walk.many(size);
  }

  /** Called by abstract-level. @internal */
  _all(): Promise<Data[]> {
    return this.#walk.many(this.limit - this.count);
  }

  /** Called by abstract-level. @internal */
  _seek(target: Data): void {
    this.#walk.seek(target);
  }

  /** Called by abstract-level. @internal */
  async _close(): Promise<void> {
    this.#walk.close();
  }
}

/** Iterates over values. */
export class LevelValueIterator extends AbstractValueIterator<never, Data, Data> {
  readonly #walk: Walk<Data>;

  /** Iterators are made by the database. @internal */
  constructor(db: never, views: Views, options: IteratorOptions) {
    super(db, options as never);
    this.#walk = new Walk(views, options, (at) => at.value);
  }

  /** Called by abstract-level. @internal */
  _next(): Promise<Data | undefined> {
    return this.#walk.next();
  }

  /** Called by abstract-level. @internal */
  _nextv(size: number): Promise<Data[]> {
    return this.#walk.many(size);
  }

  /** Called by abstract-level. @internal */
  _all(): Promise<Data[]> {
    return this.#walk.many(this.limit - this.count);
  }

  /** Called by abstract-level. @internal */
  _seek(target: Data): void {
    this.#walk.seek(target);
  }

  /** Called by abstract-level. @internal */
  async _close(): Promise<void> {
    this.#walk.close();
  }
}

/** How an entry is read: without its key, or value, if those are not asked for. */
function entryOf({ keys, values }: IteratorOptions): (at: Cursor<Data, Data>) => Entry {
  if (keys === false) return (at) => [undefined, values === false ? undefined : at.value];
  if (values === false) return (at) => [at.key, undefined];
  return (at) => [at.key, at.value];
}
