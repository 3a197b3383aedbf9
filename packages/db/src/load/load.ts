/** Writing many entries at once, straight into tables, all of them or none. */
import { JumpError, wrongType } from '@jump/base';
import { directoryState } from '@jump/manifest';
import { nodeVfs } from '@jump/vfs';
import { MEMORY, resolvePath } from '../directories.ts';
import { NewStore } from '../new-store.ts';
import { startStore } from '../open.ts';
import { type OpenOptions, resolveOptions, type Settings } from '../options.ts';
import { Slices } from '../slices.ts';
import { tableSpec } from '../table-spec.ts';
import { makeCodec } from '../write/codec.ts';
import { BulkTables } from './bulk-tables.ts';
import { type LoadTarget, newTarget, openTarget } from './load-target.ts';

/** What {@link load} can be told: the options of `open`, and these. */
export interface LoadOptions<K = string, V = string> extends OpenOptions<K, V> {
  /** Called now and then with how many entries were taken. */
  readonly onProgress?: ((progress: { entries: number }) => void) | undefined;
  /** Gives the loading up: the promise is rejected with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What {@link load} has done. */
export interface LoadReport {
  /** Entries given. */
  readonly entries: number;
  /** Tables made of them. */
  readonly tables: number;
  /** Their bytes. */
  readonly bytes: number;
  /** Sorted runs that had to be merged; 1 if the entries came in order, or nearly so. */
  readonly runs: number;
}

/** Entries between two looks at the clock. */
const STRIDE = 128;

/**
 * Writes many entries into a store that nobody has open, or into a new one: without a log, sorted
 * in memory `memtableSize` bytes at a time, and straight into tables. Entries in ascending order
 * are written to the disk once, others twice. What is given last of a key, stays.
 *
 * All or none: an edit of the manifest, the last step, makes everything live, on stable storage.
 * Until then nobody sees any of it, and what ends the loading before leaves the store as it was.
 *
 * @param entries - `[key, value]` pairs, in any order
 * @throws {JumpError} as `open` does; TypeError for an entry that is none, or cannot be encoded;
 *   whatever `entries` throws
 */
export async function load<K = string, V = string>(
  path: string,
  entries: Iterable<readonly [K, V]> | AsyncIterable<readonly [K, V]>,
  options: LoadOptions<K, V> = {},
): Promise<LoadReport> {
  if (path === undefined) throw wrongType('path', 'a string', path);
  if (typeof options !== 'object' || options === null) {
    throw wrongType('options', 'an object', options);
  }
  const { onProgress = () => {}, signal, ...rest } = options;
  if (typeof onProgress !== 'function') throw wrongType('onProgress', 'a function', onProgress);
  if (signal !== undefined && typeof signal?.throwIfAborted !== 'function') {
    throw wrongType('signal', 'an AbortSignal', signal);
  }
  const settings = resolveOptions(rest, false);
  signal?.throwIfAborted();
  const loading = new Loading<K, V>(settings, onProgress, signal);
  const each = checkIterable(entries);
  const target = beginTarget(resolvePath(path), settings);
  return loading.into(target, each);
}

class Loading<K, V> {
  readonly #settings: Settings;
  readonly #onProgress: (progress: { entries: number }) => void;
  readonly #slices: Slices;
  readonly #signal: AbortSignal | undefined;
  #entries = 0;

  constructor(
    settings: Settings,
    onProgress: (progress: { entries: number }) => void,
    signal: AbortSignal | undefined,
  ) {
    this.#settings = settings;
    this.#onProgress = onProgress;
    this.#signal = signal;
    this.#slices = new Slices(() => signal?.throwIfAborted());
  }

  async into(
    target: LoadTarget,
    entries: Iterable<readonly [K, V]> | AsyncIterable<readonly [K, V]>,
  ): Promise<LoadReport> {
    const { vfs = nodeVfs, comparator, filter, memtableSize } = this.#settings;
    const tables = new BulkTables({
      vfs,
      directory: target.directory,
      comparator,
      table: tableSpec(this.#settings),
      filter,
      filterPolicy: () => filter,
      memtableSize,
      lastSequence: target.lastSequence,
      takeNumbers: (count) => target.takeNumbers(count),
      slices: this.#slices,
    });
    let committing = false;
    try {
      await this.#take(entries, tables);
      await tables.spill();
      const { runs } = tables;
      const made = await tables.finish();
      // A source that was told to stop may just have ended.
      this.#signal?.throwIfAborted();
      committing = true;
      target.commit(made, tables.lastSequence);
      const bytes = made.reduce((sum, { fileSize }) => sum + fileSize, 0);
      return { entries: this.#entries, tables: made.length, bytes, runs };
    } catch (error) {
      // A manifest whose writing failed may name them all the same: then they stay.
      if (!committing) tables.discard();
      target.abandon();
      throw error;
    }
  }

  async #take(
    entries: Iterable<readonly [K, V]> | AsyncIterable<readonly [K, V]>,
    tables: BulkTables,
  ): Promise<void> {
    const keys = makeCodec<K>('key', this.#settings.keyEncoding);
    const values = makeCodec<V>('value', this.#settings.valueEncoding);
    const take = (entry: readonly [K, V]): Promise<void> | undefined => {
      if (!Array.isArray(entry)) throw wrongType('an entry', 'an array [key, value]', entry);
      const [key, value] = entry;
      const prepared = keys.prepare(key);
      const full = tables.add(prepared, values.prepare(value, prepared));
      if (++this.#entries % STRIDE === 0) this.#onProgress({ entries: this.#entries });
      if (full) return tables.spill();
      return this.#entries % STRIDE === 0 ? this.#slices.pause() : undefined;
    };
    // Not `for await` for both: it would cost an array in memory a promise for each entry.
    if (Symbol.iterator in entries) {
      for (const entry of entries) {
        const pause = take(entry);
        if (pause !== undefined) await pause;
      }
    } else {
      for await (const entry of entries) {
        const pause = take(entry);
        if (pause !== undefined) await pause;
      }
    }
    this.#onProgress({ entries: this.#entries });
  }
}

function checkIterable<T extends object>(entries: T): T {
  const given = entries as Partial<Iterable<unknown> & AsyncIterable<unknown>> | undefined;
  const iterable =
    typeof given?.[Symbol.iterator] === 'function' ||
    typeof given?.[Symbol.asyncIterator] === 'function';
  if (iterable && typeof entries !== 'string') return entries;
  throw wrongType('entries', 'an iterable of [key, value]', entries);
}

function beginTarget(given: string, settings: Settings): LoadTarget {
  const { vfs = nodeVfs, createIfMissing, compaction } = settings;
  if (given === MEMORY && settings.vfs === undefined) {
    throw new RangeError('path must name a directory: a store in memory would be gone at once');
  }
  const directory = vfs.resolve?.(given) ?? given;
  const state =
    vfs.stat(directory)?.kind === 'directory' ? directoryState(vfs, directory) : 'absent';
  if (state === 'absent' || state === 'empty') {
    if (createIfMissing) return newTarget(NewStore.begin(vfs, directory), settings);
    throw new JumpError('JUMP_NOT_FOUND', 'no store is there', { file: directory });
  }
  // No merges: their outputs could overlap the tables to come.
  const { name, manual } = compaction;
  const idle = { name, level0: compaction.level0, pick: () => undefined, manual };
  const quiet = {
    ...settings,
    createIfMissing: false,
    background: 'inline',
    compaction: idle,
  } as const;
  return openTarget(startStore(given, quiet));
}
