/**
 * The kernel for blocks: checksums and Snappy in WebAssembly (`wasm/kernel.ts`), three to four times
 * as fast as JavaScript. Where it cannot be had everything is done without it, to the same end.
 */
import { copyRange } from '@jump/base';
import { KERNEL_MODULE } from './kernel-module.ts';

/** What {@link BlockKernel.decompress} returns for contents that do not fit: not an error yet. */
export const TOO_LARGE = -2;

/** What the module exports; places are addresses in its memory. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly INPUT: { readonly value: number };
  readonly OUTPUT: { readonly value: number };
  readonly CAPACITY: { readonly value: number };
  crc32c(start: number, end: number): number;
  decompress(size: number): number;
  compress(size: number): number;
}

/** What is used of what every engine has, though it is no part of the language. */
interface Engine {
  readonly WebAssembly: {
    readonly Module: new (bytes: Uint8Array) => object;
    readonly Instance: new (module: object) => { readonly exports: unknown };
  };
  atob(base64: string): string;
}

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
  readonly #exports: Exports;
  /** Where the two lie. */
  readonly #inputAt: number;
  readonly #outputAt: number;

  constructor(exports: Exports) {
    const { buffer } = exports.memory;
    this.#exports = exports;
    this.#inputAt = exports.INPUT.value;
    this.#outputAt = exports.OUTPUT.value;
    this.input = new Uint8Array(buffer, this.#inputAt, exports.CAPACITY.value);
    this.output = new Uint8Array(buffer, this.#outputAt);
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
    return this.#exports.decompress(size);
  }

  /** Compresses the first `size` bytes of the input, as Snappy; returns the length of the output. */
  compress(size: number): number {
    return this.#exports.compress(size);
  }
}

let state: { readonly kernel: BlockKernel | undefined } | undefined;

/** Gives out the kernel for a block of `length` bytes; `undefined` if it is to be done without. */
export function kernelFor(length: number): BlockKernel | undefined {
  state ??= { kernel: startKernel() };
  const { kernel } = state;
  return kernel !== undefined && length <= kernel.input.length ? kernel : undefined;
}

/** Compiles and starts the module: about a millisecond, once a thread. */
function startKernel(): BlockKernel | undefined {
  const { WebAssembly, atob } = globalThis as unknown as Engine;
  try {
    const bytes = Uint8Array.from(atob(KERNEL_MODULE), (character) => character.charCodeAt(0));
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes));
    return new BlockKernel(instance.exports as Exports);
  } catch {
    // None here, refused by a page's security policy, or without instructions on 128 bits.
    return undefined;
  }
}
