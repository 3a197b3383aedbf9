/**
 * The memtable's tree: versions of byte keys, in memory that threads can share.
 *
 * This file is what a user sees; below it lie byte-nodes.ts (searching and linking), rebalance.ts
 * (colours), key-prefix.ts (fast comparison) and byte-arena.ts (the entries).
 */
import { ByteArena, type ByteTreeChunk } from './byte-arena.ts';
import { ByteNodes, type CompareKeys, NODE_BYTES, NODE_LIMIT, PLACE } from './byte-nodes.ts';
import { firstNode, lastNode, nextNode, previousNode } from './rebalance.ts';

/** Options of {@link ByteTree}. */
export interface ByteTreeOptions {
  /** Whether the memory is made of `SharedArrayBuffer`s, for {@link ByteTree.parts}. Default false. */
  readonly shared?: boolean;
  /** Bytes of the first buffer of entries; later ones double up to 32 MiB. Default 64 KiB. */
  readonly arenaSize?: number;
  /** Nodes that there is room for at first; more are made by doubling. Default 512. */
  readonly nodes?: number;
  /** An order of keys other than that of their bytes; much slower, since it needs views of keys. */
  readonly compare?: CompareKeys;
}

/** What {@link ByteTree.fromParts} needs: plain data that `postMessage` can carry. */
export interface ByteTreeParts {
  /** Nodes, the header first. */
  readonly nodes: ArrayBufferLike;
  /** Buffers of entries. */
  readonly chunks: readonly ByteTreeChunk[];
  /** Number of entries. */
  readonly size: number;
  /** Bytes of entries. */
  readonly used: number;
  /** Bytes that most keys begin with. */
  readonly prefix: Uint8Array;
  /** Whether the order is that of a `compare` function, which `fromParts` must then be given. */
  readonly custom: boolean;
}

/**
 * Sorts entries by key, upwards, and versions of one key by tag, downwards: the newest first.
 *
 * A tag is an unsigned 64-bit number, given as two halves of 32 bits. Keys and values are ranges of
 * arrays, and copied; ranges of the tree's own memory may be given as keys and to readers, but not
 * as the value of an insertion. Entries are read through handles of nodes, where 0 means "none". A handle
 * stays good while entries are inserted; an array from {@link ByteTree.entryBytes} does too.
 *
 * Costs: O(log n) comparisons to insert or find; 32 bytes a node and 20 to 23 beside key and value.
 */
export class ByteTree {
  readonly #nodes: ByteNodes;
  readonly #arena: ByteArena;
  readonly #custom: boolean;
  #readOnly = false;

  /**
   * Makes an empty tree.
   *
   * @throws {RangeError} If a size is not a positive integer, or that much memory is not to be had.
   */
  constructor(options: ByteTreeOptions = {}) {
    const { shared = false, arenaSize = 0x10000, nodes = 512, compare } = options;
    checkCount('arenaSize', arenaSize, 1, 0x40000000);
    checkCount('nodes', nodes, 1, NODE_LIMIT);
    this.#arena = new ByteArena(shared, arenaSize);
    this.#nodes = new ByteNodes(this.#arena, shared, nodes, compare);
    this.#custom = compare !== undefined;
  }

  /**
   * Makes a view for reading of a tree's memory: the same memory where it is shared.
   * The writer must not insert while another thread reads.
   *
   * @throws {TypeError} If `compare` is given for a tree without one, or missing for one with.
   */
  static fromParts(parts: ByteTreeParts, compare?: CompareKeys): ByteTree {
    if (parts.custom !== (compare !== undefined)) {
      throw new TypeError(
        parts.custom ? 'this tree needs its compare' : 'this tree has no compare',
      );
    }
    if (parts.nodes.byteLength < (parts.size + 1) * NODE_BYTES) {
      throw new RangeError(`parts.nodes is too short for ${parts.size} entries`);
    }
    const tree = new ByteTree(compare === undefined ? { nodes: 1 } : { nodes: 1, compare });
    tree.#nodes.words = new Int32Array(parts.nodes);
    tree.#nodes.size = parts.size;
    tree.#nodes.prefix.bytes = parts.prefix;
    for (const chunk of parts.chunks) tree.#arena.addChunk(chunk);
    tree.#arena.used = parts.used;
    tree.#readOnly = true;
    return tree;
  }

