/**
 * The kernel that merges, `wasm/merge.ts`, as TypeScript sees it: what it returns, and its memory.
 */
import { copyRange } from '@jump/base';
import type { Block } from '../block.ts';
import type { BuiltEntries } from '../data-block-writer.ts';
import { instantiate } from '../kernel-instance.ts';
import { RESTART_INTERVAL } from '../writer-options.ts';
import { MERGE_MODULE } from './merge-module.ts';

interface Constant {
  readonly value: number;
}

interface MergeExports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly MAX_SOURCES: Constant;
  readonly MAX_BLOCK_SIZE: Constant;
  readonly MAX_KEY: Constant;
  readonly READ_KEY: Constant;
  readonly WRITTEN_KEY: Constant;
  readonly RESTARTS: Constant;
  readonly KEYS: Constant;
  readonly BLOCK: Constant;
  readonly SLOTS: Constant;
  begin(blockSize: number, restarts: number, entries: number, tombstones: number): void;
  feed(source: number, key: number, start: number, end: number): void;
  insert(source: number): void;
  fed(more: number): void;
  merge(budget: number): number;
  decide(keep: number): void;
  placed(): void;
  setLimit(limit: number): void;
  setGrandparents(keys: number): void;
  blockDone(): void;
  keysDone(): void;
  tableEnded(): void;
}

/**
 * Why {@link MergeKernel.merge} has returned. The numbers are those of `wasm/merge.ts`. @internal
 */
export const MergeStop = {
  /** All sources have come to their ends. */
  done: 0,
  /** The budget is used up. */
  portion: 1,
  /** The source of number `source` needs its next block: `feed` and `fed`, or `fed` alone. */
  needBlock: 2,
  /** The current entry is a tombstone that nothing newer covers: `decide`. */
  tombstone: 3,
  /** The current entry begins a table: `placed`. */
  beginTable: 4,
  /** Before the current entry the grandparents are to be looked at: `placed`. */
  grandparents: 5,
  /** Before the current entry the table is to end, unless it takes all: `placed`. */
  full: 6,
  /** The block has its first entry, whose key was written last. */
  firstOfBlock: 7,
  /** The block is to end here: `blockDone`. */
  blockReady: 8,
  /** What comes next is too large: the rest must be merged without the kernel. */
  tooLarge: 9,
  /** The sources contradict each other. */
  disorder: 10,
  /** There is no more room for user keys: `keysDone`. */
  keysFull: 11,
} as const;

const PAGE = 1 << 16;
/** Behind all that is copied to is room for copies that go on past their end. */
const SLACK = 64;
/** What becomes of tombstones, by the numbers of `wasm/merge.ts`. */
const MODES = ['ask', 'keep', 'drop'];
/** Larger blocks are not put into the kernel's memory. */
const MAX_SOURCE_BLOCK = 1 << 20;
/** An instance with more memory is not kept. */
const MAX_KEPT = 1 << 24;
/** The number that means: never. */
const NEVER = 0xffffffff;

/** Where in the memory a source's key and block lie. */
interface Slot {
  key: number;
  block: number;
  capacity: number;
}

/** Instances that nobody uses: one merge needs one, and rarely two merges alternate. */
const idle: MergeKernel[] = [];

/** One merge at a time; what it has built are the entries of a block. @internal */
export class MergeKernel implements BuiltEntries {
  bytes: Uint8Array;
  words: Uint32Array;
  readonly #exports: MergeExports;
  // Where things lie, by the names of `wasm/mergememory.ts`: asking for an export is slow.
  readonly start: number;
  readonly restartsAt: number;
  readonly keysStart: number;
  readonly lastKeyStart: number;
  /** Where the key lies that was read last. */
  readonly readKeyStart: number;
  readonly #slots: Slot[] = [];
  #top = 0;

  constructor(exports: unknown) {
    this.#exports = exports as MergeExports;
    const { memory, BLOCK, RESTARTS, KEYS, WRITTEN_KEY, READ_KEY } = this.#exports;
    this.start = BLOCK.value;
    this.restartsAt = RESTARTS.value / 4;
    this.keysStart = KEYS.value;
    this.lastKeyStart = WRITTEN_KEY.value;
    this.readKeyStart = READ_KEY.value;
    const { buffer } = memory;
    this.bytes = new Uint8Array(buffer);
    this.words = new Uint32Array(buffer);
  }

  /**
   * Begins a merge of so many sources; `undefined` if it must be done without the kernel. It is to
   * be given back.
   *
   * @param tombstones - what becomes of those that nothing newer covers
   */
  static begin(
    sources: number,
    options: {
      readonly blockSize: number;
      readonly indexInterval: number;
      readonly tombstones: 'ask' | 'keep' | 'drop';
    },
  ): MergeKernel | undefined {
    let kernel = idle.pop();
    if (kernel === undefined) {
      const exports = instantiate(MERGE_MODULE);
      if (exports === undefined) return undefined;
      kernel = new MergeKernel(exports);
    }
    const { MAX_SOURCES, MAX_BLOCK_SIZE, SLOTS } = kernel.#exports;
    const { blockSize, indexInterval } = options;
    if (sources > MAX_SOURCES.value || blockSize > MAX_BLOCK_SIZE.value) {
      kernel.giveBack();
      return undefined;
    }
    kernel.#top = SLOTS.value;
    kernel.#slots.length = 0;
    const mode = MODES.indexOf(options.tombstones);
    kernel.#exports.begin(blockSize, RESTART_INTERVAL, Math.min(indexInterval, NEVER), mode);
    return kernel;
  }

