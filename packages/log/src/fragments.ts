/**
 * Reads a log's fragments, and says where none can be read, why, and where reading goes on.
 */
import { crc32c, maskCrc, readFixed32 } from '@jump/base';
import type { BlockSource } from './block-source.ts';
import {
  BLOCK_LENGTH,
  fragmentLength,
  fragmentType,
  HEADER_LENGTH,
  isFragment,
  LAST,
} from './format.ts';
import { BlockScan, findOwnEnd } from './resync.ts';

/**
 * Why bytes of a log were dropped: the record was never finished (`torn-tail`: nothing but zeros
 * follows it); data or checksum changed; the length changed; a type that is not known; fragments
 * that do not make a record; zeros where a record should be, and more behind them.
 */
export type LogDamageReason = 'torn-tail' | 'checksum' | 'length' | 'type' | 'sequence' | 'zeros';

/**
 * How much checking one block may cost, in bytes: many times what honest damage needs. A block
 * that needs more was made to be slow, and is dropped from there on.
 */
const SEARCH_BUDGET = 16 * BLOCK_LENGTH;

/** Walks over fragments and damage; the fields describe where it stands. */
export class FragmentReader {
  /** Offset in the log where the fragment or the damage begins. */
  start = 0;
  /** Offset where it ends. */
  end = 0;
  /** Type of the fragment; 1 to 4, or one that is not known. */
  type = 0;
  /** Where the fragment's data begin in the source's bytes. */
  dataStart = 0;
  /** Where they end. */
  dataEnd = 0;
  /** Why there is damage. */
  reason: LogDamageReason = 'checksum';
  /** The same for people. */
  message = '';
  /** Whether the damage may be a write that was cut short, if nothing but zeros follows it. */
  torn = false;

  readonly #source: BlockSource;
  readonly #scan: BlockScan = new BlockScan();
  #at = 0;
  #budget = SEARCH_BUDGET;
  #zerosFrom = -1;

  /** Starts at the source's first block. */
  constructor(source: BlockSource) {
    this.#source = source;
  }

  /** Moves on, and tells to what. */
  next(): 'fragment' | 'damage' | 'end' {
    const source = this.#source;
    while (source.end - this.#at < HEADER_LENGTH) {
      // So near to where a block ends they are padding, whatever they hold: no header can be there.
      const room = BLOCK_LENGTH - (this.#at - source.start);
      const cut = this.#at < source.end && room >= HEADER_LENGTH;
      if (cut) return this.#cutHeader();
      if (!source.next()) return 'end';
      this.#at = source.start;
      this.#budget = SEARCH_BUDGET;
      this.#zerosFrom = -1;
      this.#scan.reset();
    }
    const at = this.#at;
    const dataEnd = at + HEADER_LENGTH + fragmentLength(source.bytes, at);
    if (dataEnd > source.end) return this.#tooLong(dataEnd);
    const crc = crc32c(source.bytes, at + 6, dataEnd);
    if (maskCrc(crc) !== readFixed32(source.bytes, at)) return this.#badChecksum(dataEnd);
    this.type = fragmentType(source.bytes, at);
    this.dataStart = at + HEADER_LENGTH;
    this.dataEnd = dataEnd;
    this.#moveTo(dataEnd);
    return 'fragment';
  }

  /** Fewer bytes than a header, and the log ends. */
  #cutHeader(): 'damage' {
    const reason = this.#zeroTail() <= this.#at ? 'zeros' : 'torn-tail';
    return this.#damage(this.#source.end, reason, 'the log ends within a header', true);
  }

