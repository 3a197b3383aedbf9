/**
 * The kinds of picks that all strategies share: merging tables into a deeper level, early merges of
 * tables full of tombstones, and manual compaction of a range.
 */
import type { TableMeta } from '@jump/manifest';
import {
  disjoint,
  hull,
  level0Closure,
  nextOverlappingLevel,
  overlapBounds,
  overlapping,
  spanOf,
  totalBytes,
  userKey,
  withBoundaries,
} from './ranges.ts';
import { type KeyRange, LEVELS, type LevelTables, type Pick, type PickState } from './strategy.ts';

/**
 * Tables written beside more than this many times `tableSize` of the next level but one would make
 * the merge that takes them further expensive (LevelDB's `MaxGrandParentOverlapBytes`).
 */
export const GRANDPARENT_FACTOR = 10;
/** Keys after which a merge looks at the grandparents again. */
export const GRANDPARENT_STRIDE = 16;
/** A pick does not grow beyond this many times `tableSize` of its own accord (LevelDB's). */
export const EXPANSION_FACTOR = 25;

/**
 * Makes the pick that merges `sources` into a deeper level, with all tables there that they overlap.
 * The sources must be complete: no older version of their keys in their levels or in between.
 */
export function mergeInto(
  state: PickState,
  sources: readonly LevelTables[],
  outputLevel: number,
  reason: string,
): Pick {
  const { compareUser } = state;
  const tables = sources.flatMap((source) => source.tables);
  const target = state.levels[outputLevel]!;
  const bounds = overlapBounds(target, hull(tables, compareUser), compareUser);
  const met = target.slice(...withBoundaries(target, bounds, compareUser));
  const inputs = met.length === 0 ? sources : [...sources, { level: outputLevel, tables: met }];
  const trivialMove =
    inputs.length === 1 && (sources[0]!.level > 0 || disjoint(tables, compareUser));
  return { inputs, outputLevel, reason, trivialMove };
}

/** The bytes of the level behind the output level that some tables overlap. */
export function grandparentBytes(
  state: PickState,
  tables: readonly TableMeta[],
  outputLevel: number,
): number {
  const level = state.levels[outputLevel + 1];
  if (level === undefined || level.length === 0) return 0;
  return totalBytes(overlapping(level, hull(tables, state.compareUser), state.compareUser));
}

/**
 * Names the merge of the table with the largest share of tombstones, if that share is above `share`:
 * deleted space comes back, and scans over emptied ranges need not step over what is gone.
 *
 * It pays: where the next deeper level that the table's range overlaps has many more entries than
 * the table has tombstones, few of them would go for all that is rewritten (deletions all over the
 * store: they wait for their turn). Where no deeper table overlaps, only the table itself is
 * rewritten.
 *
 * It ends: the table goes into that next level, so there are at most six such merges for any
 * tombstone; where no deeper table overlaps, it is rewritten where it is, and all its tombstones
 * go. Those that a snapshot holds back do not, so the runner reports them ({@link
 * JobResult.blocked}), and the table is left alone until the snapshot is gone.
 *
 * Not for level 0: its few tables are merged together soon, and alone each would rewrite level 1.
 */
export function tombstonePick(state: PickState, share: number): Pick | undefined {
  let worst = share;
  let level = 0;
  let index = -1;
  for (let at = 1; at < LEVELS; at++) {
    if (state.levelTombstones?.[at] === 0) continue;
    const tables = state.levels[at]!;
    for (let i = 0; i < tables.length; i++) {
      const table = tables[i]!;
      const { entries, tombstones } = table;
      // Tables that LevelDB wrote do not tell; they are as they were there.
      if (tombstones === undefined || entries === undefined || tombstones <= worst * entries) {
        continue;
      }
      if (!pays(state, at, table, share)) continue;
      worst = tombstones / entries;
      level = at;
      index = i;
    }
  }
  if (index < 0) return undefined;
  const tables = state.levels[level]!;
  const reason = `${Math.round(worst * 100)}% of #${tables[index]!.number} are tombstones`;
  return pushDown(
    state,
    level,
    withBoundaries(tables, [index, index + 1], state.compareUser),
    reason,
  );
}

/** Tells whether merging this table for its tombstones is worth what it rewrites. */
function pays(state: PickState, level: number, table: TableMeta, share: number): boolean {
  const below = nextOverlappingLevel(state, level, spanOf(table));
  if (below === undefined) return !isBlocked(state, table);
  const bytesEach = table.fileSize / table.entries!;
  let met = 0;
  for (const one of overlapping(state.levels[below]!, spanOf(table), state.compareUser)) {
    // Of tables that do not tell, about as many entries as this one has in as many bytes.
    met += one.entries ?? one.fileSize / bytesEach;
  }
  return table.tombstones! > share * met;
}

/** Tells whether a snapshot that still exists keeps the tombstones of this table. */
function isBlocked(state: PickState, table: TableMeta): boolean {
  const blocked = state.tombstonesBlocked.get(table.number);
  return blocked !== undefined && state.oldestSnapshot < blocked;
}

