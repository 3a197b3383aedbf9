/**
 * Which tables overlap: the arithmetic of key ranges that all strategies share. Only metadata, no
 * file.
 */
import { TRAILER_LENGTH } from '@jump/base';
import type { TableMeta } from '@jump/manifest';
import type { KeyRange, PickState } from './strategy.ts';

/** The order of user keys. */
export type CompareUser = (a: Uint8Array, b: Uint8Array) => number;

/** A range with both of its ends. */
export interface Span {
  /** The first user key. */
  readonly smallest: Uint8Array;
  /** The last user key. */
  readonly largest: Uint8Array;
}

/** The user key in an internal key; a view. */
export function userKey(internalKey: Uint8Array): Uint8Array {
  return internalKey.subarray(0, internalKey.length - TRAILER_LENGTH);
}

/** Views of tables' user keys: making one costs more than most comparisons that need it. */
const SPANS = new WeakMap<TableMeta, Span>();

/** The user keys that a table reaches from and to. */
export function spanOf(table: TableMeta): Span {
  let span = SPANS.get(table);
  if (span === undefined) {
    span = { smallest: userKey(table.smallest), largest: userKey(table.largest) };
    SPANS.set(table, span);
  }
  return span;
}

/** The range from the first to the last user key of several tables, at least one. */
export function hull(tables: readonly TableMeta[], compare: CompareUser): Span {
  let { smallest, largest } = spanOf(tables[0]!);
  for (const table of tables) {
    const span = spanOf(table);
    if (compare(span.smallest, smallest) < 0) smallest = span.smallest;
    if (compare(span.largest, largest) > 0) largest = span.largest;
  }
  return { smallest, largest };
}

/** Tells whether a table has, or may have, keys of a range. */
export function overlaps(table: TableMeta, range: KeyRange, compare: CompareUser): boolean {
  const { smallest, largest } = range;
  if (largest !== undefined && compare(spanOf(table).smallest, largest) > 0) return false;
  return smallest === undefined || compare(spanOf(table).largest, smallest) >= 0;
}

/** The bytes of some tables. */
export function totalBytes(tables: readonly TableMeta[]): number {
  let bytes = 0;
  for (const table of tables) bytes += table.fileSize;
  return bytes;
}

/** The bytes of a level. */
export function levelBytes(state: PickState, level: number): number {
  return state.levelBytes?.[level] ?? totalBytes(state.levels[level]!);
}

/** Finds the first table of a sorted level that ends at or after a user key. O(log n). */
export function firstEndingAt(
  tables: readonly TableMeta[],
  key: Uint8Array,
  compare: CompareUser,
): number {
  let low = 0;
  let high = tables.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(spanOf(tables[middle]!).largest, key) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Finds the tables of a sorted level (1 to 6) that overlap a range: from the first number to before
 * the second. A user key that LevelDB up to 1.20 split over two tables counts for both.
 */
export function overlapBounds(
  tables: readonly TableMeta[],
  range: KeyRange,
  compare: CompareUser,
): [number, number] {
  const from = range.smallest === undefined ? 0 : firstEndingAt(tables, range.smallest, compare);
  let to = tables.length;
  if (range.largest !== undefined) {
    let low = from;
    while (low < to) {
      const middle = (low + to) >>> 1;
      if (compare(spanOf(tables[middle]!).smallest, range.largest) > 0) to = middle;
      else low = middle + 1;
    }
  }
  return [from, to];
}

/** The tables of a sorted level that overlap a range. */
export function overlapping(
  tables: readonly TableMeta[],
  range: KeyRange,
  compare: CompareUser,
): TableMeta[] {
  const [from, to] = overlapBounds(tables, range, compare);
  return tables.slice(from, to);
}

/**
 * Widens a run of neighbouring tables until no user key is shared with a table outside: LevelDB up
 * to 1.20 may have split one, and then its newer versions must never leave without the older ones.
 */
export function withBoundaries(
  tables: readonly TableMeta[],
  [from, to]: readonly [number, number],
  compare: CompareUser,
): [number, number] {
  let low = from;
  let high = to;
  if (low >= high) return [low, high];
  const shared = (i: number): boolean =>
    compare(spanOf(tables[i - 1]!).largest, spanOf(tables[i]!).smallest) === 0;
  while (low > 0 && shared(low)) low--;
  while (high < tables.length && shared(high)) high++;
  return [low, high];
}

/**
 * The tables of level 0 that overlap a range, and those that overlap these, and so on: an older one
 * that stayed behind would lie above the newer versions that went down.
 */
export function level0Closure(
  tables: readonly TableMeta[],
  range: KeyRange,
  compare: CompareUser,
): TableMeta[] {
  const inside = new Set<TableMeta>();
  let { smallest, largest } = range;
  for (let grown = true; grown; ) {
    grown = false;
    for (const table of tables) {
      if (inside.has(table) || !overlaps(table, { smallest, largest }, compare)) continue;
      inside.add(table);
      grown = true;
      const span = spanOf(table);
      if (smallest !== undefined && compare(span.smallest, smallest) < 0) smallest = span.smallest;
      if (largest !== undefined && compare(span.largest, largest) > 0) largest = span.largest;
    }
  }
  return tables.filter((table) => inside.has(table));
}

/** The shallowest level deeper than `level` with a table that overlaps the range; `undefined` if none. */
export function nextOverlappingLevel(
  state: PickState,
  level: number,
  range: KeyRange,
): number | undefined {
  for (let below = Math.max(level + 1, 1); below < state.levels.length; below++) {
    const [from, to] = overlapBounds(state.levels[below]!, range, state.compareUser);
    if (from < to) return below;
  }
  return undefined;
}

/** Tells whether no two of these tables share a user key. O(n log n). */
export function disjoint(tables: readonly TableMeta[], compare: CompareUser): boolean {
  const sorted = [...tables].sort((a, b) => compare(spanOf(a).smallest, spanOf(b).smallest));
  for (let i = 1; i < sorted.length; i++) {
    if (compare(spanOf(sorted[i - 1]!).largest, spanOf(sorted[i]!).smallest) >= 0) return false;
  }
  return true;
}
