/**
 * The states of a store that is read beside its writer.
 *
 * A live writer may change the directory meanwhile. So everything is opened (and open files can be
 * read on when they are removed), the logs are replayed in memory, and then CURRENT and the
 * manifest are read once more: if they say the same as before, the files belonged together; if not,
 * all begins anew.
 */
import {
  type Comparator,
  internalRangeCompare,
  JumpError,
  type RangeCompare,
  rangeCompare,
} from '@jump/base';
import type { Version, VersionSet } from '@jump/manifest';
import { BlockCache } from '@jump/sstable';
import { joinPath, type Vfs } from '@jump/vfs';
import type { CheckpointSource } from '../checkpoint.ts';
import { tell } from '../events.ts';
import type { Settings } from '../options.ts';
import { replay } from '../recovery/recovery.ts';
import { sleep } from '../sleep.ts';
import { readFilters } from '../table-spec.ts';
import { Memtable } from '../write/memtable.ts';
import { HeldFiles } from './held-files.ts';
import { ATTEMPTS, checkStore, readVersions, sameFiles, withComparator } from './live-directory.ts';
import { Pins } from './pins.ts';
import type { ReadSource } from './read-path.ts';
import { TableCache } from './table-cache.ts';

/** How long a log with an unfinished record is watched for a live writer. */
const PAUSES_MS = [1, 2, 5, 10, 20, 40, 80, 160, 320];

/** What was read at one moment. */
class State implements ReadSource {
  readonly active: Memtable;
  readonly immutable = undefined;
  readonly version: Version;
  readonly tables: TableCache;
  readonly compareUser: RangeCompare;
  readonly compareInternal: RangeCompare;
  readonly pins: Pins = new Pins(
    () => {},
    () => this.#release(),
  );
  lastSequence = 0;
  readonly readsPerLook: number = Number.POSITIVE_INFINITY;
  readonly #files: HeldFiles | undefined;
  #retired = false;
  #closed = false;

  /** @param files - where the tables are read from, if more than can be open are live */
  constructor(
    version: Version,
    tables: TableCache,
    files: HeldFiles | undefined,
    memtable: Memtable,
    comparator: Comparator,
  ) {
    this.version = version;
    this.tables = tables;
    this.#files = files;
    this.active = memtable;
    this.compareUser = rangeCompare(comparator);
    this.compareInternal = internalRangeCompare(comparator);
  }

  onReads(): void {
    // Nothing is ever merged here.
  }

  checkOpen(): void {
    if (this.#closed) throw new JumpError('JUMP_CLOSED', 'the store is closed');
  }

  /** Closes the files once no reader needs them. */
  retire(): void {
    this.#retired = true;
    this.#release();
  }

  close(): void {
    this.#closed = true;
    this.#closeFiles();
  }

  #release(): void {
    if (this.#retired && this.pins.size === 0) this.#closeFiles();
  }

  #closeFiles(): void {
    this.tables.close();
    this.#files?.close();
  }
}

/** What a replay has dropped. */
interface Loss {
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
}

/** A directory that is read, and its newest known state. */
export class ReadOnlySource {
  readonly directory: string;
  state: State;
  readonly settings: Settings;
  readonly #vfs: Vfs;
  readonly cache: BlockCache;
  /** States that iterators and snapshots may still read. */
  #older: WeakRef<State>[] = [];

  constructor(vfs: Vfs, directory: string, settings: Settings) {
    this.#vfs = vfs;
    this.directory = directory;
    this.cache = new BlockCache(settings.cacheSize);
    checkStore(vfs, directory);
    this.settings = withComparator(vfs, directory, settings);
    this.state = this.#load();
  }

  refresh(): void {
    this.state.checkOpen();
    const next = this.#load();
    const old = this.state;
    this.state = next;
    this.#older = this.#older.filter((one) => one.deref() !== undefined);
    this.#older.push(new WeakRef(old));
    old.retire();
  }

