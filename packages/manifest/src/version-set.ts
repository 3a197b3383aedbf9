/**
 * The store's state and its manifest, kept in step: what is in memory is what the disk would give
 * back, edit by edit. An edit becomes current only when it is on stable storage.
 *
 * What failed once is not tried again, for nobody knows what the disk holds: the set is poisoned.
 */
import {
  bytewiseComparator,
  type Comparator,
  compareInternalKeys,
  internalRangeCompare,
  JumpError,
  type RangeCompare,
} from '@jump/base';
import { joinPath, type Vfs } from '@jump/vfs';
import { readCurrent } from './current.ts';
import { DeferredMoves } from './deferred-moves.ts';
import { currentPath } from './file-names.ts';
import { ManifestWriter } from './manifest-writer.ts';
import {
  checkFiles,
  type ManifestState,
  numbersInUse,
  readManifest,
  type TornTail,
} from './recover.ts';
import { Version } from './version.ts';
import { encodeVersionEdit, LEVELS, type VersionEdit } from './version-edit.ts';
import type { LogAndApplyOptions, LoggedEdit, VersionSetOptions } from './version-set-options.ts';

const DEFAULT_MANIFEST_SIZE = 4 << 20;

/** What a set starts with. */
interface StartingState extends ManifestState {
  readonly manifestNumber: number;
  /** Numbers that files in the directory have, and that may not be given out. */
  readonly taken: Set<number>;
}

/** The current version, the counters beside it, and the manifest that keeps them. */
export class VersionSet {
  /** The directory of the store. */
  readonly directory: string;
  /** The name of the comparator, as the manifest has it. */
  readonly comparatorName: string;
  /** What was dropped at the end of the manifest, if anything was: worth a report. */
  readonly tornTail: TornTail | undefined;
  /**
   * Whether the manifest that was read, or made by {@link VersionSet.create}, is of JumpDB's
   * making, and so the logs that it names too. LevelDB reads over what tells it: a first edit
   * without fields.
   */
  readonly ours: boolean;
  /** The highest sequence in tables; entries of logs have higher ones. Raised by edits. */
  lastSequence: number;
  /**
   * All entries up to here were on the disk, in tables or in logs, when the store was closed; 0 if
   * the manifest does not say. Logs that hold less are damaged.
   */
  readonly durableSequence: number;

  readonly #manifest: ManifestWriter;
  readonly #taken: Set<number>;
  #current: Version;
  #logNumber: number;
  #previousLogNumber: number;
  #nextFileNumber: number;
  #manifestNumber: number;
  #compactPointers: (Uint8Array | undefined)[];
  #failure: { readonly cause: unknown } | undefined;
  /** The change that was logged and not yet applied. */
  #logged: LoggedEdit | undefined;
  readonly #moves = new DeferredMoves();
  #closed = false;

  private constructor(
    vfs: Vfs,
    directory: string,
    comparatorName: string,
    options: VersionSetOptions,
    state: StartingState,
  ) {
    this.directory = directory;
    this.comparatorName = comparatorName;
    const { manifestSize = DEFAULT_MANIFEST_SIZE, beforeAppend = () => {} } = options;
    this.#manifest = new ManifestWriter(vfs, directory, manifestSize, beforeAppend);
    this.tornTail = state.tornTail;
    this.ours = state.ours;
    this.lastSequence = state.lastSequence;
    this.durableSequence = state.durableSequence;
    this.#taken = state.taken;
    this.#current = state.version;
    this.#logNumber = state.logNumber;
    this.#previousLogNumber = state.previousLogNumber;
    this.#nextFileNumber = state.nextFileNumber;
    this.#manifestNumber = state.manifestNumber;
    this.#compactPointers = state.compactPointers;
  }

  /**
   * Makes a new, empty store in a directory, which must exist and hold no store: ask
   * `directoryState` first. Its manifest and CURRENT are on stable storage when this returns.
   *
   * @param comparator - the order of user keys; a name alone stands for LevelDB's order by bytes
   */
  static create(
    vfs: Vfs,
    directory: string,
    comparator: Comparator | string = bytewiseComparator,
    options: VersionSetOptions = {},
  ): VersionSet {
    if (vfs.stat(currentPath(directory)) !== undefined) {
      throw new JumpError('JUMP_EXISTS', 'a store is there', { file: directory });
    }
    const names = vfs.list(directory);
    const set = new VersionSet(vfs, directory, nameOf(comparator), options, {
      version: Version.empty(compareOf(comparator)),
      logNumber: 0,
      previousLogNumber: 0,
      nextFileNumber: 1,
      lastSequence: 0,
      durableSequence: 0,
      compactPointers: Array<Uint8Array | undefined>(LEVELS).fill(undefined),
      tornTail: undefined,
      ours: true,
      manifestNumber: 0,
      // A creation that was cut short may have left its manifest.
      taken: numbersInUse(names, 1),
    });
    const edit = { comparator: set.comparatorName, logNumber: 0, lastSequence: 0 };
    set.#guarded(() => set.#startManifest((nextFileNumber) => [{ ...edit, nextFileNumber }]));
    return set;
  }

