/**
 * The drop rule: which entries a merge need not write, because no reader can ever ask for them.
 *
 * Snapshots are sequences. Reader s sees of each user key the newest version whose sequence is at
 * most s; reader "now" has no limit. The snapshots cut the sequences into stripes, and all readers whose
 * limit lies in one stripe or above see nothing of what a newer version in that stripe covers:
 *
 *   sequence    1  2  3  4  5  6  7  8  9          snapshots at 3 and 6
 *   stripe      └─ 0 ─┘  └─ 1 ─┘  └─ 2 ─┘
 *   key a       x     X     X     x  x  X          X: the newest of its stripe, kept; x: dropped
 *   seen by           3     6           now
 *
 * Rule 1. An entry is dropped if a newer version of its user key lies in the same stripe. Every
 *         reader that could see it has a limit at or above the end of that stripe, so it sees the
 *         newer one.
 *
 * Rule 2. A tombstone that rule 1 keeps is dropped if it lies in stripe 0, and nothing older of its
 *         user key can lie outside the merge: neither in a deeper level, nor in a table that stays
 *         beside the inputs. Everything older inside the merge lies in stripe 0 too, so rule 1
 *         drops it, and the readers find nothing, which is what the tombstone says.
 *
 *   key b       X     D                             D may go, with X, if nothing outside is older
 *   key c       X        D                          D must stay: X is kept for the reader at 3,
 *                                                   and the reader at 6 must not see it
 *
 * What was left out: a tombstone above stripe 0 with nothing older inside the merge could go as
 * well (Pebble's `internal/compact/iterator.go` goes further in other ways); it would have to be held back
 * until the next entry is known, and it goes as soon as the snapshot does.
 *
 * Source: the rule is LevelDB's (`DoCompactionWork` in `db/db_impl.cc`), which knows only the oldest
 * snapshot and keeps every version above it; stripes keep one version a snapshot.
 */
import {
  assert,
  bytewiseComparator,
  type Comparator,
  copyRange,
  equalRanges,
  KIND_DELETION,
  type RangeCompare,
  rangeCompare,
  readKind,
  readSequence,
  TRAILER_LENGTH,
} from '@jump/base';
import type { Span } from './ranges.ts';

/** What a {@link DropRule} has to know. Plain data but for the comparator. */
export interface DropRuleOptions {
  /** The sequences that snapshots, iterators and cursors read at, ascending. */
  readonly snapshots: readonly number[];
  /**
   * Where tables outside the merge may hold something older: ranges of user keys, ascending, that
   * do not overlap. `'everywhere'`: keep all tombstones, as a flush must.
   */
  readonly older: readonly Span[] | 'everywhere';
  /** The order of user keys; by bytes unless given. */
  readonly comparator?: Comparator;
}

/** Decides entry by entry, in the order of internal keys; holds the last user key. */
export class DropRule {
  /** Entries dropped because a newer version covers them. */
  covered = 0;
  /** Tombstones dropped because there is nothing left that they could hide. */
  purged = 0;
  /** The sequence of the last entry if it is a tombstone that only a snapshot keeps; else -1. */
  heldBack = -1;
  /** Whether the last entry asked about has the same user key as the one before it. */
  sameKey = false;

  readonly #snapshots: readonly number[];
  readonly #older: readonly Span[];
  readonly #everywhere: boolean;
  /** `undefined` for keys ordered by their bytes. */
  readonly #compare: RangeCompare | undefined;
  readonly #compareAny: RangeCompare;
  /** The first range of `older` that does not end before the current key; keys only ascend. */
  #olderAt = 0;
  #key: Uint8Array = new Uint8Array(64);
  #keyLength = -1;
  #sequence = 0;
  #stripe = 0;

