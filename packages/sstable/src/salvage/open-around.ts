/**
 * Opens a table whose index, filter or footer is damaged: with the index that can still be found,
 * else with one that is made of the blocks that can be found.
 */
import { corruption, JumpError, sliceRange } from '@jump/base';
import { BlockChecker } from '../block-checker.ts';
import { OneBlockMemory } from '../block-memory.ts';
import { Contents } from '../contents.ts';
import { BLOCK_TRAILER_LENGTH } from '../footer.ts';
import { type KeyOrder, keyOrder } from '../key-order.ts';
import { type OpenedTable, type OpenRequest, readDataEnd } from '../open-table.ts';
import { SparseIndex } from '../sparse-index.ts';
import type { TableFile } from '../table-file.ts';
import type { TableGap } from '../tolerant-blocks.ts';
import type { BlockPlace } from './find-blocks.ts';
import { findDamagedPlaces, type TablePlaces, tryOpen, unlessDamaged } from './table-places.ts';

/** A table that was opened, whatever of it is damaged. */
export interface TableAround {
  readonly table: OpenedTable;
  /** What lies between the blocks, where only these say what is in the table. */
  readonly gaps: readonly TableGap[];
  /** What is damaged beside data blocks. */
  readonly problem: JumpError | undefined;
}

/**
 * Opens a table; reads all of it if its index is lost.
 *
 * @throws JUMP_UNSUPPORTED, JUMP_IO; damage never
 */
export function openAround(file: TableFile, request: OpenRequest): TableAround {
  const result = tryOpen(file, request);
  if (result instanceof JumpError) return openDamaged(file, request, result);
  return { table: result, gaps: [], problem: undefined };
}

function openDamaged(file: TableFile, request: OpenRequest, problem: JumpError): TableAround {
  const { keys, comparator } = request;
  let order = keyOrder(keys === 'auto' ? 'internal' : keys, comparator);
  let found = findAll(file, order);
  // Where nobody knows what the keys are: raw ones if they cannot be internal ones.
  if (keys === 'auto' && found.places.length === 0) {
    const raw = keyOrder('raw', comparator);
    const others = findAll(file, raw);
    if (others.places.length > 0) [order, found] = [raw, others];
  }
  const dataEnd = unlessDamaged(() => readDataEnd(file));
  const gaps: TableGap[] = [];
  const index = found.index ?? rebuildIndex(file, order, found.places, dataEnd, gaps);
  const table: OpenedTable = {
    order,
    index,
    indexSize: 0,
    filter: undefined,
    filterName: undefined,
    stored: undefined,
    meta: new Map(),
    dataEnd: dataEnd ?? index.end,
  };
  return { table, gaps, problem };
}

function findAll(file: TableFile, order: KeyOrder): Pick<TablePlaces, 'places' | 'index'> {
  const steps = findDamagedPlaces(file, order);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** Makes an index of blocks, and gaps of what lies between them. */
function rebuildIndex(
  file: TableFile,
  order: KeyOrder,
  places: readonly BlockPlace[],
  dataEnd: number | undefined,
  gaps: TableGap[],
): SparseIndex {
  const checker = new BlockChecker(order, file.source);
  const contents = new Contents(new OneBlockMemory());
  const offsets: number[] = [];
  const sizes: number[] = [];
  // The last key of each block stands for the separator that is lost.
  const keys: Uint8Array[] = [];
  /** Where the next block begins, if nothing is lost between. */
  let next = 0;
  const addGap = (end: number, after?: Uint8Array, upTo?: Uint8Array): void => {
    const reason = 'no block that can be read, and no index';
    gaps.push({ offset: next, bytes: end - next, reason, after, upTo });
  };
  for (const { offset, size } of places) {
    file.contents(offset, size, contents);
    checker.check(contents.bytes, contents.start, contents.end, offset);
    const { firstKeyAt, firstKeyLength, lastKey, lastKeyLength } = checker;
    const first = sliceRange(contents.bytes, firstKeyAt, firstKeyAt + firstKeyLength);
    const before = keys.at(-1);
    if (before !== undefined && order.known) {
      // What lies behind its place is not of this table: it is part of a gap.
      if (order.compare(first, 0, first.length, before, 0, before.length) <= 0) continue;
    }
    if (offset > next) addGap(offset, before, first);
    offsets.push(offset);
    sizes.push(size);
    keys.push(sliceRange(lastKey, 0, lastKeyLength));
    next = offset + size + BLOCK_TRAILER_LENGTH;
  }
  // Without footer nobody knows whether more blocks were here, or have been cut off behind.
  if (dataEnd === undefined || dataEnd > next) addGap(dataEnd ?? file.size, keys.at(-1));
  return indexOf(keys, offsets, sizes, order);
}

function indexOf(
  keys: readonly Uint8Array[],
  offsets: readonly number[],
  sizes: readonly number[],
  order: KeyOrder,
): SparseIndex {
  const starts = new Uint32Array(keys.length + 1);
  for (const [i, key] of keys.entries()) starts[i + 1] = starts[i]! + key.length;
  const bytes = new Uint8Array(starts[keys.length]!);
  for (const [i, key] of keys.entries()) bytes.set(key, starts[i]);
  return new SparseIndex(
    bytes,
    starts,
    Float64Array.from(offsets),
    Float64Array.from(sizes),
    order,
  );
}

/**
 * Throws if a gap may hold the user key `key[0, end)`, or another version of it.
 *
 * @throws JUMP_CORRUPTION
 */
export function refuseGaps(
  gaps: readonly TableGap[],
  order: KeyOrder,
  key: Uint8Array,
  end: number,
  source: string,
): void {
  const { compareUser, trailer, known } = order;
  for (const { offset, reason, after, upTo } of gaps) {
    if (known && after !== undefined) {
      if (compareUser(key, 0, end, after, 0, after.length - trailer) < 0) continue;
    }
    if (known && upTo !== undefined) {
      if (compareUser(key, 0, end, upTo, 0, upTo.length - trailer) > 0) continue;
    }
    throw corruption(source, offset, reason);
  }
}
