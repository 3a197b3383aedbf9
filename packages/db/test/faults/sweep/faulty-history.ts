/**
 * A small random history on a disk that fails at one call, once or for ever, or that is full.
 *
 * Whatever fails, its caller is told, with path and code, or an event tells it; what was promised
 * stays promised; a store that is poisoned promises nothing more.
 */
import { JumpError } from '@jump/base';
import type { CrashVfs, FaultVfs, Random, Schedule } from '@jump/testkit';
import { type JumpEvent, open } from '../../../src/index.ts';
import { makeValue } from '../crash/contents.ts';
import { Ledger } from '../crash/ledger.ts';
import { readForwards, readStore, type Store } from '../crash/read-store.ts';
import type { Workload } from '../crash/workload.ts';

/** The directory of all stores. */
export const DIRECTORY = '/db';
const STEPS = 70;
const PATIENCE = 3000;

/** What a history needs. */
export interface FaultyParts {
  readonly disk: CrashVfs;
  readonly vfs: FaultVfs;
  readonly random: Random;
  readonly schedule: Schedule;
  readonly workload: Workload;
  /** Called half way: space returns to a full disk, say. */
  readonly halfWay: () => void;
}

/** One history with one fault. */
export class FaultyHistory {
  readonly ledger = new Ledger();
  /** What was thrown, or told by an event, that came from the disk. */
  readonly told: string[] = [];
  /** The numbers of tables that were part of a store. */
  readonly tables = new Set<number>();
  readonly #parts: FaultyParts;
  #db: Store | undefined;
  #poisoned = false;
  #everPoisoned = false;
  /** Something that must not be. */
  #failure: unknown;

  constructor(parts: FaultyParts) {
    this.#parts = parts;
    parts.disk.syncDelay = () => parts.schedule.later();
  }

  /** Whether a store has given up. */
  get everPoisoned(): boolean {
    return this.#everPoisoned;
  }

  /** Lives until the end, or until the store cannot be opened. @throws what must not be */
  async run(): Promise<void> {
    const { random, schedule, workload } = this.#parts;
    this.#attempt(() => this.#open());
    for (let i = 0; i < STEPS && this.#db !== undefined && this.#failure === undefined; i++) {
      if (i === STEPS / 2) this.#parts.halfWay();
      while (random.chance(workload.eagerness) && schedule.step()) {
        if (random.chance(0.5)) await schedule.turn();
      }
      await this.#step(random.integer(0, 99));
    }
    this.#close();
    do await schedule.turn();
    while (schedule.step());
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #step(draw: number): Promise<void> {
    const { schedule } = this.#parts;
    if (draw < 60) this.#write(draw < 8);
    else if (draw < 75) await schedule.turn();
    else if (draw < 80) void this.#promise((db) => db.sync());
    else if (draw < 83) await this.#until(this.#promise((db) => db.sync()));
    else if (draw < 86) await this.#until(this.#promise((db) => db.flush()));
    else if (draw < 88) await this.#until(this.#promise((db) => db.compact()));
    else if (draw < 91) this.#clear();
    else if (draw < 96) this.#compare();
    else {
      this.#close();
      this.#attempt(() => this.#open());
    }
  }

