/**
 * Going over a whole table: to check all of it, or to describe it.
 */
import {
  corruption,
  type KeyHash,
  KIND_DELETION,
  readKind,
  readSequence56,
  sliceRange,
} from '@jump/base';
import type { BlockStore } from './block-store.ts';
import { CODEC_NONE } from './codecs.ts';
import { Contents } from './contents.ts';
import { CursorBlocks } from './cursor-blocks.ts';
import type { TableKeys } from './key-order.ts';
import type { OpenedTable } from './open-table.ts';
import { TableCursor } from './table-cursor.ts';

/** What there is to say about a table; keys are user keys. */
export interface TableProperties {
  /** What its keys are. */
  readonly keys: TableKeys;
  /** Entries, with older versions and deletions. */
  readonly entries: number;
  /** Deletions among them. */
  readonly tombstones: number;
  /** Data blocks. */
  readonly blocks: number;
  /** Bytes of the file. */
  readonly fileSize: number;
  /** Bytes of the index block as stored. */
  readonly indexSize: number;
  /** The name of the filter's policy, known or not; `undefined` without a filter. */
  readonly filterName: string | undefined;
  /** How data blocks are stored: `'none'`, `'snappy'` and so on, in the order in which they occur. */
  readonly codecs: readonly string[];
  /** The first key; `undefined` without entries. */
  readonly smallest: Uint8Array | undefined;
  /** The last key. */
  readonly largest: Uint8Array | undefined;
  /** The lowest sequence of internal keys. */
  readonly smallestSequence: bigint | undefined;
  /** The highest sequence of internal keys. */
  readonly largestSequence: bigint | undefined;
}

/** Reads every entry of a table, past the cache, and describes it. O(file). */
export function surveyTable(table: OpenedTable, store: BlockStore): TableProperties {
  const { order } = table;
  const { file } = store;
  const cursor = new TableCursor(new CursorBlocks(store, false), order);
  const codecs = new Set<string>();
  const trailer = new Uint8Array(1);
  for (let i = 0; i < table.index.count; i++) {
    file.read(trailer, 0, 1, table.index.offsets[i]! + table.index.sizes[i]!);
    const id = trailer[0]!;
    codecs.add(id === CODEC_NONE ? 'none' : (file.codecs[id]?.name ?? `codec ${id}`));
  }
  let entries = 0;
  let tombstones = 0;
  let smallest: Uint8Array | undefined;
  let largest: Uint8Array | undefined;
  let smallestSequence: bigint | undefined;
  let largestSequence: bigint | undefined;
  const userKey = () => sliceRange(cursor.keyBytes, 0, cursor.keyEnd - order.trailer);
  for (cursor.first(); cursor.valid; cursor.next()) {
    if (entries++ === 0) smallest = userKey();
    if (order.trailer === 0) continue;
    if (readKind(cursor.keyBytes, cursor.keyEnd) === KIND_DELETION) tombstones++;
    const sequence = readSequence56(cursor.keyBytes, cursor.keyEnd);
    if (smallestSequence === undefined || sequence < smallestSequence) smallestSequence = sequence;
    if (largestSequence === undefined || sequence > largestSequence) largestSequence = sequence;
  }
  if (cursor.last()) largest = userKey();
  return {
    keys: order.keys,
    entries,
    tombstones,
    blocks: table.index.count,
    fileSize: file.size,
    indexSize: table.indexSize,
    filterName: table.filterName,
    codecs: [...codecs],
    smallest,
    largest,
    smallestSequence,
    largestSequence,
  };
}

/**
 * Reads and checks all data blocks and meta blocks, known or not, that every key passes the filter,
 * and what the table says of itself. O(file).
 *
 * @throws JUMP_CORRUPTION with file and offset
 */
export function verifyTable(table: OpenedTable, store: BlockStore): void {
  const { file } = store;
  const contents = new Contents();
  for (const { offset, size } of table.meta.values()) file.contents(offset, size, contents);
  checkFilter(table, store);
  const { stored } = table;
  const found = surveyTable(table, store);
  if (stored === undefined) return;
  for (const name of ['entries', 'tombstones', 'smallestSequence', 'largestSequence'] as const) {
    const actual = found[name] ?? 0n;
    if (actual === stored[name]) continue;
    const what = `jumpdb.table says ${name}: ${stored[name]}, the table has ${actual}`;
    throw corruption(file.source, undefined, what);
  }
}

/** A filter that says "no" for a key that is there would hide it. */
function checkFilter(table: OpenedTable, store: BlockStore): void {
  const { filter, index, order } = table;
  if (filter === undefined) return;
  const hash: KeyHash = { low: 0, high: 0 };
  for (let i = 0; i < index.count; i++) {
    // A cursor over one block: filters may cover only what one block holds.
    const offset = index.offsets[i]!;
    const block = store.load(i);
    const supply = { count: 1, search: () => 0, block: () => block, close: () => {} };
    const cursor = new TableCursor(supply, order);
    for (cursor.first(); cursor.valid; cursor.next()) {
      const end = cursor.keyEnd - order.trailer;
      filter.policy.hash(cursor.keyBytes, 0, end, hash);
      const passed = filter.wholeTable
        ? filter.mayContain(hash)
        : filter.blockMayContain(offset, hash, cursor.keyBytes, end);
      if (!passed) {
        throw corruption(
          store.file.source,
          offset,
          `filter ${filter.name} denies a key of this block`,
        );
      }
    }
  }
}
