/**
 * Reads what is whole of a damaged log: batches, each whole or not at all.
 *
 * The entries of a log have sequences without gaps, so a gap behind damage counts what was lost.
 */
import { JumpError, MAX_SEQUENCE, reasonOf } from '@jump/base';
import {
  BATCH_HEADER_LENGTH,
  type BatchSink,
  batchCount,
  batchSequence,
  LogReader,
  type LogRecord,
  readBatch,
} from '@jump/log';
import type { Vfs } from '@jump/vfs';
import type { RepairDamage } from './report.ts';
import type { StoreFile } from './store-files.ts';

/** What was found in a log. */
export interface SalvagedLog {
  readonly file: StoreFile;
  readonly entries: number;
  /** The first and the highest sequence; 0 without entries. */
  readonly firstSequence: number;
  readonly lastSequence: number;
  /** Whether JumpDB wrote it: such logs begin with a mark. */
  readonly ours: boolean;
  readonly damage: readonly RepairDamage[];
  /** Whether some of it lies in front of the first batch. */
  readonly damagedFirst: boolean;
  /** Entries known to be lost. */
  readonly lost: number;
}

/** Bytes between two pauses. */
const PORTION = 1 << 18;
const NOTHING: BatchSink = { add: () => {} };

/**
 * Reads a log; yields now and then how many bytes are done. Entries go to `sink`, if there is one,
 * `afterBatch` is waited for in between.
 */
export function* salvageLog(
  vfs: Vfs,
  file: StoreFile,
  sink: BatchSink = NOTHING,
): Generator<number, SalvagedLog, void> {
  const reader = LogReader.open({ vfs, path: file.path });
  const log = new LogSalvage(file, sink);
  let told = 0;
  for (const item of reader.items()) {
    if (item.type === 'damage') {
      log.addDamage(item.start, item.end, `${item.message} (${item.reason})`, item.reason);
    } else log.take(item);
    if (item.end - told < PORTION) continue;
    told = item.end;
    yield told;
  }
  return log.finish();
}

class LogSalvage {
  readonly #file: StoreFile;
  readonly #sink: BatchSink;
  readonly #damage: RepairDamage[] = [];
  #entries = 0;
  #firstSequence = 0;
  #lastSequence = 0;
  #records = 0;
  #ours = false;
  #lost = 0;
  #damagedFirst = false;
  /** Whether damage lies behind the last batch. */
  #pending = false;

  constructor(file: StoreFile, sink: BatchSink) {
    this.#file = file;
    this.#sink = sink;
  }

  /** Takes a record: a batch, a mark, or neither. */
  take(record: LogRecord): void {
    const { bytes, start, end } = record;
    const first = this.#records++ === 0;
    if (bytes.length < BATCH_HEADER_LENGTH) {
      this.addDamage(start, end, 'too short for a batch');
      return;
    }
    const sequence = batchSequence(bytes);
    const count = batchCount(bytes);
    if (sequence + BigInt(count) > BigInt(MAX_SEQUENCE)) {
      this.addDamage(start, end, `sequence ${sequence} is 2^53 or more`);
      return;
    }
    if (count === 0 && bytes.length === BATCH_HEADER_LENGTH) {
      if (first) this.#ours = true;
      // Nothing in front of a mark is missing but what it says was there.
      else this.#countGap(Number(sequence));
      return;
    }
    // Nobody writes that; and what sorts the entries has the last one in the place of the first.
    if (this.#entries > 0 && Number(sequence) <= this.#lastSequence) {
      this.addDamage(start, end, `sequence ${sequence} comes after ${this.#lastSequence}`);
      return;
    }
    try {
      readBatch(bytes, Number(sequence), this.#sink, this.#file.path, start);
    } catch (error) {
      if (!(error instanceof JumpError) || error.code !== 'JUMP_CORRUPTION') throw error;
      this.addDamage(start, end, reasonOf(error));
      return;
    }
    this.#countGap(Number(sequence));
    if (this.#entries === 0) this.#firstSequence = Number(sequence);
    this.#entries += count;
    this.#lastSequence = Math.max(this.#lastSequence, Number(sequence) + count - 1);
  }

  addDamage(start: number, end: number, reason: string, kind?: string): void {
    this.#damage.push({ offset: start, bytes: end - start, reason });
    if (this.#entries === 0) this.#damagedFirst = true;
    // A record that was never finished was nobody's yet.
    if (kind !== 'torn-tail') this.#pending = true;
  }

  finish(): SalvagedLog {
    if (this.#pending) this.#lost++;
    return {
      file: this.#file,
      entries: this.#entries,
      firstSequence: this.#firstSequence,
      lastSequence: this.#lastSequence,
      ours: this.#ours,
      damage: this.#damage,
      damagedFirst: this.#damagedFirst,
      lost: this.#lost,
    };
  }

  /** Counts what damage has taken, now that the sequence behind it is known. */
  #countGap(next: number): void {
    if (!this.#pending) return;
    const expected = this.#lastSequence + 1;
    this.#lost += this.#lastSequence > 0 && next > expected ? next - expected : 1;
    this.#pending = false;
  }
}