  /**
   * Reads the state of a store. Writes nothing: the first {@link VersionSet.logAndApply} does.
   *
   * @param comparator - the order of user keys; a name alone stands for LevelDB's order by bytes
   * @throws JUMP_NOT_FOUND without CURRENT; JUMP_CORRUPTION naming file and offset, if anything is
   *   damaged that a power loss cannot explain, or a live table is missing; JUMP_UNSUPPORTED if the
   *   store was made with another comparator
   */
  static recover(
    vfs: Vfs,
    directory: string,
    comparator: Comparator | string = bytewiseComparator,
    options: VersionSetOptions = {},
  ): VersionSet {
    const current = readCurrent(vfs, directory);
    if (current === undefined) {
      throw new JumpError('JUMP_NOT_FOUND', 'no CURRENT', { file: directory });
    }
    const path = joinPath(directory, current.name);
    if (vfs.stat(path) === undefined) {
      const message = `names ${current.name}, which is missing`;
      throw new JumpError('JUMP_CORRUPTION', message, { file: currentPath(directory) });
    }
    const name = nameOf(comparator);
    const state = readManifest(vfs, path, name, compareOf(comparator));
    const names = new Set(vfs.list(directory));
    if (options.checkTables !== false) checkFiles(vfs, directory, state, names);
    const { logNumber, previousLogNumber } = state;
    const next = Math.max(
      state.nextFileNumber,
      logNumber + 1,
      previousLogNumber + 1,
      current.number + 1,
    );
    return new VersionSet(vfs, directory, name, options, {
      ...state,
      nextFileNumber: next,
      manifestNumber: current.number,
      taken: numbersInUse(names, next),
    });
  }

  /** The live tables, now. */
  get current(): Version {
    return this.#current;
  }
  /** The oldest log that has entries which no table has; 0 for none. Older ones are obsolete. */
  get logNumber(): number {
    return this.#logNumber;
  }
  /** A log that was being flushed, of old versions of LevelDB; 0 for none. */
  get previousLogNumber(): number {
    return this.#previousLogNumber;
  }
  /** Higher than every file number given out. */
  get nextFileNumber(): number {
    return this.#nextFileNumber;
  }
  /** The number of the manifest that CURRENT names. All others are obsolete. */
  get manifestNumber(): number {
    return this.#manifestNumber;
  }
  /** Where the next compaction of each level goes on. */
  get compactPointers(): readonly (Uint8Array | undefined)[] {
    return this.#compactPointers;
  }
  /** The error that poisoned the set, if one did. */
  get failure(): unknown {
    return this.#failure?.cause;
  }

  /** Gives out a file number: never given out before, nor that of a file in the directory. */
  takeFileNumber(): number {
    while (this.#taken.delete(this.#nextFileNumber)) this.#nextFileNumber++;
    if (this.#nextFileNumber >= Number.MAX_SAFE_INTEGER) {
      const message = 'the file numbers are used up';
      throw new JumpError('JUMP_UNSUPPORTED', message, { file: this.directory });
    }
    return this.#nextFileNumber++;
  }

  /** Makes sure that a number, and those below it, are not given out. */
  markFileNumberUsed(number: number): void {
    if (number >= this.#nextFileNumber) this.#nextFileNumber = number + 1;
  }

  /**
   * Makes a change durable, then current. What the edit leaves out of log numbers and sequence is
   * filled in; its next file number is always this set's.
   *
   * @throws RangeError if the edit does not fit the current version; nothing happened then
   * @throws JUMP_IO if the disk fails: whether the change is durable is unknown, and the set is
   *   poisoned; JUMP_POISONED from then on. Delete no files then
   */
  logAndApply(edit: Partial<VersionEdit>, options: LogAndApplyOptions = {}): void {
    const logged = this.log(edit, options);
    if (!logged.synced) this.sync();
    this.apply(logged);
  }

  /**
   * Does the first part of {@link VersionSet.logAndApply}: writes a change to the manifest, and no
   * more. The manifest must then be synced, by {@link VersionSet.sync} or by another thread, and
   * the change be applied, before the next one is logged.
   *
   * @throws as {@link VersionSet.logAndApply}
   */
  log(edit: Partial<VersionEdit>, options: LogAndApplyOptions = {}): LoggedEdit {
    const pending = this.#logged !== undefined && this.#failure === undefined;
    if (pending) throw new Error('the edit before was not applied');
    const full = this.#complete(edit);
    const version = this.#current.apply(full);
    encodeVersionEdit(full); // refuses numbers that are none, before anything is written
    const synced = this.#manifest.needsNew;
    this.#guarded(() => {
      if (synced) {
        this.#startManifest((next) => [this.#snapshot(), { ...full, nextFileNumber: next }]);
      } else {
        const namesFiles = (edit.added ?? []).length > 0 || edit.logNumber !== undefined;
        const record = encodeVersionEdit({
          ...this.#moves.addTo(full),
          nextFileNumber: this.#nextFileNumber,
        });
        this.#manifest.append(record, !namesFiles || options.directorySynced === true);
      }
    });
    this.#moves.clear();
    this.#logged = { edit: full, version, synced };
    return this.#logged;
  }

