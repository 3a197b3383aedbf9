/**
 * Reads the logs back, and decides what damage means.
 *
 * A power loss may persist the sectors of an unsynced log in any order, so "whole records behind a
 * damaged one" proves nothing by itself. What proves something is a durable mark: it says that all
 * entries below its sequence were on the disk. So, in a log of our own, from the first damage on:
 *
 *     entries of 41 to 57 | ######## | … | mark 90       damage hides 58 and more; 58 < 90: it was
 *                                                         on the disk. Corruption, refused.
 *     entries of 41 to 57 | ######## | … | mark 58       the mark speaks of what is whole.
 *                                                         A legal power loss: read to 57, report.
 *
 * Sequences follow each other without gaps through all logs, so a log that is missing, or cut
 * between two records, shows as a gap and is treated like damage. A log that LevelDB wrote has no
 * marks; there, damage with whole records behind it, or in any log but the last, is corruption.
 * A store that was closed has a last mark in its manifest, for logs that are cut between two
 * records.
 */
import { corruption, JumpError, MAX_SEQUENCE } from '@jump/base';
import {
  BATCH_HEADER_LENGTH,
  type BatchSink,
  batchCount,
  batchSequence,
  type LogDamage,
  type LogItem,
  LogReader,
  type LogRecord,
  readBatch,
} from '@jump/log';
import { logName } from '@jump/manifest';
import { joinPath, type Vfs } from '@jump/vfs';

/** What to do about damage; see the option of `open`. */
export type RecoveryMode = 'strict' | 'prefix' | 'salvage';

/** What a replay needs. */
export interface ReplayInput {
  readonly vfs: Vfs;
  readonly directory: string;
  /** The logs' numbers, ascending. */
  readonly logs: readonly number[];
  readonly mode: RecoveryMode;
  /**
   * The sequence that the logs begin with, where JumpDB wrote them, so that marks and sequences can
   * be relied on; `undefined` for LevelDB's own.
   */
  readonly firstSequence: number | undefined;
  /** All entries up to here were on the disk, as the manifest says; 0 if it says nothing. */
  readonly durableSequence: number;
  /** Takes the entries. */
  readonly sink: BatchSink;
  /** Called between batches, for flushing a memtable that is full. */
  afterBatch(): void;
  /** Called with what was dropped. */
  onLoss(file: string, offset: number, bytes: number): void;
}

/** Replays logs into a sink; returns the highest sequence met, 0 if none. */
export function replayLogs(input: ReplayInput): number {
  return new Replay(input).run();
}

/** Damage, of the file or of what a record says. */
interface Flaw {
  readonly start: number;
  readonly end: number;
  readonly message: string;
  /** The sequence of the mark that shows it, if one does. */
  readonly mark?: number;
}

class Replay {
  readonly #input: ReplayInput;
  /** The sequence that must come next; `undefined` where nothing is promised. */
  #expected: number | undefined;
  #highest = 0;

  constructor(input: ReplayInput) {
    this.#input = input;
    this.#expected = input.firstSequence;
  }

