/**
 * A random history of a store on a simulated disk, with an image of the disk checked at every call.
 *
 * One thread, as in life, but for what a worker does: whenever a table is written in the
 * background, the foreground may write between two calls of the file system.
 */
import { CrashVfs, type ImageChoice, Random, type Schedule } from '@jump/testkit';
import { type JumpEvent, load, open } from '../../../src/index.ts';
import { checkDirectory } from '../../invariants.ts';
import { type Contents, makeValue } from './contents.ts';
import { HeldSnapshots, same } from './held-snapshots.ts';
import { CHOICES, type Copy, ImageChecker } from './image-checker.ts';
import { Ledger } from './ledger.ts';
import { readStore, type Store } from './read-store.ts';
import { Watcher } from './watcher.ts';
import { Workload } from './workload.ts';

const DIRECTORY = '/db';
const PATIENCE = 5000;

/** One history. */
export class CrashHistory {
  readonly #random: Random;
  /** What images are taken, apart: so that more images do not change the history. */
  readonly #images: Random;
  readonly #schedule: Schedule;
  readonly #workload: Workload;
  readonly #ledger = new Ledger();
  readonly #checker: ImageChecker;
  readonly #watcher: Watcher;
  readonly #mark: (name: string, times?: number) => void;
  readonly #share: number;
  readonly #held = new HeldSnapshots();
  #copies: Copy[] = [];
  #lastCopy = 0;
  #disk: CrashVfs;
  #db: Store;
  #opening = false;
  #call = 0;
  /** What a check has found; kept, since the store must not see it. */
  #failure: unknown;

  /** @param share - the part of the calls after which an image is checked */
  constructor(
    seed: number,
    schedule: Schedule,
    share: number,
    mark: (name: string, times?: number) => void,
  ) {
    this.#random = new Random(seed);
    this.#images = new Random(seed ^ 0x5bd1_e995);
    this.#schedule = schedule;
    this.#share = share;
    this.#mark = mark;
    this.#workload = new Workload(this.#random);
    const { options, mode, keys } = this.#workload;
    const setting = { directory: DIRECTORY, options, random: this.#images, keys, mark };
    this.#checker = new ImageChecker(setting);
    this.#watcher = new Watcher(DIRECTORY, mark);
    mark(`disks of the kind ${mode}`);
    this.#disk = this.#hooked(new CrashVfs(new Map(), { mode }));
    this.#db = this.#open();
  }

  /** How many different images were checked. */
  get images(): number {
    return this.#checker.images;
  }

  /** How many calls of the file system there were. */
  get calls(): number {
    return this.#call;
  }

  /** Does so many steps, and closes. */
  async run(steps: number): Promise<void> {
    try {
      for (let i = 0; i < steps && this.#failure === undefined; i++) await this.#step();
      this.#close();
      do await this.#schedule.turn();
      while (this.#schedule.step());
      // Left over may be what the disk was at work on, where open files keep their names, and what
      // a checkpoint was still reading.
      if (this.#disk.mode === 'windows' || this.#copies.some(({ done }) => !done)) {
        this.#open().close();
      }
      checkDirectory(this.#disk, DIRECTORY);
    } catch (error) {
      this.#failure ??= error;
    }
    if (this.#failure === undefined) return;
    const text = this.#failure instanceof Error ? this.#failure.stack : String(this.#failure);
    throw new Error(
      `${text}\n${JSON.stringify({ ...this.#workload.options, mode: this.#workload.mode })}`,
    );
  }

  async #step(): Promise<void> {
    const random = this.#random;
    while (random.chance(this.#workload.eagerness) && this.#schedule.step()) {
      if (random.chance(0.5)) await this.#schedule.turn();
    }
    const draw = random.integer(0, 999);
    if (draw < 560) this.#write(random.chance(0.1));
    else if (draw < 620) this.#writeOne();
    else if (draw < 760) await this.#turn();
    else if (draw < 830) void this.#sync();
    else if (draw < 850) await this.#until(this.#sync());
    else if (draw < 865) void this.#flush();
    else if (draw < 875) await this.#until(this.#flush());
    else if (draw < 885) void this.#compact();
    else if (draw < 890) await this.#until(this.#compact());
    else if (draw < 905) this.#clear();
    else if (draw < 920) this.#handOver();
    else if (draw < 950) this.#hold();
    else if (draw < 970) this.#compare();
    else if (draw < 975) void this.#copy();
    else await this.#end();
  }

  #write(sync: boolean): void {
    const random = this.#random;
    const batch = this.#db.batch();
    const long = this.#workload.isLong();
    const changes = random.integer(1, long ? 3 : 5);
    let bytes = 0;
    const number = this.#ledger.issue((contents, own) => {
      for (let place = 0; place < changes; place++) {
        const key = this.#workload.key();
        if (this.#workload.deletes()) {
          batch.delete(key);
          contents.delete(key);
        } else {
          const value = makeValue(own, place, this.#workload.length(long));
          batch.set(key, value);
          contents.set(key, value);
          bytes += value.length;
        }
      }
    });
    // A block of the log has 32 KiB.
    if (bytes > 2 * 32_768) this.#mark('records of three blocks and more');
    batch.write({ sync });
    this.#written(number, sync);
  }

  #writeOne(): void {
    const key = this.#workload.key();
    const deletes = this.#workload.deletes();
    const sync = this.#random.chance(0.1);
    const length = this.#workload.length(false);
    let value: Uint8Array | undefined;
    const number = this.#ledger.issue((contents, own) => {
      if (deletes) return contents.delete(key);
      value = makeValue(own, 0, length);
      contents.set(key, value);
    });
    if (value === undefined) this.#db.delete(key, { sync });
    else this.#db.set(key, value, { sync });
    this.#written(number, sync);
  }

