/** Puts fragments together: from what lies in blocks to records and the damage between them. */
import type { BlockSource } from './block-source.ts';
import { BLOCK_LENGTH, FIRST, FULL, LAST, MIDDLE } from './format.ts';
import { FragmentReader, type LogDamageReason } from './fragments.ts';
import type { LogDamage } from './items.ts';

/** Longer records do not fit an array; nobody can have written one. */
const RECORD_LIMIT = 2 ** 32 - 1;
const FIRST_CAPACITY = 4 * BLOCK_LENGTH;

/** Makes records of fragments, and one report of all damage between two of them. */
export class Assembler {
  /** The record's bytes. */
  record: Uint8Array = new Uint8Array(0);
  /** Offset where the record begins. */
  start = 0;
  /** Offset where it ends. */
  end = 0;
  /** What was dropped in front of the record, or of the log's end. */
  get damage(): LogDamage | undefined {
    return this.#damage;
  }

  readonly #blocks: BlockSource;
  readonly #fragments: FragmentReader;
  /** Grows with what is dropped: a log may be damaged a million times between two records. */
  #damage: { -readonly [K in keyof LogDamage]: LogDamage[K] } | undefined;
  /** Whether a FIRST fragment waits for its LAST; `start` and `end` tell of what it has so far. */
  #open = false;
  #parts: Uint8Array = new Uint8Array(0);
  #length = 0;
  /** Whether `damage`, as it stands, is a torn tail if only zeros follow. */
  #torn = false;

  /** Starts in front of the first block. */
  constructor(blocks: BlockSource) {
    this.#blocks = blocks;
    this.#fragments = new FragmentReader(blocks);
  }

  /** Moves to the next record; false at the end of the log. `damage` is set in both cases. */
  next(): boolean {
    const fragments = this.#fragments;
    this.#damage = undefined;
    for (;;) {
      const what = fragments.next();
      if (what === 'end') {
        this.#finish();
        return false;
      }
      if (what === 'damage') {
        this.#drop(fragments.reason, fragments.message, fragments.torn);
      } else if (this.#take(fragments)) return true;
    }
  }

  /** Takes a fragment; true if it completes a record. */
  #take(fragments: FragmentReader): boolean {
    const { type, start, end } = fragments;
    if (type === FULL || type === FIRST) {
      if (this.#open) this.#dropUnfinished();
      this.start = start;
      this.end = end;
      if (type === FULL) {
        this.record = this.#blocks.bytes.subarray(fragments.dataStart, fragments.dataEnd);
        return true;
      }
      this.#open = true;
      this.#length = 0;
      this.#add(fragments);
      return false;
    }
    if (type !== MIDDLE && type !== LAST) {
      this.#drop('type', `type ${type} is not known`, false);
    } else if (!this.#open) {
      this.#drop('sequence', 'a part of a record without its beginning', false);
    } else if (this.#length + fragments.dataEnd - fragments.dataStart > RECORD_LIMIT) {
      this.#drop('length', 'a record of 4 GiB or more', false);
    } else {
      this.#add(fragments);
      this.end = end;
      if (type === LAST) {
        this.#open = false;
        this.record = this.#parts.subarray(0, this.#length);
        return true;
      }
    }
    return false;
  }

  #add(fragments: FragmentReader): void {
    const { dataStart, dataEnd } = fragments;
    const length = this.#length + (dataEnd - dataStart);
    if (length > this.#parts.length) {
      // Never more than the log can still fill: a small file asks for little, whatever it says.
      const most = length + this.#blocks.size - fragments.end;
      const grown = new Uint8Array(Math.min(Math.max(2 * length, FIRST_CAPACITY), most));
      grown.set(this.#parts.subarray(0, this.#length));
      this.#parts = grown;
    }
    this.#parts.set(this.#blocks.bytes.subarray(dataStart, dataEnd), this.#length);
    this.#length = length;
  }

  /** A new record begins before the open one has ended. */
  #dropUnfinished(): void {
    this.#open = false;
    // LevelDB's early writers left an empty FIRST at a block's end and began anew in the next one.
    const harmless = this.#length === 0 && this.end % BLOCK_LENGTH === 0;
    if (!harmless)
      this.#report(this.start, this.end, 'sequence', 'a record without its end', false);
  }

  /** Drops what the fragment reader stands on, and the open record with it. */
  #drop(reason: LogDamageReason, message: string, torn: boolean): void {
    const from = this.#open ? this.start : this.#fragments.start;
    this.#open = false;
    this.#report(from, this.#fragments.end, reason, message, torn);
  }

  #report(
    start: number,
    end: number,
    reason: LogDamageReason,
    message: string,
    torn: boolean,
  ): void {
    const damage = this.#damage;
    // Behind something torn only zeros may follow, else it was not the tail.
    this.#torn = torn && (damage === undefined || (this.#torn && reason === 'zeros'));
    if (damage === undefined) this.#damage = { type: 'damage', start, end, reason, message };
    else damage.end = end;
  }

  /** The log has ended: an open record is torn, and so is what only zeros follow. */
  #finish(): void {
    if (this.#open) {
      const message = 'the log ends within a record';
      this.#open = false;
      this.#report(this.start, this.end, 'torn-tail', message, true);
    }
    if (this.#damage !== undefined && this.#torn) this.#damage.reason = 'torn-tail';
  }
}
