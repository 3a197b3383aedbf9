/**
 * A job: everything that carrying out a pick needs, as plain data, so that it can run in another
 * thread.
 */
import type { TableMeta } from '@jump/manifest';
import { pickBytes } from './check-pick.ts';
import { GRANDPARENT_FACTOR } from './picks.ts';
import { type CompareUser, hull, overlapping, overlaps, type Span, spanOf } from './ranges.ts';
import type { LevelTables, Pick, PickState } from './strategy.ts';

/** Which filter to write; the one who runs the job makes the policy of it. */
export interface FilterSpec {
  /** `jump` or `leveldb`. */
  readonly kind: string;
  /** Bits of filter for each key. */
  readonly bitsPerKey: number;
}

/** How tables are written. Plain data. */
export interface TableSpec {
  /** About how large a table becomes before the next one begins, in bytes. */
  readonly tableSize: number;
  /** About how large a block becomes, in bytes. */
  readonly blockSize: number;
  /** Entries a block at most. */
  readonly indexInterval?: number;
  /** How blocks are compressed. */
  readonly compression: 'snappy' | 'none';
  /** The filter, if there is to be one. */
  readonly filter?: FilterSpec;
}

/** File numbers that nobody else uses: `count` of them from `first` on. */
export interface FileNumbers {
  /** The first. */
  readonly first: number;
  /** How many, at least 1. */
  readonly count: number;
}

/** A merge to carry out. Plain, structured-cloneable data. */
export interface CompactionJob {
  /** Where the tables are. */
  readonly directory: string;
  /** What to read. */
  readonly inputs: readonly LevelTables[];
  /** Where the result belongs. */
  readonly outputLevel: number;
  /** Numbers for the outputs. If there are too few, the last table becomes larger. */
  readonly numbers: FileNumbers;
  /** The sequences that snapshots, iterators and cursors read at, ascending. */
  readonly snapshots: readonly number[];
  /**
   * Where tables outside the inputs may hold older versions: user keys, ascending, not overlapping.
   * `'everywhere'` if that does not matter, since no input has a tombstone.
   */
  readonly older: readonly Span[] | 'everywhere';
  /** The tables of the level behind the output's that the result overlaps, ascending. */
  readonly grandparents: readonly TableMeta[];
  /** How to write. */
  readonly table: TableSpec;
}

/** What {@link makeJob} has to know beside the pick. */
export interface JobOptions {
  /** Where the tables are. */
  readonly directory: string;
  /** Numbers for the outputs; {@link outputsAtMost} says how many are enough. */
  readonly numbers: FileNumbers;
  /** The sequences that readers need, ascending. */
  readonly snapshots: readonly number[];
  /** How to write. */
  readonly table: TableSpec;
}

/** Makes the job of a pick: adds what the drop rule and the splitting of outputs need. */
export function makeJob(state: PickState, pick: Pick, options: JobOptions): CompactionJob {
  return {
    directory: options.directory,
    inputs: pick.inputs,
    outputLevel: pick.outputLevel,
    numbers: options.numbers,
    snapshots: options.snapshots,
    older: mayHaveTombstones(pick) ? olderRanges(state, pick).map(copied) : 'everywhere',
    grandparents: grandparents(state, pick),
    table: options.table,
  };
}

function mayHaveTombstones(pick: Pick): boolean {
  return pick.inputs.some(({ tables }) => tables.some((table) => table.tombstones !== 0));
}

/** Copies keys: a view that goes to another thread takes the whole of its buffer along. */
function copied({ smallest, largest }: Span): Span {
  return { smallest: smallest.slice(), largest: largest.slice() };
}

/** How many tables a pick can make at most, or enough that the rest does not matter. */
export function outputsAtMost(state: PickState, pick: Pick, tableSize: number): number {
  // Uncompressed outputs of compressed inputs, keys that end tables early: twice the bytes, and one
  // more for each cut at the grandparents.
  const bytes = pickBytes(pick);
  const cuts = grandparents(state, pick).length / GRANDPARENT_FACTOR;
  return Math.ceil((2 * bytes) / tableSize + cuts) + 2;
}

function grandparents(state: PickState, pick: Pick): TableMeta[] {
  const level = state.levels[pick.outputLevel + 1] ?? [];
  const tables = pick.inputs.flatMap((input) => input.tables);
  return overlapping(level, hull(tables, state.compareUser), state.compareUser);
}

/**
 * Where something older than an entry of the inputs may lie outside of them: in all deeper levels,
 * and in the inputs' own levels and those passed. ({@link checkPick} lets nothing older lie there,
 * but a tombstone that goes too early cannot be brought back.) Neighbours in the output level are
 * no such place: they hold other keys.
 */
function olderRanges(state: PickState, pick: Pick): Span[] {
  const { compareUser } = state;
  const tables = pick.inputs.flatMap((input) => input.tables);
  const range = hull(tables, compareUser);
  const taken = new Set(tables.map((table) => table.number));
  const top = pick.inputs[0]!;
  const newest = Math.max(...top.tables.map((table) => table.number));
  const found: Span[] = [];
  for (let level = top.level; level < state.levels.length; level++) {
    if (level === pick.outputLevel && level > 0) continue;
    const met = state.levels[level]!;
    for (const table of level === 0 ? met : overlapping(met, range, compareUser)) {
      if (taken.has(table.number) || !overlaps(table, range, compareUser)) continue;
      if (level === 0 && table.number > newest) continue;
      if (level < pick.outputLevel && !meetsInputAbove(pick, level, table, compareUser)) continue;
      found.push(spanOf(table));
    }
  }
  return union(found, compareUser);
}

/** Whether a table that stays in a level passed overlaps an input from above or beside it. */
function meetsInputAbove(
  pick: Pick,
  level: number,
  table: TableMeta,
  compare: CompareUser,
): boolean {
  const span = spanOf(table);
  return pick.inputs.some(
    (input) => input.level <= level && input.tables.some((one) => overlaps(one, span, compare)),
  );
}

/** Joins ranges that overlap; the result is ascending. */
function union(spans: Span[], compare: CompareUser): Span[] {
  spans.sort((a, b) => compare(a.smallest, b.smallest));
  const joined: Span[] = [];
  for (const span of spans) {
    const last = joined.at(-1);
    if (last === undefined || compare(last.largest, span.smallest) < 0) joined.push(span);
    else if (compare(span.largest, last.largest) > 0) {
      joined[joined.length - 1] = { smallest: last.smallest, largest: span.largest };
    }
  }
  return joined;
}
