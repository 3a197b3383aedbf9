/**
 * Reading a store without writing anything: no lock, no log, no replay to the disk.
 */
import { type EncodingName, JumpError, wrongType } from '@jump/base';
import { nodeVfs, type Vfs } from '@jump/vfs';
import { makeCheckpoint } from './checkpoint.ts';
import { withAdvice } from './damage-advice.ts';
import { resolvePath } from './directories.ts';
import type {
  NamedEncodings,
  NamedOptions,
  OwnKeyOptions,
  OwnValueOptions,
} from './encoding-types.ts';
import { type ReadOnlyOptions, resolveOptions, type Settings } from './options.ts';
import { ReadOnlySource } from './read/read-only-source.ts';
import { makeInternals, ReadableStore } from './read/readable-store.ts';
import { readingStats, type Stats } from './stats.ts';

/**
 * Opens a store for reading, and writes nothing at all into its directory.
 *
 * Works beside a live writer, ours or LevelDB's, and on a read-only file system. What it shows is
 * the state at this call, until `refresh()`.
 *
 * @throws {JumpError} `JUMP_NOT_FOUND` if no store is there, `JUMP_CORRUPTION` if it is damaged,
 *   `JUMP_UNSUPPORTED` for another comparator
 */
export function openReadOnly<K extends EncodingName = 'utf8', V extends EncodingName = 'utf8'>(
  path: string,
  options?: NamedOptions<ReadOnlyOptions, K, V>,
): ReadOnlyDB<NamedEncodings[K], NamedEncodings[V]>;
export function openReadOnly<K, V extends EncodingName = 'utf8'>(
  path: string,
  options: OwnKeyOptions<ReadOnlyOptions, K, V>,
): ReadOnlyDB<K, NamedEncodings[V]>;
export function openReadOnly<V, K extends EncodingName = 'utf8'>(
  path: string,
  options: OwnValueOptions<ReadOnlyOptions, K, V>,
): ReadOnlyDB<NamedEncodings[K], V>;
export function openReadOnly<K = string, V = string>(
  path: string,
  options?: ReadOnlyOptions<K, V>,
): ReadOnlyDB<K, V>;
export function openReadOnly<K, V>(
  path: string,
  options?: ReadOnlyOptions<K, V>,
): ReadOnlyDB<K, V> {
  if (path === undefined) throw wrongType('path', 'a string', path);
  const given = resolvePath(path);
  const settings = resolveOptions(options, true);
  const vfs = settings.vfs ?? nodeVfs;
  const directory = vfs.resolve?.(given) ?? given;
  return new ReadOnlyDB<K, V>(openSource(vfs, directory, settings));
}

function openSource(vfs: Vfs, directory: string, settings: Settings): ReadOnlySource {
  try {
    return new ReadOnlySource(vfs, directory, settings);
  } catch (error) {
    throw withAdvice(error);
  }
}

/** A store that is only read. Made by `openReadOnly`. */
export class ReadOnlyDB<K = string, V = string> extends ReadableStore<K, V> {
  readonly #source: ReadOnlySource;

  /** Such stores are made by `openReadOnly`. @internal */
  constructor(source: ReadOnlySource) {
    super(makeInternals<K, V>(() => source.state, source.settings));
    this.#source = source;
  }

  /** Moves to the newest state. Iterators, cursors and snapshots stay where they are. */
  refresh(): void {
    this.#source.refresh();
  }

  /** Closes all files. Idempotent; every later call throws `JUMP_CLOSED`. */
  close(): void {
    this.#source.close();
  }

  /** The same as {@link ReadOnlyDB.close}, for `using`. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** Throws `JUMP_READ_ONLY`. */
  set(_key: K, _value: V): never {
    throw this.#refusal('set');
  }

  /** Throws `JUMP_READ_ONLY`. */
  delete(_key: K): never {
    throw this.#refusal('delete');
  }

  /** Throws `JUMP_READ_ONLY`. */
  batch(): never {
    throw this.#refusal('batch');
  }

  /** Throws `JUMP_READ_ONLY`. */
  write(_operations: unknown): never {
    throw this.#refusal('write');
  }

  /** Throws `JUMP_READ_ONLY`. */
  clear(_range?: unknown): never {
    throw this.#refusal('clear');
  }

  /** Throws `JUMP_READ_ONLY`. */
  handOver(): never {
    throw this.#refusal('handOver');
  }

  /** Rejects with `JUMP_READ_ONLY`. */
  async sync(): Promise<never> {
    throw this.#refusal('sync');
  }

  /** Rejects with `JUMP_READ_ONLY`. */
  async drain(): Promise<never> {
    throw this.#refusal('drain');
  }

  /** Rejects with `JUMP_READ_ONLY`. */
  async flush(): Promise<never> {
    throw this.#refusal('flush');
  }

  /** Rejects with `JUMP_READ_ONLY`. */
  async compact(_range?: unknown, _options?: unknown): Promise<never> {
    throw this.#refusal('compact');
  }

  /**
   * Copies what this store shows into a directory that is absent or empty, as
   * `checkpoint` of `JumpDB`. A backup from beside the writer, which does not notice.
   */
  async checkpoint(directory: string): Promise<void> {
    await makeCheckpoint(this.#source.forCheckpoint(), directory);
  }

  /** Tells what was read: nothing is written here, so there are no jobs, stalls or locks. */
  stats(): Stats {
    const { state } = this.#source;
    state.checkOpen();
    return readingStats(state, this.#source.cache);
  }

  #refusal(call: string): JumpError {
    this.#source.state.checkOpen();
    return new JumpError('JUMP_READ_ONLY', `${call}: the store was opened for reading only`, {
      file: this.#source.directory,
    });
  }
}
