/**
 * The kernel for blocks that are written, or read one after the other: checksums and Snappy.
 */
import { copyRange } from '@jump/base';
import { type KernelExports, startKernel } from './kernel-instance.ts';
import { ReadKernel } from './read-kernel.ts';

/** What {@link BlockKernel.decompress} returns for contents that do not fit: not an error yet. */
export const TOO_LARGE = -2;

/**
 * Memory for one block at a time, and what can be done to the block in it.
 *
 * Shared by everything on a thread: what lies here is good until the next call of anything else.
 */
export class BlockKernel {
  /** What the methods work on; its length is the most bytes a block may have. */
  readonly input: Uint8Array;
  /** What they make of it. */
  readonly output: Uint8Array;
  readonly #exports: KernelExports;
  /** Where the two lie. */
  readonly #inputAt: number;
  readonly #outputAt: number;

  constructor(exports: KernelExports) {
    const { buffer } = exports.memory;
    this.#exports = exports;
    this.#inputAt = exports.INPUT.value;
    this.#outputAt = exports.OUTPUT.value;
    this.input = new Uint8Array(buffer, this.#inputAt, exports.CAPACITY.value);
    this.output = new Uint8Array(buffer, this.#outputAt, exports.LAST_KEY.value - this.#outputAt);
  }

  /** Copies `bytes[start, end)` to the beginning of the input. */
  load(bytes: Uint8Array, start: number, end: number): void {
    copyRange(bytes, start, end, this.input, 0);
  }

  /** Computes the crc32c of the first `size` bytes of the input. */
  inputCrc(size: number): number {
    return this.#exports.crc32c(this.#inputAt, this.#inputAt + size) >>> 0;
  }

  /** Computes the crc32c of the first `size` bytes of the output. */
  outputCrc(size: number): number {
    return this.#exports.crc32c(this.#outputAt, this.#outputAt + size) >>> 0;
  }

  /**
   * Decompresses the first `size` bytes of the input, as Snappy.
   *
   * @returns the length of the output; -1 if the input is not sound, {@link TOO_LARGE}
   */
  decompress(size: number): number {
    return this.#exports.decompress(this.#inputAt, size);
  }

  /** Compresses the first `size` bytes of the input, as Snappy; returns the length of the output. */
  compress(size: number): number {
    return this.#exports.compress(size);
  }
}

let state: { readonly kernel: BlockKernel; readonly reading: ReadKernel } | null | undefined;

function threadState(): typeof state {
  if (state !== undefined) return state;
  const exports = startKernel();
  state = exports && { kernel: new BlockKernel(exports), reading: new ReadKernel(exports) };
  state ??= null;
  return state;
}

/** Gives out the kernel for a block of `length` bytes; `undefined` if it is to be done without. */
export function kernelFor(length: number): BlockKernel | undefined {
  const kernel = threadState()?.kernel;
  return kernel !== undefined && length <= kernel.input.length ? kernel : undefined;
}

/** Gives out the same as one that checks blocks of `length` bytes, on its stage. */
export function stageFor(length: number): ReadKernel | undefined {
  const kernel = threadState()?.reading;
  return kernel !== undefined && length <= kernel.blockLimit ? kernel : undefined;
}
