/** Gives the blocks of a log one after the other, from a file or from memory. */
import type { VfsFile } from '@jump/vfs';
import { BLOCK_LENGTH } from './format.ts';

/** Blocks that are read from a file at once: 256 KiB. */
const BLOCKS_A_READ = 8;

/** Walks over blocks; the current one is `bytes[start, end)` and lies at `offset` in the file. */
export class BlockSource {
  /** Holds the current block. */
  bytes: Uint8Array;
  /** Where the block begins in `bytes`. */
  start = 0;
  /** Where it ends: a whole block further, or at the end of the log. */
  end = 0;
  /** Offset of the block in the log. */
  offset = 0;
  /** Bytes of the log: what follows is not read, though the file may grow. */
  size: number;
  readonly #file: VfsFile | undefined;
  /** Where `bytes` ends to hold the log. */
  #filled = 0;

  /** Starts in front of the first block. A file's size is taken now. */
  constructor(source: VfsFile | Uint8Array) {
    if (source instanceof Uint8Array) {
      this.#file = undefined;
      this.bytes = source;
      this.size = source.length;
      this.#filled = source.length;
    } else {
      this.#file = source;
      this.size = source.size();
      this.bytes = new Uint8Array(Math.min(this.size, BLOCKS_A_READ * BLOCK_LENGTH));
    }
  }

  /** Whether the current block is the last one. */
  get isLast(): boolean {
    return this.offset + (this.end - this.start) >= this.size;
  }

  /** Moves to the next block; false at the end. What was in `bytes` may be overwritten. */
  next(): boolean {
    this.offset += this.end - this.start;
    this.start = this.end;
    if (this.start >= this.#filled && !this.#fill()) return false;
    this.end = Math.min(this.start + BLOCK_LENGTH, this.#filled);
    return true;
  }

  #fill(): boolean {
    this.start = 0;
    this.end = 0;
    const length = Math.min(this.bytes.length, this.size - this.offset);
    if (this.#file === undefined || length <= 0) return false;
    this.#filled = this.#file.read(this.bytes, 0, length, this.offset);
    // Cut by somebody since it was opened: what is there is the log.
    if (this.#filled < length) this.size = this.offset + this.#filled;
    return this.#filled > 0;
  }
}
