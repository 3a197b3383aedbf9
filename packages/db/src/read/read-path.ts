/**
 * The life of a read: active memtable, immutable memtable, level 0 newest first, levels 1 to 6.
 */
import { type Cursor, KIND_VALUE, type RangeCompare, TRAILER_LENGTH } from '@jump/base';
import { levelCursor, mergeCursors } from '@jump/compaction';
import type { TableMeta, Version } from '@jump/manifest';
import type { Lookup } from '@jump/sstable';
import type { Memtable } from '../write/memtable.ts';
import type { Pins } from './pins.ts';
import type { TableCache, TableLease } from './table-cache.ts';

/** Everything that a read looks into, as of now. */
export interface ReadSource {
  /** The newest entries. */
  readonly active: Memtable;
  /** The entries before them, until they are a table. */
  readonly immutable: Memtable | undefined;
  /** The tables. */
  readonly version: Version;
  /** Where to get their readers. */
  readonly tables: TableCache;
  /** The newest sequence. */
  readonly lastSequence: number;
  /** What readers hold. */
  readonly pins: Pins;
  /** The order of user keys. */
  readonly compareUser: RangeCompare;
  /** The order of internal keys. */
  readonly compareInternal: RangeCompare;
  /** After so many {@link TableCache.reads} `onReads` is to be called. */
  readonly readsPerLook: number;
  /** Sees what reads ask for. It may tell listeners, and they may write or close. */
  onReads(): void;
  /** Throws if the store is closed. */
  checkOpen(): void;
}

/** What a scan looks into. */
export type ScanSource = Omit<
  ReadSource,
  'lastSequence' | 'readsPerLook' | 'onReads' | 'checkOpen'
>;

/**
 * Finds the newest version of a key at or below a sequence; fills `lookup`.
 *
 * @param newest - whether the lookup sees all that there is now: then rows may answer
 * @returns whether there is a value: neither absent nor deleted
 */
export function find(source: ReadSource, lookup: Lookup, newest: boolean): boolean {
  return findVersion(source, lookup, newest) && lookup.kind === KIND_VALUE;
}

/**
 * Finds the newest version, deletions included: whoever has one answers, all below it are older.
 */
function findVersion(source: ReadSource, lookup: Lookup, newest: boolean): boolean {
  if (source.active.find(lookup)) return true;
  if (source.immutable?.find(lookup)) return true;
  const { version, tables, compareUser } = source;
  // What a version's tables answer never changes.
  const rows = newest ? tables.rows : undefined;
  if (rows?.find(version, lookup)) return true;
  tables.reads++;
  const { levels } = version;
  for (const table of levels[0]!) {
    if (mayHold(table, lookup, compareUser) && tables.get(table).find(lookup)) {
      rows?.offer(version, lookup);
      return true;
    }
  }
  const { keyBytes, keyStart, keyEnd } = lookup;
  for (let level = 1; level < levels.length; level++) {
    const run = levels[level]!;
    if (run.length === 0) continue;
    const at = version.indexFor(level, keyBytes, keyStart, keyEnd);
    if (at === run.length) continue;
    // The table may begin behind the key: then its filter says so, for less than comparing would
    // cost.
    if (tables.get(run[at]!).find(lookup)) {
      rows?.offer(version, lookup);
      return true;
    }
  }
  return false;
}

function mayHold(table: TableMeta, lookup: Lookup, compare: RangeCompare): boolean {
  const { smallest, largest } = table;
  const { keyBytes, keyStart, userKeyEnd } = lookup;
  return (
    compare(smallest, 0, smallest.length - TRAILER_LENGTH, keyBytes, keyStart, userKeyEnd) <= 0 &&
    compare(largest, 0, largest.length - TRAILER_LENGTH, keyBytes, keyStart, userKeyEnd) >= 0
  );
}

/** Opens one cursor over all that `source` holds now, every version of every key; unpinned. */
export function openCursor(source: ScanSource, lease: TableLease): Cursor {
  const { version, compareInternal: compare } = source;
  const cursors: Cursor[] = [source.active.cursor()];
  if (source.immutable !== undefined) cursors.push(source.immutable.cursor());
  const openTable = (table: TableMeta): Cursor => lease.open(table);
  const closeTable = (cursor: Cursor): void => lease.giveBack(cursor);
  const { levels } = version;
  for (let level = 0; level < levels.length; level++) {
    const run = levels[level]!;
    if (run.length === 0) continue;
    if (level === 0) for (const table of run) cursors.push(lease.open(table));
    else {
      const find = (key: Uint8Array, start: number, end: number): number =>
        version.indexFor(level, key, start, end);
      cursors.push(levelCursor(run, { compare, openTable, closeTable, find }));
    }
  }
  return cursors.length === 1 ? cursors[0]! : mergeCursors(cursors, compare);
}