  #written(number: number, sync: boolean): void {
    if (sync) this.#ledger.acknowledge(number);
    else if (this.#workload.options.logWrites === 'each') this.#ledger.handOver(number);
  }

  /** Calls that wait for the disk: what they promise is promised when they resolve. */
  #sync(): Promise<void> {
    return this.#promise((db) => db.sync());
  }

  #flush(): Promise<void> {
    return this.#promise((db) => db.flush());
  }

  #compact(): Promise<void> {
    const [gte, lte] = [this.#workload.key(), this.#workload.key()].sort();
    const range = this.#random.chance(0.5) ? {} : { gte, lte };
    return this.#promise((db) => db.compact(range));
  }

  async #promise(
    call: (db: Store) => Promise<void>,
    kept: (issued: number) => void = (issued) => this.#ledger.acknowledge(issued),
  ): Promise<void> {
    const db = this.#db;
    const { issued } = this.#ledger;
    try {
      await call(db);
    } catch (error) {
      // Nobody hears what the store of a dead process says; a closed one does not finish its work.
      if (db === this.#db) this.#failure ??= error;
      return;
    }
    if (db === this.#db) kept(issued);
  }

  /** Makes a checkpoint beside, while all goes on. */
  async #copy(): Promise<void> {
    const directory = `/copy${++this.#lastCopy}`;
    const copy: Copy = { directory, contents: this.#ledger.contents.clone(), done: false };
    const disk = this.#disk;
    this.#copies = [...this.#copies.slice(-1), copy];
    await this.#promise(
      (db) => db.checkpoint(directory),
      () => {
        copy.done = disk === this.#disk;
      },
    );
  }

  async #until(promise: Promise<void>): Promise<void> {
    let done = false;
    void promise.then(() => {
      done = true;
    });
    for (let i = 0; !done; i++) {
      if (i > PATIENCE) throw new Error('a promise that is never kept');
      this.#schedule.step();
      await this.#turn();
    }
  }

  async #turn(): Promise<void> {
    const { issued } = this.#ledger;
    await this.#schedule.turn();
    // A load hands over when it is done.
    if (this.#db !== undefined) this.#ledger.handOver(issued);
  }

  /** Hands over in the middle of a turn, sometimes of one that has rotated logs. */
  #handOver(): void {
    if (this.#random.chance(0.5)) for (let i = 0; i < 6; i++) this.#write(false);
    this.#db.handOver();
    this.#ledger.handOver(this.#ledger.issued);
    this.#checkNow('handing over', { entries: 'all', bytes: 'all' });
  }

  #clear(): void {
    const [gte = '', lte = ''] = [this.#workload.key(), this.#workload.key()].sort();
    const hit = (key: string): boolean => key >= gte && key <= lte;
    this.#ledger.clearing(hit);
    this.#db.clear({ gte, lte });
    this.#ledger.issue((contents) => {
      for (const key of [...contents.keys()]) if (hit(key)) contents.delete(key);
    });
    this.#ledger.clearing(undefined);
    this.#mark('ranges cleared');
  }

  /** Takes a snapshot, or compares one with what it must see, and lets it go. */
  #hold(): void {
    const { keys } = this.#workload;
    this.#held.exchange(this.#random.integer(0, 3), this.#db, keys, this.#ledger.contents);
  }

  #compare(): void {
    same(readStore(this.#db, this.#workload.keys), this.#ledger.contents, 'the store');
  }

  /** The store is closed, or its process dies, or the power goes; then it is opened again. */
  async #end(): Promise<void> {
    const how = this.#random.integer(0, 4);
    if (how < 2) this.#close();
    else if (how < 4) this.#die();
    else this.#losePower();
    if (how === 0) await this.#load();
    this.#db = this.#open();
    const found = readStore(this.#db, this.#workload.keys);
    const wrong = this.#ledger.verdict(found, this.#ledger.handedOver);
    if (wrong !== undefined) throw new Error(`opened again: ${wrong}`);
    this.#ledger.goOnFrom(found);
    this.#ledger.settle();
    this.#mark('openings');
    // What the dead store had promised is nobody's business any more.
    await this.#schedule.turn();
  }

  #close(): void {
    this.#held.release();
    const db = this.#db;
    // Before the promises of what it gives up are rejected.
    this.#db = undefined as unknown as Store;
    db.close();
    this.#ledger.acknowledge(this.#ledger.issued);
    this.#db = db;
    this.#checkNow('close of the store');
    this.#db = undefined as unknown as Store;
  }

  /** Writes many entries past the log into the store that is closed. */
  async #load(): Promise<void> {
    const entries: [string, Uint8Array][] = [];
    const number = this.#ledger.issue((contents, own) => {
      for (let place = this.#random.integer(1, 40); place > 0; place--) {
        const key = this.#workload.key();
        const value = makeValue(own, place, this.#workload.length(false));
        entries.push([key, value]);
        contents.set(key, value);
      }
    });
    const { options } = this.#workload;
    const loaded = load<string, Uint8Array>(DIRECTORY, entries, { ...options, vfs: this.#disk });
    await this.#until(loaded.then(() => this.#ledger.acknowledge(number)));
    this.#mark('loads');
  }

  #die(): void {
    this.#disk = this.#hooked(this.#disk.restart());
    this.#bury();
    this.#mark('deaths of the process');
  }

  #losePower(): void {
    const image = this.#disk.image(this.#images.pick(CHOICES), this.#images);
    this.#disk.restart();
    this.#copies = [];
    this.#disk = this.#hooked(new CrashVfs(image, { mode: this.#disk.mode }));
    this.#bury();
    this.#ledger.losePower();
    this.#mark('power losses lived through');
  }

  /** Makes the store of a dead process let go of what is in memory. */
  #bury(): void {
    const db = this.#db;
    this.#db = undefined as unknown as Store;
    this.#held.forget();
    try {
      db.close();
    } catch {
      // It is dead: it cannot write any more.
    }
  }

  #open(): Store {
    const disk = this.#disk;
    const onEvent = (event: JumpEvent): void => {
      if (disk !== this.#disk) return;
      if (event.type === 'error')
        this.#failure ??= new Error(`in the background: ${event.message}`);
      this.#watcher.event(event, disk, this.#held.length);
    };
    this.#opening = true;
    try {
      return open<string, Uint8Array>(DIRECTORY, { ...this.#workload.options, vfs: disk, onEvent });
    } finally {
      this.#opening = false;
    }
  }

  #hooked(disk: CrashVfs): CrashVfs {
    disk.syncDelay = () => this.#schedule.later();
    disk.onOperation = (operation) => {
      if (disk !== this.#disk) return;
      this.#call++;
      this.#watcher.operation(operation, disk, this.#opening);
      const where = `${operation.kind} ${operation.path}`;
      this.#checkNow(where);
      // What was read may be lost now: an opening has few calls, and each is a moment of its own.
      if (this.#opening) for (let more = 2; more > 0; more--) this.#checkNow(where);
      if (operation.path.endsWith('.ldb') && operation.kind !== 'remove') this.#writeBeside();
    };
    return disk;
  }

  /** Writes while a table is written, as the foreground of a store with a worker does. */
  #writeBeside(): void {
    if (!this.#schedule.inTask || this.#db === undefined || !this.#random.chance(0.1)) return;
    const { memtable } = this.#db.stats();
    // A writer that had to wait would wait for the very job inside which this is.
    if (memtable.bytes > 500 || this.#failure !== undefined) return;
    this.#mark('writes beside a table that is written');
    this.#writeOne();
  }

  /** Checks what a power loss, or the death of the process, leaves now. */
  #checkNow(where: string, wanted?: ImageChoice): void {
    const random = this.#images;
    if (this.#failure !== undefined || !random.chance(this.#share)) return;
    const { acknowledged, handedOver } = this.#ledger;
    const choice = wanted ?? random.pick(CHOICES);
    const processDied = choice.entries === 'all' && choice.bytes === 'all';
    const least = processDied ? handedOver : acknowledged;
    try {
      this.#schedule.apart(() => {
        const verdict = (found: Contents) => this.#ledger.verdict(found, least);
        this.#checker.check(this.#disk, choice, String(least), verdict, this.#copies);
      });
    } catch (error) {
      this.#failure ??= new Error(
        `call ${this.#call}, after ${where}: ${error instanceof Error ? error.stack : error}`,
      );
    }
  }
}
