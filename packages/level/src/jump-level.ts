/** The database, as abstract-level wants it. */
import { destroy, type GetOptions, type JumpDB, open, repair, type Stats } from '@jump/db';
import type { Transcoder } from 'abstract-level';
import type { BatchOperation } from './batch-writer.ts';
import { clearRange } from './clear-range.ts';
import { LevelError, levelError, withLevelErrors } from './errors.ts';
import { LevelIterator, LevelKeyIterator, LevelValueIterator } from './level-iterator.ts';
import { innerSnapshot, LevelSnapshot } from './level-snapshot.ts';
import { type JumpLevelOptions, SUPPORTED, storeOptions } from './options.ts';
import type { RangeOptions } from './range.ts';
import { TypedLevel } from './typed-level.ts';
import { type Data, type Format, toBytes, Views } from './views.ts';
import type { IteratorOptions } from './walk.ts';

/** What a write can be told. */
interface WriteOptions {
  readonly sync?: boolean;
  readonly keyEncoding?: Format;
  readonly valueEncoding?: Format;
}

/** What a read can be told. */
interface ReadOptions {
  readonly keyEncoding?: Format;
  readonly valueEncoding?: Format;
  readonly snapshot?: unknown;
}

/** How the keys of a range are written. */
export interface KeyOptions<K> {
  /** Their encoding; the database's unless given. */
  readonly keyEncoding?: string | Transcoder.PartialEncoder<K> | undefined;
}

/**
 * A Level database on JumpDB's files, which are LevelDB's: it opens what `level` and `classic-level`
 * have written, and they open what it has.
 *
 * A write is in the operating system when its promise resolves, as with LevelDB; those of one
 * moment are handed over together. `{ sync: true }`: it is on the disk.
 */
export class JumpLevel<KDefault = string, VDefault = string> extends TypedLevel<
  KDefault,
  VDefault
