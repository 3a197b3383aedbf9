/**
 * A memtable as blocks, for the kernel that merges: a flush is a merge of one run.
 *
 * The blocks are as a table's (`FORMAT.md` of `@jump/sstable`), but no key is stored as a difference
 * to the one before, and `shared`, which is 0, takes so many bytes that the key begins at a multiple of
 * four, as it does in the tree: so entries are copied by words.
 */
import { TRAILER_LENGTH, varintLength, writeVarint } from '@jump/base';
import type { BlockRun } from '@jump/compaction';
import type { ByteTree } from '@jump/rbtree';
import type { BlockOfTable } from '@jump/sstable';

/** A block ends behind the entry that brings it to so many bytes. */
const ENOUGH_BYTES = 1 << 14;
/** An entry of so many bytes is not for a block; the kernel's own limit lies below. */
const TOO_LARGE = 1 << 17;
/** A block at its longest: with the last entry, its lengths, and three bytes to a whole word. */
const BLOCK_BYTES = ENOUGH_BYTES + TOO_LARGE + 32;
/** From so many words on `set(subarray())` is faster than a loop. */
const LOOP_WORDS = 96;

/** Hands out the entries of a tree that is not written any more. */
export class MemtableRun implements BlockRun {
  readonly #tree: ByteTree;
  /** The first entry of the next block. */
  #next: number;
  readonly #words = new Int32Array(BLOCK_BYTES / 4);
  readonly #bytes = new Uint8Array(this.#words.buffer);

  constructor(tree: ByteTree) {
    this.#tree = tree;
    this.#next = tree.firstNode();
  }

  /** See {@link BlockRun}. Allocates the block, and little else. */
  next(): BlockOfTable | 'tooLarge' | undefined {
    if (this.#next === 0) return undefined;
    const tree = this.#tree;
    let at = 0;
    let node = this.#next;
    while (node !== 0 && at < ENOUGH_BYTES) {
      const keyStart = tree.keyStart(node);
      const valueEnd = tree.valueEnd(node);
      if (valueEnd - keyStart >= TOO_LARGE) break;
      at = this.#add(node, keyStart, tree.keyEnd(node) + TRAILER_LENGTH, valueEnd, at);
      node = tree.nextNode(node);
    }
    this.#next = node;
    if (at === 0) return 'tooLarge';
    return { bytes: this.#bytes, start: 0, entriesEnd: at, restarts: 1 };
  }

  close(): void {
    this.#next = 0;
  }

  /** Adds an entry to the block at `at`; returns where it ends. */
  #add(node: number, keyStart: number, keyEnd: number, valueEnd: number, at: number): number {
    const keyAt = this.#writeHeader(at, keyEnd - keyStart, valueEnd - keyEnd);
    const source = this.#tree.entryWords(node);
    const target = this.#words;
    const from = keyStart >> 2;
    const to = keyAt >> 2;
    const words = (valueEnd - keyStart + 3) >> 2;
    if (words < LOOP_WORDS) {
      for (let i = 0; i < words; i++) target[to + i] = source[from + i]!;
    } else {
      target.set(source.subarray(from, from + words), to);
    }
    return keyAt + valueEnd - keyStart;
  }

  /** Writes the lengths of an entry so that they end at a multiple of four; returns that. */
  #writeHeader(at: number, keyLength: number, valueLength: number): number {
    const bytes = this.#bytes;
    const lengths = varintLength(keyLength) + varintLength(valueLength);
    const padding = -(at + 1 + lengths) & 3;
    let end = at;
    // A varint may go on with bytes that add nothing to it.
    for (let i = 0; i < padding; i++) bytes[end++] = 0x80;
    bytes[end++] = 0;
    end = writeVarint(bytes, end, keyLength);
    return writeVarint(bytes, end, valueLength);
  }
}
