/** Opening, destroying: where a store's parts are named and put together. */
import { bytewiseComparator, type EncodingName, JumpError, wrongType } from '@jump/base';
import type { TableSpec } from '@jump/compaction';
import { currentPath, directoryState, parseFileName, VersionSet } from '@jump/manifest';
import { BlockCache } from '@jump/sstable';
import { joinPath, memoryVfs, nodeVfs, type Vfs, type VfsLock } from '@jump/vfs';
import { createWorkerExecutor } from '#worker-executor';
import { Background } from './background/background.ts';
import { type Executor, InlineExecutor, type JobListener } from './background/executor.ts';
import { ObsoleteFiles } from './background/obsolete-files.ts';
import { withAdvice } from './damage-advice.ts';
import { JumpDB } from './db.ts';
import { LOCK_FILES, MEMORY, makeDirectory, notADirectory, resolvePath } from './directories.ts';
import type {
  NamedEncodings,
  NamedOptions,
  OwnKeyOptions,
  OwnValueOptions,
} from './encoding-types.ts';
import { Engine } from './engine.ts';
import { type OpenOptions, resolveOptions, type Settings } from './options.ts';
import { checkNames } from './read/range.ts';
import { makeInternals } from './read/readable-store.ts';
import { TableCache } from './read/table-cache.ts';
import { warmUp } from './read/warm-up.ts';
import { recoverLogs } from './recovery/recovery.ts';
import { Store } from './store.ts';
import { readFilters, tableSpec } from './table-spec.ts';
import { WriteAheadLog } from './write/write-ahead-log.ts';

/** A manifest grows as long as a memtable, at most so many bytes; then a new one is begun. */
const LONGEST_MANIFEST = 4 << 20;

/**
 * Opens a store, or makes one.
 *
 * Synchronous; recovery is done when it returns. Costs what replaying the logs costs: at most a few
 * memtables. Close the store, or what was written in the last turn may be lost at a power loss.
 *
 * @param path - a directory; without one, or with `':memory:'`, the store is in memory
 * @throws {JumpError} `JUMP_LOCKED` if it is open elsewhere, `JUMP_CORRUPTION` if it is damaged,
 *   `JUMP_NOT_FOUND`, `JUMP_EXISTS`, `JUMP_UNSUPPORTED`, `JUMP_IO`
 * @throws {TypeError} for an unknown option or one of the wrong type; `RangeError` for a number
 */
export function open<K extends EncodingName = 'utf8', V extends EncodingName = 'utf8'>(
  path?: string,
  options?: NamedOptions<OpenOptions, K, V>,
): JumpDB<NamedEncodings[K], NamedEncodings[V]>;
export function open<K, V extends EncodingName = 'utf8'>(
  path: string | undefined,
  options: OwnKeyOptions<OpenOptions, K, V>,
): JumpDB<K, NamedEncodings[V]>;
export function open<V, K extends EncodingName = 'utf8'>(
  path: string | undefined,
  options: OwnValueOptions<OpenOptions, K, V>,
): JumpDB<NamedEncodings[K], V>;
export function open<K = string, V = string>(
  path?: string,
  options?: OpenOptions<K, V>,
): JumpDB<K, V>;
export function open<K, V>(path?: string, options?: OpenOptions<K, V>): JumpDB<K, V> {
  const settings = resolveOptions(options, false);
  const engine = startStore(resolvePath(path), settings);
  return new JumpDB<K, V>(
    engine,
    makeInternals<K, V>(() => engine.store, settings),
  );
}

/** Opens or makes a store, without a facade. */
export function startStore(given: string, settings: Settings): Engine {
  const vfs = settings.vfs ?? (given === MEMORY ? memoryVfs() : nodeVfs);
  // Once: the process may change its directory, and the store must not go along.
  const directory = vfs.resolve?.(given) ?? given;
  checkDirectory(vfs, directory, settings);
  if (vfs.stat(directory) === undefined) makeDirectory(vfs, directory);
  const lock = vfs.lock(directory, { requireKernelLock: settings.requireKernelLock });
  try {
    // Once more: before the lock was ours, another process may have made a store, or taken one
    // away.
    checkDirectory(vfs, directory, settings);
    return openEngine(vfs, directory, settings, lock);
  } catch (error) {
    lock.release();
    throw withAdvice(error);
  }
}

/** Removes a store's files, and its directory if nothing else is in it; other files stay. */
export function destroy(path: string, options: { readonly vfs?: Vfs } = {}): void {
  if (path === undefined) throw wrongType('path', 'a string', path);
  checkNames(options, ['vfs']);
  const given = resolvePath(path);
  const vfs = options.vfs ?? nodeVfs;
  const directory = vfs.resolve?.(given) ?? given;
  const found = vfs.stat(directory);
  if (found === undefined) return;
  if (found.kind !== 'directory') throw notADirectory(directory);
  const lock = vfs.lock(directory);
  try {
    const names = vfs.list(directory).filter((name) => parseFileName(name) !== undefined);
    // CURRENT first: a store that is half destroyed must not open as a smaller one.
    names.sort((a, b) => Number(b === 'CURRENT') - Number(a === 'CURRENT'));
    for (const name of names) if (name !== 'LOCK') vfs.remove(joinPath(directory, name));
  } finally {
    lock.release();
  }
  for (const name of LOCK_FILES) {
    const path = joinPath(directory, name);
    if (vfs.stat(path) !== undefined) vfs.remove(path);
  }
  if (vfs.list(directory).length === 0) vfs.removeDirectory(directory);
}