  /** What a checkpoint of the newest known state reads. */
  forCheckpoint(): CheckpointSource {
    const { state, directory } = this;
    return { source: state, vfs: this.#vfs, directory, settings: this.settings };
  }

  close(): void {
    for (const one of this.#older) one.deref()?.close();
    this.#older = [];
    this.state.close();
  }

  /** Reads the newest state; tries again while a writer changes it. */
  #load(): State {
    let failure: unknown;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const before = this.#recover();
      const logs = this.#logSizes();
      const losses: Loss[] = [];
      try {
        const state = this.#read(before, losses);
        const quiet = losses.length === 0 || this.#staysAsItIs(logs);
        if (quiet && sameFiles(before, this.#recover())) {
          for (const { file, offset, bytes } of losses) {
            tell(this.settings.onEvent, { type: 'recoveryLoss', file, offset, bytes });
          }
          return state;
        }
        state.close();
      } catch (error) {
        // A file that a writer has removed meanwhile, a record that it has just finished; or real
        // damage, if nothing has changed.
        if (!(error instanceof JumpError)) throw error;
        if (sameFiles(before, this.#recover()) && logs === this.#logSizes()) throw asDamage(error);
        failure = error;
      }
    }
    if (failure instanceof JumpError && failure.code === 'JUMP_CORRUPTION') throw failure;
    throw new JumpError('JUMP_IO', `changed during each of ${ATTEMPTS} attempts to read it`, {
      file: this.directory,
      cause: failure,
    });
  }

  #recover(): VersionSet {
    return readVersions(this.#vfs, this.directory, this.settings.comparator);
  }

  /** Names and sizes of the logs, now. */
  #logSizes(): string {
    const names = this.#vfs.list(this.directory).filter((name) => name.endsWith('.log'));
    const sizes = names.map((name) => this.#vfs.stat(joinPath(this.directory, name))?.size);
    return names.map((name, i) => `${name} ${sizes[i]}`).join();
  }

  /**
   * Tells whether the logs are left alone for a while. An unfinished record is lost if its writer
   * is dead, and nothing but unfinished if the writer was interrupted in the middle of it.
   */
  #staysAsItIs(logs: string): boolean {
    for (const ms of PAUSES_MS) {
      sleep(ms);
      if (this.#logSizes() !== logs) return false;
    }
    return true;
  }

  #read(versions: VersionSet, losses: Loss[]): State {
    const { comparator, maxOpenFiles } = this.settings;
    const live = versions.current.levels.flat();
    // More than are to be in memory: their files are opened, what is in them is read when needed.
    const files = live.length > maxOpenFiles ? new HeldFiles(this.#vfs) : undefined;
    const tables = new TableCache({
      vfs: files?.vfs ?? this.#vfs,
      directory: this.directory,
      comparator,
      filters: readFilters(this.settings),
      cache: this.cache,
      maxOpenFiles,
      codecs: this.settings.codecs,
    });
    try {
      for (const table of live) {
        if (files === undefined) tables.get(table);
        else tables.check(table);
      }
      const memtable = new Memtable({ comparator, shared: false, size: 65536 });
      const state = new State(versions.current, tables, files, memtable, comparator);
      state.lastSequence = replay(
        this.#vfs,
        this.directory,
        versions,
        this.settings.recovery,
        () => memtable,
        () => {},
        (file, offset, bytes) => losses.push({ file, offset, bytes }),
      );
      return state;
    } catch (error) {
      tables.close();
      files?.close();
      throw error;
    }
  }
}

/** A table that the manifest names and that is not there is damage, as it is for `open`. */
function asDamage(error: JumpError): JumpError {
  const { systemCode, file } = error;
  if (systemCode !== 'ENOENT') return error;
  const message = 'is missing, and the manifest names it';
  return new JumpError('JUMP_CORRUPTION', message, { file, cause: error });
}
