/**
 * Checks a block's contents once, when it comes from the file, so that nobody has to check again.
 *
 * A checksum proves that a block is as it was written, not that it was written well. Walking over
 * some 35 entries costs about a microsecond; the checksum of 4 KiB costs a third of that.
 */
import { copyRange, corruption, readFixed32 } from '@jump/base';
import { Block } from './block.ts';
import { EntryHeader, readHeader } from './entry-header.ts';
import type { KeyOrder } from './key-order.ts';

/** Checks blocks of one table, one after the other. */
export class BlockChecker {
  readonly #order: KeyOrder;
  readonly #source: string;
  readonly #header = new EntryHeader();
  /** Where the block being checked lies in the file, for errors. */
  #offset = 0;
  /** Trailer of the key in `lastKey`, in two halves. */
  #tagLow = 0;
  #tagHigh = 0;
  /** The last key of the block that was checked last, in its first `lastKeyLength` bytes. */
  lastKey: Uint8Array = new Uint8Array(64);
  lastKeyLength = 0;
  /** Where in that block's bytes its first key begins. */
  firstKeyAt = 0;
  firstKeyLength = 0;
  /** Entries of the block that was checked last. */
  entries = 0;
  /** Bytes of all its keys, written out. */
  keyBytes = 0;

  constructor(order: KeyOrder, source: string) {
    this.#order = order;
    this.#source = source;
  }

  /**
   * Checks the contents `bytes[start, end)` of the block at `offset` of the file.
   *
   * Invariant of what it accepts: lengths stay inside, restarts are entries that share nothing,
   * keys ascend strictly, internal keys have a trailer of a known kind.
   *
   * @throws JUMP_CORRUPTION naming file, offset and what is wrong
   */
  check(bytes: Uint8Array, start: number, end: number, offset: number): Block {
    this.#offset = offset;
    const length = end - start;
    const restarts = length < 8 ? 0 : readFixed32(bytes, end - 4);
    if (restarts < 1 || restarts > (length - 4) / 4) {
      throw this.#damaged(0, `${restarts} restarts in ${length} bytes`);
    }
    const entriesEnd = end - 4 - 4 * restarts;
    this.#walk(bytes, start, entriesEnd, restarts);
    return new Block(bytes, start, entriesEnd, restarts);
  }

