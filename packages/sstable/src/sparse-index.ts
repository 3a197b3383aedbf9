/**
 * The sparse index: which data block a key would be in. The table's index block, decoded once.
 *
 * One entry a data block: a key that is not before the block's last key and before the next block's
 * first, and the block's handle. Keys that sort by their bytes are told apart by six of these, as
 * one number: those behind the prefix that all of them share. Only equal numbers compare the keys.
 */
import { ByteReader, copyRange, corruption, SortedKeys } from '@jump/base';
import { type Block, restartAt } from './block.ts';
import type { BlockChecker } from './block-checker.ts';
import { EntryHeader, readHeader } from './entry-header.ts';
import { BLOCK_TRAILER_LENGTH, readHandle } from './footer.ts';
import type { KeyOrder } from './key-order.ts';

/**
 * How much larger than its block the written-out keys of an index may be.
 *
 * Known writers restart at every key. With a restart at least every 16 entries keys cannot grow
 * more: within an interval each is at most as long as all bytes of the interval.
 */
const MAX_EXPANSION = 16;

/** Visits the entries of a checked block; for blocks that are read once. Keys are written out. */
export function forEachEntry(
  block: Block,
  visit: (key: Uint8Array, keyLength: number, valueStart: number, valueEnd: number) => void,
): void {
  const header = new EntryHeader();
  let key = new Uint8Array(64);
  for (let at = restartAt(block, 0); at < block.entriesEnd; ) {
    readHeader(block.bytes, at, block.entriesEnd, header);
    const { shared, unshared, keyAt } = header;
    if (shared + unshared > key.length) {
      const larger = new Uint8Array(2 * (shared + unshared));
      copyRange(key, 0, shared, larger, 0);
      key = larger;
    }
    const valueStart = keyAt + unshared;
    copyRange(block.bytes, keyAt, valueStart, key, shared);
    at = valueStart + header.valueLength;
    visit(key, shared + unshared, valueStart, at);
  }
}

/** Refuses a block whose keys, written out, would take far more memory than the block. */
export function checkExpansion(checker: BlockChecker, block: Block, source: string): void {
  const limit = MAX_EXPANSION * (block.entriesEnd - block.start);
  if (checker.keyBytes <= limit) return;
  throw corruption(
    source,
    undefined,
    `keys of ${checker.keyBytes} bytes, at most ${limit} expected`,
  );
}

/** The decoded index. */
export class SparseIndex {
  /** How many data blocks there are. */
  readonly count: number;
  /** Offset of each data block in the file; ascending. */
  readonly offsets: Float64Array;
  /** Stored size of each, without what follows it. */
  readonly sizes: Float64Array;
  /** The separators, one behind the other. */
  readonly keys: Uint8Array;
  /** Where each separator begins in `keys`, and where the last one ends. */
  readonly starts: Uint32Array;
  readonly #order: KeyOrder;
  readonly #sorted: SortedKeys;

  /** Takes separators, and where the blocks in front of them lie. */
  constructor(
    keys: Uint8Array,
    starts: Uint32Array,
    offsets: Float64Array,
    sizes: Float64Array,
    order: KeyOrder,
  ) {
    this.count = offsets.length;
    this.keys = keys;
    this.starts = starts;
    this.offsets = offsets;
    this.sizes = sizes;
    this.#order = order;
    const { compare, trailer, bytewise } = order;
    this.#sorted = new SortedKeys(keys, starts, compare, trailer, bytewise);
  }

  /**
   * Decodes a checked index block of `count` entries with `keyBytes` bytes of keys.
   *
   * @param limit - where the last data block ends at the latest
   * @throws JUMP_CORRUPTION if a handle points outside, or does not follow the one before it
   */
  static decode(
    block: Block,
    count: number,
    keyBytes: number,
    order: KeyOrder,
    limit: number,
    source: string,
    offset: number,
  ): SparseIndex {
    const offsets = new Float64Array(count);
    const sizes = new Float64Array(count);
    const keys = new Uint8Array(keyBytes);
    const starts = new Uint32Array(count + 1);
    let i = 0;
    let free = 0;
    const reader = new ByteReader(block.bytes, 0, 0, source, 0);
    // Where an entry of a compressed index lies in the file cannot be said: the block's offset is.
    reader.base = offset - block.start;
    forEachEntry(block, (key, keyLength, valueStart, valueEnd) => {
      reader.position = valueStart;
      reader.end = valueEnd;
      const handle = readHandle(reader, limit, `data block ${i}`);
      if (handle.offset < free) {
        throw reader.damaged(`data block ${i} at offset ${handle.offset} overlaps the one before`);
      }
      free = handle.offset + handle.size + BLOCK_TRAILER_LENGTH;
      offsets[i] = handle.offset;
      sizes[i] = handle.size;
      const at = starts[i]!;
      copyRange(key, 0, keyLength, keys, at);
      starts[++i] = at + keyLength;
    });
    return new SparseIndex(keys, starts, offsets, sizes, order);
  }

  /** Where the data blocks end, and the next thing begins at the earliest. */
  get end(): number {
    const last = this.count - 1;
    return last < 0 ? 0 : this.offsets[last]! + this.sizes[last]! + BLOCK_TRAILER_LENGTH;
  }

  /** Whether the separator behind a block has exactly the user key `key[0, end)`. */
  endsWithUserKey(ordinal: number, key: Uint8Array, end: number): boolean {
    const { compareUser, trailer } = this.#order;
    const to = this.starts[ordinal + 1]! - trailer;
    return compareUser(this.keys, this.starts[ordinal]!, to, key, 0, end) === 0;
  }

  /** Returns the first block whose separator is `key[start, end)` or after it; `count` if none. */
  search(key: Uint8Array, start: number, end: number): number {
    return this.#sorted.search(key, start, end);
  }
}
