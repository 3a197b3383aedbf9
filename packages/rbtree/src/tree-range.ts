/**
 * Which part of a tree to walk over, and the walking.
 */

/** Bounds and direction of a walk; a bound that is `undefined` is none. */
export interface TreeRange<K> {
  /** Only keys that are this one or after it. Not together with `gt`. */
  readonly gte?: K | undefined;
  /** Only keys after this one. Not together with `gte`. */
  readonly gt?: K | undefined;
  /** Only keys before this one. Not together with `lte`. */
  readonly lt?: K | undefined;
  /** Only keys that are this one or before it. Not together with `lt`. */
  readonly lte?: K | undefined;
  /** Whether to walk from the last key to the first. Default false. */
  readonly reverse?: boolean | undefined;
}

/** What a walk needs of its tree; 0 is no node. */
export interface Walkable<K> {
  /** Grows with each removal: handles from before may be of other entries by now. */
  readonly removals: number;
  /** Compares keys. */
  order(a: K, b: K): number;
  /** The key of a node. */
  keyAt(node: number): K;
  /** The first node at or after `key`; at or before it where `reverse`; not at it where `beyond`. */
  seek(key: K, beyond: boolean, reverse: boolean): number;
  /** The node at which a walk without a bound begins. */
  end(reverse: boolean): number;
  /** The neighbour of a node. */
  step(node: number, reverse: boolean): number;
}

/** Refuses a range with two lower or two upper bounds. */
function checkRange<K>(range: TreeRange<K>): void {
  if (range.gte !== undefined && range.gt !== undefined) {
    throw new RangeError('a range has gte or gt, not both');
  }
  if (range.lte !== undefined && range.lt !== undefined) {
    throw new RangeError('a range has lte or lt, not both');
  }
}

/**
 * Walks over nodes while the tree changes. It stands on the node that it gave last, and looks for
 * the next one only when asked: by the links, or by the key if anything was removed meanwhile.
 */
export class Walk<K, T> implements IterableIterator<T> {
  readonly #tree: Walkable<K>;
  readonly #range: TreeRange<K>;
  readonly #reverse: boolean;
  readonly #result: (node: number) => T;
  #state: 'new' | 'under way' | 'ended' = 'new';
  #node = 0;
  #key: K | undefined;
  #removals = 0;

  /** Does not look at the tree yet; `result` makes what `next` returns. */
  constructor(tree: Walkable<K>, range: TreeRange<K>, result: (node: number) => T) {
    checkRange(range);
    this.#tree = tree;
    this.#range = { ...range };
    this.#reverse = range.reverse === true;
    this.#result = result;
  }

  /** Returns itself. */
  [Symbol.iterator](): this {
    return this;
  }

  /** Moves on; once it has ended it stays so. */
  next(): IteratorResult<T, undefined> {
    const node = this.#state === 'ended' ? 0 : this.#find();
    if (node === 0 || this.#isBeyond(this.#tree.keyAt(node))) return this.return();
    this.#state = 'under way';
    this.#node = node;
    this.#key = this.#tree.keyAt(node);
    this.#removals = this.#tree.removals;
    return { done: false, value: this.#result(node) };
  }

  /** Ends the walk. */
  return(): { done: true; value: undefined } {
    this.#state = 'ended';
    this.#key = undefined;
    return { done: true, value: undefined };
  }

  #find(): number {
    const tree = this.#tree;
    const reverse = this.#reverse;
    if (this.#state === 'under way') {
      if (this.#removals === tree.removals) return tree.step(this.#node, reverse);
      return tree.seek(this.#key as K, true, reverse);
    }
    const { gt, gte, lt, lte } = this.#range;
    const at = reverse ? lte : gte;
    const beyond = reverse ? lt : gt;
    if (beyond !== undefined) return tree.seek(beyond, true, reverse);
    return at === undefined ? tree.end(reverse) : tree.seek(at, false, reverse);
  }

  /** Tells whether a key lies behind the bound at which the walk ends. */
  #isBeyond(key: K): boolean {
    const { gt, gte, lt, lte } = this.#range;
    const tree = this.#tree;
    if (this.#reverse) {
      if (gt !== undefined) return tree.order(key, gt) <= 0;
      return gte !== undefined && tree.order(key, gte) < 0;
    }
    if (lt !== undefined) return tree.order(key, lt) >= 0;
    return lte !== undefined && tree.order(key, lte) > 0;
  }
}