/**
 * Merges neighbours of a level into the next level that they overlap; without one, into their own.
 */
function pushDown(
  state: PickState,
  level: number,
  bounds: readonly [number, number],
  reason: string,
): Pick {
  const tables = state.levels[level]!.slice(...bounds);
  const below = nextOverlappingLevel(state, level, hull(tables, state.compareUser));
  if (below !== undefined) return mergeInto(state, [{ level, tables }], below, reason);
  return { inputs: [{ level, tables }], outputLevel: level, reason, trivialMove: false };
}

/**
 * Names the next step of a manual compaction: level by level, the shallowest first, until the range
 * lies in one level, the deepest that had any of it (`restLevel` if only level 0 had); then tables there
 * that still have tombstones are rewritten, and small neighbours, which had only been moved so far,
 * become one. A step takes at most 25 tables' worth of its upper level.
 *
 * It ends: each step brings tables deeper, rids them of all tombstones that may go, or merges small
 * tables that were there when it began.
 */
export function manualPick(state: PickState, range: KeyRange, restLevel: number): Pick | undefined {
  const { levels, compareUser } = state;
  const level0 = level0Closure(levels[0]!, range, compareUser);
  if (level0.length > 0) {
    const target = nextOverlappingLevel(state, 0, hull(level0, compareUser)) ?? restLevel;
    return mergeInto(state, [{ level: 0, tables: level0 }], target, 'manual');
  }
  const occupied: number[] = [];
  for (let level = 1; level < LEVELS; level++) {
    const [from, to] = overlapBounds(levels[level]!, range, compareUser);
    if (from < to) occupied.push(level);
  }
  const [shallowest, ...deeper] = occupied;
  if (shallowest === undefined) return undefined;
  const deepest = deeper.at(-1);
  if (deepest === undefined) return rewritePick(state, shallowest, range);
  const bounds = chunk(state, shallowest, overlapBounds(levels[shallowest]!, range, compareUser));
  const tables = levels[shallowest]!.slice(...bounds);
  const below = nextOverlappingLevel(state, shallowest, hull(tables, compareUser));
  const target = below === undefined || below > deepest ? deepest : below;
  return mergeInto(state, [{ level: shallowest, tables }], target, 'manual');
}

/**
 * Names the rewriting of neighbours in the last level of a range: tables whose tombstones can all
 * go, and small ones, of which several become one. A small table between two that are not stays.
 */
function rewritePick(state: PickState, level: number, range: KeyRange): Pick | undefined {
  const tables = state.levels[level]!;
  // Beyond the range something deeper may need the tombstones, and then they would stay, for ever;
  // or it would cut what is written into small tables again.
  const free = (table: TableMeta): boolean =>
    nextOverlappingLevel(state, level, spanOf(table)) === undefined;
  const purgeable = (table: TableMeta): boolean =>
    (table.tombstones ?? 0) > 0 && !isBlocked(state, table) && free(table);
  const small = (table: TableMeta): boolean => table.fileSize < state.tableSize / 2 && free(table);
  const due = (i: number): boolean => purgeable(tables[i]!) || small(tables[i]!);
  const [from, to] = overlapBounds(tables, range, state.compareUser);
  for (let first = from; first < to; ) {
    let end = first;
    while (end < to && due(end)) end++;
    if (end === first) {
      first++;
      continue;
    }
    const bounds = chunk(state, level, [first, end]);
    const run = tables.slice(...bounds);
    const purges = run.some(purgeable);
    if (purges || (run.length > 1 && run.some((table) => !isNew(state, table)))) {
      const reason = purges ? 'manual: tombstones' : 'manual: small tables';
      return { inputs: [{ level, tables: run }], outputLevel: level, reason, trivialMove: false };
    }
    first = bounds[1];
  }
  return undefined;
}

/** Tells whether a table came after the manual compaction began, perhaps by a step of it. */
function isNew({ firstNew }: PickState, table: TableMeta): boolean {
  return firstNew !== undefined && table.number >= firstNew;
}

/** Shortens a run of tables to what one job may take, and closes it over split user keys. */
function chunk(
  state: PickState,
  level: number,
  [from, to]: readonly [number, number],
): [number, number] {
  const tables = state.levels[level]!;
  const limit = EXPANSION_FACTOR * state.tableSize;
  let end = from + 1;
  let bytes = tables[from]!.fileSize;
  while (end < to && bytes + tables[end]!.fileSize <= limit) bytes += tables[end++]!.fileSize;
  return withBoundaries(tables, [from, end], state.compareUser);
}

/**
 * Finds the table of a level with which its round goes on: the first that begins behind the
 * pointer.
 */
export function afterPointer(state: PickState, level: number): number {
  const tables = state.levels[level]!;
  const pointer = state.compactPointers[level];
  if (pointer === undefined) return 0;
  const key = userKey(pointer);
  let low = 0;
  let high = tables.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (state.compareUser(spanOf(tables[middle]!).largest, key) <= 0) low = middle + 1;
    else high = middle;
  }
  return low === tables.length ? 0 : low;
}
