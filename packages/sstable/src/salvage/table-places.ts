/**
 * Where a table's data blocks lie, as well as can be told: from its index, if need be one that is
 * found by its checksum; else wherever blocks are found.
 */
import { ByteReader, JumpError, sliceRange } from '@jump/base';
import { BlockChecker } from '../block-checker.ts';
import { OneBlockMemory } from '../block-memory.ts';
import { Contents } from '../contents.ts';
import { BLOCK_TRAILER_LENGTH, FOOTER_LENGTH, readFooter, readHandle } from '../footer.ts';
import { type KeyOrder, keyOrder, type TableKeys } from '../key-order.ts';
import { type OpenedTable, type OpenRequest, openTable } from '../open-table.ts';
import { forEachEntry, SparseIndex } from '../sparse-index.ts';
import type { TableFile } from '../table-file.ts';
import { type BlockPlace, findBlocks } from './find-blocks.ts';

/** The data blocks of a table. */
export interface TablePlaces {
  /** Where they lie, ascending. */
  readonly places: readonly BlockPlace[];
  /** The index, if there is one: it says between which keys a block lies that cannot be read. */
  readonly index: SparseIndex | undefined;
  /** What a reader knows of the table, if one can open it. */
  readonly opened: OpenedTable | undefined;
  /** What else is damaged: what the table says of itself, but none of its data. */
  readonly problem: JumpError | undefined;
}

/** What a damaged table is taken for. */
export interface PlacesRequest extends OpenRequest {
  readonly keys: TableKeys;
}

/** Opens a table as a reader does; the error if it is damaged. @throws JUMP_UNSUPPORTED */
export function tryOpen(file: TableFile, request: OpenRequest): OpenedTable | JumpError {
  return orDamage(() => openTable(file, request));
}

/** Calls; returns the error if what is read is damaged. */
function orDamage<T>(call: () => T): T | JumpError {
  try {
    return call();
  } catch (error) {
    if (error instanceof JumpError && error.code === 'JUMP_CORRUPTION') return error;
    throw error;
  }
}

/** Calls; `undefined` if what is read is damaged. */
export function unlessDamaged<T>(call: () => T): T | undefined {
  const result = orDamage(call);
  return result instanceof JumpError ? undefined : result;
}

/**
 * Finds a table's data blocks; yields how many bytes were searched.
 *
 * @throws JUMP_UNSUPPORTED if it is another program's kind of table, or has other keys
 */
export function* findPlaces(
  file: TableFile,
  request: PlacesRequest,
): Generator<number, TablePlaces, void> {
  const result = tryOpen(file, request);
  if (result instanceof JumpError) {
    const found = yield* findDamagedPlaces(file, keyOrder(request.keys, request.comparator));
    return { ...found, opened: undefined, problem: result };
  }
  const { index } = result;
  return { places: placesOf(index), index, opened: result, problem: checkMeta(file, result) };
}

/** Finds the data blocks of a table that cannot be opened; yields how many bytes were searched. */
export function* findDamagedPlaces(
  file: TableFile,
  order: KeyOrder,
): Generator<number, Pick<TablePlaces, 'places' | 'index'>, void> {
  const index = indexOfFooter(file, order);
  if (index !== undefined) return { places: placesOf(index), index };
  const look = new BlockLook(file, order);
  const found = yield* findBlocks(file, order.trailer, (place) => look.isBlock(place));
  for (const place of found.toReversed()) {
    const lost = look.indexAt(place, found[0]!);
    if (lost !== undefined) return { places: placesOf(lost), index: lost };
  }
  return { places: found.filter((place) => !look.looksLikeIndex(place)), index: undefined };
}

/** Reads what belongs to no key: filter and whatever others put there. */
function checkMeta(file: TableFile, { meta }: OpenedTable): JumpError | undefined {
  const contents = new Contents();
  for (const { offset, size } of meta.values()) {
    const result = orDamage(() => file.contents(offset, size, contents));
    if (result instanceof JumpError) return result;
  }
  return undefined;
}

