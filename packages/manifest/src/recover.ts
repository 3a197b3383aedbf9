/**
 * Reads a manifest: from its edits to the state that they lead to. Writes nothing.
 *
 * Strict: the manifest is small, and everything hangs on it. Damage with a whole edit behind it is
 * corruption. Damage at the end may be an edit whose writing was cut short by a power loss, in any
 * pattern of sectors; the state in front of it is the right one if that edit was never acted upon:
 * its files still exist. If one is missing, the edit had been durable, and this is corruption too.
 * (LevelDB reads over a flipped length byte there and loses what the edit said, in silence.)
 */
import { compareBytes, corruption, JumpError, type RangeCompare } from '@jump/base';
import { type LogDamage, type LogDamageReason, LogReader } from '@jump/log';
import { joinPath, type Vfs } from '@jump/vfs';
import { logName, oldTableName, parseFileName, tableName } from './file-names.ts';
import { Version } from './version.ts';
import {
  type AddedTable,
  decodeVersionEdit,
  isDurableMark,
  LEVELS,
  type VersionEdit,
} from './version-edit.ts';

/**
 * The end of a manifest that was dropped: an edit that was, as far as one can see, never finished.
 */
export interface TornTail {
  /** The manifest. */
  readonly file: string;
  /** Where the dropped part begins. */
  readonly offset: number;
  /** How long it is. */
  readonly bytes: number;
  /** How it looked. */
  readonly reason: LogDamageReason;
}

/** What a manifest says. */
export interface ManifestState {
  /** The live tables. */
  readonly version: Version;
  /** The oldest log that has entries which no table has; 0 for none. */
  readonly logNumber: number;
  /** A log that was being flushed, of old versions of LevelDB; 0 for none. */
  readonly previousLogNumber: number;
  /** Higher than every file number in use when the last edit was written. */
  readonly nextFileNumber: number;
  /** The highest sequence that was in use then. */
  readonly lastSequence: number;
  /** All entries up to here were on the disk, as the last durable mark says; 0 without one. */
  readonly durableSequence: number;
  /** The compaction pointer of each level. */
  readonly compactPointers: (Uint8Array | undefined)[];
  /** What was dropped at the end. */
  readonly tornTail: TornTail | undefined;
  /**
   * Whether JumpDB made the manifest: it begins with an edit without fields, as no other writer's
   * does.
   */
  readonly ours: boolean;
}

/**
 * Reads a manifest.
 *
 * @throws JUMP_CORRUPTION naming file and offset; JUMP_UNSUPPORTED if the comparator is another one
 */
export function readManifest(
  vfs: Vfs,
  path: string,
  comparatorName: string,
  compare: RangeCompare,
): ManifestState {
  const state = new StateBuilder(path, comparatorName);
  const reader = LogReader.open({ vfs, path });
  let damage: LogDamage | undefined;
  let ours: boolean | undefined;
  for (const item of reader.items()) {
    if (damage !== undefined) throw reader.corruption(damage);
    if (item.type === 'damage') damage = item;
    else {
      ours ??= item.bytes.length === 0;
      state.add(decodeVersionEdit(item.bytes, path, item.start), item.start);
    }
  }
  return { ...state.finish(compare, damage), ours: ours === true };
}

/**
 * Checks that the files which a state needs are there: each live table, with the size that the
 * manifest says; behind a torn tail its logs too.
 *
 * @throws JUMP_CORRUPTION naming the file
 */
export function checkFiles(
  vfs: Vfs,
  directory: string,
  state: ManifestState,
  names: ReadonlySet<string>,
): void {
  for (const tables of state.version.levels) {
    for (const { number, fileSize } of tables) {
      const name = names.has(tableName(number)) ? tableName(number) : oldTableName(number);
      const path = joinPath(directory, name);
      const stat = names.has(name) ? vfs.stat(path) : undefined;
      if (stat === undefined) {
        throw missing(joinPath(directory, tableName(number)), 'table', state.tornTail);
      }
      if (stat.kind !== 'file' || stat.size !== fileSize) {
        const what = stat.kind === 'file' ? `${stat.size} bytes` : `a ${stat.kind}`;
        throw corruption(path, undefined, `${what}, the manifest says ${fileSize} bytes`);
      }
    }
  }
  if (state.tornTail === undefined) return;
  for (const number of [state.logNumber, state.previousLogNumber]) {
    if (number === 0 || names.has(logName(number))) continue;
    throw missing(joinPath(directory, logName(number)), 'log', state.tornTail);
  }
}

function missing(path: string, what: string, tail: TornTail | undefined): JumpError {
  if (tail === undefined) {
    return corruption(path, undefined, `the ${what} is missing, the manifest names it`);
  }
  // The edit that stood there had been durable: files were removed because of it.
  const damage = `damaged from here on (${tail.reason})`;
  const message = `${damage}, and ${path}, which the edits before it name, is missing`;
  return corruption(tail.file, tail.offset, message);
}

