/** Everything that is stored in a table, as it is stored, with its place in the file. */
import { reasonOf } from '@jump/base';
import { BlockCache, type InternalEntry, type TableGap, TableReader } from '@jump/sstable';
import { allCodecs } from '@jump/sstable/codecs';
import type { KnownOrder } from './orders.ts';

/** An entry, or a part of the file that cannot be read. */
export type TableLine =
  | ({ readonly type: 'entry' } & InternalEntry)
  | {
      readonly type: 'damage';
      readonly offset: number;
      readonly bytes: number;
      readonly reason: string;
    };

/** Nothing is read twice. */
const cache = new BlockCache(0);

/** Opens a table of a store, of whatever world. */
export function openTable(path: string, order: KnownOrder, tolerant = false): TableReader {
  const options = { keys: 'internal', cache, codecs: allCodecs, tolerant } as const;
  return TableReader.open(path, { ...options, comparator: order.comparator ?? 'unknown' });
}

/**
 * Reads a table from its first entry to its last, in memory for a block.
 *
 * @param tolerant - reads around damage, and tells where it is
 * @throws JUMP_CORRUPTION where it is damaged; what came before it has been given
 */
export function* tableLines(
  path: string,
  order: KnownOrder,
  tolerant: boolean,
): Generator<TableLine, void, void> {
  const table = openTable(path, order, tolerant);
  const told = new Set<number>();
  /** The gaps in front of a block that nobody has been told of. */
  const news = (end: number): TableGap[] => {
    const gaps = table.gaps.filter(({ offset }) => offset < end && !told.has(offset));
    for (const { offset } of gaps) told.add(offset);
    return gaps;
  };
  try {
    let block = -1;
    for (const entry of table.internalEntries()) {
      if (tolerant && entry.offset !== block) {
        for (const gap of news(entry.offset)) yield damageOf(gap);
        block = entry.offset;
      }
      yield { type: 'entry', ...entry };
    }
    for (const gap of news(Number.POSITIVE_INFINITY)) yield damageOf(gap);
    const { problem, fileSize } = table;
    // Footer, index or filter: no entry is lost with them.
    if (problem !== undefined) {
      const { offset = fileSize } = problem;
      yield { type: 'damage', offset, bytes: 0, reason: reasonOf(problem) };
    }
  } finally {
    table.close();
  }
}

function damageOf({ offset, bytes, reason }: TableGap): TableLine {
  return { type: 'damage', offset, bytes, reason };
}
