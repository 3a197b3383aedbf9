/** A batch as its users see it. */
import type { Codec } from './codec.ts';
import { WriteBatch } from './write-batch.ts';
import { type WriteOptions, wantsSync } from './write-options.ts';
import type { WritePath } from './write-path.ts';

/**
 * Collects writes that happen all or not at all. Encodes at once: later changes of a buffer change
 * nothing.
 */
export class Batch<K, V> {
  readonly #writes: WritePath;
  readonly #keys: Codec<K>;
  readonly #values: Codec<V>;
  readonly #batch = new WriteBatch();

  /** Batches are made by `batch()`. @internal */
  constructor(writes: WritePath, keys: Codec<K>, values: Codec<V>) {
    this.#writes = writes;
    this.#keys = keys;
    this.#values = values;
  }

  /** How many writes it holds. */
  get length(): number {
    return this.#batch.count;
  }

  /** Adds a write of a value; returns the batch. */
  set(key: K, value: V): this {
    this.#writes.checkOpen();
    const prepared = this.#keys.prepare(key);
    this.#batch.set(prepared, this.#values.prepare(value, prepared));
    return this;
  }

  /** Adds a deletion; returns the batch. */
  delete(key: K): this {
    this.#writes.checkOpen();
    this.#batch.delete(this.#keys.prepare(key));
    return this;
  }

  /** Forgets all writes; returns the batch. */
  clear(): this {
    this.#writes.checkOpen();
    this.#batch.clear();
    return this;
  }

  /** Makes the writes, all or none, and empties the batch, which can be used again. */
  write(options?: WriteOptions): void {
    const sync = options !== undefined && wantsSync(options);
    this.#writes.begin();
    this.#writes.commit(this.#batch, sync);
    this.#batch.clear();
  }
}
