/**
 * Blocks for reading around damage: one that cannot be read counts as one without entries, and is
 * noted.
 */
import { EMPTY_BYTES, JumpError, reasonOf, sliceRange } from '@jump/base';
import { Block } from './block.ts';
import { BLOCK_TRAILER_LENGTH } from './footer.ts';
import type { SparseIndex } from './sparse-index.ts';
import type { BlockSupply } from './table-cursor.ts';

/** A part of a table that was read around. */
export interface TableGap {
  /** Where it begins. */
  readonly offset: number;
  /** How long it is. */
  readonly bytes: number;
  /** What is wrong, without the place. */
  readonly reason: string;
  /**
   * The keys that were there sort behind this one; unknown if not given. A key as it is stored: in
   * a database's table an internal key, whose last eight bytes are sequence and kind.
   */
  readonly after: Uint8Array | undefined;
  /** And not behind this one, which is a key as it is stored, too. */
  readonly upTo: Uint8Array | undefined;
}

/** Gives blocks, damaged ones as empty ones. */
export class TolerantBlocks implements BlockSupply {
  readonly count: number;
  readonly #blocks: BlockSupply;
  readonly #index: SparseIndex;
  readonly #gaps: Map<number, TableGap>;

  /** @param gaps - where damaged blocks are noted, by their numbers */
  constructor(blocks: BlockSupply, index: SparseIndex, gaps: Map<number, TableGap>) {
    this.count = blocks.count;
    this.#blocks = blocks;
    this.#index = index;
    this.#gaps = gaps;
  }

  search(key: Uint8Array, start: number, end: number): number {
    return this.#blocks.search(key, start, end);
  }

  block(ordinal: number): Block {
    try {
      return this.#blocks.block(ordinal);
    } catch (error) {
      if (!(error instanceof JumpError) || error.code !== 'JUMP_CORRUPTION') throw error;
      this.#gaps.set(ordinal, gapAt(this.#index, ordinal, reasonOf(error)));
      return new Block(EMPTY_BYTES, 0, 0, 1);
    }
  }

  close(): void {
    this.#blocks.close();
  }
}

function gapAt(index: SparseIndex, ordinal: number, reason: string): TableGap {
  const { keys, starts, offsets, sizes } = index;
  const key = (i: number) => sliceRange(keys, starts[i]!, starts[i + 1]!);
  return {
    offset: offsets[ordinal]!,
    bytes: sizes[ordinal]! + BLOCK_TRAILER_LENGTH,
    reason,
    after: ordinal === 0 ? undefined : key(ordinal - 1),
    upTo: key(ordinal),
  };
}
