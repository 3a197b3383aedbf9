/**
 * The nodes of a {@link ByteTree}: where versions of keys are looked for and linked.
 *
 * A node is eight words of one `Int32Array`, so that a comparison mostly reads one half of a cache
 * line and nothing else:
 *
 *   at  field
 *    0  left           \
 *    1  right           | see rebalance.ts; node 0 is its header
 *    2  parent | colour/
 *    3  place of the entry, see byte-arena.ts
 *    4  summary of the key, high half \ see key-prefix.ts
 *    5  summary of the key, low half  /
 *    6  unused
 *    7  unused
 *
 * Nodes are never moved, removed or used again: the handle of the n-th node linked stays `8 n`.
 */
import { type ByteArena, KEY_OFFSET, readWord, SLOT_MASK, SLOT_SHIFT } from './byte-arena.ts';
import { KeyPrefix } from './key-prefix.ts';
import { LEFT, linkNode, RIGHT } from './rebalance.ts';

/** Words of a node. */
export const NODE = 8;
/** Offset of an entry's place in its node. */
export const PLACE = 3;
/** Offset of the high half of a key's summary. */
export const HIGH = 4;
/** Offset of the low half of a key's summary. */
export const LOW = 5;
/** Bytes of a node. */
export const NODE_BYTES: number = NODE * 4;
/** Nodes at most: their handles stay signed words. */
export const NODE_LIMIT = 0xffffffe;

const TOP_BIT = -0x80000000;

/** An order of keys; negative, zero or positive. */
export type CompareKeys = (a: Uint8Array, b: Uint8Array) => number;

/** Nodes, their entries, and what is needed to compare them. */
export class ByteNodes {
  /** The nodes, the header first; replaced when it grows. */
  words: Int32Array;
  /** Number of nodes without the header. */
  size = 0;
  /** The entries. */
  readonly arena: ByteArena;
  /** What the summaries leave out. */
  readonly prefix: KeyPrefix;
  readonly #shared: boolean;
  readonly #compare: CompareKeys | undefined;
  /** The last node in order: insertions in ascending order begin and end there. */
  #last = 0;
  /** At this size the prefix is looked at again. */
  #nextCheck = 1;
  /** Where the entry goes that was located last. */
  #parent = 0;
  #side = LEFT;
  /** Entries with this tag or a lower one must stay as they are. */
  #protectedHigh = 0xffffffff;
  #protectedLow = 0xffffffff;

  /** Starts empty, with room for `count` nodes. */
  constructor(arena: ByteArena, shared: boolean, count: number, compare: CompareKeys | undefined) {
    this.arena = arena;
    this.prefix = new KeyPrefix(compare === undefined);
    this.words = newWords(shared, (count + 1) * NODE);
    this.#shared = shared;
    this.#compare = compare;
  }