function checkDirectory(vfs: Vfs, directory: string, settings: Settings): void {
  const found = vfs.stat(directory);
  if (found !== undefined && found.kind !== 'directory') throw notADirectory(directory);
  const state = directoryState(vfs, directory);
  if (state === 'store') {
    if (settings.errorIfExists) {
      throw new JumpError('JUMP_EXISTS', 'a store is there', { file: directory });
    }
    return;
  }
  if (state === 'damaged') {
    throw new JumpError(
      'JUMP_CORRUPTION',
      'there are tables or logs, but no CURRENT that names their manifest; nothing was changed, and ' +
        'repair() can make a store of them',
      { file: currentPath(directory) },
    );
  }
  if (!settings.createIfMissing) {
    throw new JumpError('JUMP_NOT_FOUND', 'no store is there', { file: directory });
  }
  if (state === 'absent') return;
  const strange = vfs.list(directory).filter(isStrange);
  if (strange.length > 0) {
    const names = strange.slice(0, 3).join(', ');
    throw new JumpError(
      'JUMP_UNSUPPORTED',
      `a directory of something else: it holds ${names}${strange.length > 3 ? ', …' : ''}`,
      { file: directory },
    );
  }
}

/** Whether a name cannot belong to an empty directory, nor to a store that was never finished. */
function isStrange(name: string): boolean {
  return (
    parseFileName(name) === undefined &&
    !name.startsWith('LOCK.owner') &&
    !name.startsWith('.') &&
    name !== 'lost+found'
  );
}

function openEngine(vfs: Vfs, directory: string, settings: Settings, lock: VfsLock): Engine {
  const { comparator } = settings;
  const guard = {
    beforeAppend: () => lock.check(),
    manifestSize: Math.min(settings.memtableSize, LONGEST_MANIFEST),
  };
  const exists = vfs.stat(currentPath(directory)) !== undefined;
  const versions = exists
    ? VersionSet.recover(vfs, directory, comparator, guard)
    : VersionSet.create(vfs, directory, comparator, guard);
  const filters = readFilters(settings);
  const cache = new BlockCache(settings.cacheSize);
  const { maxOpenFiles } = settings;
  const tables = new TableCache({ vfs, directory, comparator, filters, cache, maxOpenFiles });
  const inThread = mayUseWorker(vfs, settings);
  const store = new Store({
    vfs,
    directory,
    settings,
    lock,
    versions,
    tables,
    cache,
    shared: inThread,
  });
  const spec = tableSpec(settings);
  let log: WriteAheadLog | undefined;
  try {
    for (const table of versions.current.levels.flat()) {
      // Footer, index and filter are read and checked now; or, where other work does not hold up
      // this thread either, as soon as it has time: a large store has thousands of tables.
      if (inThread) tables.check(table);
      else tables.get(table);
    }
    const added = recoverLogs(store, spec);
    const number = versions.takeFileNumber();
    log = new WriteAheadLog(store, number, settings.logWrites);
    const { lastSequence } = store;
    // The directory, with the log and new tables in it, is synced before CURRENT names this edit.
    versions.logAndApply({ logNumber: number, previousLogNumber: 0, lastSequence, added });
    log.begin();
    store.version = versions.current;
    const engine = startEngine(store, log, spec, inThread);
    if (inThread) warmUp(store);
    return engine;
  } catch (error) {
    log?.close(true);
    tables.close();
    versions.close();
    throw error;
  }
}

/** Connects the parts of a store that recovery has made ready, and starts its background work. */
function startEngine(store: Store, log: WriteAheadLog, spec: TableSpec, inThread: boolean): Engine {
  const { vfs, settings } = store;
  const { comparator, filter } = settings;
  const obsolete = new ObsoleteFiles(store);
  obsolete.removeAll(log.number);
  const makeExecutor = (listener: JobListener, inline: boolean): Executor =>
    (inThread && !inline ? createWorkerExecutor(spec.filter, listener) : undefined) ??
    new InlineExecutor({ vfs, comparator, filter }, listener);
  const background = new Background(store, log, obsolete, spec, makeExecutor);
  const engine = new Engine(store, log, background, obsolete, spec);
  background.schedule();
  return engine;
}

/** Whether background work can go to another thread: functions cannot travel there. */
function mayUseWorker(vfs: Vfs, settings: Settings): boolean {
  return (
    settings.background === 'worker' &&
    vfs === nodeVfs &&
    vfs.capabilities.threads &&
    settings.filterName !== undefined &&
    settings.comparator === bytewiseComparator &&
    typeof SharedArrayBuffer !== 'undefined'
  );
}
