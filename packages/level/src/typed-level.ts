/** abstract-level's class, with the options that its types leave to each database. */
import {
  type AbstractBatchOptions,
  type AbstractChainedBatch,
  type AbstractDelOptions,
  AbstractLevel,
  type AbstractOpenOptions,
  type AbstractPutOptions,
  type Transcoder,
} from 'abstract-level';
import type { StoreOptions } from './options.ts';

/** What every write can be told. */
export interface WriteOptions {
  /** Whether the write is on the disk when its promise resolves. Default false. */
  readonly sync?: boolean | undefined;
}

/** What `open()` can be told: what the constructor can, but for the encodings. */
export type LevelOpenOptions = AbstractOpenOptions & StoreOptions;

/** What each write in a batch says. */
export interface BatchTarget<K> {
  /** The key. */
  readonly key: K;
  /** Its encoding; the database's unless given. */
  readonly keyEncoding?: string | Transcoder.PartialEncoder<K> | undefined;
  /** The sublevel that the key is in. */
  readonly sublevel?: object | undefined;
}

/** An entry that is written in a batch. */
export interface BatchPut<K, V> extends BatchTarget<K> {
  /** `'put'`. */
  readonly type: 'put';
  /** The value. */
  readonly value: V;
  /** Its encoding; the database's unless given. */
  readonly valueEncoding?: string | Transcoder.PartialEncoder<V> | undefined;
}

/** An entry that is deleted in a batch. */
export interface BatchDel<K> extends BatchTarget<K> {
  /** `'del'`. */
  readonly type: 'del';
}

type Plain<KDefault, VDefault> = AbstractLevel<string | Buffer | Uint8Array, KDefault, VDefault>;

/** A Level database whose writes can be told to wait for the disk. */
export interface TypedLevel<KDefault, VDefault> extends Plain<KDefault, VDefault> {
  /** Opens the database, if it is not open. */
  open(options?: LevelOpenOptions): Promise<void>;
  /** Writes an entry. */
  put(key: KDefault, value: VDefault): Promise<void>;
  /** Writes an entry, with encodings of its own, or to the disk. */
  put<K = KDefault, V = VDefault>(
    key: K,
    value: V,
    options: AbstractPutOptions<K, V> & WriteOptions,
  ): Promise<void>;
  /** Deletes an entry. */
  del(key: KDefault): Promise<void>;
  /** Deletes an entry; its key may have an encoding of its own. */
  del<K = KDefault>(key: K, options: AbstractDelOptions<K> & WriteOptions): Promise<void>;
  /** Makes several writes, all or none. */
  batch(operations: (BatchPut<KDefault, VDefault> | BatchDel<KDefault>)[]): Promise<void>;
  /** Makes several writes, all or none, with encodings of their own, or to the disk. */
  batch<K = KDefault, V = VDefault>(
    operations: (BatchPut<K, V> | BatchDel<K>)[],
    options: AbstractBatchOptions<K, V> & WriteOptions,
  ): Promise<void>;
  /** Begins a batch to which writes are added one by one. */
  batch(): AbstractChainedBatch<this, KDefault, VDefault>;
}

/** The class that {@link TypedLevel} describes: abstract-level's own. */
export const TypedLevel: abstract new <KDefault, VDefault>(
  ...given: ConstructorParameters<typeof AbstractLevel<string, KDefault, VDefault>>
) => TypedLevel<KDefault, VDefault> = AbstractLevel as never;
