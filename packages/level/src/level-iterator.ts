/**
 * Level's iterators: of entries, of keys and of values. They differ in what a {@link Walk} reads
 * for them, and in the class of abstract-level that they must be of.
 */
import type { Cursor } from '@jump/db';
import { AbstractIterator, AbstractKeyIterator, AbstractValueIterator } from 'abstract-level';
import { AHEAD, loop, mayReadAhead } from './loop.ts';
import type { Data, Views } from './views.ts';
import { type IteratorOptions, Walk } from './walk.ts';

type Entry = [Data | undefined, Data | undefined];

/** Iterates over entries. */
export class LevelIterator extends AbstractIterator<never, Data, Data> {
  readonly #walk: Walk<Entry>;
  readonly #loops: boolean;

  /** Iterators are made by the database. @internal */
  constructor(db: never, views: Views, options: IteratorOptions) {
    super(db, options as never);
    this.#walk = new Walk(views, options, entryOf(options));
    this.#loops = mayReadAhead(options, ['keyEncoding', 'valueEncoding']);
  }

  /** How many entries it has given out. */
  override get count(): number {
    return super.count - this.#walk.uncounted;
  }

  /** Goes through what is left; see `loop.ts`. */
  override [Symbol.asyncIterator](): AsyncGenerator<[Data, Data], void, unknown> {
    return this.#loops ? loop(this, this.#walk) : super[Symbol.asyncIterator]();
  }

  /** Called by abstract-level. @internal */
  _next(): Promise<Entry | undefined> {
    return this.#walk.next();
  }

  /** Called by abstract-level. @internal */
  _nextv(size: number, options: object): Promise<Entry[]> {
    return options === AHEAD ? this.#walk.someAhead(size) : this.#walk.many(size);
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
  readonly #loops: boolean;

  /** Iterators are made by the database. @internal */
  constructor(db: never, views: Views, options: IteratorOptions) {
    super(db, options as never);
    this.#walk = new Walk(views, options, (at) => at.key);
    this.#loops = mayReadAhead(options, ['keyEncoding']);
  }

  /** How many entries it has given out. */
  override get count(): number {
    return super.count - this.#walk.uncounted;
  }

  /** Goes through what is left; see `loop.ts`. */
  override [Symbol.asyncIterator](): AsyncGenerator<Data, void, unknown> {
    return this.#loops ? loop(this, this.#walk) : super[Symbol.asyncIterator]();
  }

  /** Called by abstract-level. @internal */
  _next(): Promise<Data | undefined> {
    return this.#walk.next();
  }

  /** Called by abstract-level. @internal */
  _nextv(size: number, options: object): Promise<Data[]> {
    return options === AHEAD ? this.#walk.someAhead(size) : this.#walk.many(size);
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
  readonly #loops: boolean;

  /** Iterators are made by the database. @internal */
  constructor(db: never, views: Views, options: IteratorOptions) {
    super(db, options as never);
    this.#walk = new Walk(views, options, (at) => at.value);
    this.#loops = mayReadAhead(options, ['valueEncoding']);
  }

  /** How many entries it has given out. */
  override get count(): number {
    return super.count - this.#walk.uncounted;
  }

  /** Goes through what is left; see `loop.ts`. */
  override [Symbol.asyncIterator](): AsyncGenerator<Data, void, unknown> {
    return this.#loops ? loop(this, this.#walk) : super[Symbol.asyncIterator]();
  }

  /** Called by abstract-level. @internal */
  _next(): Promise<Data | undefined> {
    return this.#walk.next();
  }

  /** Called by abstract-level. @internal */
  _nextv(size: number, options: object): Promise<Data[]> {
    return options === AHEAD ? this.#walk.someAhead(size) : this.#walk.many(size);
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