  /** Lets the next merge have it. */
  giveBack(): void {
    // Memory cannot be given back but with the whole instance.
    if (this.bytes.length <= MAX_KEPT) idle.push(this);
  }

  /** Gives a source a block with entries; returns false if there is no room for it. */
  feed(source: number, { bytes, start, entriesEnd }: Block): boolean {
    const length = entriesEnd - start;
    const slot = this.#slotFor(source, length);
    if (slot === undefined) return false;
    copyRange(bytes, start, entriesEnd, this.bytes, slot.block);
    this.#exports.feed(source, slot.key, slot.block, slot.block + length);
    return true;
  }

  #slotFor(source: number, length: number): Slot | undefined {
    if (length > MAX_SOURCE_BLOCK) return undefined;
    let slot = this.#slots[source];
    if (slot === undefined) {
      const key = this.#allocate(this.#exports.MAX_KEY.value);
      if (key === 0) return undefined;
      slot = { key, block: 0, capacity: 0 };
      this.#slots[source] = slot;
    }
    if (slot.capacity >= length) return slot;
    const capacity = Math.max(2 * slot.capacity, length);
    const block = this.#allocate(capacity);
    if (block === 0) return undefined;
    slot.block = block;
    slot.capacity = capacity;
    return slot;
  }

  /** Returns where there is so much room; 0 if there is none. */
  #allocate(size: number): number {
    const at = this.#top;
    const end = at + size + SLACK;
    const { length } = this.bytes;
    if (end > length) {
      const { memory } = this.#exports;
      try {
        memory.grow(Math.ceil((end - length) / PAGE));
      } catch {
        // No more memory of this kind: the merge is done without it.
        return 0;
      }
      this.bytes = new Uint8Array(memory.buffer);
      this.words = new Uint32Array(memory.buffer);
    }
    this.#top = end - (end % 16) + 16;
    return at;
  }

  /** Takes in a source that was fed for the first time. */
  insert(source: number): void {
    this.#exports.insert(source);
  }

  /** Goes on with the source that needed a block, and has it now; or has come to its end. */
  fed(more: boolean): void {
    this.#exports.fed(more ? 1 : 0);
  }

  /** Merges until about `budget` bytes are handled, or something is asked; says why it stopped. */
  merge(budget: number): number {
    return this.#exports.merge(budget);
  }

  /** Keeps the tombstone that was asked about, or drops it. */
  decide(keep: boolean): void {
    this.#exports.decide(keep ? 1 : 0);
  }

  /** Has the current entry written into the table that is open now. */
  placed(): void {
    this.#exports.placed();
  }

  /** Says at which length of the block the table is full. */
  setLimit(length: number): void {
    this.#exports.setLimit(Math.min(Math.max(0, length), NEVER));
  }

  /** Says after how many keys it is to stop for the grandparents. */
  setGrandparents(keys: number): void {
    this.#exports.setGrandparents(keys);
  }

  /** Says that the built entries have been taken over. */
  blockDone(): void {
    this.#exports.blockDone();
  }

  /** Says that the user keys have been. */
  keysDone(): void {
    this.#exports.keysDone();
  }

  /** Says that the table has ended. */
  tableEnded(): void {
    this.#exports.tableEnded();
  }

  // What the last call of `merge` has left.

  /** Which source needs a block. */
  get source(): number {
    return this.words[0]!;
  }

  get end(): number {
    return this.start + this.words[1]!;
  }

  get restartCount(): number {
    return this.words[2]!;
  }

  get sinceRestart(): number {
    return this.words[3]!;
  }

  get entries(): number {
    return this.words[4]!;
  }

  get keysEnd(): number {
    return this.words[5]!;
  }

  get lastKeyEnd(): number {
    return this.lastKeyStart + this.words[6]!;
  }

  /** Where the key that was read last ends; where it lies if none was read. */
  get readKeyEnd(): number {
    return this.readKeyStart + this.words[7]!;
  }

  /** Bytes handled by the last call. */
  get handled(): number {
    return this.words[8]!;
  }

  /** Entries read so far. */
  get entriesRead(): number {
    return this.words[9]!;
  }

  /** Entries put into blocks so far. */
  get entriesWritten(): number {
    return this.words[10]!;
  }

  /** Entries dropped so far because a newer version covers them. */
  get covered(): number {
    return this.words[11]!;
  }

  /** Tombstones dropped so far. */
  get purged(): number {
    return this.words[12]!;
  }

  get tombstones(): number {
    return this.words[13]!;
  }

  get minLow(): number {
    return this.words[14]!;
  }

  get minHigh(): number {
    return this.words[15]!;
  }

  get maxLow(): number {
    return this.words[16]!;
  }

  get maxHigh(): number {
    return this.words[17]!;
  }
}
