/**
 * Deleting a range.
 *
 * Where nobody can still see them, much of the range's entries go with their tables, or blocks,
 * without being read; see range-removal.ts. But only after everything else in the range has
 * tombstones on the disk: what goes may hold the newest version of a key, or the tombstone, that
 * hides an older version elsewhere.
 *
 *   range        [======================]
 *   tables    [--+--]  [----]  [----]  [--+--]      the two inside go, of the others the blocks
 *   memtables    o  o     o       o     o           inside, all in one edit; what is left of the
 *                                                   range gets tombstones first, synced
 *
 * Power loss after
 *   prepareRemoval    files that nobody knows of, removed at the next opening
 *   deleteVisible     some of the tombstones: of what is not seen they hide nothing
 *   syncNow           all tombstones, for the range without what is to go
 *   apply             nothing is left of the range
 */
import type { Version } from '@jump/manifest';
import type { Engine } from '../engine.ts';
import { openScan } from '../read/iterators.ts';
import type { Bounds } from '../read/visible-cursor.ts';
import { discardRemoval, prepareRemoval, type RangeRemoval } from './range-removal.ts';
import { WriteBatch } from './write-batch.ts';

/** Deletions are written in batches of about so many bytes. */
const CHUNK_BYTES = 64 * 1024;

/** Deletes every key inside `bounds`. */
export function clearRange(engine: Engine, bounds: Bounds): void {
  const { store, log, background } = engine;
  background.poll();
  const removal = prepareRemoval(engine, bounds);
  let applied = false;
  try {
    if (removal !== undefined) applied = remove(engine, bounds, removal);
  } finally {
    if (removal !== undefined && !applied) discardRemoval(engine, removal);
  }
  if (applied) {
    background.schedule();
    return;
  }
  deleteVisible(engine, bounds, store.version);
  // Some tombstones are on the disk already: a power loss must not leave those alone.
  if (removal !== undefined) log.syncNow();
}

/** Makes a removal live, if nothing has come between; returns whether it is. */
function remove(engine: Engine, bounds: Bounds, removal: RangeRemoval): boolean {
  const { store, log, background } = engine;
  const { deleted, added } = removal;
  deleteVisible(engine, bounds, store.version.apply({ deleted, added }));
  log.syncNow();
  background.poll();
  background.edits.settle();
  // Meanwhile a table may have gone into a merge, or a reader may have come (in `onEvent`).
  const live = new Set(
    store.version.levels.flatMap((tables, level) =>
      tables.map((table) => `${level}:${table.number}`),
    ),
  );
  if (
    store.pins.size > 0 ||
    deleted.some(({ level, number }) => !live.has(`${level}:${number}`)) ||
    background.reads(new Set(deleted.map(({ number }) => number)))
  ) {
    return false;
  }
  background.edits.applyNow({ edit: { deleted, added } });
  return true;
}

/** Writes a tombstone for every key of the range that the memtables and a version's tables hold. */
function deleteVisible(engine: Engine, bounds: Bounds, version: Version): void {
  const { store, writes } = engine;
  const { active, immutable, tables, pins, compareUser, compareInternal } = store;
  const source = { active, immutable, version, tables, pins, compareUser, compareInternal };
  const scan = openScan(source, store.lastSequence, bounds);
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
