/**
 * Opening a table: footer, index, meta-index, properties and filter, if possible with one read.
 */
import { ByteReader, type Comparator, corruption, type FilterPolicy, JumpError } from '@jump/base';
import type { Block } from './block.ts';
import { BlockChecker } from './block-checker.ts';
import { Contents } from './contents.ts';
import { TableFilter } from './filter-block.ts';
import { type BlockHandle, FOOTER_LENGTH, readFooter, readHandle } from './footer.ts';
import { type KeyOrder, keyOrder, type TableKeys, type UnknownOrder } from './key-order.ts';
import { checkExpansion, forEachEntry, SparseIndex } from './sparse-index.ts';
import type { TableFile } from './table-file.ts';
import {
  asciiText,
  PROPERTIES_NAME,
  readProperties,
  type TableRecord,
} from './table-properties.ts';

/** Everything about a table that is read once. */
export interface OpenedTable {
  readonly order: KeyOrder;
  readonly index: SparseIndex;
  /** Bytes of the index block as stored. */
  readonly indexSize: number;
  readonly filter: TableFilter | undefined;
  /** The name of the filter that is stored, known or not. */
  readonly filterName: string | undefined;
  readonly stored: TableRecord | undefined;
  /** All meta blocks, by their names. */
  readonly meta: ReadonlyMap<string, BlockHandle>;
  /** Where the data blocks must end. */
  readonly dataEnd: number;
}

/** What {@link openTable} must know. */
export interface OpenRequest {
  readonly keys: TableKeys | 'auto';
  readonly comparator: Comparator | UnknownOrder | undefined;
  readonly filters: readonly FilterPolicy[];
}

const MIN_TAIL = 1 << 13;
const MAX_TAIL = 1 << 22;

/** The end of the file: what lies in it needs no further read. */
class Tail {
  readonly #file: TableFile;
  readonly #bytes: Uint8Array;
  readonly #offset: number;