  /**
   * Makes moves of tables to other levels current. The manifest gets them with the next edit: until
   * then recovery finds the tables where they were, which loses nothing.
   *
   * @throws RangeError if the edit does anything else, or does not fit
   */
  defer(edit: Partial<VersionEdit>): void {
    if (this.#logged !== undefined) throw new Error('the edit before was not applied');
    const version = this.#current.apply(edit);
    this.#moves.add(edit);
    this.#current = version;
    this.#setPointers(edit);
  }

  /** Whether the next edit will have moves with it that the manifest lacks. */
  get movesPending(): boolean {
    return this.#moves.pending;
  }

  /** Puts the manifest on stable storage. @throws JUMP_IO, and poisons, if the disk fails */
  sync(): void {
    this.#guarded(() => this.#manifest.sync());
  }

  /** Where the manifest is that edits are written to; `undefined` before the first one. */
  get manifestPath(): string | undefined {
    return this.#manifest.path;
  }

  /** Takes note that a sync of the manifest in another thread has failed. */
  fail(cause: unknown): void {
    this.#failure ??= { cause };
  }

  /** Makes a logged change current. REQUIRES: it is on stable storage. */
  apply(logged: LoggedEdit): void {
    if (this.#logged !== logged) throw new Error('the edit was not the last one logged');
    this.#logged = undefined;
    const { edit, version } = logged;
    this.#current = version;
    this.#logNumber = edit.logNumber;
    this.#previousLogNumber = edit.previousLogNumber;
    this.lastSequence = edit.lastSequence;
    this.#setPointers(edit);
  }

  /**
   * Leaves a durable mark: that all entries up to `sequence` are on the disk, in tables or in logs.
   * Nothing else in the manifest speaks of logs that are cut between two records.
   *
   * REQUIRES: an edit was applied since the set was made.
   */
  markDurable(sequence: number): void {
    this.#guarded(() => {
      this.#manifest.append(encodeVersionEdit({ lastSequence: sequence }), true);
      this.#manifest.sync();
    });
  }

  /** Closes the manifest; the set may only be read from then on. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#manifest.close();
  }

  #setPointers({ compactPointers = [] }: Partial<VersionEdit>): void {
    this.#compactPointers = this.#compactPointers.slice();
    for (const { level, key } of compactPointers) this.#compactPointers[level] = key;
  }

  /** Fills in what an edit leaves out, and refuses one that cannot be right. */
  #complete(edit: Partial<VersionEdit>) {
    const { logNumber = this.#logNumber, previousLogNumber = this.#previousLogNumber } = edit;
    if (logNumber < this.#logNumber) {
      throw new RangeError(`log number ${logNumber} after ${this.#logNumber}`);
    }
    const numbers = [logNumber, ...(edit.added ?? []).map(({ table }) => table.number)];
    for (const number of numbers) {
      if (number < this.#nextFileNumber) continue;
      throw new RangeError(`file number ${number} was never given out`);
    }
    const lastSequence = Math.max(edit.lastSequence ?? 0, this.lastSequence);
    return { ...edit, logNumber, previousLogNumber, lastSequence };
  }

  /**
   * Begins a new manifest; `records` gets the next file number, for the manifest takes one
   * itself.
   */
  #startManifest(records: (nextFileNumber: number) => Partial<VersionEdit>[]): void {
    const number = this.takeFileNumber();
    this.#manifest.start(number, [{}, ...records(this.#nextFileNumber)].map(encodeVersionEdit));
    this.#manifestNumber = number;
  }

  /** The current state as one edit. As LevelDB's, without the counters: the next edit has them. */
  #snapshot(): Partial<VersionEdit> {
    return {
      comparator: this.comparatorName,
      compactPointers: this.#compactPointers.flatMap((key, level) =>
        key === undefined ? [] : [{ level, key }],
      ),
      added: this.#current.levels.flatMap((tables, level) =>
        tables.map((table) => ({ level, table })),
      ),
    };
  }

  #guarded(step: () => void): void {
    if (this.#closed) throw new JumpError('JUMP_CLOSED', 'closed', { file: this.directory });
    if (this.#failure !== undefined) {
      const { cause } = this.#failure;
      const message = 'nothing is written after a manifest that failed';
      throw new JumpError('JUMP_POISONED', message, { file: this.directory, cause });
    }
    try {
      step();
    } catch (cause) {
      this.#failure = { cause };
      throw cause;
    }
  }
}

function nameOf(comparator: Comparator | string): string {
  return typeof comparator === 'string' ? comparator : comparator.name;
}

function compareOf(comparator: Comparator | string): RangeCompare {
  return typeof comparator === 'string' ? compareInternalKeys : internalRangeCompare(comparator);
}
