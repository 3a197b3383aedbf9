/**
 * Deleting a range.
 *
 * Tables that lie wholly inside it are dropped without being read, but only when nobody can still
 * see them, and only after everything else in the range has tombstones on the disk: a dropped table
 * may hold the newest version of a key, or the tombstone, that hides an older version elsewhere.
 *
 *   range        [======================]
 *   tables    [--+--]  [----]  [----]  [--+--]      the two inside are dropped, in one edit;
 *   memtables    o  o     o       o     o           what the others and the memtables hold of the
 *                                                   range gets tombstones first, synced
 */
import { type RangeCompare, TRAILER_LENGTH } from '@jump/base';
import type { TableMeta } from '@jump/manifest';
import type { Engine } from '../engine.ts';
import { openScan } from '../read/iterators.ts';
import type { Bounds } from '../read/visible-cursor.ts';
import { WriteBatch } from './write-batch.ts';

/** Deletions are written in batches of about so many bytes. */
const CHUNK_BYTES = 64 * 1024;

/** Deletes every key inside `bounds`. */
export function clearRange(engine: Engine, bounds: Bounds): void {
  const { store, log, background } = engine;
  background.poll();
  const inside = store.pins.size === 0 ? tablesInside(engine, bounds) : [];
  const dropped = new Set(inside.map(({ table }) => table.number));
  deleteVisible(engine, bounds, (table) => !dropped.has(table.number));
  if (inside.length === 0) return;
  log.syncNow();
  background.poll();
  background.edits.settle();
  // Meanwhile a table may have gone into a merge, or a reader may have come (in `onEvent`).
  const numbers = new Set(
    store.version.levels.flatMap((tables, level) =>
      tables.map((table) => `${level}:${table.number}`),
    ),
  );
  const still = inside.filter(({ level, table }) => numbers.has(`${level}:${table.number}`));
  if (store.pins.size > 0 || still.length < inside.length || background.reads(dropped)) {
    deleteVisible(engine, bounds, () => true);
    return;
  }
  const deleted = still.map(({ level, table }) => ({ level, number: table.number }));
  background.edits.apply({ edit: { deleted } });
  background.edits.settle();
  background.schedule();
}

/** Writes a tombstone for every key of the range that the kept tables and the memtables hold. */
function deleteVisible(engine: Engine, bounds: Bounds, keep: (table: TableMeta) => boolean): void {
  const { store, writes } = engine;
  const scan = openScan(store, store.lastSequence, bounds, keep);
  const batch = new WriteBatch();
  try {
    const { cursor } = scan;
    for (let more = cursor.first(); more; more = cursor.next()) {
      batch.deleteRange(cursor.keyBytes, cursor.keyStart, cursor.keyEnd);
      if (batch.end < CHUNK_BYTES) continue;
      writes.begin();
      writes.commit(batch, false);
      batch.clear();
    }
  } finally {
    scan.close();
  }
  if (batch.count === 0) return;
  writes.begin();
  writes.commit(batch, false);
}

function tablesInside(engine: Engine, bounds: Bounds): { level: number; table: TableMeta }[] {
  const { store } = engine;
  const inside = store.version.levels.flatMap((tables, level) =>
    tables
      .filter((table) => isInside(table, bounds, store.compareUser))
      .map((table) => ({ level, table })),
  );
  const numbers = new Set(inside.map(({ table }) => table.number));
  return engine.background.reads(numbers) ? [] : inside;
}

function isInside(table: TableMeta, bounds: Bounds, compare: RangeCompare): boolean {
  const { lower, lowerExclusive, upper, upperExclusive } = bounds;
  const { smallest, largest } = table;
  if (lower !== undefined) {
    const order = compare(smallest, 0, smallest.length - TRAILER_LENGTH, lower, 0, lower.length);
    if (lowerExclusive ? order <= 0 : order < 0) return false;
  }
  if (upper !== undefined) {
    const order = compare(largest, 0, largest.length - TRAILER_LENGTH, upper, 0, upper.length);
    if (upperExclusive ? order >= 0 : order > 0) return false;
  }
  return true;
}