  #tooLong(dataEnd: number): 'damage' {
    const { bytes, start, end, isLast } = this.#source;
    const at = this.#at;
    const length = dataEnd - at - HEADER_LENGTH;
    const ownEnd = this.#findOwnEnd();
    if (ownEnd >= 0) return this.#damage(ownEnd, 'length', wrongLength(length, at, ownEnd), false);
    const type = fragmentType(bytes, at);
    if (isLast && dataEnd - start <= BLOCK_LENGTH && type > 0 && type <= LAST) {
      const message = `the log ends within a record's ${length} bytes`;
      return this.#damage(end, 'torn-tail', message, true);
    }
    // Nobody writes a fragment across a block's end: the header is not one, or not any more.
    return this.#skipTo(this.#findAny(), 'length', `${length} bytes do not fit the block`);
  }

  #badChecksum(dataEnd: number): 'damage' {
    const { bytes, end } = this.#source;
    const at = this.#at;
    const zerosFrom = this.#zeroTail();
    if (zerosFrom <= at) return this.#damage(end, 'zeros', 'zeros instead of a record', true);
    const torn = zerosFrom < dataEnd;
    this.#budget -= dataEnd - at;
    if (readFixed32(bytes, at) === 0 && dataEnd === at + HEADER_LENGTH && bytes[at + 6] === 0) {
      return this.#skipTo(this.#findAny(), 'zeros', 'zeros instead of a header');
    }
    // First of all: a wrong length may well lead to the beginning of some later fragment.
    const ownEnd = this.#findOwnEnd();
    if (ownEnd >= 0) {
      const length = dataEnd - at - HEADER_LENGTH;
      return this.#damage(ownEnd, 'length', wrongLength(length, at, ownEnd), false);
    }
    const message = 'the checksum does not match';
    if (this.#isFragment(dataEnd)) return this.#damage(dataEnd, 'checksum', message, false);
    if (this.#mayEndAt(dataEnd)) {
      return this.#damage(dataEnd, 'checksum', message, torn);
    }
    return this.#skipTo(this.#findAny(), 'checksum', message);
  }

  /** Where the zeros begin that last until the block's end; the end itself if there are none. */
  #zeroTail(): number {
    if (this.#zerosFrom < 0) {
      const { bytes, start, end } = this.#source;
      let from = end;
      while (from > start && bytes[from - 1] === 0) from--;
      this.#zerosFrom = from;
    }
    return this.#zerosFrom;
  }

  /** Whether the log's records may end at `position`: in the block's padding, or in zeros. */
  #mayEndAt(position: number): boolean {
    const { start, end } = this.#source;
    if (position === end || this.#zeroTail() <= position) return true;
    return end - start === BLOCK_LENGTH && end - position < HEADER_LENGTH;
  }

  /** Whether a whole fragment lies at `at`, as far as the budget lets us know. */
  #isFragment(at: number): boolean {
    const { bytes, end } = this.#source;
    if (this.#budget <= 0 || end - at < HEADER_LENGTH) return false;
    this.#budget -= HEADER_LENGTH + Math.min(end - at, fragmentLength(bytes, at));
    return isFragment(bytes, at, end);
  }

  #findOwnEnd(): number {
    const { bytes, end } = this.#source;
    if (this.#budget <= 0) return -1;
    this.#budget -= end - this.#at;
    return findOwnEnd(
      bytes,
      this.#at,
      end,
      (position) => this.#mayEndAt(position) || this.#isFragment(position),
    );
  }

  #findAny(): number {
    const { bytes, start, end } = this.#source;
    return this.#budget <= 0 ? -1 : this.#scan.find(bytes, start, this.#at + 1, end);
  }

  /** Reports damage up to the fragment at `found`, or, if that is -1, up to the block's end. */
  #skipTo(found: number, reason: LogDamageReason, message: string): 'damage' {
    if (found >= 0) return this.#damage(found, reason, message, false);
    // A header that was cut and filled up with zeros is a torn tail too.
    const torn = this.#zeroTail() < this.#at + HEADER_LENGTH;
    return this.#damage(this.#source.end, reason, message, torn);
  }

  #damage(next: number, reason: LogDamageReason, message: string, torn: boolean): 'damage' {
    this.reason = reason;
    this.message = message;
    this.torn = torn;
    this.#moveTo(next);
    return 'damage';
  }

  #moveTo(next: number): void {
    const base = this.#source.offset - this.#source.start;
    this.start = base + this.#at;
    this.end = base + next;
    this.#at = next;
  }
}

function wrongLength(stored: number, at: number, ownEnd: number): string {
  return `the length says ${stored}, but the checksum fits ${ownEnd - at - HEADER_LENGTH} bytes`;
}
