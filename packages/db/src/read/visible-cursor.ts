/**
 * From internal entries to what a reader sees: of each user key the newest version at or below a
 * sequence, nothing where that is a deletion, nothing outside the range.
 *
 * Forwards the cursor stands on the entry that it shows, and shows it in place. Backwards the
 * newest visible version of a key is the last one met, so the underlying cursor has already left
 * it: it stands before all versions of the shown key, which is shown from copies.
 *
 *     entries   a9 a5 b7× b3 c4          (× a deletion; sequence 8 is read)
 *     forwards  a5 shown on the spot;  b7 deletes b, so b3 is skipped;  c4
 *     backwards c4 kept, b3 met: c shown;  b3 kept, b7 forgets it, a5 kept, a9 too new: a shown
 */
import {
  type Cursor,
  compareRanges,
  copyRange,
  EMPTY_BYTES,
  equalRanges,
  KIND_DELETION,
  KIND_SEEK,
  type RangeCompare,
  readKind,
  readSequence,
  TRAILER_LENGTH,
  writeTrailer,
} from '@jump/base';

/** A range of user keys; `undefined` where it is open-ended. */
export interface Bounds {
  /** Where the range begins. */
  readonly lower: Uint8Array | undefined;
  /** Whether `lower` itself is outside. */
  readonly lowerExclusive: boolean;
  /** Where the range ends. */
  readonly upper: Uint8Array | undefined;
  /** Whether `upper` itself is outside. */
  readonly upperExclusive: boolean;
}

/** Memory for keys, used again: a short scan would otherwise spend a tenth of its time on it. */
const buffers: Uint8Array[] = [];
const BUFFER = 64;

function takeBuffer(): Uint8Array {
  return buffers.pop() ?? new Uint8Array(BUFFER);
}

function giveBuffer(bytes: Uint8Array): void {
  if (bytes.length === BUFFER && buffers.length < 16) buffers.push(bytes);
}

/** Walks over what a reader sees; keys are user keys. See the module's words for the rules. */
export class VisibleCursor {
  /** Whether the cursor stands on an entry; then the six fields below say where it lies. */
  valid = false;
  keyBytes: Uint8Array = EMPTY_BYTES;
  keyStart = 0;
  keyEnd = 0;
  valueBytes: Uint8Array = EMPTY_BYTES;
  valueStart = 0;
  valueEnd = 0;
  readonly #cursor: Cursor;
  readonly #sequence: number;
  readonly #compare: RangeCompare;
  readonly #bounds: Bounds;
  #forward = true;
  /** A user key whose further versions are skipped, or the key shown backwards. */
  #saved: Uint8Array = takeBuffer();
  #savedEnd = 0;
  #savedValue: Uint8Array = EMPTY_BYTES;
  #seekKey: Uint8Array = takeBuffer();

  /** Reads `cursor`, over internal keys, as of `sequence`; closes it when closed. */
  constructor(cursor: Cursor, sequence: number, compareUser: RangeCompare, bounds: Bounds) {
    this.#cursor = cursor;
    this.#sequence = sequence;
    this.#compare = compareUser;
    this.#bounds = bounds;
  }

  /** Moves to the first visible entry of the range. */
  first(): boolean {
    const { lower, lowerExclusive } = this.#bounds;
    if (lower === undefined) this.#cursor.first();
    else this.#seekInternal(lower, 0, lower.length, lowerExclusive);
    return this.#showForward(false);
  }

