/**
 * A version: which tables are live, by level. Immutable, so that readers keep theirs while the
 * store moves on.
 *
 * Invariants: no number occurs twice. Level 0: tables may overlap; the highest number, which is the
 * newest, comes first. Levels 1 to 6: by smallest key, and each table's largest internal key sorts
 * before the next one's smallest. The latter allows one user key in two neighbours, older versions
 * in the second: LevelDB up to 1.20 leaves that behind.
 */
import {
  compareInternalKeys,
  type RangeCompare,
  SortedKeys,
  showBytes,
  TRAILER_LENGTH,
} from '@jump/base';
import { type AddedTable, LEVELS, type TableMeta, type VersionEdit } from './version-edit.ts';

/** The live tables of a store at one moment. */
export class Version {
  /** The tables of each level, 0 to 6. */
  readonly levels: readonly (readonly TableMeta[])[];
  /** The order of internal keys. */
  readonly compare: RangeCompare;
  /** The largest keys of each level's tables, once they have been searched. */
  readonly #largestKeys: (SortedKeys | undefined)[] = [];

  private constructor(levels: readonly (readonly TableMeta[])[], compare: RangeCompare) {
    this.levels = levels;
    this.compare = compare;
  }

  /** Returns the version without tables. */
  static empty(compare: RangeCompare = compareInternalKeys): Version {
    return new Version(Array<readonly TableMeta[]>(LEVELS).fill([]), compare);
  }

  /**
   * Returns the version of these tables, in any order.
   *
   * @throws RangeError if they break an invariant
   */
  static of(tables: readonly AddedTable[], compare: RangeCompare = compareInternalKeys): Version {
    return Version.empty(compare).apply({ added: tables });
  }

  /**
   * Returns the version that an edit leads to; this one stays as it is. Levels that the edit does
   * not touch are shared. O(tables of the touched levels), and one look at every number.
   *
   * @throws RangeError if a deleted table is not there, or the result breaks an invariant
   */
  apply(
    edit: Partial<Pick<VersionEdit, 'deleted' | 'added'>>,
    compare: RangeCompare = this.compare,
  ): Version {
    const { deleted = [], added = [] } = edit;
    const levels = this.levels.slice();
    const touched = new Set<number>();
    for (let level = 0; level < LEVELS; level++) {
      const gone = new Set(deleted.filter((d) => d.level === level).map((d) => d.number));
      if (gone.size === 0) continue;
      const kept = levels[level]!.filter((table) => !gone.delete(table.number));
      for (const number of gone) throw new RangeError(`table ${number} is not in level ${level}`);
      levels[level] = kept;
      touched.add(level);
    }
    this.#checkNumbers(levels, added);
    for (const { level, table } of added) {
      if (!(level >= 0 && level < LEVELS)) throw new RangeError(`no level ${level}`);
      if (!touched.has(level)) levels[level] = levels[level]!.slice();
      touched.add(level);
      (levels[level] as TableMeta[]).push(table);
    }
    for (const level of touched) sortLevel(levels[level] as TableMeta[], level, compare);
    return new Version(levels, compare);
  }

  /** Adds up the file sizes of a level. O(its tables). */
  bytes(level: number): number {
    let sum = 0;
    for (const table of this.levels[level]!) sum += table.fileSize;
    return sum;
  }

  /**
   * Finds the tables of a level that hold user keys from `smallest` to `largest`, both included,
   * `undefined` being no bound; in the level's order. So that a compaction may take them:
   *
   * - In level 0 a table that reaches over a bound moves the bound, until none does: a newer
   *   version of a key never goes down while an older one stays.
   * - Deeper, tables that go on with the last user key of the last one found belong to it, for the
   *   same reason (google/leveldb#320).
   */
  overlapping(
    level: number,
    smallest: Uint8Array | undefined,
    largest: Uint8Array | undefined,
    compareUser: RangeCompare,
  ): TableMeta[] {
    const tables = this.levels[level]!;
    return level === 0
      ? overlappingUnsorted(tables, smallest, largest, compareUser)
      : overlappingSorted(tables, smallest, largest, compareUser);
  }

  /**
   * Finds the first table of a level from 1 on whose largest key is the internal key `key[start,
   * end)` or after it; the number of tables if there is none. O(log n), allocates nothing.
   */
  indexFor(level: number, key: Uint8Array, start: number, end: number): number {
    this.#largestKeys[level] ??= largestKeys(this.levels[level]!, this.compare);
    return this.#largestKeys[level].search(key, start, end);
  }

  #checkNumbers(levels: readonly (readonly TableMeta[])[], added: readonly AddedTable[]): void {
    if (added.length === 0) return;
    const numbers = new Set<number>();
    for (const { table } of added) {
      if (numbers.has(table.number)) throw new RangeError(`table ${table.number} is added twice`);
      numbers.add(table.number);
    }
    for (const [level, tables] of levels.entries()) {
      for (const { number } of tables) {
        if (numbers.has(number)) {
          throw new RangeError(`table ${number} is added, and already in level ${level}`);
        }
      }
    }
  }
}

