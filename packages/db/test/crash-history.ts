/**
 * A random history of a store on a simulated disk, with an image of the disk checked at every call:
 * whatever a power loss leaves, the store opens, holds what was written up to some moment, that
 * moment lies behind the last acknowledged sync, and opening again changes nothing.
 */

import { crc32c } from '@jump/base';
import { full, leveled, tiered } from '@jump/compaction';
import { CrashVfs, type DiskImage, type ImageChoice, type Random } from '@jump/testkit';
import { type JumpDB, type JumpEvent, type OpenOptions, open } from '../src/index.ts';

const DIRECTORY = '/db';
const KEYS = 24;

const CHOICES: readonly ImageChoice[] = [
  { entries: 'all', bytes: 'all' },
  { entries: 'none', bytes: 'none' },
  { entries: 'all', bytes: 'none' },
  { entries: 'all', bytes: 'zeros' },
  { entries: 'none', bytes: 'all' },
  { entries: 'all', bytes: 'torn' },
];
const RANDOM: ImageChoice = { entries: 'random', bytes: 'random' };

/** What the histories of one test have met. */
export interface CrashCounts {
  images: number;
  flushes: number;
  merges: number;
  moves: number;
  reopenings: number;
  losses: number;
  insideRecovery: number;
}

/** How far the writer is, seen from outside. */
interface Bounds {
  /** Batches that must be there after a power loss. */
  acknowledged: number;
  /** Batches that must be there if only the process died. */
  handedOver: number;
  /** Batches that may be there. */
  issued: number;
}

/** One history. */
export class CrashHistory {
  readonly #random: Random;
  readonly #counts: CrashCounts;
  readonly #share: number;
  readonly #options: OpenOptions;
  /** Whether keys come in ascending order, as those of a journal do: tables are moved then. */
  readonly #ascending: boolean;
  readonly #model = new Map<string, string>();
  /** The numbers of the batches after which the store looked like this. */
  readonly #states = new Map<string, number[]>();
  readonly #checked = new Set<string>();
  readonly #bounds: Bounds = { acknowledged: 0, handedOver: 0, issued: 0 };
  #disk = new CrashVfs();
  #db: JumpDB;
  #call = 0;
  #lastCall = 'nothing';
  /** What a check has found; kept, since the store must not see it. */
  #failure: unknown;

