/**
 * Where tables go that hold newer entries than everything a store has.
 *
 * As deep as they can: a table may lie in a level if no table there or above overlaps it, for what
 * is above is taken for newer. A table that meets one in level 0 or 1 goes to level 0, where its
 * number, the highest, makes it the newest. No deeper than the level whose size, in LevelDB's
 * shape, holds it all: what comes later would have to be merged through every level in between.
 */
import { type RangeCompare, TRAILER_LENGTH } from '@jump/base';
import { type AddedTable, LEVELS, type TableMeta, type Version } from '@jump/manifest';

/** LevelDB's size of level 1, in bytes; and how many times larger each further one is. */
const BASE = 10 * 1024 * 1024;
const MULTIPLIER = 10;

/** Says which level each of some tables joins, which do not overlap each other. */
export function placeTables(
  tables: readonly TableMeta[],
  version: Version,
  compareUser: RangeCompare,
): AddedTable[] {
  const deepest = levelFor(
    tables.reduce((sum, { fileSize }) => sum + fileSize, 0),
    version,
  );
  return tables.map((table) => ({ level: levelOf(table, deepest, version, compareUser), table }));
}

/** The first level that has room for so many bytes more. */
function levelFor(bytes: number, version: Version): number {
  let level = 1;
  let limit = BASE;
  while (level < LEVELS - 1 && version.bytes(level) + bytes > limit) {
    level++;
    limit *= MULTIPLIER;
  }
  return level;
}

function levelOf(
  table: TableMeta,
  deepest: number,
  version: Version,
  compareUser: RangeCompare,
): number {
  const smallest = userKey(table.smallest);
  const largest = userKey(table.largest);
  let level = 0;
  for (let at = 0; at <= deepest; at++) {
    if (version.overlapping(at, smallest, largest, compareUser).length > 0) break;
    level = at;
  }
  return level;
}

function userKey(internalKey: Uint8Array): Uint8Array {
  return internalKey.subarray(0, internalKey.length - TRAILER_LENGTH);
}
