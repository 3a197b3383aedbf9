/**
 * The write-ahead log over its files: one that is written, and older ones whose memtable is not yet
 * a table. Hands over once a turn, flushes to the disk for whoever asked, and leaves durable marks.
 *
 * What may be acknowledged when:
 *  - `append` and then `handOver`: the records survive the process.
 *  - `sync`: they survive a power loss. A sync covers the older logs first (an entry is worth nothing
 *    without those before it), then this one, then the directory entry of this one.
 *
 * Every log begins with a mark, and gets another after each disk flush. A mark says "all entries
 * below this sequence are on the disk": damage to one of those is corruption, never a legal power
 * loss.
 *
 * A failed hand-over or flush poisons the store. What the disk holds is then unknown until the logs
 * are read again, so nothing is repeated and nothing more is accepted.
 */
import { encodeMark, LogWriter, BATCH_HEADER_LENGTH as MARK_LENGTH } from '@jump/log';
import { logName } from '@jump/manifest';
import { joinPath, type Vfs } from '@jump/vfs';
import { afterMicrotasks, afterTurn } from './turn.ts';

/** What the log needs of its store. */
export interface LogOwner {
  readonly vfs: Vfs;
  readonly directory: string;
  /** The newest sequence. */
  readonly lastSequence: number;
  /** Takes note of a failure for good; `outside`: no caller gets the error that it returns. */
  poison(cause: unknown, outside?: boolean): Error;
}

/** Those who wait for the same flush. */
interface Waiters {
  /** The newest sequence that one of them needs on the disk. */
  sequence: number;
  /** Whether that flush has begun: who comes now waits for the next. */
  flushing: boolean;
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface OpenLog {
  readonly number: number;
  readonly writer: LogWriter;
  /** Whether the directory entry is on the disk. */
  entrySynced: boolean;
  /** Disk flushes under way; the file may not be closed before they end. */
  flushes: number;
  closed: boolean;
}

/** A turn's records are handed over at this many bytes at the latest. */
const HAND_OVER_BYTES = 64 * 1024;

/** Writes the logs of a store. */
export class WriteAheadLog {
  readonly #owner: LogOwner;
  readonly #bufferSize: number;
  #current: OpenLog;
  /** Rotated logs not yet known to be on the disk, oldest first. */
  #older: OpenLog[] = [];
  /** All entries up to this sequence are on the disk. */
  #durable: number;
  #handOverPlanned = false;
  /** Oldest first: those of the flush under way, and those of the next. */
  #waiters: Waiters[] = [];
  #flushPlanned = false;
  #flushing = false;
  #closed = false;
  /** Bytes appended to all logs since opening. */
  #earlierBytes = 0;

  /**
   * Creates the first log of an opening, empty. Everything up to `lastSequence` is in synced tables,
   * but until the manifest names them nothing may say so: see {@link WriteAheadLog.begin}.
   */
  constructor(owner: LogOwner, number: number, mode: 'turn' | 'each') {
    this.#owner = owner;
    this.#bufferSize = mode === 'each' ? 0 : HAND_OVER_BYTES;
    this.#durable = owner.lastSequence;
    this.#current = this.#create(number);
  }

