/** The store as its users see it: every method checks, delegates, and returns. */
import { type EncodingName, wrongType } from '@jump/base';
import { makeCheckpoint } from './checkpoint.ts';
import type {
  NamedEncodings,
  NamedOptions,
  OwnKeyOptions,
  OwnValueOptions,
} from './encoding-types.ts';
import type { Engine } from './engine.ts';
import { type OpenOptions, resolveEncodings } from './options.ts';
import { checkNames, type KeyRange, RANGE_NAMES, resolveRange } from './read/range.ts';
import { type Internals, makeInternals, ReadableStore } from './read/readable-store.ts';
import { collectStats, type Stats } from './stats.ts';
import { Batch } from './write/batch.ts';
import { clearRange } from './write/clear.ts';
import { WriteBatch } from './write/write-batch.ts';
import { type WriteOptions, wantsSync } from './write/write-options.ts';

/** One of many writes that are made together. */
export type Operation<K, V> =
  | {
      /** Sets the value of a key. */
      readonly type: 'set';
      /** The key. */
      readonly key: K;
      /** Its value. */
      readonly value: V;
    }
  | {
      /** Deletes a key. */
      readonly type: 'delete';
      /** The key. */
      readonly key: K;
    };

/** How a manual compaction tells of itself, and is given up. */
export interface CompactOptions {
  /** Called with bytes: `done` of about `total`. */
  readonly onProgress?: ((progress: { done: number; total: number }) => void) | undefined;
  /** Gives the compaction up: the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** An open store of keys of K and values of V, in the order of the keys. Made by `open`. */
export class JumpDB<K = string, V = string> extends ReadableStore<K, V> {
  readonly #engine: Engine;
  readonly #internals: Internals<K, V>;
  /** For single writes; reused. */
  readonly #batch = new WriteBatch();

  /** Stores are made by `open`. @internal */
  constructor(engine: Engine, internals: Internals<K, V>) {
    super(internals);
    this.#engine = engine;
    this.#internals = internals;
  }

  /**
   * Gives out the same store under other encodings: both write and read the same bytes, and are
   * closed together. Costs next to nothing; snapshots of one are good for the other.
   *
   * @throws TypeError if an encoding is none
   */
  withEncodings<K2 extends EncodingName = 'utf8', V2 extends EncodingName = 'utf8'>(
    encodings?: NamedOptions<object, K2, V2>,
  ): JumpDB<NamedEncodings[K2], NamedEncodings[V2]>;
  withEncodings<K2, V2 extends EncodingName = 'utf8'>(
    encodings: OwnKeyOptions<object, K2, V2>,
  ): JumpDB<K2, NamedEncodings[V2]>;
  withEncodings<V2, K2 extends EncodingName = 'utf8'>(
    encodings: OwnValueOptions<object, K2, V2>,
  ): JumpDB<NamedEncodings[K2], V2>;
  withEncodings<K2 = string, V2 = string>(
    encodings?: Pick<OpenOptions<K2, V2>, 'keyEncoding' | 'valueEncoding'>,
  ): JumpDB<K2, V2>;
  withEncodings<K2, V2>(
    encodings: Pick<OpenOptions<K2, V2>, 'keyEncoding' | 'valueEncoding'> = {},
  ): JumpDB<K2, V2> {
    const engine = this.#engine;
    const { settings } = engine.store;
    const chosen = resolveEncodings(encodings);
    return new JumpDB<K2, V2>(
      engine,
      makeInternals<K2, V2>(
        () => engine.store,
        { ...settings, ...chosen },
        this.#internals.identity,
      ),
    );
  }

  /** Sets the value of a key. Costs under two microseconds; see `logWrites` for what it survives. */
  set(key: K, value: V, options?: WriteOptions): void {
    const { keys, values } = this.#internals;
    const { writes } = this.#engine;
    const sync = options !== undefined && wantsSync(options);
    const preparedKey = keys.prepare(key);
    const preparedValue = values.prepare(value, preparedKey);
    writes.begin();
    const batch = this.#batch;
    batch.clear();
    batch.set(preparedKey, preparedValue);
    writes.commit(batch, sync);
  }

  /** Deletes a key; an absent one is not an error. */
  delete(key: K, options?: WriteOptions): void {
    const { writes } = this.#engine;
    const sync = options !== undefined && wantsSync(options);
    const prepared = this.#internals.keys.prepare(key);
    writes.begin();
    const batch = this.#batch;
    batch.clear();
    batch.delete(prepared);
    writes.commit(batch, sync);
  }

