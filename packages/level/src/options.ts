/** Options of a database, as `classic-level` has them, and what they are in JumpDB. */
import type { OpenOptions } from '@jump/db';
import type { Transcoder } from 'abstract-level';
import type { Data } from './views.ts';

/** What a database has of what abstract-level knows. */
export const SUPPORTED: Readonly<Record<string, object | boolean>> = {
  encodings: { buffer: true, utf8: true, view: true },
  has: true,
  createIfMissing: true,
  errorIfExists: true,
  explicitSnapshots: true,
  implicitSnapshots: true,
  permanence: true,
  seek: true,
  getSync: true,
  additionalMethods: {
    approximateSize: true,
    compactRange: true,
    checkpoint: true,
    stats: true,
  },
  signals: { iterators: true },
};

/** Options of a `JumpLevel`: those of `classic-level`, under its names, and JumpDB's own. */
export interface JumpLevelOptions<K, V> {
  /** The default encoding of keys: `'utf8'` unless given. */
  keyEncoding?: string | Transcoder.PartialEncoding<K> | undefined;
  /** The default encoding of values: `'utf8'` unless given. */
  valueEncoding?: string | Transcoder.PartialEncoding<V> | undefined;
  /** Whether to make a store where there is none. Default true. */
  createIfMissing?: boolean | undefined;
  /** Whether to refuse a store that is there. Default false. */
  errorIfExists?: boolean | undefined;
  /** Whether blocks are compressed, with Snappy. Default true. */
  compression?: boolean | undefined;
  /** Bytes of blocks kept in memory. */
  cacheSize?: number | undefined;
  /** Bytes of writes in memory before they become a table. */
  writeBufferSize?: number | undefined;
  /** Bytes of a block. */
  blockSize?: number | undefined;
  /** Files that are open at the same time, at most. */
  maxOpenFiles?: number | undefined;
  /** Bytes of a table. */
  maxFileSize?: number | undefined;
  /** Options of JumpDB's `open` that Level has no name for; they win. */
  jump?: Omit<OpenOptions<K, V>, 'keyEncoding' | 'valueEncoding'> | undefined;
}

/** The same without the encodings, which are Level's own affair. */
export type StoreOptions = Omit<JumpLevelOptions<never, never>, 'keyEncoding' | 'valueEncoding'>;

/** Level's options under our names. */
export function storeOptions(options: StoreOptions): OpenOptions<Data, Data> {
  const { compression, writeBufferSize, maxFileSize } = options;
  const { createIfMissing, errorIfExists, cacheSize, blockSize, maxOpenFiles } = options;
  return {
    createIfMissing,
    errorIfExists,
    cacheSize,
    blockSize,
    maxOpenFiles,
    memtableSize: writeBufferSize,
    tableSize: maxFileSize,
    ...(compression === false ? { compression: 'none' } : {}),
    ...(options.jump as object),
    keyEncoding: 'bytes',
    valueEncoding: 'bytes',
  } as OpenOptions<Data, Data>;
}
