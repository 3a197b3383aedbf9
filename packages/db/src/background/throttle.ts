/**
 * Holds writers to the pace of background work: `pace.ts` says how fast they may go, this file has
 * them pause, rotates memtables that are full, and has a writer wait where nothing else is left.
 */
import type { Store } from '../store.ts';
import type { WriteAheadLog } from '../write/write-ahead-log.ts';
import type { Edits } from './edits.ts';
import type { Executor } from './executor.ts';
import type { Flushes } from './flushes.ts';
import type { Merges } from './merges.ts';
import { OVERFULL, pressureOf, rateAt } from './pace.ts';
import type { Retries } from './retries.ts';
import { waitFor } from './stalls.ts';

/** What holds up writers. */
export interface ThrottleParts {
  readonly store: Store;
  readonly log: WriteAheadLog;
  readonly flushes: Flushes;
  readonly merges: Merges;
  readonly edits: Edits;
  readonly retries: Retries;
  readonly executor: () => Executor;
  /** Makes the active memtable immutable. */
  readonly rotate: () => void;
  /** Starts whatever is due. */
  readonly schedule: () => void;
}

/**
 * A memtable is also full when its log is so many times its size: updates in place take no room.
 */
const LOG_FACTOR = 4;
/** A writer asks again after so many memtables at the latest. */
const ASK_EVERY = 1 / 128;
/** A memtable that is so full will be flushed before long. */
const PREPARE_AT = 1 / 4;
/** How long a pause lasts; the system makes 0.17 of it. */
const PAUSE_MS = 0.1;
/** How long it lasts at most, after a large write. */
const LONGEST_PAUSE_MS = 1;

/** Says when a writer has to look up from its work, and what it does then. */
export class Throttle {
  /** Bytes in the active memtable from which on a writer must call {@link Throttle.makeRoom}. */
  askAtBytes = 0;
  /** Bytes in its log from which on it must do so too. */
  askAtLog = 0;
  readonly #parts: ThrottleParts;

  /** Throttles the writers of a store. */
  constructor(parts: ThrottleParts) {
    this.#parts = parts;
  }

  /** Whether a writer would have to wait, or to pause. */
  get wouldWait(): boolean {
    return this.#pressure() > 0 || (this.#fullness() >= OVERFULL && !this.#parts.flushes.mayRotate);
  }

  /** To be called when another memtable has become the active one. */
  rotated(): void {
    this.askAtBytes = 0;
    this.askAtLog = 0;
  }

  /**
   * Sees to it that there is room for a write, and that writers do not outrun the work.
   *
   * @throws JUMP_IO when a writer would wait for ever, JUMP_POISONED
   */
  makeRoom(): void {
    const { store, flushes, executor, rotate } = this.#parts;
    const fullness = this.#fullness();
    if (fullness >= PREPARE_AT) executor().prepare();
    if (fullness >= 1) {
      if (flushes.mayRotate) rotate();
      else if (fullness >= OVERFULL) this.#stall();
    }
    if (!store.closed && !store.poisoned) this.#pause();
  }

  /** Pauses, if need be, and says when to ask again. */
  #pause(): void {
    const { store, log, executor } = this.#parts;
    const size = store.settings.memtableSize;
    const pressure = this.#pressure();
    let step = ASK_EVERY;
    if (pressure > 0) {
      const rate = rateAt(pressure);
      const owed = Math.max(0, store.active.bytes - this.askAtBytes) / size / rate;
      const start = performance.now();
      executor().wait(Math.min(PAUSE_MS + owed, LONGEST_PAUSE_MS));
      const ms = performance.now() - start;
      store.counters.pauses++;
      store.counters.pauseMs += ms;
      // What was slept too long is made good.
      step = Math.min(step, Math.max(0, ms - owed) * rate);
    }
    this.askAtBytes = store.active.bytes + step * size;
    this.askAtLog = log.size + step * LOG_FACTOR * size;
  }

  #stall(): void {
    const { store, flushes, merges, retries, executor, rotate, schedule } = this.#parts;
    const reason = store.immutable === undefined ? 'level0' : 'memtable';
    const ms = waitFor({
      directory: store.directory,
      ready: () => flushes.mayRotate,
      check: () => store.checkWritable(),
      failure: () => merges.halted ?? retries.failure,
      pauseMs: () => (this.#working ? 0 : retries.pauseMs),
      schedule,
      idle: () => !this.#working && retries.pauseMs <= 0,
      pass: (longest) => executor().wait(longest),
    });
    store.checkWritable();
    // A listener that wrote meanwhile may have made room already.
    if (store.active.entries > 0) rotate();
    store.counters.stalls++;
    store.counters.stallMs += ms;
    // Last: a listener that writes may fill the new memtable, and make room itself.
    store.emit({ type: 'stall', reason, ms });
  }

  get #working(): boolean {
    const { flushes, merges, edits } = this.#parts;
    return flushes.running || merges.running || edits.busy;
  }

  /** How full the active memtable is, by its memory or its log: 1 is full. */
  #fullness(): number {
    const { store, log } = this.#parts;
    return Math.max(store.active.bytes, log.size / LOG_FACTOR) / store.settings.memtableSize;
  }

  /** How near the limit is; 0 where no work is done, so that pausing would help nothing. */
  #pressure(): number {
    if (!this.#working) return 0;
    const { store, flushes, merges, executor } = this.#parts;
    return pressureOf({
      active: this.#fullness(),
      unflushed: flushes.unflushed,
      level0: store.version.levels[0]!.length,
      ...merges.ofLevel0,
      stop: store.settings.compaction.level0.stop,
      beside: executor().kind === 'worker',
    });
  }
}