  /** Begins a batch: many writes that happen all or not at all. */
  batch(...nothing: never[]): Batch<K, V> {
    if (nothing.length > 0) {
      throw new TypeError('batch() takes no arguments; write(operations) writes many at once');
    }
    this.#engine.store.checkWritable();
    const { keys, values } = this.#internals;
    return new Batch<K, V>(this.#engine.writes, keys, values);
  }

  /** Makes many writes, all or none. @throws TypeError for an operation that is none */
  write(operations: Iterable<Operation<K, V>>, options?: WriteOptions): void {
    const batch = this.batch();
    if (typeof operations?.[Symbol.iterator] !== 'function') {
      throw wrongType('operations', 'iterable', operations);
    }
    for (const operation of operations) {
      if (operation?.type === 'set') batch.set(operation.key, operation.value);
      else if (operation?.type === 'delete') batch.delete(operation.key);
      else
        throw wrongType(
          "an operation's type",
          "'set' or 'delete'",
          (operation as unknown as { type: unknown } | undefined)?.type,
        );
    }
    batch.write(options);
  }

  /**
   * Deletes all keys of a range, in chunks, not atomically. Tables inside the range go without
   * being read, and so do most blocks of those that lose much: their room is free at once.
   */
  clear(range?: KeyRange<K>): void {
    this.#engine.store.checkWritable();
    clearRange(this.#engine, resolveRange(range, this.#internals.order, RANGE_NAMES));
  }

  /** Gives everything written so far to the operating system: it survives the process. */
  handOver(): void {
    this.#engine.store.checkWritable();
    this.#engine.log.handOver();
  }

  /**
   * Resolves when everything written before is on stable storage; calls of one moment share a
   * flush.
   */
  async sync(): Promise<void> {
    this.#engine.store.checkWritable();
    await this.#engine.log.sync();
  }

  /** Resolves when a write would not have to wait for background work. */
  async drain(): Promise<void> {
    this.#engine.store.checkWritable();
    await this.#engine.background.drain();
  }

  /** Resolves when everything written so far is in tables. */
  async flush(): Promise<void> {
    this.#engine.store.checkWritable();
    await this.#engine.background.flush();
  }

  /** Merges a range down to one sorted run: removes what was deleted and overwritten. */
  async compact(range?: KeyRange<K>, options: CompactOptions = {}): Promise<void> {
    const { store, background } = this.#engine;
    store.checkWritable();
    const bounds = resolveRange(range, this.#internals.order, RANGE_NAMES);
    const { onProgress, signal } = checkCompactOptions(options);
    signal?.throwIfAborted();
    const givenUp = new AbortController();
    const giveUp = (): void => givenUp.abort(signal?.reason);
    signal?.addEventListener('abort', giveUp);
    let total = store.version.levels.flat().reduce((sum, table) => sum + table.fileSize, 0);
    const tell = (done: number): void => {
      if (givenUp.signal.aborted) return;
      total = Math.max(total, done);
      try {
        onProgress?.({ done, total });
      } catch (error) {
        // Not the job's failure, and not that of the write during which it is told.
        givenUp.abort(error);
      }
    };
    const { lower: smallest, upper: largest } = bounds;
    try {
      const ended = background.compact({ smallest, largest }, tell, givenUp.signal);
      await orAborted(ended, givenUp.signal);
    } finally {
      signal?.removeEventListener('abort', giveUp);
    }
    onProgress?.({ done: total, total });
  }

  /**
   * Copies the store, as it is at this call, into a directory that is absent or empty; resolves
   * when the copy is on stable storage and can be opened. Writing goes on meanwhile.
   *
   * Tables get a second name there where the file system has hard links, and are copied where not;
   * what is in no table yet becomes one in the copy. So it costs no room to begin with, and the
   * time to write what the memtables hold. Works on a poisoned store too. A store in memory that
   * was opened without a `vfs` goes to Node's file system.
   *
   * @throws {JumpError} `JUMP_EXISTS` if the directory is not empty, `JUMP_UNSUPPORTED` if it lies in
   *   that of the store, `JUMP_CLOSED` if the store is closed meanwhile, `JUMP_IO`; nothing is left
   *   behind, and the store is as it was
   */
  async checkpoint(directory: string): Promise<void> {
    const { store } = this.#engine;
    const { vfs, directory: own, settings } = store;
    await makeCheckpoint({ source: store, vfs, directory: own, settings }, directory);
  }

  /** Tells how the store is doing. Cheap, but not free: adds up tables and filters. */
  stats(): Stats {
    this.#engine.store.checkOpen();
    return collectStats(this.#engine);
  }

  /**
   * Closes the store: hands over, flushes the log to the disk, stops background work, unlocks.
   *
   * Synchronous and idempotent. Pending `sync()` calls are fulfilled, pending `flush()` and `compact()`
   * rejected with `JUMP_CLOSED`. More than a mebibyte in memory becomes a table first, which takes
   * about a microsecond an entry, and saves the next opening three times as long.
   *
   * @throws {JumpError} if the last writes could not be made durable; everything is released then
   * too
   */
  close(): void {
    this.#engine.close();
  }

  /** The same as {@link JumpDB.close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }
}

function checkCompactOptions(options: CompactOptions): CompactOptions {
  if (typeof options !== 'object' || options === null) {
    throw wrongType('options', 'an object', options);
  }
  checkNames(options, ['onProgress', 'signal']);
  const { onProgress, signal } = options;
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw wrongType('onProgress', 'a function', onProgress);
  }
  if (signal !== undefined && typeof signal?.throwIfAborted !== 'function') {
    throw wrongType('signal', 'an AbortSignal', signal);
  }
  return options;
}

/** Waits for a promise, or for a signal that gives it up. */
function orAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
