/**
 * The memtable: the newest entries, in a red-black tree over byte keys, until they become a table.
 */
import {
  bytewiseComparator,
  type Comparator,
  type Cursor,
  EMPTY_BYTES,
  readFixed32,
  TRAILER_LENGTH,
  tagHigh,
  tagLow,
} from '@jump/base';
import type { BlockRun } from '@jump/compaction';
import type { BatchSink } from '@jump/log';
import { ByteTree, type ByteTreeParts } from '@jump/rbtree';
import type { Lookup } from '@jump/sstable';
import { MemtableRun } from './memtable-run.ts';

/** What a memtable is made with. */
export interface MemtableOptions {
  /** The order of user keys. */
  readonly comparator: Comparator;
  /** Whether its memory can be read by another thread. */
  readonly shared: boolean;
  /** Bytes that it is expected to hold. */
  readonly size: number;
}

/** Holds entries in order. Written by one thread, and by it only while active. */
export class Memtable implements BatchSink {
  readonly #tree: ByteTree;

  /** Makes an empty memtable. */
  constructor(options: MemtableOptions) {
    const { comparator, shared, size } = options;
    this.#tree = new ByteTree({
      shared,
      arenaSize: size,
      ...(comparator === bytewiseComparator
        ? {}
        : { compare: comparator.compare.bind(comparator) }),
    });
    this.protect(-1);
  }

  /** How many entries it holds, versions and deletions counted. */
  get entries(): number {
    return this.#tree.size;
  }

  /** How many bytes it takes. */
  get bytes(): number {
    return this.#tree.byteLength;
  }

  /**
   * Forgets everything, and keeps about so many bytes of memory for what comes. Nobody may read it
   * any more, in no thread: the memory is written anew.
   */
  clear(keptBytes: number): void {
    this.#tree.clear(keptBytes);
    this.protect(-1);
  }

  /** Its memory as plain data, for another thread to read with {@link memtableOf}. */
  parts(): ByteTreeParts {
    return this.#tree.parts();
  }

  /** Keeps versions up to `sequence` from being updated in place; -1 if nobody reads. */
  protect(sequence: number): void {
    if (sequence < 0) this.#tree.protectNothing();
    else this.#tree.protect(tagHigh(sequence), tagLow(sequence, 0xff));
  }

  /** Makes room, so that adding entries of that many bytes in all cannot fail. */
  reserve(bytes: number, entries: number): void {
    this.#tree.reserve(bytes, 0, entries);
  }

  /** Adds an entry; its sequence is higher than all before. O(log entries). */
  add(
    sequence: number,
    kind: number,
    bytes: Uint8Array,
    keyStart: number,
    keyEnd: number,
    valueStart: number,
    valueEnd: number,
  ): void {
    const high = tagHigh(sequence);
    const low = tagLow(sequence, kind);
    this.#tree.insert(bytes, keyStart, keyEnd, high, low, bytes, valueStart, valueEnd);
  }

  /** Finds the newest version of the key looked up, at or below its sequence; fills `lookup`. */
  find(lookup: Lookup): boolean {
    const tree = this.#tree;
    const { keyBytes, keyStart, userKeyEnd } = lookup;
    const low = readFixed32(keyBytes, userKeyEnd);
    const high = readFixed32(keyBytes, userKeyEnd + 4);
    const node = tree.findKey(keyBytes, keyStart, userKeyEnd, high, low);
    if (node === 0) return false;
    lookup.kind = tree.tagLow(node) & 0xff;
    lookup.valueBytes = tree.entryBytes(node);
    lookup.valueStart = tree.valueStart(node);
    lookup.valueEnd = tree.valueEnd(node);
    return true;
  }

  /** Walks over the entries; entries may be added meanwhile. */
  cursor(): Cursor {
    return new MemtableCursor(this.#tree);
  }

  /** The entries as blocks; none may be added meanwhile. */
  run(): BlockRun {
    return new MemtableRun(this.#tree);
  }
}

/** What a flush reads: the entries of a memtable that nobody writes any more. */
export type FlushSource = Pick<Memtable, 'cursor' | 'run'>;

/** Reads a memtable of another thread. */
export function memtableOf(parts: ByteTreeParts): FlushSource {
  const tree = ByteTree.fromParts(parts);
  return { cursor: () => new MemtableCursor(tree), run: () => new MemtableRun(tree) };
}

class MemtableCursor implements Cursor {
  valid = false;
  keyBytes: Uint8Array = EMPTY_BYTES;
  keyStart = 0;
  keyEnd = 0;
  valueBytes: Uint8Array = EMPTY_BYTES;
  valueStart = 0;
  valueEnd = 0;
  readonly #tree: ByteTree;
  #node = 0;

  constructor(tree: ByteTree) {
    this.#tree = tree;
  }

  first(): boolean {
    return this.#show(this.#tree.firstNode());
  }

  last(): boolean {
    return this.#show(this.#tree.lastNode());
  }

  seek(key: Uint8Array, start: number, end: number): boolean {
    const userEnd = end - TRAILER_LENGTH;
    const low = readFixed32(key, userEnd);
    const high = readFixed32(key, userEnd + 4);
    return this.#show(this.#tree.find(key, start, userEnd, high, low));
  }

  next(): boolean {
    return this.#show(this.#tree.nextNode(this.#node));
  }

  previous(): boolean {
    return this.#show(this.#tree.previousNode(this.#node));
  }

  close(): void {
    this.valid = false;
  }

  #show(node: number): boolean {
    this.#node = node;
    this.valid = node !== 0;
    if (node === 0) return false;
    const tree = this.#tree;
    const bytes = tree.entryBytes(node);
    this.keyBytes = bytes;
    this.keyStart = tree.keyStart(node);
    // In the arena the tag follows the key: together they are the internal key.
    this.keyEnd = tree.keyEnd(node) + TRAILER_LENGTH;
    this.valueBytes = bytes;
    this.valueStart = tree.valueStart(node);
    this.valueEnd = tree.valueEnd(node);
    return true;
  }
}