> {
  /** Where the store is. */
  readonly location: string;
  #views: Views | undefined;
  #handedOver: Promise<void> | undefined;

  /**
   * Makes the database; it opens by itself.
   *
   * @param location - a directory, or `':memory:'`
   * @throws TypeError for a location that is none
   */
  constructor(location: string, options?: JumpLevelOptions<KDefault, VDefault>) {
    if (typeof location !== 'string' || location === '') {
      throw new TypeError("The first argument 'location' must be a non-empty string");
    }
    super(SUPPORTED, options as never);
    this.location = location;
  }

  /** Removes a store, and no files but its own. */
  static async destroy(location: string): Promise<void> {
    withLevelErrors(() => destroy(location));
  }

  /** Makes a store of what is whole of a damaged one, in its place; the old files go to `lost`. */
  static async repair(location: string): Promise<void> {
    try {
      await repair(location, { inPlace: true });
    } catch (error) {
      throw levelError(error);
    }
  }

  /** Called by abstract-level. @internal */
  async _open(options: JumpLevelOptions<KDefault, VDefault>): Promise<void> {
    this.#views = new Views(withLevelErrors(() => open(this.location, storeOptions(options))));
  }

  /** Called by abstract-level. @internal */
  async _close(): Promise<void> {
    withLevelErrors(() => this.#views?.db.close());
  }

  /** Called by abstract-level. @internal */
  async _get(key: Data, options: ReadOptions): Promise<Data | undefined> {
    return this._getSync(key, options);
  }

  /** Called by abstract-level. @internal */
  _getSync(key: Data, options: ReadOptions): Data | undefined {
    return withLevelErrors(() => this.#view(options).get(key, within(options)));
  }

  /** Called by abstract-level. @internal */
  async _getMany(keys: Data[], options: ReadOptions): Promise<(Data | undefined)[]> {
    return withLevelErrors(() => this.#view(options).getMany(keys, within(options)));
  }

  /** Called by abstract-level. @internal */
  async _has(key: Data, options: ReadOptions): Promise<boolean> {
    return withLevelErrors(() => this.#view(options).has(key, within(options)));
  }

  /** Called by abstract-level. @internal */
  async _hasMany(keys: Data[], options: ReadOptions): Promise<boolean[]> {
    const view = this.#view(options);
    const at = within(options);
    // All in one turn, in which nothing else is written.
    return withLevelErrors(() => keys.map((key) => view.has(key, at)));
  }

  /** Called by abstract-level. @internal */
  _put(key: Data, value: Data, options: WriteOptions): Promise<void> {
    return this.#write(options, () => this.#view(options).set(key, value));
  }

  /** Called by abstract-level. @internal */
  _del(key: Data, options: WriteOptions): Promise<void> {
    return this.#write(options, () => this.#view(options).delete(key));
  }

  /** Called by abstract-level. @internal */
  _batch(operations: readonly BatchOperation[], options: WriteOptions): Promise<void> {
    return this.#write(options, () => this.#opened.write(operations));
  }

  /** Called by abstract-level. @internal */
  _clear(options: RangeOptions): Promise<void> {
    return this.#write({}, () => clearRange(this.#opened, options));
  }

  /** Called by abstract-level. @internal */
  _iterator(options: IteratorOptions): LevelIterator {
    return new LevelIterator(this as never, this.#opened, options);
  }

  /** Called by abstract-level. @internal */
  _keys(options: IteratorOptions): LevelKeyIterator {
    return new LevelKeyIterator(this as never, this.#opened, options);
  }

  /** Called by abstract-level. @internal */
  _values(options: IteratorOptions): LevelValueIterator {
    return new LevelValueIterator(this as never, this.#opened, options);
  }

  /** Called by abstract-level. @internal */
  _snapshot(options: object): LevelSnapshot {
    return new LevelSnapshot(
      withLevelErrors(() => this.#bytes.snapshot()),
      options,
    );
  }

  /** Estimates the bytes on the disk from one key to before another. */
  async approximateSize<K = KDefault>(start: K, end: K, options?: KeyOptions<K>): Promise<number> {
    const range = await this.#range('approximateSize', start, end, options);
    return withLevelErrors(() => this.#bytes.approximateSize(range));
  }

  /** Merges a range of keys down, so that it takes no more room than it must. */
  async compactRange<K = KDefault>(start: K, end: K, options?: KeyOptions<K>): Promise<void> {
    const { gte, lt } = await this.#range('compactRange', start, end, options);
    await this.#bytes.compact({ gte, lte: lt }).catch(rethrow);
  }

  /** Makes a consistent copy in another directory, while the database is used. */
  async checkpoint(directory: string): Promise<void> {
    await this.#ready('checkpoint');
    await this.#bytes.checkpoint(directory).catch(rethrow);
  }

  /** What there is to say about the store; the database must be open. */
  stats(): Stats {
    return this.#bytes.stats();
  }

  async #range<K>(
    method: string,
    start: K,
    end: K,
    options?: KeyOptions<K>,
  ): Promise<{ gte: Data; lt: Data }> {
    if (start === undefined || end === undefined) {
      throw new TypeError("The arguments 'start' and 'end' are required");
    }
    await this.#ready(method);
    const encoding = this.keyEncoding(options?.keyEncoding as never);
    const bound = (key: K): Data => {
      const prefixed = encoding.encode(key as never) as Data;
      return toBytes(this.prefixKey(prefixed as never, encoding.format as never) as Data);
    };
    return { gte: bound(start), lt: bound(end) };
  }

  async #ready(method: string): Promise<void> {
    if (this.status === 'opening') await this.deferAsync(async () => undefined);
    if (this.status !== 'open') {
      throw new LevelError(
        'LEVEL_DATABASE_NOT_OPEN',
        `Database is not open: cannot call ${method}()`,
      );
    }
  }

  get #opened(): Views {
    return this.#views!;
  }

  get #bytes(): JumpDB<Data, Data> {
    if (this.#views === undefined || this.status !== 'open') {
      throw new LevelError('LEVEL_DATABASE_NOT_OPEN', 'Database is not open');
    }
    return this.#views.db;
  }

  #view({ keyEncoding, valueEncoding }: ReadOptions): JumpDB<Data, Data> {
    return this.#opened.of(keyEncoding, valueEncoding);
  }

  /** Writes; resolves when all writes of this moment are with the system, or on the disk. */
  #write({ sync }: WriteOptions, step: () => void): Promise<void> {
    try {
      step();
    } catch (error) {
      return Promise.reject(levelError(error));
    }
    if (sync === true) return this.#opened.db.sync().catch(rethrow);
    this.#handedOver ??= this.#handOver();
    return this.#handedOver;
  }

  async #handOver(): Promise<void> {
    await undefined;
    this.#handedOver = undefined;
    withLevelErrors(() => this.#opened.db.handOver());
  }
}

function rethrow(error: unknown): never {
  throw levelError(error);
}

/** The snapshot that is to be read, if any. */
function within({ snapshot }: ReadOptions): GetOptions<Data, Data> | undefined {
  const inner = innerSnapshot(snapshot);
  return inner === undefined ? undefined : { snapshot: inner };
}
