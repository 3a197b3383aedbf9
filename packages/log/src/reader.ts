/**
 * Reads a log: puts fragments together, and tells damage from a torn tail.
 *
 * A log that a dying process or machine left behind ends anywhere: in a header, in data, in zeros
 * where the file was made longer but never filled. That is a torn tail, and the end of the log.
 * Damage with whole records behind it is something else: those records prove that the damaged one
 * had been written. The reader reports both and goes on; what to make of them is its user's policy.
 */
import { corruption, type JumpError, sliceRange } from '@jump/base';
import type { VfsFile } from '@jump/vfs';
import { BlockSource } from './block-source.ts';
import { BLOCK_LENGTH, FIRST, FULL, LAST, MIDDLE } from './format.ts';
import { FragmentReader, type LogDamageReason } from './fragments.ts';
import { type LogTarget, resolveTarget } from './target.ts';

/** A whole record of a log. */
export interface LogRecord {
  /** Tells it from damage. */
  readonly type: 'record';
  /** What was appended. A view, good until the next item is asked for. */
  readonly bytes: Uint8Array;
  /** Offset in the log where its first header begins. */
  readonly start: number;
  /** Offset where its last fragment ends. */
  readonly end: number;
}

/**
 * A part of a log that is not whole records. Two never follow each other without a record between.
 */
export interface LogDamage {
  /** Tells it from a record. */
  readonly type: 'damage';
  /** Offset where the damage begins; fragments in front of it that it made useless are included. */
  readonly start: number;
  /** Offset where reading went on; the log's size if nothing whole follows. */
  readonly end: number;
  /** What was found first. */
  readonly reason: LogDamageReason;
  /** The same for people. */
  readonly message: string;
}

/** What {@link LogReader.items} gives. */
export type LogItem = LogRecord | LogDamage;

/** A part of a log that the reader dropped. */
export interface DroppedRange {
  /** Where it begins. */
  readonly offset: number;
  /** How long it is. */
  readonly bytes: number;
  /** Why. */
  readonly reason: LogDamageReason;
}

/** Ranges that {@link LogReader.dropped} lists; further ones are joined to the last. */
const DROPPED_LIMIT = 1000;
/** Longer records do not fit an array; nobody can have written one. */
const RECORD_LIMIT = 2 ** 32 - 1;
const FIRST_CAPACITY = 4 * BLOCK_LENGTH;

/**
 * Reads the records of a log, in order, in memory bounded by the longest record.
 *
 * Iterating gives records, each an array of its own; what was dropped is in `dropped`. A reader of a
 * file opens it when made and closes it when an iteration ends, `break` included.
 */
export class LogReader implements Iterable<Uint8Array> {
  /** Names the log in messages: its path. */
  readonly source: string;
  readonly #reopen: (() => VfsFile) | undefined;
  readonly #bytes: Uint8Array | undefined;
  #file: VfsFile | undefined;
  #dropped: DroppedRange[] = [];

  private constructor(source: string, bytes?: Uint8Array, reopen?: () => VfsFile) {
    this.source = source;
    this.#bytes = bytes;
    this.#reopen = reopen;
    this.#file = reopen?.();
  }

  /**
   * Opens a log file. What is appended to it after an iteration began is not read by that one.
   *
   * @throws JUMP_IO if it cannot be opened
   */
  static open(target: LogTarget): LogReader {
    const { vfs, path } = resolveTarget(target);
    return new LogReader(path, undefined, () => vfs.open(path, 'read'));
  }

  /** Reads a log that lies in memory; `source` names it in messages. */
  static fromBytes(bytes: Uint8Array, source = 'log'): LogReader {
    return new LogReader(source, bytes);
  }

  /** What the newest iteration has dropped so far, in order; joined together after 1,000 ranges. */
  get dropped(): readonly DroppedRange[] {
    return this.#dropped;
  }

  /** Gives the records, each a copy; a torn tail ends it, damage is skipped; see `dropped`. */
  *[Symbol.iterator](): Generator<Uint8Array, void, undefined> {
    for (const item of this.items())
      if (item.type === 'record') yield sliceRange(item.bytes, 0, item.bytes.length);
  }

  /**
   * Gives everything: records, and the damage between and behind them.
   *
   * @throws JUMP_IO if the file cannot be read; damage never throws
   */
  *items(): Generator<LogItem, void, undefined> {
    const file = this.#file ?? this.#reopen?.();
    this.#file = undefined;
    this.#dropped = [];
    try {
      // One of the two is there, by construction.
      const blocks = new BlockSource(file ?? this.#bytes!);
      const assembler = new Assembler(blocks);
      for (;;) {
        const found = assembler.next();
        const { damage } = assembler;
        if (damage !== undefined) {
          this.#note(damage);
          yield damage;
        }
        if (!found) return;
        yield {
          type: 'record',
          bytes: assembler.record,
          start: assembler.start,
          end: assembler.end,
        };
      }
    } finally {
      file?.close();
    }
  }

  /** Closes the file of a reader that was never iterated. Idempotent; iterating opens it again. */
  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  /** Makes the error for damage in this log. */
  corruption(damage: LogDamage): JumpError {
    return corruption(this.source, damage.start, `${damage.message} (${damage.reason})`);
  }

  #note(damage: LogDamage): void {
    const list = this.#dropped;
    const bytes = damage.end - damage.start;
    const last = list.length < DROPPED_LIMIT ? undefined : list.pop();
    if (last === undefined) list.push({ offset: damage.start, bytes, reason: damage.reason });
    else list.push({ ...last, bytes: last.bytes + bytes });
  }
}

/** Makes records of fragments, and one report of all damage between two of them. */
class Assembler {
  /** The record's bytes. */
  record: Uint8Array = new Uint8Array(0);
  /** Offset where the record begins. */
  start = 0;
  /** Offset where it ends. */
  end = 0;
  /** What was dropped in front of the record, or of the log's end. */
  damage: LogDamage | undefined;

  readonly #blocks: BlockSource;
  readonly #fragments: FragmentReader;
  /** Whether a FIRST fragment waits for its LAST; `start` and `end` tell of what it has so far. */
  #open = false;
  #parts: Uint8Array = new Uint8Array(0);
  #length = 0;
  /** Whether `damage`, as it stands, is a torn tail if only zeros follow. */
  #torn = false;

  constructor(blocks: BlockSource) {
    this.#blocks = blocks;
    this.#fragments = new FragmentReader(blocks);
  }

  /** Moves to the next record; false at the end of the log. `damage` is set in both cases. */
  next(): boolean {
    const fragments = this.#fragments;
    this.damage = undefined;
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
    const before = this.damage;
    // Behind something torn only zeros may follow, else it was not the tail.
    this.#torn = torn && (before === undefined || (this.#torn && reason === 'zeros'));
    this.damage =
      before === undefined ? { type: 'damage', start, end, reason, message } : { ...before, end };
  }

  /** The log has ended: an open record is torn, and so is what only zeros follow. */
  #finish(): void {
    if (this.#open) {
      const message = 'the log ends within a record';
      this.#open = false;
      this.#report(this.start, this.end, 'torn-tail', message, true);
    }
    if (this.damage !== undefined && this.#torn)
      this.damage = { ...this.damage, reason: 'torn-tail' };
  }
}