function placesOf({ count, offsets, sizes }: SparseIndex): BlockPlace[] {
  return Array.from({ length: count }, (_, i) => ({ offset: offsets[i]!, size: sizes[i]! }));
}

/** Reads the index that the footer names; the meta-index between may be damaged. */
function indexOfFooter(file: TableFile, order: KeyOrder): SparseIndex | undefined {
  if (file.size < FOOTER_LENGTH) return undefined;
  const bytes = new Uint8Array(FOOTER_LENGTH);
  return unlessDamaged(() => {
    file.read(bytes, 0, FOOTER_LENGTH, file.size - FOOTER_LENGTH);
    const { index, metaIndex } = readFooter(bytes, 0, file.size, file.source);
    const limit = Math.min(index.offset, metaIndex.offset);
    return new BlockLook(file, order).readIndex(index, limit);
  });
}

/** Looks into blocks that were found. */
class BlockLook {
  readonly #file: TableFile;
  readonly #order: KeyOrder;
  readonly #checker: BlockChecker;
  readonly #contents = new Contents(new OneBlockMemory());

  constructor(file: TableFile, order: KeyOrder) {
    this.#file = file;
    this.#order = order;
    this.#checker = new BlockChecker(order, file.source);
  }

  /** Whether it is a block of such keys, with entries. */
  isBlock(place: BlockPlace): boolean {
    try {
      this.#read(place);
      return this.#checker.entries > 0;
    } catch (error) {
      // Bytes that fit by chance may name a codec that nobody knows.
      if (error instanceof JumpError) return false;
      throw error;
    }
  }

  readIndex(place: BlockPlace, limit: number): SparseIndex {
    const block = this.#read(place);
    const { entries, keyBytes } = this.#checker;
    const { source } = this.#file;
    return SparseIndex.decode(block, entries, keyBytes, this.#order, limit, source, place.offset);
  }

  /**
   * Reads a block as an index; `undefined` if it is none of this table, whose first block that was
   * found is `first`.
   */
  indexAt(place: BlockPlace, first: BlockPlace): SparseIndex | undefined {
    if (!this.looksLikeIndex(place)) return undefined;
    const index = unlessDamaged(() => this.readIndex(place, place.offset));
    if (index === undefined || index.count === 0) return undefined;
    // Tables of other people, in the values of this one, begin elsewhere.
    const fits = first.offset > 0 || first === place || index.sizes[0] === first.size;
    return fits ? index : undefined;
  }

  /**
   * Whether every value is the place of a block, each behind the one before, from the file's
   * beginning to this block at most. Entries of users that happen to look so are given up: they
   * must not come back as somebody's places, nor places as values.
   */
  looksLikeIndex(place: BlockPlace): boolean {
    const block = this.#read(place);
    const reader = new ByteReader(block.bytes, 0, 0, this.#file.source);
    let free = 0;
    let fits = true;
    forEachEntry(block, (_key, _length, valueStart, valueEnd) => {
      reader.position = valueStart;
      reader.end = valueEnd;
      const handle = fits ? unlessDamaged(() => readHandle(reader, place.offset, '')) : undefined;
      fits = handle?.offset === free && reader.remaining === 0;
      if (handle !== undefined) free = handle.offset + handle.size + BLOCK_TRAILER_LENGTH;
    });
    return fits;
  }

  #read({ offset, size }: BlockPlace) {
    const contents = this.#contents;
    this.#file.contents(offset, size, contents);
    return this.#checker.check(contents.bytes, contents.start, contents.end, offset);
  }
}

/** Copies the separator behind a block. */
export function separatorOf({ keys, starts }: SparseIndex, ordinal: number): Uint8Array {
  return sliceRange(keys, starts[ordinal]!, starts[ordinal + 1]!);
}