  /**
   * Marks the first log, once the manifest names it and the tables before it. A mark that came
   * earlier could reach the disk without the manifest: it would then speak of what older logs have
   * lost.
   */
  begin(): void {
    this.append(encodeMark(this.#durable + 1), MARK_LENGTH);
    this.#current.entrySynced = true;
    this.handOver();
  }

  /** The number of the log that is written. */
  get number(): number {
    return this.#current.number;
  }

  /** Bytes in the log that is written. */
  get size(): number {
    return this.#current.writer.size;
  }

  /** Bytes appended to all logs. */
  get bytesWritten(): number {
    return this.#earlierBytes + this.#current.writer.size;
  }

  /** The newest sequence that is known to be on the disk. */
  get durableSequence(): number {
    return this.#durable;
  }

  /** Appends a batch; it is handed over at the end of the turn at the latest. Allocates nothing. */
  append(bytes: Uint8Array, end: number): void {
    try {
      this.#current.writer.append(bytes, 0, end);
    } catch (error) {
      throw this.#owner.poison(error);
    }
    if (!this.#handOverPlanned && this.#bufferSize > 0) this.#planHandOver();
  }

  /** Gives everything appended so far to the operating system. */
  handOver(): void {
    try {
      this.#current.writer.handOver();
    } catch (error) {
      throw this.#owner.poison(error);
    }
  }

  /** Begins a new log; the old one is kept until its entries are a table. */
  rotate(number: number): void {
    this.handOver();
    const old = this.#current;
    let next: OpenLog;
    try {
      next = this.#create(number);
      next.writer.append(encodeMark(this.#durable + 1));
    } catch (error) {
      throw this.#owner.poison(error);
    }
    this.#earlierBytes += old.writer.size;
    this.#older.push(old);
    this.#current = next;
    // Nobody waits for it: it makes the next sync cheap, and recovery strict.
    this.#planFlush();
  }

  /** Closes the logs before `number`: their entries are in tables, which are on the disk. */
  dropBefore(number: number, sequence: number): void {
    const kept: OpenLog[] = [];
    for (const log of this.#older) {
      if (log.number < number) this.#close(log);
      else kept.push(log);
    }
    this.#older = kept;
    this.#markDurable(sequence);
  }

  /** Puts everything written so far on the disk before it returns. */
  syncNow(): void {
    const target = this.#owner.lastSequence;
    if (target <= this.#durable) return;
    try {
      for (const log of this.#older) log.writer.sync();
      this.#current.writer.sync();
      this.#syncEntry(this.#current);
    } catch (error) {
      throw this.#owner.poison(error);
    }
    this.#dropSynced(this.#older);
    this.#markDurable(target);
  }

  /** Resolves when everything written so far is on the disk. Calls of one moment share a flush. */
  sync(): Promise<void> {
    const sequence = this.#owner.lastSequence;
    if (sequence <= this.#durable) return Promise.resolve();
    let waiters = this.#waiters.at(-1);
    if (waiters === undefined || waiters.flushing) {
      waiters = makeWaiters();
      this.#waiters.push(waiters);
      this.#planFlush();
    }
    waiters.sequence = sequence;
    return waiters.promise;
  }

  /** Fails everybody who waits: the store is poisoned. */
  fail(error: unknown): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const { reject } of waiters) reject(error);
  }

  /** Syncs, leaves a mark, and closes the files. Closes them even when it throws. */
  close(poisoned: boolean): void {
    this.#closed = true;
    try {
      if (!poisoned) {
        this.syncNow();
        this.handOver();
      }
    } finally {
      for (const log of [...this.#older, this.#current]) this.#close(log);
      this.#older = [];
    }
  }

  #create(number: number): OpenLog {
    const { vfs, directory } = this.#owner;
    const path = joinPath(directory, logName(number));
    const writer = new LogWriter({ vfs, path }, { bufferSize: this.#bufferSize });
    return { number, writer, entrySynced: false, flushes: 0, closed: false };
  }

  #planHandOver(): void {
    this.#handOverPlanned = true;
    afterTurn(this.#endOfTurn);
  }

  readonly #endOfTurn = (): void => {
    if (!this.#handOverPlanned) return;
    this.#handOverPlanned = false;
    if (this.#closed || this.#current.writer.failure !== undefined) return;
    try {
      this.#current.writer.handOver();
    } catch (error) {
      // Nobody called: the owner tells by an event, and by the next write or by `close`.
      this.#owner.poison(error, true);
    }
  };

  #planFlush(): void {
    if (this.#flushPlanned || this.#flushing) return;
    this.#flushPlanned = true;
    // Not in the first microtask: whoever else asks in this turn shares the flush.
    afterMicrotasks(() => {
      this.#flushPlanned = false;
      if (!this.#closed) void this.#flush();
    });
  }

  /** One disk flush for all who wait now; those who come meanwhile share the next. */
  async #flush(): Promise<void> {
    const target = this.#owner.lastSequence;
    const current = this.#current;
    // A copy: a log that is rotated while the disk works joins the list, and is not covered.
    const older = this.#older.slice();
    const all = this.#waiters.length > 0;
    this.#flushing = true;
    for (const waiters of this.#waiters) waiters.flushing = true;
    const logs = all ? [...older, current] : older;
    for (const log of logs) log.flushes++;
    try {
      await Promise.all(logs.map((log) => log.writer.syncAsync()));
      if (!this.#closed && all) this.#syncEntry(current);
    } catch (error) {
      if (!this.#closed) this.fail(this.#owner.poison(error, this.#waiters.length === 0));
      return;
    } finally {
      this.#flushing = false;
      for (const log of logs) {
        log.flushes--;
        if (log.closed && log.flushes === 0) log.writer.close();
      }
    }
    if (this.#closed) return;
    this.#dropSynced(older);
    try {
      if (all) this.#markDurable(target);
    } catch {
      // The mark could not be written: the store is poisoned, and has told it.
      return;
    }
    if (this.#waiters.length > 0 || this.#older.length > 0) this.#planFlush();
  }

  #markDurable(sequence: number): void {
    if (sequence <= this.#durable) return;
    this.#durable = sequence;
    this.#settle();
    this.append(encodeMark(sequence + 1), MARK_LENGTH);
  }

  #settle(): void {
    const durable = this.#durable;
    const done = this.#waiters.filter((waiter) => waiter.sequence <= durable);
    if (done.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => waiter.sequence > durable);
    for (const { resolve } of done) resolve();
  }

  #syncEntry(log: OpenLog): void {
    if (log.entrySynced) return;
    this.#owner.vfs.syncDirectory(this.#owner.directory);
    log.entrySynced = true;
  }

  /** Closes older logs that are on the disk by now. */
  #dropSynced(synced: readonly OpenLog[]): void {
    for (const log of synced) this.#close(log);
    this.#older = this.#older.filter((log) => !log.closed);
  }

  #close(log: OpenLog): void {
    if (log.closed) return;
    log.closed = true;
    if (log.flushes === 0) log.writer.close();
  }
}

function makeWaiters(): Waiters {
  let resolve!: () => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<void>((done, failed) => {
    resolve = done;
    reject = failed;
  });
  return { sequence: 0, flushing: false, promise, resolve, reject };
}