/** Applies edits one after the other; the invariants of levels are checked once, at the end. */
class StateBuilder {
  readonly #file: string;
  readonly #comparatorName: string;
  readonly #tables = new Map<number, AddedTable>();
  readonly #compactPointers = Array<Uint8Array | undefined>(LEVELS).fill(undefined);
  #comparatorSeen = false;
  #logNumber: number | undefined;
  #previousLogNumber = 0;
  #nextFileNumber: number | undefined;
  #lastSequence: number | undefined;
  #durableSequence = 0;

  constructor(file: string, comparatorName: string) {
    this.#file = file;
    this.#comparatorName = comparatorName;
  }

  add(edit: VersionEdit, offset: number): void {
    const { comparator } = edit;
    if (comparator !== undefined && comparator !== this.#comparatorName) {
      const stored = comparator.length > 200 ? `${comparator.slice(0, 200)}…` : comparator;
      const message = `made with the comparator "${stored}", opened with "${this.#comparatorName}"`;
      throw new JumpError('JUMP_UNSUPPORTED', message, { file: this.#file, offset });
    }
    if (comparator !== undefined) this.#comparatorSeen = true;
    for (const { level, number } of edit.deleted) {
      if (this.#tables.get(number)?.level !== level) {
        throw this.#damaged(`table ${number} leaves level ${level}, but is not there`, offset);
      }
      this.#tables.delete(number);
    }
    for (const added of edit.added) {
      const { number } = added.table;
      const before = this.#tables.get(number);
      // goleveldb writes the tables of a recovery twice into one edit; LevelDB reads over it.
      if (before !== undefined && edit.added.includes(before) && isSame(before, added)) continue;
      if (before !== undefined) {
        const message = `joins level ${added.level}, but is in level ${before.level}`;
        throw this.#damaged(`table ${number} ${message}`, offset);
      }
      this.#tables.set(number, added);
    }
    for (const { level, key } of edit.compactPointers) this.#compactPointers[level] = key;
    this.#logNumber = edit.logNumber ?? this.#logNumber;
    this.#previousLogNumber = edit.previousLogNumber ?? this.#previousLogNumber;
    this.#nextFileNumber = edit.nextFileNumber ?? this.#nextFileNumber;
    if (isDurableMark(edit)) this.#durableSequence = edit.lastSequence ?? 0;
    else this.#lastSequence = edit.lastSequence ?? this.#lastSequence;
  }

  finish(compare: RangeCompare, damage: LogDamage | undefined): Omit<ManifestState, 'ours'> {
    const numbers = {
      logNumber: this.#need(this.#logNumber, 'log number', damage),
      nextFileNumber: this.#need(this.#nextFileNumber, 'next file number', damage),
      lastSequence: this.#need(this.#lastSequence, 'last sequence', damage),
    };
    this.#need(this.#comparatorSeen || undefined, 'comparator', damage);
    for (const number of this.#tables.keys()) {
      if (number >= numbers.nextFileNumber) {
        const message = `but the next file number is ${numbers.nextFileNumber}`;
        throw this.#damaged(`table ${number} is live, ${message}`, undefined);
      }
    }
    return {
      ...numbers,
      durableSequence: this.#durableSequence,
      version: this.#version(compare),
      previousLogNumber: this.#previousLogNumber,
      compactPointers: this.#compactPointers,
      tornTail: damage && {
        file: this.#file,
        offset: damage.start,
        bytes: damage.end - damage.start,
        reason: damage.reason,
      },
    };
  }

  #version(compare: RangeCompare): Version {
    try {
      return Version.of([...this.#tables.values()], compare);
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw new JumpError('JUMP_CORRUPTION', cause.message, { file: this.#file, cause });
    }
  }

  #need<T>(value: T | undefined, what: string, damage: LogDamage | undefined): T {
    if (value !== undefined) return value;
    const because = damage === undefined ? '' : `: ${damage.message}`;
    throw this.#damaged(`no edit with a ${what}${because}`, damage?.start);
  }

  #damaged(message: string, offset: number | undefined): JumpError {
    return corruption(this.#file, offset, message);
  }
}

/** Whether two additions say the same. */
function isSame(a: AddedTable, b: AddedTable): boolean {
  return (
    a.level === b.level &&
    a.table.fileSize === b.table.fileSize &&
    compareBytes(a.table.smallest, b.table.smallest) === 0 &&
    compareBytes(a.table.largest, b.table.largest) === 0
  );
}

/** Lists the numbers that files of a directory have from `from` on: not to be given out again. */
export function numbersInUse(names: Iterable<string>, from: number): Set<number> {
  const numbers = new Set<number>();
  for (const name of names) {
    const number = parseFileName(name)?.number ?? 0;
    if (number >= from) numbers.add(number);
  }
  return numbers;
}
