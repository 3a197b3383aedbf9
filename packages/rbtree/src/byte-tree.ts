/**
 * The memtable's tree: versions of byte keys, in memory that threads can share.
 *
 * A node is eight words of one `Int32Array`, so that a comparison mostly reads one half of a cache
 * line and nothing else:
 *
 *   at  field
 *    0  left         \
 *    1  right         | see rebalance.ts; node 0 is its header
 *    2  parent|colour/
 *    3  place of the entry, see byte-arena.ts
 *    4  summary of the key, high half \ see key-prefix.ts
 *    5  summary of the key, low half  /
 *    6  unused
 *    7  unused
 *
 * Nodes are never moved, removed or used again: the handle of the n-th insertion stays `8 n`.
 */
import { ByteArena, type ByteTreeChunk, SLOT_MASK, SLOT_SHIFT } from './byte-arena.ts';
import { KeyPrefix } from './key-prefix.ts';
import { firstNode, LEFT, lastNode, linkNode, nextNode, previousNode, RIGHT } from './rebalance.ts';

/** Words of a node. */
const NODE = 8;
const PLACE = 3;
const HIGH = 4;
const LOW = 5;
const NODE_BYTES = NODE * 4;
/** Nodes at most: their handles stay signed words. */
const NODE_LIMIT = 0xfffffff;
/** Bytes of an entry before its key, see byte-arena.ts. */
const KEY_OFFSET = 12;

/** Options of {@link ByteTree}. */
export interface ByteTreeOptions {
  /** Whether the memory is made of `SharedArrayBuffer`s, for {@link ByteTree.parts}. Default false. */
  readonly shared?: boolean;
  /** Bytes of the first buffer of entries; later ones double up to 32 MiB. Default 64 KiB. */
  readonly arenaSize?: number;
  /** Nodes that there is room for at first; more are made by doubling. Default 512. */
  readonly nodes?: number;
  /** An order of keys other than that of their bytes; much slower, since it needs views of keys. */
  readonly compare?: (a: Uint8Array, b: Uint8Array) => number;
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
  #nodes: Int32Array;
  #size = 0;
  /** The last node in order: insertions in ascending order begin and end there. */
  #last = 0;
  /** At this size the prefix is looked at again. */
  #nextCheck = 1;
  #protectedHigh = 0xffffffff;
  #protectedLow = 0xffffffff;
  #readOnly = false;
  /** Where the entry goes that was located last. */
  #parent = 0;
  #side = LEFT;
  readonly #arena: ByteArena;
  readonly #prefix: KeyPrefix;
  readonly #shared: boolean;
  readonly #compare: ((a: Uint8Array, b: Uint8Array) => number) | undefined;

  /**
   * Makes an empty tree.
   *
   * @throws {RangeError} If a size is not a positive integer, or that much memory is not to be had.
   */
  constructor(options: ByteTreeOptions = {}) {
    const { shared = false, arenaSize = 0x10000, nodes = 512, compare } = options;
    checkCount('arenaSize', arenaSize, 1, 0x40000000);
    checkCount('nodes', nodes, 1, NODE_LIMIT - 1);
    this.#shared = shared;
    this.#compare = compare;
    this.#prefix = new KeyPrefix(compare === undefined);
    this.#arena = new ByteArena(shared, arenaSize);
    this.#nodes = newWords(shared, (nodes + 1) * NODE);
  }

  /**
   * Makes a view for reading of a tree's memory: the same memory where it is shared.
   * The writer must not insert while it is read, unless both are on one thread.
   *
   * @throws {TypeError} If `compare` is given for a tree without one, or missing for one with.
   */
  static fromParts(
    parts: ByteTreeParts,
    compare?: (a: Uint8Array, b: Uint8Array) => number,
  ): ByteTree {
    if (parts.custom !== (compare !== undefined)) {
      throw new TypeError(
        parts.custom ? 'this tree needs its compare' : 'this tree has no compare',
      );
    }
    if (parts.nodes.byteLength < (parts.size + 1) * NODE_BYTES) {
      throw new RangeError(`parts.nodes is too short for ${parts.size} entries`);
    }
    const tree = new ByteTree(compare === undefined ? { nodes: 1 } : { nodes: 1, compare });
    tree.#nodes = new Int32Array(parts.nodes);
    tree.#size = parts.size;
    tree.#readOnly = true;
    tree.#prefix.bytes = parts.prefix;
    for (const chunk of parts.chunks) tree.#arena.addChunk(chunk);
    tree.#arena.used = parts.used;
    return tree;
  }