  #write(sync: boolean): void {
    const { random, workload } = this.#parts;
    const db = this.#db!;
    const { ledger } = this;
    const changes: { readonly key: string; readonly value: Uint8Array | undefined }[] = [];
    for (let place = random.integer(1, 5); place > 0; place--) {
      const key = workload.key();
      const length = workload.length(false);
      const value = workload.deletes() ? undefined : makeValue(ledger.issued + 1, place, length);
      changes.push({ key, value });
    }
    const number = ledger.issue((contents) => {
      for (const { key, value } of changes) {
        if (value === undefined) contents.delete(key);
        else contents.set(key, value);
      }
    });
    const done = this.#attempt(() => {
      const batch = db.batch();
      for (const { key, value } of changes) {
        if (value === undefined) batch.delete(key);
        else batch.set(key, value);
      }
      batch.write({ sync });
    });
    if (done) {
      if (this.#poisoned) this.#failure ??= new Error('a poisoned store takes a write');
      if (sync) ledger.acknowledge(number);
    } else if (!this.#isPoisoned()) {
      // Refused, as a full level 0 does: it must be nowhere.
      ledger.withdraw();
    }
  }

  #clear(): void {
    const { workload } = this.#parts;
    const db = this.#db!;
    const [gte = '', lte = ''] = [workload.key(), workload.key()].sort();
    const hit = (key: string): boolean => key >= gte && key <= lte;
    this.ledger.clearing(hit);
    if (this.#attempt(() => db.clear({ gte, lte }))) {
      this.ledger.clearing(undefined);
      this.ledger.issue((contents) => {
        for (const key of [...contents.keys()]) if (hit(key)) contents.delete(key);
      });
    } else {
      // A part of it may be done: the history ends here.
      this.#close();
    }
  }

  #compare(): void {
    const db = this.#db!;
    const { contents } = this.ledger;
    this.#attempt(() => {
      const found = readStore(db, this.#parts.workload.keys);
      // A write whose sync has failed may be in memory or not.
      if (this.#poisoned || found.fingerprint === contents.fingerprint) return;
      this.#failure ??= new Error(`the store holds something else: ${found.differences(contents)}`);
    });
  }

  async #promise(call: (db: Store) => Promise<void>): Promise<void> {
    const db = this.#db!;
    const { issued } = this.ledger;
    try {
      await call(db);
    } catch (error) {
      const closed = error instanceof JumpError && error.code === 'JUMP_CLOSED';
      // A promise of a store before this one may be broken when this one is open.
      if (!closed || db === this.#db) this.#take(error, db === this.#db);
      return;
    }
    this.ledger.acknowledge(Math.min(issued, this.ledger.issued));
  }

  async #until(promise: Promise<void>): Promise<void> {
    const { schedule } = this.#parts;
    let done = false;
    void promise.then(() => {
      done = true;
    });
    for (let i = 0; !done; i++) {
      if (i > PATIENCE) throw new Error('a promise that is neither kept nor broken');
      schedule.step();
      await schedule.turn();
    }
  }

  #open(): void {
    const { vfs, workload } = this.#parts;
    const onEvent = (event: JumpEvent): void => {
      if (event.type === 'error') this.told.push(event.message);
      if (event.type === 'flush') this.tables.add(event.table);
      if (event.type === 'compaction') for (const one of event.outputs) this.tables.add(one);
    };
    const options = { ...workload.options, vfs, onEvent };
    this.#db = open<string, Uint8Array>(DIRECTORY, options);
    const found = readForwards(this.#db);
    const wrong = this.ledger.verdict(found, this.ledger.acknowledged);
    if (wrong !== undefined) throw new Error(`opened again: ${wrong}`);
    this.ledger.goOnFrom(found);
    if (vfs.capabilities.directorySync) this.ledger.settle();
  }

  #close(): void {
    const db = this.#db;
    if (db === undefined) return;
    this.#isPoisoned();
    this.#db = undefined;
    const { issued } = this.ledger;
    if (this.#attempt(() => db.close()) && !this.#poisoned) this.ledger.acknowledge(issued);
    this.#poisoned = false;
    const { openFiles } = this.#parts.disk;
    // Those that the disk is still at work on are closed when it is done.
    if (openFiles > 3) this.#failure ??= new Error(`${openFiles} files are open after close`);
  }

  /** Asks the store whether it takes writes, without one. */
  #isPoisoned(): boolean {
    if (this.#db !== undefined && !this.#poisoned) this.#attempt(() => this.#db!.batch());
    return this.#poisoned;
  }

  /** Calls; takes what is thrown. Tells whether nothing was. */
  #attempt(call: () => void): boolean {
    try {
      call();
      return true;
    } catch (error) {
      this.#take(error);
      return false;
    }
  }

  /**
   * Takes an error: one of the disk, or what comes of one; anything else is a failure. `now`: of the
   * store that is open.
   */
  #take(error: unknown, now = true): void {
    const { code, message } = error as JumpError;
    if (!(error instanceof JumpError) || !/^JUMP_(IO|POISONED)$/.test(code)) {
      this.#failure ??= error;
      return;
    }
    if (code === 'JUMP_POISONED') {
      this.#poisoned ||= now;
      this.#everPoisoned = true;
    }
    if (!isOfDisk(error)) {
      this.#failure ??= new Error(`no file and code of the disk in: ${error.stack}`);
    }
    this.told.push(message);
  }
}

/** Whether an error, or what caused it, names a file and a code of the operating system. */
function isOfDisk(error: unknown): boolean {
  for (let one = error; one instanceof Error; one = one.cause) {
    if (one instanceof JumpError && one.file !== undefined && one.systemCode !== undefined) {
      return true;
    }
  }
  return false;
}
