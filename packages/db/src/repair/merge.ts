/** Merging the sources of a repair: sorted runs, each with one of its tables open at a time. */
import type { Cursor, RangeCompare } from '@jump/base';
import { levelCursor, mergeCursors } from '@jump/compaction';
import type { TableMeta } from '@jump/manifest';
import type { Source } from './source.ts';

/**
 * Merges sources into one cursor, which must be closed. Holds a block, or a window of some, of as
 * many of them as overlap at most.
 *
 * @param view - what to make of a source's cursor
 */
export function mergeSources(
  sources: readonly Source[],
  compare: RangeCompare,
  view: (source: Source, cursor: Cursor) => Cursor,
): Cursor {
  const byTable = new Map<TableMeta, Source>(sources.map((source) => [source, source]));
  const openTable = (table: TableMeta): Cursor => {
    const source = byTable.get(table)!;
    return view(source, source.open());
  };
  const runs = sortedRuns(sources, compare);
  return mergeCursors(
    runs.map((run) => levelCursor(run, { compare, openTable })),
    compare,
  );
}

/**
 * Puts sources into as few rows as can be in which each ends before the next one begins: taken by
 * their first keys, each goes to the first row that has ended. (Interval partitioning; Kleinberg
 * and Tardos, 4.1.)
 */
function sortedRuns(sources: readonly Source[], compare: RangeCompare): Source[][] {
  const order = (a: Uint8Array, b: Uint8Array): number => compare(a, 0, a.length, b, 0, b.length);
  const runs: Source[][] = [];
  for (const source of [...sources].sort((a, b) => order(a.smallest, b.smallest))) {
    const run = runs.find((one) => order(one.at(-1)!.largest, source.smallest) < 0);
    if (run === undefined) runs.push([source]);
    else run.push(source);
  }
  return runs;
}
