/**
 * A store that is asked for many things at once, in an order drawn from a seed: promises are not
 * waited for, listeners call back, readers stay open while everything changes under them, and it is
 * closed in the midst of it.
 */
import { CrashVfs, type Random, type Schedule } from '@jump/testkit';
import {
  type Cursor,
  type JumpDB,
  JumpError,
  type JumpEvent,
  leveled,
  type OpenOptions,
  open,
  type RangeIterator,
  type Snapshot,
  tiered,
} from '../src/index.ts';

const DIRECTORY = '/db';
const KEYS = 40;

/** A reader, and what it must go on seeing. */
interface Reader {
  readonly iterator: RangeIterator<[string, string]>;
  readonly cursor: Cursor<string, string>;
  readonly snapshot: Snapshot<string, string>;
  readonly entries: readonly (readonly [string, string])[];
  at: number;
}

/** Something that was asked for and is not waited for. */
interface Pending {
  readonly what: string;
  settled: boolean;
}

/** One history. */
export class ScheduleHistory {
  readonly #random: Random;
  readonly #schedule: Schedule;
  readonly #mark: (name: string) => void;
  readonly #disk = new CrashVfs();
  readonly #options: OpenOptions;
  #model: ReadonlyMap<string, string> = new Map();
  /** What there will be when the write is done that is on its way; a listener may see either. */
  #coming: ReadonlyMap<string, string> | undefined;
  readonly #pending: Pending[] = [];
  #readers: Reader[] = [];
  #db: JumpDB;
  #number = 0;
  #closed = false;
  #failure: unknown;