  run(): number {
    const { logs } = this.#input;
    for (let i = 0; i < logs.length; i++) {
      if (!this.#replay(i)) return this.#highest;
    }
    if (logs.length > 0) this.#checkEnd(logs.length - 1);
    return this.#highest;
  }

  /** Looks at where the last log ends: the manifest may know of more. */
  #checkEnd(index: number): void {
    const { durableSequence, vfs } = this.#input;
    if (this.#expected === undefined || durableSequence < this.#expected) return;
    const end = vfs.stat(this.#path(index))?.size ?? 0;
    const message = `the entries from ${this.#expected} to ${durableSequence} are missing`;
    this.#mayGoOn(index, { start: end, end, message }, []);
  }

  /** Replays one log; returns whether to go on with the next. */
  #replay(index: number): boolean {
    const reader = this.#open(index);
    try {
      const items = reader.items();
      for (const item of items) {
        const flaw = item.type === 'damage' ? flawOf(item) : this.#take(item, reader.source);
        if (flaw !== undefined && !this.#mayGoOn(index, flaw, items)) return false;
      }
    } finally {
      reader.close();
    }
    return true;
  }

  /** Takes a record; returns what is wrong with it, if anything is. */
  #take(record: LogRecord, source: string): Flaw | undefined {
    const { bytes, start, end } = record;
    const flaw = (message: string): Flaw => ({ start, end, message });
    if (bytes.length < BATCH_HEADER_LENGTH) return flaw('a record is too short for a batch');
    const sequence = batchSequence(bytes);
    const count = batchCount(bytes);
    if (sequence + BigInt(count) > BigInt(MAX_SEQUENCE)) {
      throw new JumpError('JUMP_UNSUPPORTED', `sequence ${sequence} is 2^53 or more`, {
        file: source,
        offset: start,
      });
    }
    const first = Number(sequence);
    if (count === 0 && bytes.length === BATCH_HEADER_LENGTH) return this.#takeMark(first, start);
    const { mode, sink } = this.#input;
    // Only LevelDB, going on with our manifest (its `reuse_logs`), has older entries in its logs.
    if (this.#expected !== undefined && first < this.#expected) this.#expected = undefined;
    if (this.#expected !== undefined && first > this.#expected && mode !== 'salvage') {
      return flaw(`entries from ${this.#expected} on expected, found those from ${first} on`);
    }
    try {
      readBatch(bytes, first, sink, source, start);
    } catch (error) {
      if (!(error instanceof JumpError) || error.code !== 'JUMP_CORRUPTION') throw error;
      return flaw(error.message);
    }
    if (this.#expected !== undefined) this.#expected = first + count;
    this.#highest = Math.max(this.#highest, first + count - 1);
    this.#input.afterBatch();
    return undefined;
  }

  /** Looks at a mark: entries that it says were on the disk may be missing, between two records. */
  #takeMark(sequence: number, start: number): Flaw | undefined {
    const expected = this.#expected;
    if (expected === undefined || sequence <= expected || this.#input.mode === 'salvage') {
      return undefined;
    }
    const message = `the entries from ${expected} to ${sequence - 1} are missing`;
    return { start, end: start, message, mark: sequence };
  }

  /**
   * Decides about damage: throws, or reports it and tells whether reading goes on behind it.
   *
   * @param rest - what lies behind it in the log; left alone if reading goes on
   */
  #mayGoOn(index: number, flaw: Flaw, rest: Iterable<LogItem>): boolean {
    const { mode, onLoss, vfs, logs } = this.#input;
    if (mode === 'strict') this.#refuseCorruption(index, flaw, rest);
    const path = this.#path(index);
    if (mode === 'salvage') {
      onLoss(path, flaw.start, flaw.end - flaw.start);
      return true;
    }
    const size = vfs.stat(path)?.size ?? flaw.end;
    onLoss(path, flaw.start, Math.max(size, flaw.end) - flaw.start);
    for (let later = index + 1; later < logs.length; later++) {
      const bytes = vfs.stat(this.#path(later))?.size ?? 0;
      if (bytes > 0) onLoss(this.#path(later), 0, bytes);
    }
    return false;
  }

  /** Throws unless the damage may be the legal end of an unsynced log. */
  #refuseCorruption(index: number, flaw: Flaw, rest: Iterable<LogItem>): void {
    const { logs } = this.#input;
    const behind = this.#lookBehind(index, flaw, rest);
    const path = this.#path(index);
    const hint = "to open without what follows, choose recovery: 'prefix'";
    if (this.#expected !== undefined) {
      if (behind.mark > this.#expected) {
        throw corruption(path, flaw.start, `${flaw.message}, though it was on the disk; ${hint}`);
      }
      return;
    }
    if (behind.records) {
      throw corruption(path, flaw.start, `${flaw.message}, with whole records behind; ${hint}`);
    }
    if (index < logs.length - 1) {
      throw corruption(path, flaw.start, `${flaw.message}, and a later log follows; ${hint}`);
    }
  }

  /** Looks at what lies behind damage, in this log and the later ones. */
  #lookBehind(index: number, flaw: Flaw, rest: Iterable<LogItem>): Behind {
    const { durableSequence, logs } = this.#input;
    const behind = {
      records: flaw.mark !== undefined,
      mark: Math.max(flaw.mark ?? 0, durableSequence === 0 ? 0 : durableSequence + 1),
    };
    lookAt(rest, behind);
    for (let i = index + 1; i < logs.length; i++) {
      const reader = this.#open(i);
      try {
        lookAt(reader.items(), behind);
      } finally {
        reader.close();
      }
    }
    return behind;
  }

  #open(index: number): LogReader {
    return LogReader.open({ vfs: this.#input.vfs, path: this.#path(index) });
  }

  #path(index: number): string {
    return joinPath(this.#input.directory, logName(this.#input.logs[index]!));
  }
}

/** What lies behind damage. */
interface Behind {
  /** Whether there are whole records. */
  records: boolean;
  /** The highest mark. */
  mark: number;
}

function lookAt(items: Iterable<LogItem>, behind: Behind): void {
  for (const item of items) {
    if (item.type !== 'record' || item.bytes.length < BATCH_HEADER_LENGTH) continue;
    behind.records = true;
    if (batchCount(item.bytes) > 0) continue;
    behind.mark = Math.max(behind.mark, Number(batchSequence(item.bytes)));
  }
}

function flawOf(damage: LogDamage): Flaw {
  const { start, end, message } = damage;
  return { start, end, message };
}
