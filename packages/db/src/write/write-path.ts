/**
 * The life of a write: encode, log, insert; one synchronous call.
 *
 * Room in the memtable is made sure of before the log is written, and the log is written before the
 * memtable, so that a write either is in both or in none. Power loss after
 *   append      nothing of it is on the disk, or all of its record, or a part that recovery drops
 *   handOver    the same
 *   insert      the same
 *   syncNow     it is on the disk
 */
import { bytewiseComparator, JumpError, KIND_DELETION, KIND_VALUE, MAX_SEQUENCE } from '@jump/base';
import { BATCH_HEADER_LENGTH, type BatchSink } from '@jump/log';
import type { Background } from '../background/background.ts';
import type { Throttle } from '../background/throttle.ts';
import type { Store } from '../store.ts';
import type { WriteAheadLog } from './write-ahead-log.ts';
import { insertBatch, type WriteBatch } from './write-batch.ts';

/** Writes batches to a store. */
export class WritePath {
  readonly #store: Store;
  readonly #log: WriteAheadLog;
  readonly #background: Background;
  readonly #throttle: Throttle;
  /**
   * Has an order of the user's look at every key, before the log has one that it cannot compare.
   */
  readonly #checkOrder: BatchSink | undefined;

  /** Writes to `store` through `log`; waits for `background` when it must. */
  constructor(store: Store, log: WriteAheadLog, background: Background) {
    this.#store = store;
    this.#log = log;
    this.#background = background;
    this.#throttle = background.throttle;
    const { comparator } = store.settings;
    this.#checkOrder =
      comparator === bytewiseComparator
        ? undefined
        : {
            add: (_sequence, _kind, bytes, keyStart, keyEnd) => {
              const key = bytes.subarray(keyStart, keyEnd);
              comparator.compare(key, key);
            },
          };
  }

  /** Throws if the store is closed. */
  checkOpen(): void {
    this.#store.checkOpen();
  }

  /**
   * Makes sure that a write can be accepted; waits where it must. Events are told from in here
   * alone, so whatever a listener does is done before the write's own bytes are put together.
   *
   * @throws JUMP_CLOSED, JUMP_POISONED; JUMP_IO when it would wait for ever
   */
  begin(): void {
    const store = this.#store;
    store.checkWritable();
    this.#background.poll();
    const throttle = this.#throttle;
    if (store.active.bytes >= throttle.askAtBytes || this.#log.size >= throttle.askAtLog) {
      throttle.makeRoom();
    }
    store.checkWritable();
  }

  /**
   * Writes a batch, all or nothing. With `sync` it is on the disk when this returns.
   *
   * @throws JUMP_IO if the log cannot be written, which poisons the store
   */
  commit(batch: WriteBatch, sync: boolean): void {
    const store = this.#store;
    const { count, end } = batch;
    if (count > 0) {
      const sequence = store.lastSequence + 1;
      if (sequence + count > MAX_SEQUENCE) {
        throw new JumpError('JUMP_UNSUPPORTED', 'sequences from 2^53 on cannot be written');
      }
      if (this.#checkOrder !== undefined) insertBatch(batch, sequence, this.#checkOrder);
      batch.seal(sequence);
      store.active.reserve(end - BATCH_HEADER_LENGTH, count);
      this.#log.append(batch.bytes, end);
      this.#insert(batch, sequence);
      store.lastSequence = sequence + count - 1;
      store.counters.userBytes += end - BATCH_HEADER_LENGTH;
    }
    if (sync) this.#log.syncNow();
  }

  #insert(batch: WriteBatch, sequence: number): void {
    const { active } = this.#store;
    if (batch.count > 1) {
      insertBatch(batch, sequence, active);
      return;
    }
    const { bytes, keyStart, keyEnd, valueStart, valueEnd } = batch;
    const kind = bytes[BATCH_HEADER_LENGTH] === KIND_DELETION ? KIND_DELETION : KIND_VALUE;
    active.add(sequence, kind, bytes, keyStart, keyEnd, valueStart, valueEnd);
  }
}
