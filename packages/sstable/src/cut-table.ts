/**
 * Cutting a range of keys out of a table, block by block.
 *
 *   table   [ b0 | b1 | b2 | b3 | b4 | b5 | index ]
 *   range          [==============]
 *   result  [ b0 | b1 |           b4 | b5 | index' ]
 *
 * Blocks that lie wholly inside the range are left out, all others are copied as they are stored:
 * nothing is decompressed. The blocks at the range's ends stay, with whatever they hold of it. So
 * does a filter of the whole table: it knows keys that are gone, and says "perhaps" of them. What
 * the table said of itself (`jumpdb.table`) is left out, since what went was not counted.
 */
import { EMPTY_BYTES, JumpError, sliceRange, TRAILER_LENGTH } from '@jump/base';
import type { VfsFile } from '@jump/vfs';
import type { Block } from './block.ts';
import { BlockWriter } from './block-writer.ts';
import {
  BLOCK_TRAILER_LENGTH,
  FOOTER_LENGTH,
  MAX_HANDLE_LENGTH,
  writeFooter,
  writeHandle,
} from './footer.ts';
import type { OpenedTable } from './open-table.ts';
import { Output } from './output.ts';
import { forEachEntry } from './sparse-index.ts';
import { resolveTarget, type TableFile, type TableTarget } from './table-file.ts';
import { asciiBytes } from './table-properties.ts';

/** A range of user keys; `undefined` where it is open-ended. @internal */
export interface UserKeyRange {
  /** Where the range begins. */
  readonly lower: Uint8Array | undefined;
  /** Whether `lower` itself is outside. */
  readonly lowerExclusive: boolean;
  /** Where the range ends. */
  readonly upper: Uint8Array | undefined;
  /** Whether `upper` itself is outside. */
  readonly upperExclusive: boolean;
}

/** What an open table is made of. @internal */
export interface TableParts {
  /** Where it is read from. */
  readonly file: TableFile;
  /** What was read once. */
  readonly table: OpenedTable;
  /** Reads a block; it is good until the next one is read. */
  readonly load: (ordinal: number) => Block;
}

/** Blocks of a table that lie wholly inside a range. @internal */
export interface TableCut {
  /** The first of them. */
  readonly first: number;
  /** The first block behind them. */
  readonly end: number;
  /** About how many entries they have, as one of the blocks in their middle tells. */
  readonly entries: number;
  /** Bytes of the other blocks. */
  readonly keptBytes: number;
}

/** What a table without some of its blocks is. @internal */
export interface CutTable {
  /** Bytes of the file. */
  readonly fileSize: number;
  /** Its first key, where that is another than before. */
  readonly smallest: Uint8Array | undefined;
  /** Its last key, where that is another than before. */
  readonly largest: Uint8Array | undefined;
}

/**
 * Finds the blocks of a table of internal keys that lie wholly inside a range, if there are any, if
 * others are left, and if the table's filter is none that goes by the places of blocks. A table
 * with tombstones is left as it is: merges ask how many there are.
 *
 * @param smallest - the table's first key
 * @param largest - its last key
 * @throws JUMP_CORRUPTION if the block is damaged whose entries are counted; JUMP_UNSUPPORTED if it
 *   has none; JUMP_IO
 * @internal
 */
export function findCut(
  { table, load }: TableParts,
  range: UserKeyRange,
  smallest: Uint8Array,
  largest: Uint8Array,
): TableCut | undefined {
  const { index, order, filter, filterName, stored } = table;
  if (order.trailer === 0 || (filterName !== undefined && filter?.wholeTable !== true)) {
    return undefined;
  }
  if (stored !== undefined && stored.tombstones > 0) return undefined;
  const { lower, lowerExclusive, upper, upperExclusive } = range;
  const against = (key: Uint8Array, bound: Uint8Array): number =>
    order.compareUser(key, 0, key.length - TRAILER_LENGTH, bound, 0, bound.length);
  // A separator is not before any key of its block, and before all keys of the next one.
  const search = (bound: Uint8Array, behind: boolean): number => {
    const key = new Uint8Array(bound.length + TRAILER_LENGTH).fill(behind ? 0 : 0xff);
    key.set(bound);
    return index.search(key, 0, key.length);
  };
  let first = 0;
  if (lower !== undefined && against(smallest, lower) < (lowerExclusive ? 1 : 0)) {
    first = search(lower, lowerExclusive) + 1;
  }
  let end = index.count;
  if (upper !== undefined && against(largest, upper) > (upperExclusive ? -1 : 0)) {
    end = search(upper, !upperExclusive);
  }
  if (first >= end || end - first === index.count) return undefined;
  const { entries } = describe(load((first + end) >>> 1));
  const gone = placeEnd(table, end - 1) - index.offsets[first]!;
  return { first, end, entries: entries * (end - first), keptBytes: index.end - gone };
}