  /** Forgets all nodes; keeps the memory if it is at most so many bytes. */
  clear(keptBytes: number): void {
    if (this.words.byteLength > keptBytes) this.words = newWords(this.#shared, 2 * NODE);
    this.words.fill(0, 0, NODE);
    this.size = 0;
    this.prefix.bytes = new Uint8Array(0);
    this.#last = 0;
    this.#nextCheck = 1;
    this.protect(0xffffffff, 0xffffffff);
  }

  /** See {@link ByteTree.protect}; a high half of -1 protects nothing. */
  protect(tagHigh: number, tagLow: number): void {
    this.#protectedHigh = tagHigh;
    this.#protectedLow = tagLow;
  }

  /** The descent of both ways to find; in the tie-break order a higher tag comes first. */
  seek(
    key: Uint8Array,
    keyStart: number,
    keyEnd: number,
    tagHigh: number,
    tagLow: number,
    exact: boolean,
  ): number {
    const prefix = this.prefix;
    prefix.measure(key, keyStart, keyEnd);
    const high = prefix.high;
    const low = prefix.low;
    const from = prefix.from;
    const nodes = this.words;
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
  locate(
    key: Uint8Array,
    keyStart: number,
    keyEnd: number,
    tagHigh: number,
    tagLow: number,
  ): number {
    const prefix = this.prefix;
    prefix.measure(key, keyStart, keyEnd);
    const high = prefix.high;
    const low = prefix.low;
    const from = prefix.from;
    const nodes = this.words;
    let node = nodes[LEFT]!;
    let parent = 0;
    let side = LEFT;
    if (this.#sortsLast(key, keyStart, keyEnd)) {
      node = 0;
      parent = this.#last;
      side = RIGHT;
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

  /** Tells of the measured key whether it sorts after all: ascending keys then need no descent. */
  #sortsLast(key: Uint8Array, keyStart: number, keyEnd: number): boolean {
    const last = this.#last;
    if (last === 0) return false;
    const { high, low, from } = this.prefix;
    const lastHigh = this.words[last + HIGH]!;
    if (high !== lastHigh) return high > lastHigh;
    const lastLow = this.words[last + LOW]!;
    if (low !== lastLow) return low > lastLow;
    return this.#compareKey(last, key, keyStart, keyEnd, from) > 0;
  }

  /** Compares `key[keyStart, keyEnd)`, whose bytes before `from` are known to be equal, with a node's. */
  #compareKey(
    node: number,
    key: Uint8Array,
    keyStart: number,
    keyEnd: number,
    from: number,
  ): number {
    const place = this.words[node + PLACE]!;
    const slot = place >>> SLOT_SHIFT;
    const word = place & SLOT_MASK;
    const bytes = this.arena.bytes[slot]!;
    const nodeLength = this.arena.words[slot]![word]!;
    const at = (word << 2) + KEY_OFFSET;
    if (this.#compare !== undefined) {
      const order = this.#compare(
        key.subarray(keyStart, keyEnd),
        bytes.subarray(at, at + nodeLength),
      );
      if (!(order <= 0 || order > 0)) throw new TypeError(`compare returned ${order}`);
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
    const place = this.words[node + PLACE]!;
    const slot = place >>> SLOT_SHIFT;
    const word = place & SLOT_MASK;
    const bytes = this.arena.bytes[slot]!;
    const at = (word << 2) + KEY_OFFSET + this.arena.words[slot]![word]!;
    // With their top bits flipped, unsigned halves compare as signed words: no number leaves them.
    const nodeHigh = readWord(bytes, at + 4) ^ TOP_BIT;
    const high = tagHigh ^ TOP_BIT;
    if (nodeHigh !== high) return nodeHigh < high ? -1 : 1;
    const nodeLow = readWord(bytes, at) ^ TOP_BIT;
    const low = tagLow ^ TOP_BIT;
    return nodeLow < low ? -1 : nodeLow > low ? 1 : 0;
  }

  #isProtected(node: number): boolean {
    const high = this.arena.tagHigh(this.words[node + PLACE]!);
    if (high !== this.#protectedHigh) return high < this.#protectedHigh;
    return this.arena.tagLow(this.words[node + PLACE]!) <= this.#protectedLow;
  }

  /** Gives a node another tag and value: in its place if they fit, else in a new one. */
  update(
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
    const arena = this.arena;
    const place = this.words[node + PLACE]!;
    // Keys that a custom order calls the same may have other bytes, which are then the new ones.
    if (
      this.#compare === undefined &&
      arena.replace(place, tagHigh, tagLow, value, valueStart, valueEnd)
    ) {
      return;
    }
    this.words[node + PLACE] = arena.add(
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

  /** Makes a node for the entry at `place`, where {@link ByteNodes.locate} said. */
  link(place: number): void {
    const prefix = this.prefix;
    const nodes = this.words;
    const parent = this.#parent;
    this.size++;
    const node = this.size * NODE;
    nodes[node + PLACE] = place;
    nodes[node + HIGH] = prefix.high;
    nodes[node + LOW] = prefix.low;
    if (parent === this.#last && (this.#side === RIGHT || parent === 0)) this.#last = node;
    linkNode(nodes, node, parent, this.#side);
    if (this.size >= this.#nextCheck && prefix.enabled) this.#adaptPrefix();
  }

  /**
   * Looks whether another prefix would serve better: the one that most keys share, being shared by
   * a key near the low end and one near the high end of the order. If so, all summaries are
   * computed anew. The sizes at which this happens grow by a quarter each time, so whatever the
   * keys, an insertion pays for at most five summaries.
   */
  #adaptPrefix(): void {
    const size = this.size;
    this.#nextCheck = size + (size >>> 2) + 1;
    const nodes = this.words;
    // Steps down a side: each one halves the keys beyond, more or less. Of few keys, take the ends.
    const steps = size < 64 ? size : 4;
    const low = this.words[this.#spine(LEFT, steps) + PLACE]!;
    const high = this.words[this.#spine(RIGHT, steps) + PLACE]!;
    const { arena, prefix } = this;
    const changed = prefix.adopt(
      arena.bytesOf(low),
      arena.keyStart(low),
      arena.keyEnd(low),
      arena.bytesOf(high),
      arena.keyStart(high),
      arena.keyEnd(high),
    );
    if (!changed) return;
    for (let node = NODE; node <= size * NODE; node += NODE) {
      const place = nodes[node + PLACE]!;
      prefix.measure(arena.bytesOf(place), arena.keyStart(place), arena.keyEnd(place));
      nodes[node + HIGH] = prefix.high;
      nodes[node + LOW] = prefix.low;
    }
  }

  /** The node at most so many steps down one side of the tree. */
  #spine(side: number, steps: number): number {
    const nodes = this.words;
    let node = nodes[LEFT]!;
    for (let i = 0; i < steps && nodes[node + side] !== 0; i++) node = nodes[node + side]!;
    return node;
  }

  /** Makes room for nodes, so many in all. */
  grow(count: number): void {
    const old = this.words;
    const needed = (count + 1) * NODE;
    if (needed <= old.length) return;
    if (count > NODE_LIMIT - 1) throw new RangeError(`a tree cannot have ${count} entries`);
    const words = newWords(
      this.#shared,
      Math.max(needed, Math.min(old.length * 2, NODE_LIMIT * NODE)),
    );
    words.set(old);
    this.words = words;
  }
}

function newWords(shared: boolean, length: number): Int32Array {
  const bytes = length * 4;
  return new Int32Array(shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
}
