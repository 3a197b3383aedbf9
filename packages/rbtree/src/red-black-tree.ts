/**
 * An ordered map for values of any kind.
 *
 * Links live in one `Int32Array`, four words a node (see rebalance.ts; the fourth is unused), keys and
 * values in two arrays beside it: the node at offset `4 n` has key and value `n`. Nodes of
 * removed entries are chained through their left links and used again.
 */
import { compareByLess } from './default-order.ts';
import {
  firstNode,
  LEFT,
  lastNode,
  linkNode,
  nextNode,
  previousNode,
  RIGHT,
  unlinkNode,
} from './rebalance.ts';
import { type TreeRange, Walk, type Walkable } from './tree-range.ts';

/** Shift from a handle to the index of its key and value. */
const INDEX_SHIFT = 2;
const NODE = 1 << INDEX_SHIFT;
const FIRST_NODES = 8;

/** Gives the tests the links of a tree. Not public. */
export let linksOf: <K, V>(tree: RedBlackTree<K, V>) => Int32Array;

/**
 * Maps keys to values, in the order of the keys: a `Map` with bounds.
 *
 * `get`, `set`, `has`, `delete`, bounds and the first step of an iteration cost O(log n), further steps
 * O(1) on average. Iterators stay good while the tree changes: they give every entry that was there
 * throughout, no entry that was deleted before its turn, and added ones that lie ahead.
 */
export class RedBlackTree<K, V> {
  #links: Int32Array = new Int32Array((FIRST_NODES + 1) * NODE);
  #keys: (K | undefined)[] = [undefined];
  #values: (V | undefined)[] = [undefined];
  #size = 0;
  /** The first node that may be used again. */
  #free = 0;
  #removals = 0;
  readonly #compare: (a: K, b: K) => number;
  readonly #walkable: Walkable<K>;

  static {
    linksOf = (tree) => tree.#links;
  }

  /**
   * Makes an empty tree.
   *
   * @param compare A total order: negative, zero or positive. Without it keys are all numbers, all
   *   strings, all bigints or all dates, and sort by `<`; a key of another type is a `TypeError`.
   */
  constructor(compare: (a: K, b: K) => number = compareByLess) {
    if (typeof compare !== 'function') throw new TypeError('compare must be a function');
    this.#compare = compare;
    this.#walkable = this.#makeWalkable();
  }

  /** Number of entries. */
  get size(): number {
    return this.#size;
  }

  /** Returns the value of `key`, or `undefined`. */
  get(key: K): V | undefined {
    return this.#values[this.#findNode(key) >> INDEX_SHIFT];
  }

  /** Tells whether there is an entry with this key. */
  has(key: K): boolean {
    return this.#findNode(key) !== 0;
  }

