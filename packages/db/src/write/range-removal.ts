/**
 * Taking a range out of the tables instead of writing a tombstone for each of its keys.
 *
 *   range        [======================]
 *   tables    [--+--]  [----]  [----]  [-+---]
 *                 cut   gone    gone    kept: too little of it goes
 *
 * A table that lies wholly inside the range goes. One that loses much is written anew without the
 * blocks that lie inside, as `cut-table.ts` of `@jump/sstable` does it; it would have to be sooner
 * or later, and is so without looking at a single entry. What the others hold of the range is left
 * to tombstones.
 */
import { JumpError, type RangeCompare, TRAILER_LENGTH } from '@jump/base';
import { type AddedTable, type DeletedTable, type TableMeta, tableName } from '@jump/manifest';
import { findCut, type TableCut, writeCut } from '@jump/sstable';
import { joinPath } from '@jump/vfs';
import type { Engine } from '../engine.ts';
import type { Bounds } from '../read/visible-cursor.ts';

/** A change of the live tables that deletes nothing but keys of a range. */
export interface RangeRemoval {
  /** Tables that go. */
  readonly deleted: readonly DeletedTable[];
  /** What is left of some of them: written, synced, and unknown to everybody. */
  readonly added: readonly AddedTable[];
}

/** A table, and what is to become of it; without a cut it goes. */
interface Step {
  readonly level: number;
  readonly table: TableMeta;
  readonly cut: TableCut | undefined;
}

/** Bytes of a table that are written anew in the time that a tombstone costs, merges included. */
const TOMBSTONE = 1024;

/** Writes what is to replace tables; returns `undefined` if tombstones are to do all. */
export function prepareRemoval(engine: Engine, bounds: Bounds): RangeRemoval | undefined {
  const { store } = engine;
  if (store.pins.size > 0) return undefined;
  const steps = store.version.levels.flatMap((tables, level) =>
    tables.flatMap((table) => stepFor(engine, bounds, level, table) ?? []),
  );
  if (steps.length === 0) return undefined;
  const deleted: DeletedTable[] = [];
  const added: AddedTable[] = [];
  try {
    for (const { level, table, cut } of steps) {
      if (cut !== undefined) added.push({ level, table: writeWithout(engine, table, cut) });
      deleted.push({ level, number: table.number });
    }
    if (added.length > 0) store.vfs.syncDirectory(store.directory);
    return { deleted, added };
  } catch (error) {
    discardRemoval(engine, { deleted, added });
    if (!(error instanceof JumpError)) throw error;
    // Perhaps the disk is full, and this is to make room: whole tables go all the same.
    store.report(error, false);
    const whole = steps.filter(({ cut }) => cut === undefined);
    if (whole.length === 0) return undefined;
    return {
      deleted: whole.map(({ level, table }) => ({ level, number: table.number })),
      added: [],
    };
  }
}

/** Removes what was written for nothing. */
export function discardRemoval({ store, obsolete }: Engine, { added }: RangeRemoval): void {
  // Who opens the directory next removes them.
  if (store.closed) return;
  const live = new Set(store.version.levels.flat().map(({ number }) => number));
  const tables = added.map(({ table }) => table).filter(({ number }) => !live.has(number));
  for (const { number } of tables) store.tables.forget(number);
  obsolete.discard(tables);
}

/** Says what becomes of a table, if it is to be touched. */
function stepFor(
  engine: Engine,
  bounds: Bounds,
  level: number,
  table: TableMeta,
): Step | undefined {
  const { store, background } = engine;
  const place = placeOf(table, bounds, store.compareUser);
  if (place === 'outside' || background.reads(new Set([table.number]))) return undefined;
  if (place === 'inside') return { level, table, cut: undefined };
  // The number of a table of level 0 says how new it is: one with another number is another one.
  const cut = level === 0 ? undefined : worthwhileCut(engine, bounds, table);
  return cut && { level, table, cut };
}

function worthwhileCut({ store }: Engine, bounds: Bounds, table: TableMeta): TableCut | undefined {
  const { smallest, largest } = table;
  try {
    const cut = findCut(store.tables.get(table).parts(), bounds, smallest, largest);
    if (cut === undefined) return undefined;
    // The new file has to be synced, which costs about as much as writing a table of usual size.
    const cost = cut.keptBytes + store.settings.tableSize;
    return cut.entries * TOMBSTONE >= cost ? cut : undefined;
  } catch (error) {
    // Whoever reads the range's entries comes to the damage, or not.
    if (error instanceof JumpError && error.code !== 'JUMP_IO') return undefined;
    throw error;
  }
}

function writeWithout({ store }: Engine, table: TableMeta, cut: TableCut): TableMeta {
  const { vfs, directory, versions, tables, counters } = store;
  const number = versions.takeFileNumber();
  const path = joinPath(directory, tableName(number));
  const { fileSize, smallest, largest } = writeCut(tables.get(table).parts(), cut, { vfs, path });
  counters.tableBytes += fileSize;
  return {
    number,
    fileSize,
    smallest: smallest ?? table.smallest,
    largest: largest ?? table.largest,
  };
}

function placeOf(
  { smallest, largest }: TableMeta,
  { lower, lowerExclusive, upper, upperExclusive }: Bounds,
  compare: RangeCompare,
): 'inside' | 'across' | 'outside' {
  const against = (key: Uint8Array, bound: Uint8Array): number =>
    compare(key, 0, key.length - TRAILER_LENGTH, bound, 0, bound.length);
  const isAbove = (key: Uint8Array): boolean =>
    lower === undefined || against(key, lower) >= (lowerExclusive ? 1 : 0);
  const isBelow = (key: Uint8Array): boolean =>
    upper === undefined || against(key, upper) <= (upperExclusive ? -1 : 0);
  if (!isAbove(largest) || !isBelow(smallest)) return 'outside';
  return isAbove(smallest) && isBelow(largest) ? 'inside' : 'across';
}
