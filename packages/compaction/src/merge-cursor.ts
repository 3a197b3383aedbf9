/**
 * K-way merge: one sorted cursor over many. The hot path of every scan and every compaction.
 *
 * The children that stand on an entry are kept in one array in the order of their current keys, the
 * nearest last, so that the current one and its rival are the last two:
 *
 *   order   [ … | third | rival | current ]      live = how many stand on an entry
 *
 * A step moves `current` and compares it with `rival`. Mostly it is still the nearer one (the deepest
 * level holds nine entries in ten), and that one comparison was all. Otherwise a binary search
 * finds its new place: 1 + log2(k) comparisons, where a heap with a remembered rival needs 2 + 2
 * log2(k), and a loser tree log2(k) always. Shifting the array costs a move for each child passed,
 * far less than a comparison of keys. Nanoseconds an entry, of 24-byte keys (`bench/merge.mjs`, two
 * cores, otherwise busy):
 *
 *   children, mixture                      array   heap   loser tree
 *   2, alike                                  33     52           36
 *   9, alike                                 113    162          112
 *   9, each level ten times the last          43     53           66
 *   9, in runs of 100                         32     33           85
 *   200, alike                               408    367          277
 *
 * Invariants between moves, for the direction walked (forwards; mirrored backwards):
 * every child in `order` stands on its first entry at or after the merge's current one, the others
 * are at their ends; equal keys stand in the order of the `cursors` given, so that walking backwards
 * meets exactly the same entries the other way round.
 */
import { type Cursor, compareInternalKeys, EMPTY_BYTES, type RangeCompare } from '@jump/base';

/**
 * Merges sorted cursors into one; allocates nothing a step.
 *
 * The result owns the cursors: closing it closes them, and nobody else may move them. It starts
 * nowhere, whatever they stand on. Where two hold the same key, the one that stands first in
 * `cursors` comes first. A step costs one comparison while the same cursor stays the nearest, else
 * O(log k); `seek`, `first`, `last` and a change of direction cost O(k log k) and a seek of each.
 *
 * @param compare - the order of their keys; internal keys over bytes unless given
 */
export function mergeCursors(
  cursors: readonly Cursor[],
  compare: RangeCompare = compareInternalKeys,
): Cursor {
  return cursors.length === 1 ? cursors[0]! : new MergeCursor(cursors, compare);
}

class MergeCursor implements Cursor {
  valid = false;
  keyBytes: Uint8Array = EMPTY_BYTES;
  keyStart = 0;
  keyEnd = 0;
  valueBytes: Uint8Array = EMPTY_BYTES;
  valueStart = 0;
  valueEnd = 0;

  readonly children: readonly Cursor[];
  readonly compare: RangeCompare;
  readonly order: Cursor[];
  live = 0;
  forward = true;

  constructor(cursors: readonly Cursor[], compare: RangeCompare) {
    this.children = [...cursors];
    this.compare = compare;
    this.order = [...cursors];
  }

  next(): boolean {
    if (!this.valid) return false;
    if (!this.forward) this.turn(true);
    const current = this.order[this.live - 1]!;
    // Until the child has moved: if it throws, the merge stands nowhere, and not on a stale entry.
    this.valid = false;
    return current.next() ? this.settle(current) : this.retire();
  }

  previous(): boolean {
    if (!this.valid) return false;
    if (this.forward) this.turn(false);
    const current = this.order[this.live - 1]!;
    this.valid = false;
    return current.previous() ? this.settle(current) : this.retire();
  }

  first(): boolean {
    this.begin(true);
    for (const child of this.children) if (child.first()) this.insert(child);
    return this.load();
  }

  last(): boolean {
    this.begin(false);
    for (const child of this.children) if (child.last()) this.insert(child);
    return this.load();
  }

  seek(key: Uint8Array, start: number, end: number): boolean {
    this.begin(true);
    for (const child of this.children) if (child.seek(key, start, end)) this.insert(child);
    return this.load();
  }