  /** Returns the tree's memory as plain data: what has been inserted up to now. */
  parts(): ByteTreeParts {
    return {
      nodes: this.#nodes.words.buffer,
      chunks: [...this.#arena.chunks],
      size: this.#nodes.size,
      used: this.#arena.used,
      prefix: this.#nodes.prefix.bytes,
      custom: this.#custom,
    };
  }

  /** Number of entries: each version of a key counts. */
  get size(): number {
    return this.#nodes.size;
  }

  /** Bytes in use for nodes and entries, with what replaced values left behind. */
  get byteLength(): number {
    return this.#nodes.size * NODE_BYTES + this.#arena.used;
  }

  /** Bytes of memory that the tree has, in use or not. */
  get capacity(): number {
    return this.#nodes.words.byteLength + this.#arena.allocated;
  }

  /**
   * Forgets all entries, and keeps memory for the next ones, at most about so many bytes. Nothing
   * is protected any less than in the beginning.
   *
   * Whatever was read from the tree is void from here on, its memory is written anew: handles,
   * arrays of entries, and views for reading in other threads.
   */
  clear(keptBytes: number): void {
    this.#checkWritable();
    this.#nodes.clear(keptBytes);
    this.#arena.clear(keptBytes - this.#nodes.words.byteLength);
  }

  /**
   * Makes room for `entries` entries, with so many bytes of keys and of values in all: as many
   * insertions cannot fail then. Only the last reservation counts.
   *
   * @throws {RangeError} Before anything changes, if the memory is not to be had.
   */
  reserve(keyLength: number, valueLength: number, entries = 1): void {
    this.#checkWritable();
    checkCount('keyLength', keyLength, 0, Number.MAX_SAFE_INTEGER);
    checkCount('valueLength', valueLength, 0, Number.MAX_SAFE_INTEGER);
    checkCount('entries', entries, 0, NODE_LIMIT);
    this.#nodes.grow(this.#nodes.size + entries);
    this.#arena.reserve(keyLength, valueLength, entries);
  }

  /**
   * Forbids to change or remove entries whose tag is this one or lower: somebody may read them.
   * In the beginning all are protected.
   */
  protect(tagHigh: number, tagLow: number): void {
    this.#nodes.protect(tagHigh >>> 0, tagLow >>> 0);
  }

  /** Allows to change every entry: nobody reads. */
  protectNothing(): void {
    this.#nodes.protect(-1, 0);
  }

  /**
   * Inserts a version of a key.
   *
   * The newest version of the key is changed instead, if its tag is not higher than the new one and
   * not protected: its node gets the new tag and value. So is a version with the same tag.
   *
   * @throws {RangeError} If there is a protected version with the same key and tag, if a range does
   *   not lie in its array, or if memory is not to be had; then nothing has changed.
   */
  insert(
    key: Uint8Array,
    keyStart: number,
    keyEnd: number,
    tagHigh: number,
    tagLow: number,
    value: Uint8Array,
    valueStart: number,
    valueEnd: number,
  ): void {
    this.#checkWritable();
    checkRange('key', key, keyStart, keyEnd);
    checkRange('value', value, valueStart, valueEnd);
    const nodes = this.#nodes;
    const existing = nodes.locate(key, keyStart, keyEnd, tagHigh, tagLow);
    if (existing !== 0) {
      nodes.update(existing, key, keyStart, keyEnd, tagHigh, tagLow, value, valueStart, valueEnd);
      return;
    }
    // Both of these may throw; nothing has changed before.
    nodes.grow(nodes.size + 1);
    const arena = this.#arena;
    const place = arena.add(key, keyStart, keyEnd, tagHigh, tagLow, value, valueStart, valueEnd);
    nodes.link(place);
  }

  /**
   * Returns the first entry at or after this key and tag: in keys upwards, in tags downwards.
   * So with the highest tag of all it is the first entry whose key is this one or after it.
   */
  find(key: Uint8Array, keyStart: number, keyEnd: number, tagHigh: number, tagLow: number): number {
    checkRange('key', key, keyStart, keyEnd);
    return this.#nodes.seek(key, keyStart, keyEnd, tagHigh, tagLow, false);
  }

  /** Returns the newest version of exactly this key whose tag is this one or lower. */
  findKey(
    key: Uint8Array,
    keyStart: number,
    keyEnd: number,
    tagHigh: number,
    tagLow: number,
  ): number {
    checkRange('key', key, keyStart, keyEnd);
    return this.#nodes.seek(key, keyStart, keyEnd, tagHigh, tagLow, true);
  }

  /** Returns the first node in order. */
  firstNode(): number {
    return firstNode(this.#nodes.words);
  }

  /** Returns the last node in order. */
  lastNode(): number {
    return lastNode(this.#nodes.words);
  }

  /** Returns the node after `node`, as of now: also one that was inserted since `node` was found. */
  nextNode(node: number): number {
    return nextNode(this.#nodes.words, node);
  }

  /** Returns the node before `node`, as of now. */
  previousNode(node: number): number {
    return previousNode(this.#nodes.words, node);
  }

  /** Returns the array that holds the entry of `node`: key, eight bytes of tag, value. Do not write. */
  entryBytes(node: number): Uint8Array {
    return this.#arena.bytesOf(this.#nodes.words[node + PLACE]!);
  }

  /**
   * Returns the memory of {@link ByteTree.entryBytes} as 32-bit words: an entry begins and ends at
   * multiples of four, and so does its key begin at one. Do not write.
   */
  entryWords(node: number): Int32Array {
    return this.#arena.wordsOf(this.#nodes.words[node + PLACE]!);
  }

  /** Returns where the key begins in {@link ByteTree.entryBytes}. */
  keyStart(node: number): number {
    return this.#arena.keyStart(this.#nodes.words[node + PLACE]!);
  }

  /** Returns where the key ends, and the tag begins: eight bytes, little endian. */
  keyEnd(node: number): number {
    return this.#arena.keyEnd(this.#nodes.words[node + PLACE]!);
  }

  /** Returns where the value begins: behind the tag. */
  valueStart(node: number): number {
    return this.#arena.valueStart(this.#nodes.words[node + PLACE]!);
  }

  /** Returns where the value ends. */
  valueEnd(node: number): number {
    return this.#arena.valueEnd(this.#nodes.words[node + PLACE]!);
  }

  /** Returns the high half of the tag, unsigned. */
  tagHigh(node: number): number {
    return this.#arena.tagHigh(this.#nodes.words[node + PLACE]!);
  }

  /** Returns the low half of the tag, unsigned. */
  tagLow(node: number): number {
    return this.#arena.tagLow(this.#nodes.words[node + PLACE]!);
  }

  #checkWritable(): void {
    if (this.#readOnly) throw new TypeError('this tree is a view for reading');
  }
}

function checkCount(name: string, count: number, least: number, most: number): void {
  if (!Number.isInteger(count) || count < least || count > most) {
    throw new RangeError(`${name} must be an integer from ${least} to ${most}, not ${count}`);
  }
}

function checkRange(name: string, bytes: Uint8Array, start: number, end: number): void {
  if (!(start >= 0 && start <= end && end <= bytes.length)) {
    throw new RangeError(`${name} range [${start}, ${end}) is not within 0..${bytes.length}`);
  }
}
