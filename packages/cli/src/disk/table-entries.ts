/** Everything that is stored in a table, as it is stored, with its place in the file. */
import {
  type Cursor,
  KIND_DELETION,
  readKind,
  readSequence56,
  sliceRange,
  TRAILER_LENGTH,
} from '@jump/base';
import { JumpError } from '@jump/db';
import {
  BlockCache,
  type InternalEntry,
  salvagedCursor,
  salvageTable,
  type TableDamage,
  type TableGap,
  TableReader,
} from '@jump/sstable';
import { allCodecs } from '@jump/sstable/codecs';
import { withoutPlace } from '../exit-codes.ts';
import { type KnownOrder, lenient } from './orders.ts';

/** An entry, or a part of the file that cannot be read. */
export type TableLine =
  | ({ readonly type: 'entry' } & Pick<InternalEntry, 'sequence' | 'shadowed'> & {
        /** Where its block begins in the file. */
        readonly offset: number;
        readonly deletion: boolean;
        readonly key: Uint8Array;
        readonly value: Uint8Array;
      })
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
  let table: TableReader;
  try {
    table = openTable(path, order, tolerant);
  } catch (error) {
    const damaged = error instanceof JumpError && error.code === 'JUMP_CORRUPTION';
    if (!tolerant || !damaged) throw error;
    // Without footer or index: what looks like blocks, and is whole.
    yield* salvagedLines(path, order);
    return;
  }
  try {
    let block = -1;
    let told = 0;
    for (const entry of table.internalEntries()) {
      if (tolerant && entry.offset !== block) {
        for (const gap of table.gaps.slice(told)) yield damageOf(plainGap(gap, path));
        told = table.gaps.length;
        block = entry.offset;
      }
      const { sequence, shadowed, offset, kind, userKey: key, value } = entry;
      yield {
        type: 'entry',
        offset,
        sequence,
        shadowed,
        deletion: kind === 'deletion',
        key,
        value,
      };
    }
    for (const gap of table.gaps.slice(told)) yield damageOf(plainGap(gap, path));
  } finally {
    table.close();
  }
}

/** A gap whose reason does not name the place once more. */
export function plainGap(gap: TableGap, path: string): TableGap {
  const { offset, reason } = gap;
  return { ...gap, reason: withoutPlace(reason, path, offset) };
}

/** Reads a table that cannot be opened, block by block; first all of it to find them. */
function* salvagedLines(path: string, order: KnownOrder): Generator<TableLine, void, void> {
  const comparator = lenient(order);
  const steps = salvageTable(path, { comparator });
  let step = steps.next();
  while (step.done !== true) step = steps.next();
  const { places = [], damage, problem, fileSize } = step.value;
  let told = 0;
  for (const place of places) {
    for (; told < damage.length && damage[told]!.offset < place.offset; told++) {
      yield damageOf(damage[told]!);
    }
    const cursor = salvagedCursor(path, [place], { comparator });
    try {
      for (let more = cursor.first(); more; more = cursor.next()) {
        yield lineAt(cursor, place.offset);
      }
    } finally {
      cursor.close();
    }
  }
  for (const one of damage.slice(told)) yield damageOf(one);
  // Footer, index or filter: no entry is lost with them.
  if (problem !== undefined) yield { type: 'damage', offset: fileSize, bytes: 0, reason: problem };
}

function lineAt(cursor: Cursor, offset: number): TableLine {
  const { keyBytes, keyStart, keyEnd, valueBytes, valueStart, valueEnd } = cursor;
  return {
    type: 'entry',
    offset,
    sequence: readSequence56(keyBytes, keyEnd),
    // Of a table in pieces nobody can say it.
    shadowed: false,
    deletion: readKind(keyBytes, keyEnd) === KIND_DELETION,
    key: sliceRange(keyBytes, keyStart, keyEnd - TRAILER_LENGTH),
    value: sliceRange(valueBytes, valueStart, valueEnd),
  };
}

function damageOf({ offset, bytes, reason }: TableGap | TableDamage): TableLine {
  return { type: 'damage', offset, bytes, reason };
}
