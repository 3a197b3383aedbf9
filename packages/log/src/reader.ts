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
import { Assembler } from './assembler.ts';
import { BlockSource } from './block-source.ts';
import type { LogDamageReason } from './fragments.ts';
import type { LogDamage, LogItem } from './items.ts';
import { type LogEntry, logEntries } from './log-entries.ts';
import { type LogTarget, resolveTarget } from './target.ts';

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

/**
 * Reads the records of a log, in order, in memory bounded by the longest record.
 *
 * Iterating gives records, each an array of its own; what was dropped is in `dropped`. A reader of
 * a file opens it when made and closes it when an iteration ends, `break` included.
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

  /**
   * Gives a write-ahead log's writes one by one, marks and damage in their places; in memory for a
   * batch. A batch of which anything is damaged is left out whole.
   *
   * @throws JUMP_IO if the file cannot be read; damage never throws
   */
  entries(): Generator<LogEntry, void, undefined> {
    return logEntries(this);
  }

  /** Closes the file of a reader that was never iterated. Idempotent; iterating opens it again. */
  close(): void {
    this.#file?.close();
    this.#file = undefined;
  }

  /** Makes the error for damage in this log. */
  corruption(damage: LogDamage): JumpError {
    return corruption(this.source, damage.start, damage.message);
  }

  #note(damage: LogDamage): void {
    const list = this.#dropped;
    const bytes = damage.end - damage.start;
    const last = list.length < DROPPED_LIMIT ? undefined : list.pop();
    if (last === undefined) list.push({ offset: damage.start, bytes, reason: damage.reason });
    else list.push({ ...last, bytes: last.bytes + bytes });
  }
}