  #walk(bytes: Uint8Array, start: number, entriesEnd: number, restarts: number): void {
    const header = this.#header;
    const { trailer } = this.#order;
    let restart = 0;
    let expected = readFixed32(bytes, entriesEnd);
    let at = start;
    if (expected !== 0) throw this.#damaged(0, 'the first restart is not the first entry');
    this.lastKeyLength = 0;
    this.entries = 0;
    this.keyBytes = 0;
    while (at < entriesEnd) {
      let shared = bytes[at]!;
      let unshared = bytes[at + 1]!;
      let valueLength = bytes[at + 2]!;
      let keyAt = at + 3;
      if ((shared | unshared | valueLength) > 0x7f) {
        if (!readHeader(bytes, at, entriesEnd, header))
          throw this.#damaged(at - start, 'bad lengths');
        ({ shared, unshared, valueLength, keyAt } = header);
      }
      // Subtractions only: sums of three lengths of 32 bits may pass the end of the block.
      const room = entriesEnd - keyAt;
      if (unshared > room || valueLength > room - unshared) {
        throw this.#damaged(at - start, 'an entry passes the end of its block');
      }
      if (shared > this.lastKeyLength) {
        throw this.#damaged(at - start, 'a key shares more than the key before it has');
      }
      if (shared + unshared < trailer) {
        throw this.#damaged(at - start, 'an internal key is shorter than eight bytes');
      }
      if (at - start === expected) {
        if (shared !== 0) throw this.#damaged(at - start, 'the key at a restart is not whole');
        expected = ++restart < restarts ? readFixed32(bytes, entriesEnd + 4 * restart) : -1;
      }
      this.#nextKey(bytes, keyAt, shared, unshared, at - start);
      at = keyAt + unshared + valueLength;
    }
    this.#checkRestarts(restart, restarts, expected);
  }

  /** After the walk every restart must have been met; a block of no entries has one, at 0. */
  #checkRestarts(met: number, restarts: number, expected: number): void {
    if (met === restarts) return;
    if (this.entries === 0 && restarts === 1) return;
    throw this.#damaged(expected, `restart ${met} points at no entry`);
  }

  /** Puts the next key into `lastKey`, after comparing it with the one that is there. */
  #nextKey(bytes: Uint8Array, keyAt: number, shared: number, unshared: number, at: number): void {
    const length = shared + unshared;
    const { trailer, bytewise } = this.#order;
    if (length > this.lastKey.length) this.#grow(length);
    let sameUserKey = false;
    if (this.entries === 0) {
      this.firstKeyAt = keyAt;
      this.firstKeyLength = length;
    } else if (bytewise) {
      sameUserKey = this.#comesAfter(bytes, keyAt, shared, length, at);
    } else if (this.#order.known) {
      this.#compareWhole(bytes, keyAt, shared, length, at);
    }
    copyRange(bytes, keyAt, keyAt + unshared, this.lastKey, shared);
    this.lastKeyLength = length;
    this.keyBytes += length;
    this.entries++;
    if (trailer !== 0) this.#checkTag(sameUserKey, at);
  }

  /** Compares bytewise user keys; returns whether they are equal, so that trailers decide. */
  #comesAfter(
    bytes: Uint8Array,
    keyAt: number,
    shared: number,
    length: number,
    at: number,
  ): boolean {
    const { trailer } = this.#order;
    const key = this.lastKey;
    const lastUserLength = this.lastKeyLength - trailer;
    const userLength = length - trailer;
    const limit = Math.min(userLength, lastUserLength);
    const shift = keyAt - shared;
    let i = shared;
    while (i < limit && bytes[shift + i] === key[i]) i++;
    if (i < limit ? bytes[shift + i]! < key[i]! : userLength < lastUserLength) {
      throw this.#damaged(at, 'keys are out of order');
    }
    if (i < limit || userLength > lastUserLength) return false;
    if (trailer === 0) throw this.#damaged(at, 'a key occurs twice');
    return true;
  }

  /** Compares through a comparator, which needs both keys whole: O(key) an entry. */
  #compareWhole(
    bytes: Uint8Array,
    keyAt: number,
    shared: number,
    length: number,
    at: number,
  ): void {
    const next = new Uint8Array(length);
    copyRange(this.lastKey, 0, shared, next, 0);
    copyRange(bytes, keyAt, keyAt + length - shared, next, shared);
    if (this.#order.compare(this.lastKey, 0, this.lastKeyLength, next, 0, length) >= 0) {
      throw this.#damaged(at, 'keys are out of order');
    }
  }

  /** Checks the kind of the key now in `lastKey`, and the order of versions of one user key. */
  #checkTag(sameUserKey: boolean, at: number): void {
    const low = readFixed32(this.lastKey, this.lastKeyLength - 8);
    const high = readFixed32(this.lastKey, this.lastKeyLength - 4);
    if ((low & 0xff) > 1) throw this.#damaged(at, `entry of unknown kind ${low & 0xff}`);
    if (sameUserKey && (high > this.#tagHigh || (high === this.#tagHigh && low >= this.#tagLow))) {
      throw this.#damaged(at, 'versions of a key are out of order');
    }
    this.#tagLow = low;
    this.#tagHigh = high;
  }

  #grow(length: number): void {
    const larger = new Uint8Array(Math.max(length, 2 * this.lastKey.length));
    copyRange(this.lastKey, 0, this.lastKeyLength, larger, 0);
    this.lastKey = larger;
  }

  #damaged(at: number, what: string): Error {
    return corruption(this.#source, this.#offset, `damaged block: ${what} (${at} bytes into it)`);
  }
}