  /** Returns the tree's memory as plain data: what has been inserted up to now. */
  parts(): ByteTreeParts {
    return {
      nodes: this.#nodes.buffer,
      chunks: [...this.#arena.chunks],
      size: this.#size,
      used: this.#arena.used,
      prefix: this.#prefix.bytes,
      custom: this.#compare !== undefined,
    };
  }

  /** Number of entries: each version of a key counts. */
  get size(): number {
    return this.#size;
  }

  /** Bytes in use for nodes and entries, with what replaced values left behind. */
  get byteLength(): number {
    return this.#size * NODE_BYTES + this.#arena.used;
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
    this.#growNodes(this.#size + entries);
    this.#arena.reserve(keyLength, valueLength, entries);
  }

  /**
   * Forbids to change or remove entries whose tag is this one or lower: somebody may read them.
   * In the beginning all are protected.
   */
  protect(tagHigh: number, tagLow: number): void {
    this.#protectedHigh = tagHigh >>> 0;
    this.#protectedLow = tagLow >>> 0;
  }

  /** Allows to change every entry: nobody reads. */
  protectNothing(): void {
    this.#protectedHigh = -1;
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
    const existing = this.#locate(key, keyStart, keyEnd, tagHigh, tagLow);
    if (existing !== 0) {
      this.#update(existing, key, keyStart, keyEnd, tagHigh, tagLow, value, valueStart, valueEnd);
      return;
    }
    // Both may throw; nothing has changed so far.
    this.#growNodes(this.#size + 1);
    const arena = this.#arena;
    const place = arena.add(key, keyStart, keyEnd, tagHigh, tagLow, value, valueStart, valueEnd);
    this.#link(place);
  }

  /**
   * Returns the first entry at or after this key and tag: in keys upwards, in tags downwards.
   * So with the highest tag of all it is the first entry whose key is this one or after it.
   */
  find(key: Uint8Array, keyStart: number, keyEnd: number, tagHigh: number, tagLow: number): number {
    return this.#seek(key, keyStart, keyEnd, tagHigh, tagLow, false);
  }

  /** Returns the newest version of exactly this key whose tag is this one or lower. */
  findKey(
    key: Uint8Array,
    keyStart: number,
    keyEnd: number,
    tagHigh: number,
    tagLow: number,
  ): number {
    return this.#seek(key, keyStart, keyEnd, tagHigh, tagLow, true);
  }

  /** Returns the first node in order. */
  firstNode(): number {
    return firstNode(this.#nodes);
  }

  /** Returns the last node in order. */
  lastNode(): number {
    return lastNode(this.#nodes);
  }

  /** Returns the node after `node`, as of now: also one that was inserted since `node` was found. */
  nextNode(node: number): number {
    return nextNode(this.#nodes, node);
  }

  /** Returns the node before `node`, as of now. */
  previousNode(node: number): number {
    return previousNode(this.#nodes, node);
  }

  /** Returns the array that holds the entry of `node`: key, eight bytes of tag, value. Do not write. */
  entryBytes(node: number): Uint8Array {
    return this.#arena.bytesOf(this.#nodes[node + PLACE]!);
  }

  /** Returns where the key begins in {@link ByteTree.entryBytes}. */
  keyStart(node: number): number {
    return this.#arena.keyStart(this.#nodes[node + PLACE]!);
  }

  /** Returns where the key ends, and the tag begins: eight bytes, little endian. */
  keyEnd(node: number): number {
    return this.#arena.keyEnd(this.#nodes[node + PLACE]!);
  }

  /** Returns where the value begins: behind the tag. */
  valueStart(node: number): number {
    return this.#arena.valueStart(this.#nodes[node + PLACE]!);
  }

  /** Returns where the value ends. */
  valueEnd(node: number): number {
    return this.#arena.valueEnd(this.#nodes[node + PLACE]!);
  }

  /** Returns the high half of the tag, unsigned. */
  tagHigh(node: number): number {
    return this.#arena.tagHigh(this.#nodes[node + PLACE]!);
  }

  /** Returns the low half of the tag, unsigned. */
  tagLow(node: number): number {
    return this.#arena.tagLow(this.#nodes[node + PLACE]!);
  }

  /** The descent of both ways to find; in the tie-break order a higher tag comes first. */
  #seek(
    key: Uint8Array,
    keyStart: number,
    keyEnd: number,
    tagHigh: number,
    tagLow: number,
    exact: boolean,
  ): number {
    checkRange('key', key, keyStart, keyEnd);
    const prefix = this.#prefix;
    prefix.measure(key, keyStart, keyEnd);
    const high = prefix.high;
    const low = prefix.low;
    const from = prefix.from;
    const nodes = this.#nodes;
    let node = nodes[LEFT]!;
    let after = 0;
    let same = 0;
    while (node !== 0) {
      const nodeHigh = nodes[node + HIGH]!;
      let left: boolean;
      if (high !== nodeHigh) {
        left = high < nodeHigh;
      } else {
        const nodeLow = nodes[node + LOW]!;
        if (low !== nodeLow) {
          left = low < nodeLow;
        } else {
          const order = this.#compareKey(node, key, keyStart, keyEnd, from);
          left = order < 0;
          if (order === 0 && this.#compareTag(node, tagHigh, tagLow) <= 0) {
            left = true;
            same = node;
          }
        }
      }
      if (left) {
        after = node;
        node = nodes[node + LEFT]!;
      } else {
        node = nodes[node + RIGHT]!;
      }
    }
    return exact ? same : after;
  }

  /**
   * Finds where an entry goes: returns the node whose entry it replaces, or 0 and its future place
   * in `#parent` and `#side`.
   */
  #locate(
    key: Uint8Array,
    keyStart: number,
    keyEnd: number,
    tagHigh: number,
    tagLow: number,
  ): number {
    const prefix = this.#prefix;
    prefix.measure(key, keyStart, keyEnd);
    const high = prefix.high;
    const low = prefix.low;
    const from = prefix.from;
    const nodes = this.#nodes;
    let node = nodes[LEFT]!;
    let parent = 0;
    let side = LEFT;
    // Ascending keys: one comparison instead of a descent.
    const last = this.#last;
    if (last !== 0 && high >= nodes[last + HIGH]!) {
      if (
        high > nodes[last + HIGH]! ||
        low > nodes[last + LOW]! ||
        (low === nodes[last + LOW]! && this.#compareKey(last, key, keyStart, keyEnd, from) > 0)
      ) {
        node = 0;
        parent = last;
        side = RIGHT;
      }
    }
    // The version that would follow the new one, and whether there is one before it.
    let older = 0;
    let newer = false;
    while (node !== 0) {
      parent = node;
      const nodeHigh = nodes[node + HIGH]!;
      if (high !== nodeHigh) {
        side = high < nodeHigh ? LEFT : RIGHT;
      } else {
        const nodeLow = nodes[node + LOW]!;
        if (low !== nodeLow) {
          side = low < nodeLow ? LEFT : RIGHT;
        } else {
          let order = this.#compareKey(node, key, keyStart, keyEnd, from);
          if (order === 0) {
            order = this.#compareTag(node, tagHigh, tagLow);
            if (order === 0) {
              if (!this.#isProtected(node)) return node;
              throw new RangeError(`tag ${tagHigh}:${tagLow} of this key is there and protected`);
            }
            if (order < 0) older = node;
            else newer = true;
          }
          side = order < 0 ? LEFT : RIGHT;
        }
      }
      node = nodes[node + side]!;
    }
    if (older !== 0 && !newer && !this.#isProtected(older)) return older;
    this.#parent = parent;
    this.#side = side;
    return 0;
  }

  /** Compares `key[keyStart, keyEnd)`, whose bytes before `from` are known to be equal, with a node's. */
  #compareKey(
    node: number,
    key: Uint8Array,
    keyStart: number,
    keyEnd: number,
    from: number,
  ): number {
    const place = this.#nodes[node + PLACE]!;
    const slot = place >>> SLOT_SHIFT;
    const word = place & SLOT_MASK;
    const bytes = this.#arena.bytes[slot]!;
    const nodeLength = this.#arena.words[slot]![word]!;
    const at = (word << 2) + KEY_OFFSET;
    if (this.#compare !== undefined) {
      const order = this.#compare(
        key.subarray(keyStart, keyEnd),
        bytes.subarray(at, at + nodeLength),
      );
      if (Number.isNaN(order)) throw new TypeError('compare returned NaN');
      return order;
    }
    const length = keyEnd - keyStart;
    const common = Math.min(length, nodeLength);
    for (let i = from; i < common; i++) {
      const difference = key[keyStart + i]! - bytes[at + i]!;
      if (difference !== 0) return difference;
    }
    return length - nodeLength;
  }

  /** Compares a tag with a node's, in the tree's order: negative if it is the higher one. */
  #compareTag(node: number, tagHigh: number, tagLow: number): number {
    const nodeHigh = this.tagHigh(node);
    const order = nodeHigh - (tagHigh >>> 0);
    return order !== 0 ? order : this.tagLow(node) - (tagLow >>> 0);
  }

  #isProtected(node: number): boolean {
    const high = this.tagHigh(node);
    if (high !== this.#protectedHigh) return high < this.#protectedHigh;
    return this.tagLow(node) <= this.#protectedLow;
  }

  /** Gives a node another tag and value: in its place if they fit, else in a new one. */
  #update(
    node: number,
    key: Uint8Array,
    keyStart: number,
    keyEnd: number,
    tagHigh: number,
    tagLow: number,
    value: Uint8Array,
    valueStart: number,
    valueEnd: number,
  ): void {
    const arena = this.#arena;
    const place = this.#nodes[node + PLACE]!;
    // Keys that a custom order calls the same may have other bytes, which are then the new ones.
    if (
      this.#compare === undefined &&
      arena.replace(place, tagHigh, tagLow, value, valueStart, valueEnd)
    ) {
      return;
    }
    this.#nodes[node + PLACE] = arena.add(
      key,
      keyStart,
      keyEnd,
      tagHigh,
      tagLow,
      value,
      valueStart,
      valueEnd,
    );
  }

  /** Makes a node for the entry at `place`, where {@link ByteTree.#locate} said. */
  #link(place: number): void {
    const prefix = this.#prefix;
    const nodes = this.#nodes;
    const parent = this.#parent;
    this.#size++;
    const node = this.#size * NODE;
    nodes[node + PLACE] = place;
    nodes[node + HIGH] = prefix.high;
    nodes[node + LOW] = prefix.low;
    if (parent === this.#last && (this.#side === RIGHT || parent === 0)) this.#last = node;
    linkNode(nodes, node, parent, this.#side);
    if (this.#size >= this.#nextCheck && prefix.enabled) this.#adaptPrefix();
  }

  /**
   * Looks whether another prefix would serve better: the one that most keys share, being shared by
   * a key near the low end and one near the high end of the order. If so, all summaries are
   * computed anew. The sizes at which this happens grow by a quarter each time, so whatever the
   * keys, an insertion pays for at most five summaries.
   */
  #adaptPrefix(): void {
    const size = this.#size;
    this.#nextCheck = size + (size >>> 2) + 1;
    const nodes = this.#nodes;
    // Steps down a side: each one halves the keys beyond, more or less. Of few keys, take the ends.
    const steps = size < 64 ? size : 4;
    const low = this.#spine(LEFT, steps);
    const high = this.#spine(RIGHT, steps);
    const prefix = this.#prefix;
    const changed = prefix.adopt(
      this.entryBytes(low),
      this.keyStart(low),
      this.keyEnd(low),
      this.entryBytes(high),
      this.keyStart(high),
      this.keyEnd(high),
    );
    if (!changed) return;
    for (let node = NODE; node <= size * NODE; node += NODE) {
      prefix.measure(this.entryBytes(node), this.keyStart(node), this.keyEnd(node));
      nodes[node + HIGH] = prefix.high;
      nodes[node + LOW] = prefix.low;
    }
  }

  /** The node at most so many steps down one side of the tree. */
  #spine(side: number, steps: number): number {
    const nodes = this.#nodes;
    let node = nodes[LEFT]!;
    for (let i = 0; i < steps && nodes[node + side] !== 0; i++) node = nodes[node + side]!;
    return node;
  }

  /** Makes room for nodes, so many in all. */
  #growNodes(count: number): void {
    const old = this.#nodes;
    const needed = (count + 1) * NODE;
    if (needed <= old.length) return;
    if (count > NODE_LIMIT - 1) throw new RangeError(`a tree cannot have ${count} entries`);
    const words = newWords(
      this.#shared,
      Math.max(needed, Math.min(old.length * 2, NODE_LIMIT * NODE)),
    );
    words.set(old);
    this.#nodes = words;
  }

  #checkWritable(): void {
    if (this.#readOnly) throw new TypeError('this tree is a view for reading');
  }
}

function newWords(shared: boolean, length: number): Int32Array {
  const bytes = length * 4;
  return new Int32Array(shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
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