/**
 * Writes the table without the blocks of a cut to a new file, synced and closed. Its directory's
 * entry is not synced. Nothing is left behind when it throws.
 *
 * @throws JUMP_IO; JUMP_CORRUPTION, or JUMP_UNSUPPORTED, if one of the blocks is damaged, or has no
 *   entries, where the table now begins or ends
 * @internal
 */
export function writeCut(
  { file, table, load }: TableParts,
  { first, end }: TableCut,
  target: TableTarget,
): CutTable {
  const smallest = first === 0 ? describe(load(end)).firstKey : undefined;
  const largest = end === table.index.count ? describe(load(first - 1)).lastKey : undefined;
  const { vfs, path } = resolveTarget(target);
  const written = vfs.open(path, 'create');
  try {
    const fileSize = write(file, table, first, end, written);
    written.sync();
    written.close();
    return { fileSize, smallest, largest };
  } catch (error) {
    try {
      written.close();
    } finally {
      vfs.remove(path);
    }
    throw error;
  }
}

function write(
  file: TableFile,
  table: OpenedTable,
  first: number,
  end: number,
  target: VfsFile,
): number {
  const { index, meta, filterName } = table;
  const output = new Output(target, false);
  const blocks = new BlockWriter(1);
  const handle = new Uint8Array(MAX_HANDLE_LENGTH);
  const keep = (from: number, to: number): void => {
    if (from === to) return;
    const start = index.offsets[from]!;
    const shift = output.position - start;
    copy(file, start, placeEnd(table, to - 1), output);
    for (let i = from; i < to; i++) {
      const size = writeHandle(handle, 0, index.offsets[i]! + shift, index.sizes[i]!);
      blocks.add(index.keys, index.starts[i]!, index.starts[i + 1]!, handle, 0, size);
    }
  };
  keep(0, first);
  keep(end, index.count);
  const names = new BlockWriter(1);
  const name = `filter.${filterName}`;
  const filter = filterName === undefined ? undefined : meta.get(name);
  if (filter !== undefined) {
    const key = asciiBytes(name);
    const size = writeHandle(handle, 0, output.position, filter.size);
    names.add(key, 0, key.length, handle, 0, size);
    copy(file, filter.offset, filter.offset + filter.size + BLOCK_TRAILER_LENGTH, output);
  }
  names.finish();
  const metaIndex = output.writeBlock(names.bytes, names.size, false);
  blocks.finish();
  const indexPlace = output.writeBlock(blocks.bytes, blocks.size, false);
  output.reserve(FOOTER_LENGTH);
  writeFooter(output.bytes, output.size, { metaIndex, index: indexPlace });
  output.size += FOOTER_LENGTH;
  output.handOver();
  return output.offset;
}

/** Copies a part of a file as it is: damage in it stays what it was, for its checksum to tell. */
function copy(file: TableFile, start: number, end: number, output: Output): void {
  const { bytes } = output;
  for (let at = start; at < end; at += bytes.length) {
    const length = Math.min(bytes.length, end - at);
    file.read(bytes, 0, length, at);
    output.file.write(bytes, 0, length);
    output.offset += length;
  }
}

/** Where a block ends, with what follows it. */
function placeEnd({ index }: OpenedTable, ordinal: number): number {
  return index.offsets[ordinal]! + index.sizes[ordinal]! + BLOCK_TRAILER_LENGTH;
}

/** Goes over the entries of a block. */
function describe(block: Block): {
  entries: number;
  firstKey: Uint8Array;
  lastKey: Uint8Array;
} {
  let entries = 0;
  let firstKey: Uint8Array = EMPTY_BYTES;
  let lastKey = firstKey;
  forEachEntry(block, (key, length, _valueStart, valueEnd) => {
    if (entries++ === 0) firstKey = sliceRange(key, 0, length);
    if (valueEnd === block.entriesEnd) lastKey = sliceRange(key, 0, length);
  });
  // The format allows it; nobody writes one.
  if (entries === 0) throw new JumpError('JUMP_UNSUPPORTED', 'a block without entries is not cut');
  return { entries, firstKey, lastKey };
}
