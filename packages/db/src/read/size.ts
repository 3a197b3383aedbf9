/** How many bytes a range takes on the disk, from index blocks alone. */
import { encodeInternalKey, KIND_SEEK, MAX_SEQUENCE, TRAILER_LENGTH } from '@jump/base';
import type { TableMeta } from '@jump/manifest';
import type { ReadSource } from './read-path.ts';
import type { Bounds } from './visible-cursor.ts';

/**
 * Estimates the bytes of a range: whole tables inside it, and parts of those that reach out of it.
 */
export function approximateSize(source: ReadSource, bounds: Bounds): number {
  const { lower, upper } = bounds;
  let bytes = 0;
  for (const level of source.version.levels) {
    for (const table of level) {
      const from = lower === undefined ? 0 : offsetOf(source, table, lower);
      const to = upper === undefined ? table.fileSize : offsetOf(source, table, upper);
      if (to > from) bytes += to - from;
    }
  }
  return bytes;
}

/** About how many bytes of a table lie before a user key. */
function offsetOf(source: ReadSource, table: TableMeta, key: Uint8Array): number {
  const { compareUser, tables } = source;
  const { smallest, largest, fileSize } = table;
  if (compareUser(smallest, 0, smallest.length - TRAILER_LENGTH, key, 0, key.length) >= 0) return 0;
  if (compareUser(largest, 0, largest.length - TRAILER_LENGTH, key, 0, key.length) < 0) {
    return fileSize;
  }
  const target = encodeInternalKey(key, MAX_SEQUENCE, KIND_SEEK);
  return tables.get(table).approximateOffset(target, 0, target.length);
}