  /** Moves to the last visible entry of the range. */
  last(): boolean {
    const { upper, upperExclusive } = this.#bounds;
    const cursor = this.#cursor;
    if (upper === undefined) cursor.last();
    else if (this.#seekInternal(upper, 0, upper.length, !upperExclusive)) cursor.previous();
    else cursor.last();
    return this.#showBackward();
  }

  /** Moves to the first visible entry of the range at or after the user key `key[start, end)`. */
  seek(key: Uint8Array, start: number, end: number): boolean {
    if (this.#isBelow(key, start, end)) return this.first();
    this.#seekInternal(key, start, end, false);
    return this.#showForward(false);
  }

  /** Moves to the next visible entry; requires `valid`. */
  next(): boolean {
    const cursor = this.#cursor;
    if (this.#forward) {
      this.#save(cursor.keyBytes, cursor.keyStart, cursor.keyEnd - TRAILER_LENGTH);
      cursor.next();
    } else if (cursor.valid) {
      // It stands before the shown key, whose versions `#saved` lets it skip.
      cursor.next();
    } else {
      cursor.first();
    }
    return this.#showForward(true);
  }

  /** Moves to the visible entry before this one; requires `valid`. */
  previous(): boolean {
    const cursor = this.#cursor;
    if (this.#forward) {
      this.#save(cursor.keyBytes, cursor.keyStart, cursor.keyEnd - TRAILER_LENGTH);
      do cursor.previous();
      while (cursor.valid && this.#isSaved());
    }
    return this.#showBackward();
  }

  /** Closes the cursor below. Idempotent. */
  close(): void {
    this.valid = false;
    this.#cursor.close();
    giveBuffer(this.#saved);
    giveBuffer(this.#seekKey);
    this.#saved = EMPTY_BYTES;
    this.#seekKey = EMPTY_BYTES;
  }

  /** Seeks to the newest visible version of a user key, or behind all its versions. */
  #seekInternal(key: Uint8Array, start: number, end: number, behind: boolean): boolean {
    const length = end - start;
    if (this.#seekKey.length < length + TRAILER_LENGTH) {
      this.#seekKey = new Uint8Array(2 * length + 64);
    }
    const target = this.#seekKey;
    copyRange(key, start, end, target, 0);
    // Sequence 0 with kind 0 sorts last of all versions: nothing real stands behind it.
    if (behind) writeTrailer(target, length, 0, KIND_DELETION);
    else writeTrailer(target, length, this.#sequence, KIND_SEEK);
    const cursor = this.#cursor;
    cursor.seek(target, 0, length + TRAILER_LENGTH);
    if (behind && cursor.valid) {
      const { keyBytes, keyStart, keyEnd } = cursor;
      const userEnd = keyEnd - TRAILER_LENGTH;
      if (this.#compare(keyBytes, keyStart, userEnd, key, start, end) === 0) cursor.next();
    }
    return cursor.valid;
  }

  #showForward(skipSaved: boolean): boolean {
    const cursor = this.#cursor;
    let skipping = skipSaved;
    this.#forward = true;
    for (; cursor.valid; cursor.next()) {
      const { keyBytes, keyEnd } = cursor;
      if (readSequence(keyBytes, keyEnd) > this.#sequence) continue;
      if (skipping && this.#isSaved()) continue;
      const userEnd = keyEnd - TRAILER_LENGTH;
      if (this.#isAbove(keyBytes, cursor.keyStart, userEnd)) break;
      if (readKind(keyBytes, keyEnd) === KIND_DELETION) {
        this.#save(keyBytes, cursor.keyStart, userEnd);
        skipping = true;
        continue;
      }
      this.keyBytes = keyBytes;
      this.keyStart = cursor.keyStart;
      this.keyEnd = userEnd;
      this.valueBytes = cursor.valueBytes;
      this.valueStart = cursor.valueStart;
      this.valueEnd = cursor.valueEnd;
      this.valid = true;
      return true;
    }
    this.valid = false;
    return false;
  }

  #showBackward(): boolean {
    const cursor = this.#cursor;
    let kept = false;
    this.#forward = false;
    for (; cursor.valid; cursor.previous()) {
      const { keyBytes, keyStart, keyEnd } = cursor;
      const userEnd = keyEnd - TRAILER_LENGTH;
      if (readSequence(keyBytes, keyEnd) > this.#sequence) continue;
      if (kept && !this.#isSaved()) break;
      if (this.#isBelow(keyBytes, keyStart, userEnd)) break;
      if (readKind(keyBytes, keyEnd) === KIND_DELETION) {
        kept = false;
        continue;
      }
      this.#save(keyBytes, keyStart, userEnd);
      this.#saveValue(cursor.valueBytes, cursor.valueStart, cursor.valueEnd);
      kept = true;
    }
    if (kept) {
      this.keyBytes = this.#saved;
      this.keyStart = 0;
      this.keyEnd = this.#savedEnd;
    }
    this.valid = kept;
    return kept;
  }

  #save(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (this.#saved.length < length) this.#saved = new Uint8Array(2 * length + BUFFER);
    copyRange(bytes, start, end, this.#saved, 0);
    this.#savedEnd = length;
  }

  #saveValue(bytes: Uint8Array, start: number, end: number): void {
    const length = end - start;
    if (this.#savedValue.length < length) this.#savedValue = new Uint8Array(length + 256);
    copyRange(bytes, start, end, this.#savedValue, 0);
    this.valueBytes = this.#savedValue;
    this.valueStart = 0;
    this.valueEnd = length;
  }

  /** Whether the cursor below stands on a version of the saved key. */
  #isSaved(): boolean {
    const { keyBytes, keyStart, keyEnd } = this.#cursor;
    const userEnd = keyEnd - TRAILER_LENGTH;
    // In a custom order different bytes may be the same key.
    if (this.#compare !== compareRanges) {
      return this.#compare(keyBytes, keyStart, userEnd, this.#saved, 0, this.#savedEnd) === 0;
    }
    return equalRanges(keyBytes, keyStart, userEnd, this.#saved, 0, this.#savedEnd);
  }

  #isAbove(key: Uint8Array, start: number, end: number): boolean {
    const { upper, upperExclusive } = this.#bounds;
    if (upper === undefined) return false;
    const order = this.#compare(key, start, end, upper, 0, upper.length);
    return upperExclusive ? order >= 0 : order > 0;
  }

  #isBelow(key: Uint8Array, start: number, end: number): boolean {
    const { lower, lowerExclusive } = this.#bounds;
    if (lower === undefined) return false;
    const order = this.#compare(key, start, end, lower, 0, lower.length);
    return lowerExclusive ? order <= 0 : order < 0;
  }
}
