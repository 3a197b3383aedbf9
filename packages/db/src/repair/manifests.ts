/**
 * What manifests say of a store, whole or damaged.
 *
 * A manifest that is whole says which tables are live. Of a damaged one every edit that is whole
 * still tells the truth: a table that left a level has left for ever, numbers are not used again,
 * and logs before the one that an edit names are in tables.
 */
import { type Comparator, internalRangeCompare, JumpError, reasonOf } from '@jump/base';
import { type LogItem, LogReader } from '@jump/log';
import {
  type AddedTable,
  decodeVersionEdit,
  type ManifestState,
  readCurrent,
  readManifest,
  type VersionEdit,
} from '@jump/manifest';
import type { Vfs } from '@jump/vfs';
import type { StoreFile, StoreFiles } from './store-files.ts';

/** One manifest. */
export interface ManifestFindings {
  readonly file: StoreFile;
  /** What it says, if it can be believed as a whole. */
  readonly state: ManifestState | undefined;
}

/** All of them. */
export interface Manifests {
  /** The one that CURRENT names; `undefined` if CURRENT names none. */
  readonly current: ManifestFindings | undefined;
  /** All, the newest first. */
  readonly all: readonly ManifestFindings[];
  /** Tables that some edit has taken out, and none put back. */
  readonly dead: ReadonlySet<number>;
  /** Tables that some edit has put in, and none taken out. */
  readonly added: ReadonlyMap<number, AddedTable>;
  /** Logs before this one are in tables, but for the next number. */
  readonly logNumber: number;
  readonly previousLogNumber: number;
  /** The highest sequence that any edit knows. */
  readonly lastSequence: number;
  /** Higher than every file number that any edit knows. */
  readonly nextFileNumber: number;
}

/**
 * Reads CURRENT and all manifests.
 *
 * @throws JUMP_UNSUPPORTED if one was made with another comparator, or for sequences beyond 2^53
 */
export function readManifests(
  vfs: Vfs,
  directory: string,
  files: StoreFiles,
  comparator: Comparator,
): Manifests {
  const evidence = new Evidence(comparator);
  for (const file of files.manifests) evidence.read(vfs, file);
  const all = files.manifests.map((file) => ({ file, state: stateOf(vfs, file, comparator) }));
  const named = readName(vfs, directory, files);
  const current = all.find(({ file }) => file.number === named);
  if (named !== undefined && current === undefined) {
    Object.assign(files.current!, { state: 'damaged', reason: 'names a manifest that is missing' });
  }
  return { ...evidence.sum(), current, all: all.reverse() };
}

/** The number of the manifest that CURRENT names. */
function readName(vfs: Vfs, directory: string, { current }: StoreFiles): number | undefined {
  if (current === undefined) return undefined;
  try {
    return readCurrent(vfs, directory)?.number;
  } catch (error) {
    if (!isDamage(error)) throw error;
    Object.assign(current, { state: 'damaged', reason: reasonOf(error) });
    return undefined;
  }
}

/** The state that a manifest leads to; `undefined` if it is damaged. */
function stateOf(vfs: Vfs, file: StoreFile, comparator: Comparator): ManifestState | undefined {
  try {
    const compare = internalRangeCompare(comparator);
    return readManifest(vfs, file.path, comparator.name, compare);
  } catch (error) {
    if (!isDamage(error)) throw error;
    file.notes.state = 'damaged';
    file.notes.reason = reasonOf(error);
    return undefined;
  }
}

/** A disk that refuses to be read is no damage: another attempt may find everything. */
export function isDamage(error: unknown): error is JumpError {
  return error instanceof JumpError && error.code === 'JUMP_CORRUPTION';
}

/** Adds up what edits say, in the order in which they were written. */
class Evidence {
  readonly #comparator: Comparator;
  readonly #dead = new Set<number>();
  readonly #added = new Map<number, AddedTable>();
  #logNumber = 0;
  #previousLogNumber = 0;
  #lastSequence = 0;
  #nextFileNumber = 0;

  constructor(comparator: Comparator) {
    this.#comparator = comparator;
  }

  /** Reads what is whole of a manifest, and notes what is not. */
  read(vfs: Vfs, file: StoreFile): void {
    const reader = LogReader.open({ vfs, path: file.path });
    for (const item of reader.items()) {
      const problem = this.#take(item, file);
      if (problem === undefined) continue;
      file.notes.state = 'damaged';
      file.notes.damage.push({
        offset: item.start,
        bytes: item.end - item.start,
        reason: problem,
      });
    }
  }

  sum(): Omit<Manifests, 'current' | 'all'> {
    return {
      dead: this.#dead,
      added: this.#added,
      logNumber: this.#logNumber,
      previousLogNumber: this.#previousLogNumber,
      lastSequence: this.#lastSequence,
      nextFileNumber: this.#nextFileNumber,
    };
  }

  #take(item: LogItem, { path }: StoreFile): string | undefined {
    if (item.type === 'damage') return `${item.message} (${item.reason})`;
    try {
      this.#apply(decodeVersionEdit(item.bytes, path, item.start), path, item.start);
      return undefined;
    } catch (error) {
      if (!isDamage(error)) throw error;
      return reasonOf(error);
    }
  }

  #apply(edit: VersionEdit, file: string, offset: number): void {
    const { comparator } = edit;
    if (comparator !== undefined && comparator !== this.#comparator.name) {
      const stored = comparator.length > 200 ? `${comparator.slice(0, 200)}…` : comparator;
      const message = `made with the comparator "${stored}", to be repaired with "${this.#comparator.name}"`;
      throw new JumpError('JUMP_UNSUPPORTED', message, { file, offset });
    }
    for (const { number } of edit.deleted) {
      this.#added.delete(number);
      this.#dead.add(number);
    }
    // A table that only moves to another level is taken out and put in by one edit.
    for (const added of edit.added) {
      this.#added.set(added.table.number, added);
      this.#dead.delete(added.table.number);
    }
    if ((edit.logNumber ?? 0) >= this.#logNumber) {
      this.#logNumber = edit.logNumber ?? 0;
      this.#previousLogNumber = edit.previousLogNumber ?? 0;
    }
    this.#lastSequence = Math.max(this.#lastSequence, edit.lastSequence ?? 0);
    this.#nextFileNumber = Math.max(this.#nextFileNumber, edit.nextFileNumber ?? 0);
  }
}
