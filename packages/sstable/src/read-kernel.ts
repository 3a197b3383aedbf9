/**
 * The kernel of a block cache: it checks blocks and finds keys in them, where they lie.
 */
import { copyRange } from '@jump/base';
import type { RingMemory } from './block-ring.ts';
import { type KernelExports, startKernel } from './kernel-instance.ts';
import type { Lookup } from './lookup.ts';

/** The block is not what it should be, in some way. */
export const DAMAGED = -1;
/** It is of a kind that the kernel cannot read. */
export const FOREIGN = 0;
/** It is stored as it is. */
export const PLAIN = 1;

const PAGE = 1 << 16;
/** Copies go past the end of what they copy. */
const SLACK = 64;

/** One instance, whose memory is that of the cache. */
export class ReadKernel implements RingMemory {
  bytes: Uint8Array;
  words: Uint32Array;
  readonly start: number;
  /** Where there is room for one record that is not to be cached. */
  readonly stage: number;
  /** The most bytes of a block, with codec and checksum. */
  readonly blockLimit: number;
  /** The longest internal key that can be looked for. */
  readonly keyLimit: number;
  /** Where {@link ReadKernel.admit} puts the last key. */
  readonly lastKey: number;
  /** Where a decompressed block lies. */
  readonly output: number;
  readonly #exports: KernelExports;
  readonly #key: number;
  /** The result's place among the words. */
  readonly #result: number;

  constructor(exports: KernelExports) {
    const { buffer } = exports.memory;
    this.#exports = exports;
    this.bytes = new Uint8Array(buffer);
    this.words = new Uint32Array(buffer);
    this.start = exports.RING.value;
    this.stage = exports.INPUT.value;
    this.blockLimit = exports.CAPACITY.value;
    this.keyLimit = exports.KEY_CAPACITY.value;
    this.lastKey = exports.LAST_KEY.value;
    this.output = exports.OUTPUT.value;
    this.#key = exports.KEY.value;
    this.#result = exports.RESULT.value / 4;
  }

  /** Starts one, where that can be. */
  static start(): ReadKernel | undefined {
    const exports = startKernel();
    return exports === undefined ? undefined : new ReadKernel(exports);
  }

  grow(end: number): boolean {
    const { length } = this.bytes;
    if (end + SLACK <= length) return true;
    // By a quarter: what is not written to costs addresses alone.
    const wanted = Math.max(end + SLACK, length + (length >>> 2));
    const { memory } = this.#exports;
    try {
      memory.grow(Math.ceil((wanted - length) / PAGE));
    } catch {
      return false;
    }
    this.bytes = new Uint8Array(memory.buffer);
    this.words = new Uint32Array(memory.buffer);
    return true;
  }

  /**
   * Checks a record whose block was just read; with `ordered` also its entries, by bytewise keys.
   *
   * @returns {@link DAMAGED}, {@link FOREIGN}, {@link PLAIN}, or more if it is now decompressed
   */
  admit(record: number, trailer: number, ordered: boolean): number {
    return this.#exports.admit(record, trailer, ordered ? 1 : 0);
  }

  /** Where the first key of the block that was admitted last lies. */
  get firstKey(): number {
    return this.words[this.#result]!;
  }

  /** How long that is. */
  get firstKeyLength(): number {
    return this.words[this.#result + 1]!;
  }

  /** How long the last key is. */
  get lastKeyLength(): number {
    return this.words[this.#result + 2]!;
  }

  /** How many entries it has. */
  get entries(): number {
    return this.words[this.#result + 3]!;
  }

  /** Decompresses a record's block if it must be; returns where it lies then. */
  contents(record: number): number {
    return this.#exports.contents(record);
  }

  /**
   * Finds the lookup's key in a record; the lookup holds what was found, until the next call.
   *
   * @param whole - whether the output holds the block
   * @returns what `findInBlock` returns, or `UNDECIDED`
   */
  find(record: number, lookup: Lookup, trailer: number, whole: boolean): number {
    const { userKeyEnd } = lookup;
    copyRange(lookup.keyBytes, 0, userKeyEnd + trailer, this.bytes, this.#key);
    const found = this.#exports.find(record, userKeyEnd, trailer, whole ? 1 : 0);
    if (found > 0) {
      const { words } = this;
      const at = this.#result;
      lookup.valueBytes = this.bytes;
      lookup.valueStart = words[at]!;
      lookup.valueEnd = words[at + 1]!;
      const low = words[at + 2]!;
      lookup.kind = low & 0xff;
      lookup.sequence = words[at + 3]! * 0x1000000 + (low >>> 8);
    }
    return found;
  }
}