  /** @param share - the part of all images that is checked */
  constructor(random: Random, counts: CrashCounts, share: number) {
    this.#random = random;
    this.#counts = counts;
    this.#share = share;
    this.#ascending = random.chance(0.25);
    this.#options = {
      memtableSize: random.pick([1024, 2048, 4096]),
      tableSize: random.pick([1024, 4096]),
      blockSize: 256,
      cacheSize: 4096,
      logWrites: random.pick(['turn', 'each']),
      compression: random.pick(['snappy', 'none']),
      filter: random.pick(['jump', 'leveldb', 'none']),
      compaction: random.pick([leveled({ l0Trigger: 2 }), tiered(), full({ mergeThreshold: 3 })]),
    };
    this.#note();
    this.#disk.syncDelay = async () => {
      for (let turns = this.#random.integer(0, 3); turns > 0; turns--) await turn();
    };
    this.#disk.onOperation = ({ kind, path }) => {
      this.#lastCall = `${kind} ${path}`;
      this.#checkNow();
    };
    this.#db = this.#open(this.#disk);
  }

  /** Does so many steps, and closes. */
  async run(steps: number): Promise<void> {
    for (let i = 0; i < steps && this.#failure === undefined; i++) await this.#step();
    this.#close();
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #step(): Promise<void> {
    const random = this.#random;
    const draw = random.integer(0, 99);
    if (draw < 60) this.#write(false);
    else if (draw < 68) this.#write(true);
    else if (draw < 84) await this.#turn();
    else if (draw < 90) void this.#sync();
    else if (draw < 93) await this.#sync();
    else if (draw < 95) await this.#db.flush();
    else if (draw < 96) await this.#db.compact();
    else if (draw < 98) {
      this.#db.handOver();
      this.#bounds.handedOver = this.#bounds.issued;
    } else {
      if (random.chance(0.5)) this.#close();
      else this.#die();
      this.#counts.reopenings++;
      this.#db = this.#open(this.#disk);
    }
  }

  /** The process dies, and another one finds what was handed over, on the disk or not. */
  #die(): void {
    this.#db.handOver();
    this.#bounds.handedOver = this.#bounds.issued;
    this.#disk = this.#disk.restart();
  }

  #write(sync: boolean): void {
    const random = this.#random;
    const batch = this.#db.batch();
    const number = ++this.#bounds.issued;
    const long = random.chance(0.03);
    for (let left = random.integer(1, 5); left > 0; left--) {
      const key = this.#ascending
        ? `key${1000 + 5 * number + left}`
        : `key${random.integer(0, KEYS - 1)}`;
      if (random.chance(0.25)) {
        batch.delete(key);
        this.#model.delete(key);
      } else {
        const value = `${number}.${'v'.repeat(long ? random.integer(0, 40_000) : random.skewed(300))}`;
        batch.set(key, value);
        this.#model.set(key, value);
      }
    }
    this.#note();
    batch.write({ sync });
    if (sync) this.#bounds.acknowledged = number;
    if (sync || this.#options.logWrites === 'each') this.#bounds.handedOver = number;
  }

  async #sync(): Promise<void> {
    const { issued } = this.#bounds;
    const db = this.#db;
    try {
      await db.sync();
    } catch (error) {
      // Nobody hears what the store of a dead process says.
      if (db === this.#db) this.#failure ??= error;
      return;
    }
    this.#bounds.acknowledged = Math.max(this.#bounds.acknowledged, issued);
    this.#bounds.handedOver = Math.max(this.#bounds.handedOver, issued);
  }

  async #turn(): Promise<void> {
    const { issued } = this.#bounds;
    await turn();
    this.#bounds.handedOver = Math.max(this.#bounds.handedOver, issued);
  }

  #close(): void {
    this.#db.close();
    this.#bounds.acknowledged = this.#bounds.issued;
    this.#bounds.handedOver = this.#bounds.issued;
    this.#checkNow();
  }

  #open(vfs: CrashVfs): JumpDB {
    const onEvent = (event: JumpEvent): void => {
      if (event.type === 'recoveryLoss') this.#counts.losses++;
      if (vfs !== this.#disk) return;
      if (event.type === 'error')
        this.#failure ??= new Error(`a background error: ${event.message}`);
      if (event.type === 'flush') this.#counts.flushes++;
      if (event.type === 'compaction') this.#counts[event.bytesRead > 0 ? 'merges' : 'moves']++;
    };
    return open(DIRECTORY, { ...this.#options, vfs, onEvent });
  }

  #note(): void {
    const state = show([...this.#model].sort(([a], [b]) => (a < b ? -1 : 1)));
    const numbers = this.#states.get(state) ?? [];
    numbers.push(this.#bounds.issued);
    this.#states.set(state, numbers);
  }

  #checkNow(): void {
    const { issued, handedOver, acknowledged } = this.#bounds;
    this.#call++;
    for (const choice of [this.#random.pick(CHOICES), RANDOM]) {
      if (!this.#random.chance(this.#share)) continue;
      const image = this.#disk.image(choice, this.#random);
      const processDied = choice.entries === 'all' && choice.bytes === 'all';
      const least = processDied ? Math.max(acknowledged, handedOver) : acknowledged;
      this.#check(image, least, issued, `${JSON.stringify(choice)} after ${this.#lastCall}`, true);
    }
  }

  #check(image: DiskImage, least: number, most: number, where: string, deeper: boolean): void {
    const id = `${least} ${fingerprint(image)}`;
    if (this.#failure !== undefined || this.#checked.has(id)) return;
    this.#checked.add(id);
    this.#counts.images++;
    const disk = new CrashVfs(image);
    try {
      if (deeper && this.#random.chance(0.05)) this.#crashInside(disk, least, most, where);
      const first = this.#read(disk);
      const numbers = this.#states.get(first);
      if (numbers === undefined) throw new Error('a state that never was');
      if (!numbers.some((number) => number >= least && number <= most)) {
        throw new Error(`the state after ${numbers}, ${least} to ${most} allowed`);
      }
      if (this.#read(disk) !== first) throw new Error('opening again has changed something');
      if (this.#random.chance(0.1)) this.#writeMore(disk, first);
    } catch (error) {
      const names = [...image].map(([path, bytes]) => `${path} ${bytes?.length ?? ''}`);
      const options = JSON.stringify(this.#options);
      const text = error instanceof Error ? error.stack : String(error);
      this.#failure ??= new Error(
        `call ${this.#call}, ${where}: ${text}\n${options}\n${names.join('\n')}`,
      );
    }
  }

  /** Checks images taken while an image is opened. */
  #crashInside(disk: CrashVfs, least: number, most: number, where: string): void {
    disk.onOperation = ({ kind, path }) => {
      const choice = this.#random.chance(0.5) ? RANDOM : this.#random.pick(CHOICES);
      const image = disk.image(choice, this.#random);
      this.#counts.insideRecovery++;
      const then = `${where}, then ${JSON.stringify(choice)} in recovery after ${kind} ${path}`;
      this.#check(image, least, most, then, false);
    };
  }

  #read(disk: CrashVfs): string {
    const db = this.#open(disk);
    disk.onOperation = () => {};
    const entries = [...db.entries()];
    const reversed = [...db.entries({ reverse: true })].reverse();
    if (show(entries) !== show(reversed)) throw new Error('backwards is not as forwards');
    const found = new Map(entries);
    for (const key of new Set([
      ...found.keys(),
      ...Array.from({ length: KEYS }, (_, i) => `key${i}`),
    ])) {
      const pair = [db.get(key), found.get(key)];
      if (pair[0] === pair[1]) continue;
      const [got, scanned] = pair.map((value) => value?.slice(0, 12));
      throw new Error(`get('${key}') is ${got}, the scan has ${scanned}`);
    }
    db.close();
    return show(entries);
  }

  /** What was opened works on: a synced write survives the next loss, with all that was there. */
  #writeMore(disk: CrashVfs, before: string): void {
    const db = this.#open(disk);
    db.set('more', 'after the loss', { sync: true });
    const image = disk.image(this.#random.pick([RANDOM, ...CHOICES]), this.#random);
    db.close();
    const after = new CrashVfs(image);
    const again = this.#open(after);
    if (again.get('more') !== 'after the loss') throw new Error('a synced write was lost');
    again.delete('more');
    again.close();
    if (this.#read(after) !== before) throw new Error('a write has changed something else');
  }
}

function show(entries: readonly (readonly [string, string])[]): string {
  return entries.map(([key, value]) => `${key}=${value.length}:${value.slice(0, 12)}`).join(' ');
}

function fingerprint(image: DiskImage): string {
  const parts: string[] = [];
  for (const [path, bytes] of image) {
    parts.push(
      bytes === undefined ? path : `${path} ${bytes.length} ${crc32c(bytes, 0, bytes.length)}`,
    );
  }
  return parts.sort().join(' ');
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