  constructor(file: TableFile) {
    this.#file = file;
    const { size, bytes } = file;
    // Filter and index of a usual table take two to three hundredths of it.
    const wanted = Math.min(Math.max(MIN_TAIL, Math.ceil(size / 24)), MAX_TAIL);
    const length = bytes === undefined ? Math.min(size, wanted) : size;
    this.#offset = size - length;
    this.#bytes = bytes ?? new Uint8Array(length);
    if (bytes === undefined) file.read(this.#bytes, 0, length, this.#offset);
  }

  footer(): { metaIndex: BlockHandle; index: BlockHandle } {
    const { size, source } = this.#file;
    return readFooter(this.#bytes, this.#bytes.length - FOOTER_LENGTH, size, source);
  }

  contents(handle: BlockHandle): Contents {
    const { offset, size } = handle;
    const contents = new Contents();
    if (offset < this.#offset) this.#file.contents(offset, size, contents);
    else this.#file.decode(this.#bytes, offset - this.#offset, size, offset, contents);
    return contents;
  }
}

/** Reads all that is read once. */
export function openTable(file: TableFile, request: OpenRequest): OpenedTable {
  const { size, source } = file;
  if (size < FOOTER_LENGTH) {
    throw corruption(
      source,
      0,
      `not a table: ${size} bytes, fewer than the ${FOOTER_LENGTH} of a footer`,
    );
  }
  const tail = new Tail(file);
  const { metaIndex, index } = tail.footer();
  const dataEnd = Math.min(metaIndex.offset, index.offset);
  const meta = readMetaIndex(file, tail, metaIndex, dataEnd);
  const propertiesHandle = meta.get(PROPERTIES_NAME);
  const stored =
    propertiesHandle === undefined ? undefined : openProperties(file, tail, propertiesHandle);
  const keys = request.keys === 'auto' ? stored?.keys : request.keys;
  if (stored !== undefined && keys !== stored.keys) {
    throw new JumpError(
      'JUMP_UNSUPPORTED',
      `a table of ${stored.keys} keys, ${keys} ones expected`,
      {
        file: source,
      },
    );
  }
  let end = dataEnd;
  for (const { offset } of meta.values()) end = Math.min(end, offset);
  const contents = tail.contents(index);
  const decode = (order: KeyOrder): { order: KeyOrder; index: SparseIndex } => {
    const checker = new BlockChecker(order, source);
    const block = checker.check(contents.bytes, contents.start, contents.end, index.offset);
    checkExpansion(checker, block, source);
    const { entries, keyBytes } = checker;
    return {
      order,
      index: SparseIndex.decode(block, entries, keyBytes, order, end, source, index.offset),
    };
  };
  const decoded =
    keys === undefined
      ? detectKeys(file, request.comparator, decode)
      : decode(keyOrder(keys, request.comparator));
  return {
    ...decoded,
    indexSize: index.size,
    stored,
    meta,
    dataEnd: end,
    ...openFilter(tail, meta, request.filters),
  };
}

/**
 * Tells where a table's data blocks end at the latest, as its footer and what that leads to say.
 *
 * @throws JUMP_CORRUPTION if that is damaged
 */
export function readDataEnd(file: TableFile): number {
  const tail = new Tail(file);
  const { metaIndex, index } = tail.footer();
  let dataEnd = Math.min(metaIndex.offset, index.offset);
  const meta = readMetaIndex(file, tail, metaIndex, dataEnd);
  for (const { offset } of meta.values()) dataEnd = Math.min(dataEnd, offset);
  return dataEnd;
}

/** Reads names and handles of the meta blocks, which must lie between data and `dataEnd`. */
function readMetaIndex(
  file: TableFile,
  tail: Tail,
  handle: BlockHandle,
  dataEnd: number,
): Map<string, BlockHandle> {
  const { source } = file;
  const block = readSmallBlock(tail, handle, source);
  const meta = new Map<string, BlockHandle>();
  forEachEntry(block, (key, keyLength, valueStart, valueEnd) => {
    const name = asciiText(key, 0, keyLength);
    const base = handle.offset - block.start;
    const reader = new ByteReader(block.bytes, valueStart, valueEnd, source, base);
    meta.set(name, readHandle(reader, dataEnd, `meta block ${name.slice(0, 64)}`));
  });
  return meta;
}

/** Reads a block of raw keys in the order of their bytes. */
function readSmallBlock(tail: Tail, handle: BlockHandle, source: string): Block {
  const { bytes, start, end } = tail.contents(handle);
  const checker = new BlockChecker(keyOrder('raw'), source);
  const block = checker.check(bytes, start, end, handle.offset);
  checkExpansion(checker, block, source);
  return block;
}

function openProperties(file: TableFile, tail: Tail, handle: BlockHandle): TableRecord {
  const { source } = file;
  return readProperties(readSmallBlock(tail, handle, source), source, handle.offset);
}

/** Finds the first stored filter whose policy is known; others are ignored. */
function openFilter(
  tail: Tail,
  meta: Map<string, BlockHandle>,
  policies: readonly FilterPolicy[],
): { filter: TableFilter | undefined; filterName: string | undefined } {
  let filterName: string | undefined;
  for (const [key, handle] of meta) {
    if (!key.startsWith('filter.')) continue;
    const name = key.slice('filter.'.length);
    filterName ??= name;
    // goleveldb, and LevelDB before 1.18, give the same kind of filter an older name.
    const wanted = name === 'leveldb.BuiltinBloomFilter' ? `${name}2` : name;
    const policy = policies.find((one) => one.name === name || one.name === wanted);
    if (policy === undefined) continue;
    const { bytes, start, end } = tail.contents(handle);
    return { filter: new TableFilter(policy, name, bytes, start, end), filterName: name };
  }
  return { filter: undefined, filterName };
}

/**
 * Decides whether keys are internal: they are if every trailer in the index and in the first data
 * block is plausible, and their order is that of internal keys. Raw keys pass this only if they are
 * made to.
 */
function detectKeys(
  file: TableFile,
  comparator: Comparator | UnknownOrder | undefined,
  decode: (order: KeyOrder) => { order: KeyOrder; index: SparseIndex },
): { order: KeyOrder; index: SparseIndex } {
  let first: unknown;
  for (const keys of ['internal', 'raw'] as const) {
    try {
      const decoded = decode(keyOrder(keys, comparator));
      if (keys === 'internal' && !firstBlockFits(file, decoded.order, decoded.index)) continue;
      return decoded;
    } catch (error) {
      if (!(error instanceof JumpError)) throw error;
      first ??= error;
    }
  }
  throw first ?? corruption(file.source, undefined, 'the first block fits neither kind of keys');
}

/** Whether the first block is in the order; damage that says nothing about keys counts as yes. */
function firstBlockFits(file: TableFile, order: KeyOrder, index: SparseIndex): boolean {
  if (index.count === 0) return true;
  const contents = new Contents();
  try {
    file.contents(index.offsets[0]!, index.sizes[0]!, contents);
  } catch {
    return true; // Unreadable: told when somebody reads it.
  }
  const { bytes, start, end } = contents;
  try {
    new BlockChecker(order, file.source).check(bytes, start, end, index.offsets[0]!);
    return true;
  } catch {
    return false;
  }
}