/** Puts the largest keys of a level's tables side by side. */
function largestKeys(tables: readonly TableMeta[], compare: RangeCompare): SortedKeys {
  const starts = new Uint32Array(tables.length + 1);
  for (const [i, { largest }] of tables.entries()) starts[i + 1] = starts[i]! + largest.length;
  const bytes = new Uint8Array(starts[tables.length]!);
  for (const [i, { largest }] of tables.entries()) bytes.set(largest, starts[i]);
  return new SortedKeys(bytes, starts, compare, TRAILER_LENGTH, compare === compareInternalKeys);
}

/** Sorts a level that was changed, and checks it. */
function sortLevel(tables: TableMeta[], level: number, compare: RangeCompare): void {
  for (const { number, smallest, largest } of tables) {
    if (smallest.length < TRAILER_LENGTH || largest.length < TRAILER_LENGTH) {
      throw new RangeError(`table ${number} has a key that is not an internal key`);
    }
    if (compare(smallest, 0, smallest.length, largest, 0, largest.length) > 0) {
      const range = `${showBytes(smallest)} to ${showBytes(largest)}`;
      throw new RangeError(`table ${number} has an impossible key range, ${range}`);
    }
  }
  if (level === 0) {
    tables.sort((a, b) => b.number - a.number);
    return;
  }
  tables.sort((a, b) =>
    compare(a.smallest, 0, a.smallest.length, b.smallest, 0, b.smallest.length),
  );
  for (let i = 1; i < tables.length; i++) {
    const { number, largest } = tables[i - 1]!;
    const next = tables[i]!;
    if (compare(largest, 0, largest.length, next.smallest, 0, next.smallest.length) >= 0) {
      throw new RangeError(`tables ${number} and ${next.number} overlap in level ${level}`);
    }
  }
}

function overlappingUnsorted(
  tables: readonly TableMeta[],
  smallest: Uint8Array | undefined,
  largest: Uint8Array | undefined,
  compareUser: RangeCompare,
): TableMeta[] {
  let from = smallest === undefined ? undefined : { key: smallest, end: smallest.length };
  let to = largest === undefined ? undefined : { key: largest, end: largest.length };
  const found = new Set<TableMeta>();
  // Each pass but the last finds a table: at most as many passes as tables.
  for (let before = -1; before < found.size; ) {
    before = found.size;
    for (const table of tables) {
      if (found.has(table)) continue;
      const first = { key: table.smallest, end: table.smallest.length - TRAILER_LENGTH };
      const last = { key: table.largest, end: table.largest.length - TRAILER_LENGTH };
      if (from !== undefined && compareUser(last.key, 0, last.end, from.key, 0, from.end) < 0)
        continue;
      if (to !== undefined && compareUser(first.key, 0, first.end, to.key, 0, to.end) > 0) continue;
      found.add(table);
      if (from !== undefined && compareUser(first.key, 0, first.end, from.key, 0, from.end) < 0)
        from = first;
      if (to !== undefined && compareUser(last.key, 0, last.end, to.key, 0, to.end) > 0) to = last;
    }
  }
  return tables.filter((table) => found.has(table));
}

function overlappingSorted(
  tables: readonly TableMeta[],
  smallest: Uint8Array | undefined,
  largest: Uint8Array | undefined,
  compareUser: RangeCompare,
): TableMeta[] {
  const begin = smallest === undefined ? 0 : firstNotBefore(tables, smallest, compareUser);
  let end = begin;
  for (; end < tables.length; end++) {
    const key = tables[end]!.smallest;
    const keyEnd = key.length - TRAILER_LENGTH;
    const within =
      largest === undefined || compareUser(key, 0, keyEnd, largest, 0, largest.length) <= 0;
    if (!within && (end === begin || !continues(tables[end - 1]!, tables[end]!, compareUser)))
      break;
  }
  return tables.slice(begin, end);
}

/** Finds the first table whose largest user key is not before `key`. */
function firstNotBefore(
  tables: readonly TableMeta[],
  key: Uint8Array,
  compareUser: RangeCompare,
): number {
  let low = 0;
  let high = tables.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const { largest } = tables[middle]!;
    const largestEnd = largest.length - TRAILER_LENGTH;
    if (compareUser(largest, 0, largestEnd, key, 0, key.length) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Whether a table begins with the user key that the one before it ends with. */
function continues(before: TableMeta, table: TableMeta, compareUser: RangeCompare): boolean {
  const { largest } = before;
  const { smallest } = table;
  const largestEnd = largest.length - TRAILER_LENGTH;
  return compareUser(largest, 0, largestEnd, smallest, 0, smallest.length - TRAILER_LENGTH) === 0;
}