  /** Makes a rule for one merge. */
  constructor(options: DropRuleOptions) {
    const comparator = options.comparator ?? bytewiseComparator;
    this.#snapshots = options.snapshots;
    for (let i = 1; i < this.#snapshots.length; i++) {
      assert(this.#snapshots[i - 1]! <= this.#snapshots[i]!, 'snapshots must ascend');
    }
    this.#everywhere = options.older === 'everywhere';
    this.#older = options.older === 'everywhere' ? [] : options.older;
    this.#compareAny = rangeCompare(comparator);
    this.#compare = comparator === bytewiseComparator ? undefined : this.#compareAny;
  }

  /**
   * Tells whether the entry with the internal key `bytes[start, end)` must be written. Called once for
   * each entry of a merge, in ascending order; allocates nothing, except for the first long keys.
   *
   * @throws RangeError if a version of a key comes before a newer one: the input is damaged
   */
  keep(bytes: Uint8Array, start: number, end: number): boolean {
    const keyEnd = end - TRAILER_LENGTH;
    const sequence = readSequence(bytes, end);
    this.heldBack = -1;
    const stripe = this.#snapshots.length === 0 ? 0 : this.#stripeOf(sequence);
    this.sameKey = this.#isSame(bytes, start, keyEnd);
    if (this.sameKey) {
      // Equal: LevelDB's repair may leave one entry in two tables. One of them is enough.
      if (sequence > this.#sequence) throw new RangeError('versions of a key out of order');
      const hidden = stripe === this.#stripe;
      this.#sequence = sequence;
      this.#stripe = stripe;
      if (hidden) {
        this.covered++;
        return false;
      }
    } else {
      this.#remember(bytes, start, keyEnd);
      this.#sequence = sequence;
      this.#stripe = stripe;
    }
    if (readKind(bytes, end) !== KIND_DELETION) return true;
    if (this.#everywhere || this.mayBeOlder(bytes, start, keyEnd)) return true;
    if (stripe > 0) {
      this.heldBack = sequence;
      return true;
    }
    this.purged++;
    return false;
  }

  /** Counts the snapshots below a sequence: those that cannot see it. */
  #stripeOf(sequence: number): number {
    const snapshots = this.#snapshots;
    let low = 0;
    let high = snapshots.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (snapshots[middle]! < sequence) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #isSame(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#keyLength < 0) return false;
    if (this.#compare === undefined) {
      return equalRanges(bytes, start, end, this.#key, 0, this.#keyLength);
    }
    return this.#compare(bytes, start, end, this.#key, 0, this.#keyLength) === 0;
  }

  #remember(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (length > this.#key.length) this.#key = new Uint8Array(2 * length);
    copyRange(bytes, start, end, this.#key, 0);
    this.#keyLength = length;
  }

  /** Whether it knows no snapshot, and keys ordered by their bytes: see `BlockMerge`. */
  get plain(): boolean {
    return this.#snapshots.length === 0 && this.#compare === undefined;
  }

  /** What becomes of tombstones that nothing newer covers: the same of all, or it depends. */
  get tombstones(): 'keep' | 'drop' | 'ask' {
    if (this.#everywhere) return 'keep';
    return this.#older.length === 0 ? 'drop' : 'ask';
  }

  /** Takes up a merge of which the entry with this internal key was the last to be decided on. */
  resumeAfter(bytes: Uint8Array, start: number, end: number): void {
    this.#remember(bytes, start, end - TRAILER_LENGTH);
    this.#sequence = readSequence(bytes, end);
    this.#stripe = this.#stripeOf(this.#sequence);
  }

  /**
   * Tells whether something older than a tombstone of this user key may lie outside the merge.
   * Asked in ascending order.
   */
  mayBeOlder(bytes: Uint8Array, start: number, end: number): boolean {
    const compare = this.#compareAny;
    for (; this.#olderAt < this.#older.length; this.#olderAt++) {
      const { smallest, largest } = this.#older[this.#olderAt]!;
      if (compare(bytes, start, end, largest, 0, largest.length) > 0) continue;
      return compare(bytes, start, end, smallest, 0, smallest.length) >= 0;
    }
    return false;
  }
}
