/** What a history is about: its options, its keys, how eager everything is. */
import { full, leveled, tiered } from '@jump/compaction';
import type { CrashMode, Random } from '@jump/testkit';
import type { OpenOptions } from '../../../src/index.ts';

/** So many keys are neighbours. */
const REGION = 3;

/** Draws what the batches of a history are made of. */
export class Workload {
  readonly mode: CrashMode;
  readonly options: OpenOptions<string, Uint8Array>;
  /** How likely a step of background work is between two calls. */
  readonly eagerness: number;
  /** Keys that are always looked up. */
  readonly keys: readonly string[];
  readonly #random: Random;
  /** Whether keys come in ascending order, as those of a journal do: tables are moved then. */
  readonly #ascending: boolean;
  /** Whether only a few neighbours are written for a while: moved tables are merged later then. */
  readonly #regional: boolean;
  readonly #long: number;
  readonly #longest: number;
  readonly #deletions: number;
  readonly #prefix: string;
  #ascended = 0;
  #region = 0;

  constructor(random: Random) {
    this.#random = random;
    this.mode = random.pick(['posix', 'posix', 'posix', 'ext4', 'windows']);
    this.eagerness = random.pick([0.05, 0.3, 0.6, 0.9]);
    this.#ascending = random.chance(0.2);
    this.#regional = random.chance(0.3);
    this.#prefix = random.chance(0.15) ? 'a long beginning that all keys share, '.repeat(3) : 'key';
    this.#long = random.chance(0.1) ? 0.05 : 0.003;
    this.#longest = random.pick([300, 300, 300, 60]);
    this.#deletions = random.pick([0.1, 0.25, 0.45]);
    this.keys = Array.from({ length: 24 }, (_, i) => this.#name(i));
    const few = this.#regional ? random.integer(1, 4) : 2;
    this.options = {
      keyEncoding: 'utf8',
      valueEncoding: 'bytes',
      memtableSize: random.pick([1024, 1024, 2048, 4096]),
      tableSize: random.pick([1024, 1024, 4096]),
      blockSize: random.pick([128, 256, 1024]),
      cacheSize: random.pick([0, 4096, 1 << 20]),
      maxOpenFiles: random.pick([1, 3, 1000]),
      logWrites: random.pick(['turn', 'each']),
      compression: random.pick(['snappy', 'none']),
      filter: random.pick(['jump', 'leveldb', 'none']),
      compaction: random.pick([
        // Tables that do not overlap are moved, where few suffice to start with.
        leveled({ l0Trigger: few }),
        leveled({ l0Trigger: few, levelMultiplier: 2, baseSize: random.pick([1, 2048]) }),
        tiered(this.#regional ? { l0Trigger: few } : {}),
        full({ mergeThreshold: 3 }),
      ]),
    };
  }

  /** Draws a key. */
  key(): string {
    const random = this.#random;
    if (this.#ascending && random.chance(0.9)) return this.#name(1000 + this.#ascended++);
    if (!this.#regional) return random.pick(this.keys);
    if (random.chance(0.06)) this.#region = random.integer(0, this.keys.length - REGION);
    return this.keys[this.#region + random.integer(0, REGION - 1)]!;
  }

  /** Draws whether a write deletes. */
  deletes(): boolean {
    return this.#random.chance(this.#ascending ? 0.05 : this.#deletions);
  }

  /** Draws whether a batch has a value that fills blocks of the log. */
  isLong(): boolean {
    return this.#random.chance(this.#long);
  }

  /** Draws the length of a value. */
  length(long: boolean): number {
    const random = this.#random;
    return long ? random.integer(10_000, 60_000) : random.skewed(this.#longest);
  }

  #name(number: number): string {
    return `${this.#prefix}${number < 1000 ? String(number).padStart(2, '0') : number}`;
  }
}
