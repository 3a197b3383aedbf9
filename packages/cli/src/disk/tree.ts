/**
 * The tables of a store over its keys: what each is, and where it lies on an axis on which every
 * key has as much room as the store has bytes for it. Reads footers, indexes and filters, no
 * entries.
 */
import { type Comparator, encodeInternalKey, KIND_VALUE, MAX_SEQUENCE } from '@jump/base';
import type { TableReader } from '@jump/sstable';
import type { Context } from '../context.ts';
import type { Layout, LiveTable } from './directory.ts';
import { orderNamed } from './orders.ts';
import { openTable } from './table-entries.ts';

/** A table, and its place. */
export interface PlacedTable extends Omit<LiveTable, 'entries' | 'tombstones'> {
  /** Its first and last user keys. */
  readonly first: Uint8Array;
  readonly last: Uint8Array;
  /** Entries and deletions, where the table says how many: JumpDB's do, LevelDB's do not. */
  readonly entries: number | undefined;
  readonly tombstones: number | undefined;
  readonly filterName: string | undefined;
  /** Bytes of its filter, which a reader keeps in memory. */
  readonly filterBytes: number;
  /** Where it begins and ends, from 0 to 1. */
  from: number;
  to: number;
}

/** The levels that have tables, and all seven of them, empty ones included. */
export type Tree = readonly (readonly PlacedTable[])[];

/** Opens every table once, and places it. */
export async function readTree(context: Context, layout: Layout): Promise<Tree> {
  const tables = layout.levels.flat();
  const order = orderNamed(layout.comparator);
  const axis = order.comparator && new Axis(tables, order.comparator);
  const progress = context.progress('looking', tables.length, 'entries');
  const placed = new Map<number, PlacedTable>();
  try {
    for (const [i, table] of tables.entries()) {
      const reader = openTable(table.path, order);
      try {
        placed.set(table.number, describe(table, reader));
        axis?.add(table, reader);
      } finally {
        reader.close();
      }
      progress.update(i);
      await context.pause();
    }
  } finally {
    progress.end();
  }
  const tree = layout.levels.map((level) => level.map(({ number }) => placed.get(number)!));
  if (axis === undefined) placeByLevel(tree);
  else for (const table of placed.values()) axis.place(table);
  return tree;
}

/** The user key of an internal key. */
function userKey(internalKey: Uint8Array): Uint8Array {
  return internalKey.subarray(0, Math.max(0, internalKey.length - 8));
}

/** How many tables of the next level that has any each table of a level overlaps, on average. */
export function overlapOf(tree: Tree, level: number): number | undefined {
  const below = tree.slice(level + 1).find((tables) => tables.length > 0);
  const tables = tree[level]!;
  if (below === undefined || tables.length === 0) return undefined;
  let met = 0;
  for (const { from, to } of tables) {
    for (const other of below) if (other.from < to && other.to > from) met++;
  }
  return met / tables.length;
}

function describe(table: LiveTable, reader: TableReader): PlacedTable {
  const { record, storedFilter } = reader;
  return {
    ...table,
    first: userKey(table.smallest),
    last: userKey(table.largest),
    entries: record?.entries,
    tombstones: record?.tombstones,
    filterName: storedFilter?.name,
    filterBytes: storedFilter?.bytes ?? 0,
    from: 0,
    to: 1,
  };
}

/** Without an order of keys: side by side in their level, as wide as they have bytes. */
function placeByLevel(tree: Tree): void {
  for (const tables of tree.slice(1)) {
    const total = tables.reduce((sum, { fileSize }) => sum + fileSize, 0);
    let at = 0;
    for (const table of tables) {
      table.from = at / total;
      at += table.fileSize;
      table.to = at / total;
    }
  }
}

/**
 * The axis: at the ends of all tables, how many bytes of the store lie before.
 *
 * Each table adds its share when it is open: all of its bytes to the ends behind it, a part of them
 * to the ends inside, as its index says. So each is opened once, and few are open at a time.
 */
class Axis {
  /** The user keys at which tables begin or end, ascending, each once. */
  readonly #keys: readonly Uint8Array[];
  /** Bytes before the keys, of tables that reach over them. */
  readonly #inside: Float64Array;
  /** Bytes of the tables that end at or before a key and after the one in front of it. */
  readonly #ended: Float64Array;
  readonly #compare: Comparator['compare'];
  #sums: Float64Array | undefined;

  constructor(tables: readonly LiveTable[], { compare }: Comparator) {
    this.#compare = compare;
    const ends = tables.flatMap((table) => [userKey(table.smallest), userKey(table.largest)]);
    ends.sort(compare);
    this.#keys = ends.filter((key, i) => i === 0 || compare(key, ends[i - 1]!) !== 0);
    // One more at the end: behind everything.
    this.#inside = new Float64Array(this.#keys.length + 1);
    this.#ended = new Float64Array(this.#keys.length + 1);
  }

  add(table: LiveTable, reader: TableReader): void {
    const last = this.#find(userKey(table.largest));
    for (let i = this.#find(userKey(table.smallest)) + 1; i <= last; i++) {
      const key = encodeInternalKey(this.#keys[i]!, MAX_SEQUENCE, KIND_VALUE);
      this.#inside[i]! += reader.approximateOffset(key, 0, key.length);
    }
    this.#ended[last + 1]! += table.fileSize;
  }

  place(table: PlacedTable): void {
    this.#sums ??= this.#sum();
    const total = this.#sums.at(-1)!;
    if (total === 0) return;
    table.from = this.#sums[this.#find(table.first)]! / total;
    table.to = this.#sums[this.#find(table.last) + 1]! / total;
  }

  #sum(): Float64Array {
    const sums = new Float64Array(this.#inside.length);
    let ended = 0;
    for (let i = 0; i < sums.length; i++) {
      ended += this.#ended[i]!;
      sums[i] = Math.max(ended + this.#inside[i]!, i === 0 ? 0 : sums[i - 1]!);
    }
    return sums;
  }

  /** The place of a key that is one of them. */
  #find(key: Uint8Array): number {
    let low = 0;
    let high = this.#keys.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#compare(this.#keys[middle]!, key) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
