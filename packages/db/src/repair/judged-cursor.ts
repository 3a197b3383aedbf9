/** The entries of a source that count, and the merged entries of all of them, doubts resolved. */
import { type Cursor, copyRange, equalRanges, type RangeCompare, TRAILER_LENGTH } from '@jump/base';
import { WrappedCursor } from '../read/wrapped-cursor.ts';
import type { Verdict } from './source.ts';

/**
 * These stand in the place of the values of entries that may count for nothing. Only identity
 * counts.
 */
const MARKS: Readonly<Record<Exclude<Verdict, 'keep'>, Uint8Array>> = {
  superseded: new Uint8Array(1),
  doubtful: new Uint8Array(1),
};

/** The common half: a cursor that walks forwards only, which is all that a merge needs. */
abstract class ForwardCursor extends WrappedCursor {
  first(): boolean {
    return this.show(this.settle(this.cursor.first()));
  }

  next(): boolean {
    return this.show(this.settle(this.cursor.next()));
  }

  seek(): boolean {
    throw new Error('from front to back only');
  }

  last(): boolean {
    throw new Error('from front to back only');
  }

  previous(): boolean {
    throw new Error('from front to back only');
  }

  /** Walks on, if need be, to an entry that is to be shown; returns whether there is one. */
  protected abstract settle(found: boolean): boolean;
}

/** Shows all entries of a source, with a mark in the place of the value where it is judged so. */
export class JudgedCursor extends ForwardCursor {
  readonly #judge: (cursor: Cursor) => Verdict;

  constructor(cursor: Cursor, judge: (cursor: Cursor) => Verdict) {
    super(cursor);
    this.#judge = judge;
  }

  override first(): boolean {
    return this.#mark(super.first());
  }

  override next(): boolean {
    return this.#mark(super.next());
  }

  protected settle(found: boolean): boolean {
    return found;
  }

  #mark(valid: boolean): boolean {
    const verdict = valid ? this.#judge(this.cursor) : 'keep';
    if (verdict !== 'keep') {
      this.valueBytes = MARKS[verdict];
      this.valueStart = 0;
      this.valueEnd = 0;
    }
    return valid;
  }
}

/**
 * Walks over merged entries, of which some are marked. A key whose newest entry is marked is left
 * out, with all that is older; unless the mark says `superseded`, and the very same entry follows
 * without one. Marked entries below a newer one mean nothing.
 */
export class VerdictCursor extends ForwardCursor {
  /** Keys left out so far since something newer may be lost. */
  doubtful = 0;
  /** Keys left out so far since their newest entry was superseded, and nobody else has it. */
  superseded = 0;
  readonly #compareUser: RangeCompare;
  /** The newest entry's internal key, of the user key that is walked over. */
  #key: Uint8Array = new Uint8Array(64);
  #length = -1;
  /** What has become of it; `'waiting'`: its newest entry was superseded, if nobody else has it. */
  #fate: 'shown' | 'gone' | 'waiting' = 'shown';

  constructor(cursor: Cursor, compareUser: RangeCompare) {
    super(cursor);
    this.#compareUser = compareUser;
  }

  protected settle(found: boolean): boolean {
    for (let more = found; more; more = this.cursor.next()) {
      const { valueBytes } = this.cursor;
      const marked = valueBytes === MARKS.superseded || valueBytes === MARKS.doubtful;
      if (!this.#isSameKey()) {
        this.#remember();
        this.#fate = marked ? 'waiting' : 'shown';
        if (valueBytes === MARKS.doubtful) {
          this.#fate = 'gone';
          this.doubtful++;
        } else if (marked) this.superseded++;
      } else if (this.#fate === 'waiting') {
        if (!this.#isSameEntry()) this.#fate = 'gone';
        else if (!marked) {
          this.#fate = 'shown';
          this.superseded--;
        }
      }
      if (!marked && this.#fate === 'shown') return true;
    }
    return false;
  }

  #isSameKey(): boolean {
    if (this.#length < 0) return false;
    const { keyBytes, keyStart, keyEnd } = this.cursor;
    const end = keyEnd - TRAILER_LENGTH;
    const length = this.#length - TRAILER_LENGTH;
    return this.#compareUser(keyBytes, keyStart, end, this.#key, 0, length) === 0;
  }

  #isSameEntry(): boolean {
    const { keyBytes, keyStart, keyEnd } = this.cursor;
    return equalRanges(keyBytes, keyStart, keyEnd, this.#key, 0, this.#length);
  }

  #remember(): void {
    const { keyBytes, keyStart, keyEnd } = this.cursor;
    const length = keyEnd - keyStart;
    if (length > this.#key.length) this.#key = new Uint8Array(2 * length);
    copyRange(keyBytes, keyStart, keyEnd, this.#key, 0);
    this.#length = length;
  }
}

/** Tells of every entry which source it comes from, in the place of its value: four bytes. */
export class NumberedCursor extends ForwardCursor {
  readonly #value: Uint8Array;

  constructor(cursor: Cursor, number: number) {
    super(cursor);
    this.#value = new Uint8Array(Int32Array.of(number).buffer);
  }

  override first(): boolean {
    return this.#mark(super.first());
  }

  override next(): boolean {
    return this.#mark(super.next());
  }

  protected settle(found: boolean): boolean {
    return found;
  }

  #mark(valid: boolean): boolean {
    this.valueBytes = this.#value;
    this.valueStart = 0;
    this.valueEnd = this.#value.length;
    return valid;
  }
}

/** The number that {@link NumberedCursor} gave to the source of a cursor's entry. */
export function numberOf({ valueBytes, valueStart }: Cursor): number {
  return new DataView(valueBytes.buffer, valueBytes.byteOffset + valueStart, 4).getInt32(0, true);
}
