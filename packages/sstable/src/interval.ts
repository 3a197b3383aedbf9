/**
 * The entries between two restarts, laid out for walking backwards.
 *
 * Keys are stored as differences to the key before, so going back needs bytes from further back.
 * The entries' places are read once; stepping from entry k to k-1 keeps the first `shared[k]` bytes of the
 * key, which both have, and fetches the others from the entries that brought them. `link[j]` leads
 * from j to the nearest entry before it that shares less, hence brings the byte in front of j's
 * own: each step of the way fetches something, and over a whole interval no more bytes are fetched
 * than it holds, even if it was made to be slow.
 */
import { copyRange } from '@jump/base';
import { type Block, restartAt } from './block.ts';
import { EntryHeader, readHeader } from './entry-header.ts';

/** Numbers kept an entry: where its key bytes lie, shared, key length, link, end. */
const FIELDS = 5;
const KEY_AT = 0;
const SHARED = 1;
const KEY_LENGTH = 2;
const LINK = 3;
const END = 4;

/** Reusable: holds the entries of one restart interval of one block at a time. */
export class Interval {
  /** How many entries there are. */
  count = 0;
  #entries = new Int32Array(FIELDS * 16);
  #bytes: Uint8Array = new Uint8Array(0);
  /** All places are counted from here, so that they fit 32 bits. */
  #start = 0;
  readonly #header = new EntryHeader();

  /** Reads the entries that begin at `restart` of `block`. */
  load(block: Block, restart: number): void {
    const { bytes, start, entriesEnd } = block;
    const header = this.#header;
    const end = restart + 1 < block.restarts ? restartAt(block, restart + 1) : entriesEnd;
    this.#bytes = bytes;
    this.#start = start;
    let count = 0;
    for (let at = restartAt(block, restart); at < end; count++) {
      if (FIELDS * (count + 1) > this.#entries.length) this.#grow();
      let shared = bytes[at]!;
      let unshared = bytes[at + 1]!;
      let valueLength = bytes[at + 2]!;
      let keyAt = at + 3;
      if ((shared | unshared | valueLength) > 0x7f) {
        readHeader(bytes, at, entriesEnd, header);
        ({ shared, unshared, valueLength, keyAt } = header);
      }
      at = keyAt + unshared + valueLength;
      const entries = this.#entries;
      const place = FIELDS * count;
      entries[place + KEY_AT] = keyAt - start;
      entries[place + SHARED] = shared;
      entries[place + KEY_LENGTH] = shared + unshared;
      entries[place + END] = at - start;
      let link = count - 1;
      while (link > 0 && entries[FIELDS * link + SHARED]! >= shared) {
        link = entries[FIELDS * link + LINK]!;
      }
      entries[place + LINK] = link;
    }
    this.count = count;
  }

  /** Finds the entry that ends at `end` of the block's bytes. */
  endingAt(end: number): number {
    const entries = this.#entries;
    const wanted = end - this.#start;
    let i = this.count - 1;
    while (i > 0 && entries[FIELDS * i + END] !== wanted) i--;
    return i;
  }

  keyLength(entry: number): number {
    return this.#entries[FIELDS * entry + KEY_LENGTH]!;
  }

  /** Where the value begins in the block's bytes. */
  valueStart(entry: number): number {
    const place = FIELDS * entry;
    const entries = this.#entries;
    return (
      this.#start +
      entries[place + KEY_AT]! +
      entries[place + KEY_LENGTH]! -
      entries[place + SHARED]!
    );
  }

  /** Where the value, and the entry, ends. */
  end(entry: number): number {
    return this.#start + this.#entries[FIELDS * entry + END]!;
  }

  /** Turns `key`, which holds the key of the entry after this one, into this one's. */
  restoreKey(entry: number, key: Uint8Array): void {
    const entries = this.#entries;
    const keep = entry + 1 < this.count ? entries[FIELDS * (entry + 1) + SHARED]! : 0;
    let need = entries[FIELDS * entry + KEY_LENGTH]!;
    for (let i = entry; need > keep; i = entries[FIELDS * i + LINK]!) {
      const shared = entries[FIELDS * i + SHARED]!;
      if (shared >= need) continue;
      const from = Math.max(shared, keep);
      const shift = this.#start + entries[FIELDS * i + KEY_AT]! - shared;
      copyRange(this.#bytes, shift + from, shift + need, key, from);
      need = shared;
    }
  }

  #grow(): void {
    const larger = new Int32Array(2 * this.#entries.length);
    larger.set(this.#entries);
    this.#entries = larger;
  }
}