  constructor(random: Random, schedule: Schedule, mark: (name: string) => void) {
    this.#random = random;
    this.#schedule = schedule;
    this.#mark = mark;
    this.#options = {
      memtableSize: random.pick([1024, 2048, 65_536]),
      tableSize: 1024,
      blockSize: 256,
      cacheSize: random.pick([0, 0, 16_384]),
      maxOpenFiles: random.pick([1, 2, 1000]),
      logWrites: random.pick(['turn', 'each']),
      compaction: random.pick([leveled({ l0Trigger: 2, baseSize: 2048 }), leveled(), tiered()]),
    };
    this.#disk.syncDelay = () => schedule.later();
    this.#db = this.#open();
  }

  /** Does so many steps, closes, and looks at what is there. */
  async run(steps: number): Promise<void> {
    for (let i = 0; i < steps && !this.#closed && this.#failure === undefined; i++) {
      this.#step();
      if (this.#random.chance(0.4)) await this.#schedule.turn();
      while (this.#random.chance(0.5) && this.#schedule.step());
    }
    if (!this.#closed) this.#close('in the end');
    await this.#settle();
    if (this.#failure !== undefined) throw this.#failure;
    const { settled, what } = this.#pending.find((one) => !one.settled) ?? { settled: true };
    if (!settled) throw new Error(`${what} never came to an end`);
    this.#db = this.#schedule.apart(() => open(DIRECTORY, { ...this.#options, vfs: this.#disk }));
    this.#compare('after all');
    this.#db.close();
  }

  #open(): JumpDB {
    return open(DIRECTORY, {
      ...this.#options,
      vfs: this.#disk,
      onEvent: (event) => this.#attempt(() => this.#listen(event)),
    });
  }

  /** Notes what goes wrong where the store would catch it. */
  #attempt(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#failure ??= error;
    }
  }

  #step(): void {
    const draw = this.#random.integer(0, 99);
    if (draw < 45) this.#write();
    else if (draw < 53) this.#sync();
    else if (draw < 57) this.#ask('flush', this.#db.flush());
    else if (draw < 61) this.#compact();
    else if (draw < 63) this.#ask('drain', this.#db.drain());
    else if (draw < 70) this.#startReading();
    else if (draw < 85) this.#goOnReading();
    else if (draw < 89) this.#endReading();
    else if (draw < 95) this.#compare('on the way');
    else if (draw < 98) this.#db.handOver();
    else this.#close('on the way');
  }

  #write(): void {
    const random = this.#random;
    const batch = this.#db.batch();
    const number = ++this.#number;
    const coming = new Map(this.#model);
    for (let left = random.integer(1, 4); left > 0; left--) {
      const key = `key${random.integer(0, KEYS - 1)}`;
      if (random.chance(0.2)) {
        batch.delete(key);
        coming.delete(key);
      } else {
        const value = `${number}${'v'.repeat(random.skewed(200))}`;
        batch.set(key, value);
        coming.set(key, value);
      }
    }
    batch.set('count', `${number}`);
    coming.set('count', `${number}`);
    this.#coming = coming;
    try {
      batch.write({ sync: random.chance(0.1) });
    } catch (error) {
      // A listener has closed the store before, or after, it was written.
      if (this.#closed && error instanceof JumpError && error.code === 'JUMP_CLOSED') return;
      throw error;
    }
    this.#model = coming;
    this.#coming = undefined;
  }

  #sync(): void {
    const number = this.#number;
    this.#ask('sync', this.#db.sync(), () => {
      this.#mark('syncs acknowledged');
      if (this.#random.chance(0.15)) this.#checkDurable(number);
    });
  }

  /** What was acknowledged is there after a loss of power, at this very moment. */
  #checkDurable(number: number): void {
    const disk = new CrashVfs(this.#disk.image({ entries: 'none', bytes: 'none' }));
    const count = this.#schedule.apart(() => {
      const db = open(DIRECTORY, { ...this.#options, vfs: disk });
      const found = Number(db.get('count') ?? 0);
      db.close();
      return found;
    });
    if (count < number) throw new Error(`a sync of ${number} was acknowledged, ${count} is there`);
    this.#mark('acknowledged syncs that were looked at');
  }

  #compact(): void {
    const random = this.#random;
    const giveUp = new AbortController();
    const range = random.chance(0.5) ? {} : { gte: `key${random.integer(0, KEYS)}` };
    const onProgress = (): void => {
      if (random.chance(0.2)) this.#attempt(() => this.#goOnReading());
    };
    this.#ask('compact', this.#db.compact(range, { signal: giveUp.signal, onProgress }));
    if (random.chance(0.3)) void this.#schedule.later().then(() => giveUp.abort());
  }

  /** Asks for something without waiting for it. */
  #ask(what: string, promise: Promise<void>, then: () => void = () => {}): void {
    const pending: Pending = { what, settled: false };
    this.#pending.push(pending);
    promise.then(
      () => {
        pending.settled = true;
        this.#attempt(then);
      },
      (error: unknown) => {
        pending.settled = true;
        const gone = error instanceof JumpError && error.code === 'JUMP_CLOSED' && this.#closed;
        const given = what === 'compact' && (error as Error).name === 'AbortError';
        // What was written is safe when the store is closed: whoever asked for that is not refused.
        if ((!gone && !given) || what === 'sync') this.#failure ??= error;
        else this.#mark(gone ? 'refused by the end' : 'given up');
      },
    );
  }

  #startReading(): void {
    if (this.#readers.length > 4) return;
    const db = this.#db;
    const [iterator, cursor, snapshot] = [db.entries(), db.cursor(), db.snapshot()];
    this.#readers.push({ iterator, cursor, snapshot, entries: this.#entries(), at: 0 });
  }

  #goOnReading(): void {
    if (this.#readers.length === 0 || this.#closed) return;
    const random = this.#random;
    const reader = random.pick(this.#readers);
    const { iterator, cursor, snapshot, entries } = reader;
    for (let left = random.integer(1, 8); left > 0; left--) {
      const { done, value } = iterator.next();
      const expected = entries[reader.at++];
      if ((done ? undefined : `${value}`) !== (expected && `${expected}`)) {
        throw new Error(`an iterator is at ${value}, ${expected} expected`);
      }
    }
    const key = `key${random.integer(0, KEYS - 1)}`;
    const place = entries.findIndex(([one]) => one >= key);
    const valid = cursor.seek(key);
    const at = valid ? `${cursor.key},${cursor.value}` : undefined;
    const expected = place === -1 ? undefined : `${entries[place]}`;
    if (at !== expected) throw new Error(`a cursor is at ${at}, ${expected} expected`);
    const value = entries.find(([one]) => one === key)?.[1];
    if (snapshot.get(key) !== value) throw new Error('a snapshot has changed');
    this.#mark('looks at what was');
  }

  #endReading(): void {
    for (const { iterator, cursor, snapshot } of this.#readers.splice(0, 1)) {
      iterator.return();
      cursor.close();
      snapshot.release();
    }
  }

  #listen(event: JumpEvent): void {
    if (event.type === 'error') throw new Error(`in the background: ${event.message}`);
    this.#mark(event.type);
    if (this.#closed || !this.#random.chance(0.3)) return;
    const draw = this.#random.integer(0, 9);
    if (draw < 3) this.#goOnReading();
    else if (draw < 5) this.#compare('in a listener');
    else if (draw === 9) this.#close('in a listener');
    else if (this.#coming !== undefined) return;
    else if (draw < 7) this.#write();
    else if (draw < 8) this.#sync();
    else this.#startReading();
    this.#mark('calls of listeners');
  }

  #close(where: string): void {
    this.#closed = true;
    this.#mark(`closed ${where}`);
    const unsettled = this.#pending.filter(({ settled }) => !settled).length;
    if (unsettled > 0) this.#mark('closed while something was asked for');
    if (this.#readers.length > 0) this.#mark('closed while something was read');
    const db = this.#db;
    db.close();
    db.close();
    for (const call of [() => db.get('a'), () => db.set('a', 'b'), () => db.entries()])
      closed(call);
    for (const { iterator, cursor, snapshot, entries, at } of this.#readers) {
      // One that has come to its end stays there.
      if (at <= entries.length) closed(() => iterator.next());
      closed(() => cursor.first());
      closed(() => snapshot.get('a'));
      iterator.return();
      cursor.close();
      snapshot.release();
    }
    this.#readers = [];
  }

  /** Runs all that waits: nothing may need anything else to come to its end. */
  async #settle(): Promise<void> {
    for (let quiet = 0; quiet < 3; quiet++) {
      await this.#schedule.turn();
      while (this.#schedule.step()) quiet = 0;
    }
  }

  #entries(of: ReadonlyMap<string, string> = this.#model): [string, string][] {
    return [...of].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  #compare(where: string): void {
    const found = [...this.#db.entries()].join(';');
    const expected = this.#entries().join(';');
    const coming = this.#coming === undefined ? expected : this.#entries(this.#coming).join(';');
    if (found !== expected && found !== coming)
      throw new Error(`${where}: ${found}\nnot ${expected}`);
    this.#mark('comparisons');
  }
}

function closed(call: () => unknown): void {
  try {
    call();
  } catch (error) {
    if (error instanceof JumpError && error.code === 'JUMP_CLOSED') return;
    throw error;
  }
  throw new Error(`a call worked after close: ${call}`);
}