  close(): void {
    this.begin(true);
    for (const child of this.children) child.close();
  }

  /** Forgets the order, to be built again for one direction. */
  begin(forward: boolean): void {
    this.valid = false;
    this.forward = forward;
    this.live = 0;
  }

  /** Puts a child that stands on an entry where it belongs. */
  insert(child: Cursor): void {
    this.order[this.live++] = child;
    if (this.live > 1 && this.comesAfter(child, this.order[this.live - 2]!)) this.place(child);
  }

  /** Restores the order after the current child, still last, has moved to another entry. */
  settle(current: Cursor): boolean {
    const { live } = this;
    if (live > 1) {
      const rival = this.order[live - 2]!;
      const order = this.compare(
        current.keyBytes,
        current.keyStart,
        current.keyEnd,
        rival.keyBytes,
        rival.keyStart,
        rival.keyEnd,
      );
      const stays = this.forward ? order < 0 : order > 0;
      if (!stays && (order !== 0 || this.comesAfter(current, rival))) {
        this.place(current);
        return this.load();
      }
    }
    // As load(), written out: this is the way of nearly every step.
    this.keyBytes = current.keyBytes;
    this.keyStart = current.keyStart;
    this.keyEnd = current.keyEnd;
    this.valueBytes = current.valueBytes;
    this.valueStart = current.valueStart;
    this.valueEnd = current.valueEnd;
    this.valid = true;
    return true;
  }

  /** Takes the current child, which has come to its end, out of the order. */
  retire(): boolean {
    this.live--;
    return this.load();
  }

  /** Moves the last child, which its neighbour must precede, to its place further back. */
  place(child: Cursor): void {
    const { order } = this;
    // Invariant: those before `low` come after `child`, those from `high` on come before it.
    let low = 0;
    let high = this.live - 2;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.comesAfter(child, order[middle]!)) high = middle;
      else low = middle + 1;
    }
    for (let i = this.live - 1; i > high; i--) order[i] = order[i - 1]!;
    order[high] = child;
  }

  /** Tells whether `a` is met after `b`, in the direction walked. */
  comesAfter(a: Cursor, b: Cursor): boolean {
    let order = this.compare(a.keyBytes, a.keyStart, a.keyEnd, b.keyBytes, b.keyStart, b.keyEnd);
    if (order === 0) order = this.children.indexOf(a) - this.children.indexOf(b);
    return this.forward ? order > 0 : order < 0;
  }

  /** Shows the nearest child's entry, if there is one. */
  load(): boolean {
    if (this.live === 0) return false;
    const child = this.order[this.live - 1]!;
    this.keyBytes = child.keyBytes;
    this.keyStart = child.keyStart;
    this.keyEnd = child.keyEnd;
    this.valueBytes = child.valueBytes;
    this.valueStart = child.valueStart;
    this.valueEnd = child.valueEnd;
    this.valid = true;
    return true;
  }

  /**
   * Changes the direction. The current child stays on the current entry; every other one goes to
   * the other side of it. An equal key counts by the children's order, as everywhere.
   */
  turn(forward: boolean): void {
    const current = this.order[this.live - 1]!;
    const rank = this.children.indexOf(current);
    // These lie in the memory of `current`, which does not move here, so they stay good.
    const { keyBytes, keyStart, keyEnd } = this;
    this.begin(forward);
    for (let i = 0; i < this.children.length; i++) {
      const child = this.children[i]!;
      if (child === current) continue;
      const found = child.seek(keyBytes, keyStart, keyEnd);
      const same =
        found &&
        this.compare(child.keyBytes, child.keyStart, child.keyEnd, keyBytes, keyStart, keyEnd) ===
          0;
      const before = same && i < rank;
      let stands = found;
      if (forward) stands = before ? child.next() : found;
      else if (!before) stands = found ? child.previous() : child.last();
      if (stands) this.insert(child);
    }
    this.order[this.live++] = current;
    this.valid = true;
  }
}