  /** Sets the value of `key`; an entry that was there keeps its key. Returns the tree. */
  set(key: K, value: V): this {
    let parent = 0;
    let side = LEFT;
    let node = this.#links[LEFT]!;
    // A lone key is compared with itself, so that no key without an order becomes the first one.
    if (node === 0) this.#order(key, key);
    while (node !== 0) {
      const order = this.#order(key, this.#keyAt(node));
      if (order === 0) {
        this.#values[node >> INDEX_SHIFT] = value;
        return this;
      }
      parent = node;
      side = order < 0 ? LEFT : RIGHT;
      node = this.#links[node + side]!;
    }
    const added = this.#takeNode();
    this.#keys[added >> INDEX_SHIFT] = key;
    this.#values[added >> INDEX_SHIFT] = value;
    linkNode(this.#links, added, parent, side);
    this.#size++;
    return this;
  }

  /** Deletes the entry with this key; tells whether there was one. */
  delete(key: K): boolean {
    const node = this.#findNode(key);
    if (node === 0) return false;
    unlinkNode(this.#links, node);
    this.#keys[node >> INDEX_SHIFT] = undefined;
    this.#values[node >> INDEX_SHIFT] = undefined;
    this.#links[node + LEFT] = this.#free;
    this.#free = node;
    this.#size--;
    this.#removals++;
    return true;
  }

  /** Deletes all entries and gives their memory back. */
  clear(): void {
    this.#links = new Int32Array((FIRST_NODES + 1) * NODE);
    this.#keys = [undefined];
    this.#values = [undefined];
    this.#size = 0;
    this.#free = 0;
    this.#removals++;
  }

  /** Returns the entry with the lowest key. */
  min(): [K, V] | undefined {
    return this.#entryOrNone(firstNode(this.#links));
  }

  /** Returns the entry with the highest key. */
  max(): [K, V] | undefined {
    return this.#entryOrNone(lastNode(this.#links));
  }

  /** Returns the first entry whose key is `key` or after it. */
  lowerBound(key: K): [K, V] | undefined {
    return this.#entryOrNone(this.#boundUp(key, false));
  }

  /** Returns the first entry whose key is after `key`. */
  upperBound(key: K): [K, V] | undefined {
    return this.#entryOrNone(this.#boundUp(key, true));
  }

  /**
   * Iterates over entries in order, within a range.
   *
   * @throws {RangeError} If a range has both `gte` and `gt`, or both `lte` and `lt`.
   */
  entries(range: TreeRange<K> = {}): IterableIterator<[K, V]> {
    return new Walk(this.#walkable, range, (node) => this.#entryAt(node));
  }

  /** Iterates over keys, as {@link RedBlackTree.entries} over entries. */
  keys(range: TreeRange<K> = {}): IterableIterator<K> {
    return new Walk(this.#walkable, range, (node) => this.#keyAt(node));
  }

  /** Iterates over values, as {@link RedBlackTree.entries} over entries. */
  values(range: TreeRange<K> = {}): IterableIterator<V> {
    return new Walk(this.#walkable, range, (node) => this.#valueAt(node));
  }

  /** Iterates over all entries in order. */
  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.entries();
  }

  /** Calls `callback` for every entry in order, with `thisArg` as its `this`. */
  forEach(callback: (value: V, key: K, tree: RedBlackTree<K, V>) => void, thisArg?: unknown): void {
    for (const [key, value] of this) callback.call(thisArg, value, key, this);
  }

  /** The node of `key`, or 0. */
  #findNode(key: K): number {
    const links = this.#links;
    let node = links[LEFT]!;
    while (node !== 0) {
      const order = this.#order(key, this.#keyAt(node));
      if (order === 0) return node;
      node = links[node + (order < 0 ? LEFT : RIGHT)]!;
    }
    return 0;
  }

  /** The first node at or after `key`, or only after it. */
  #boundUp(key: K, beyond: boolean): number {
    let found = 0;
    let node = this.#links[LEFT]!;
    while (node !== 0) {
      const order = this.#order(key, this.#keyAt(node));
      const left = beyond ? order < 0 : order <= 0;
      if (left) found = node;
      node = this.#links[node + (left ? LEFT : RIGHT)]!;
    }
    return found;
  }

  /** The last node at or before `key`, or only before it. */
  #boundDown(key: K, beyond: boolean): number {
    const above = this.#boundUp(key, !beyond);
    return above === 0 ? lastNode(this.#links) : previousNode(this.#links, above);
  }

  #order(a: K, b: K): number {
    const order = this.#compare(a, b);
    if (!(order <= 0 || order > 0)) throw new TypeError(`compare returned ${order}`);
    return order;
  }

  /** A node to link: a used one, or a new one, growing if need be. */
  #takeNode(): number {
    const free = this.#free;
    if (free !== 0) {
      this.#free = this.#links[free + LEFT]!;
      return free;
    }
    const node = (this.#size + 1) * NODE;
    if (node >= this.#links.length) {
      const links = new Int32Array(this.#links.length * 2);
      links.set(this.#links);
      this.#links = links;
    }
    return node;
  }

  // Nodes in the tree have a key and a value: `undefined` there is one of type K or V.
  #keyAt(node: number): K {
    return this.#keys[node >> INDEX_SHIFT] as K;
  }

  #valueAt(node: number): V {
    return this.#values[node >> INDEX_SHIFT] as V;
  }

  #entryAt(node: number): [K, V] {
    return [this.#keyAt(node), this.#valueAt(node)];
  }

  #entryOrNone(node: number): [K, V] | undefined {
    return node === 0 ? undefined : this.#entryAt(node);
  }

  #makeWalkable(): Walkable<K> {
    const removals = (): number => this.#removals;
    return {
      get removals() {
        return removals();
      },
      order: (a, b) => this.#order(a, b),
      keyAt: (node) => this.#keyAt(node),
      seek: (key, beyond, reverse) =>
        reverse ? this.#boundDown(key, beyond) : this.#boundUp(key, beyond),
      end: (reverse) => (reverse ? lastNode(this.#links) : firstNode(this.#links)),
      step: (node, reverse) =>
        reverse ? previousNode(this.#links, node) : nextNode(this.#links, node),
    };
  }
}
