/** Small stores to be damaged, and what of them a damage may legally take away. */
import { batchCount, batchSequence, LogReader } from '@jump/log';
import type { Random } from '@jump/testkit';
import { memoryVfs, type Vfs } from '@jump/vfs';
import { type JumpDB, leveled, type OpenOptions, open } from '../src/index.ts';
import { DIRECTORY, type Files, filesOf } from './disk-files.ts';

/** A record of a log. */
interface KnownRecord {
  readonly log: string;
  readonly start: number;
  readonly end: number;
  /** Batches that are whole once this record is; a mark has as many as it speaks of. */
  readonly batches: number;
  readonly isMark: boolean;
}

/** A store's files, and what they hold. */
export interface KnownStore {
  readonly name: string;
  readonly options: OpenOptions;
  readonly files: Files;
  /** Files as they were earlier, by the names that they had then. */
  readonly earlier: Files;
  /** The content after each batch, from none on. */
  readonly states: readonly string[];
  /** Every key that was ever written. */
  readonly keys: readonly string[];
  /** How many batches are in tables. */
  readonly inTables: number;
  /** All records of all logs, in order. */
  readonly records: readonly KnownRecord[];
  /** Whether the store was closed: then everything was on the disk. */
  readonly closed: boolean;
}

/** The kinds of stores, by name. */
const KINDS: Readonly<Record<string, OpenOptions>> = {
  plain: { compression: 'none', filter: 'none' },
  "Snappy and LevelDB's filter": { filter: 'leveldb', blockSize: 150, indexInterval: 4 },
  'several levels, a record of two fragments': {
    compaction: leveled({ l0Trigger: 2, levelMultiplier: 2, baseSize: 4096 }),
    blockSize: 100,
    memtableSize: 65_536,
  },
};

/** How many kinds of stores there are, each of them closed and not. */
export const STORES: number = 2 * Object.keys(KINDS).length;

/** Makes the store of that number, with keys and values drawn. */
export async function makeStore(number: number, random: Random): Promise<KnownStore> {
  const [name, kind] = Object.entries(KINDS)[Math.floor(number / 2)]!;
  const maker = new Maker(name, kind, number % 2 === 0, random);
  return maker.make();
}

class Maker {
  readonly #name: string;
  readonly #options: OpenOptions;
  /** Whether it has several levels, and a record of two fragments. */
  readonly #large: boolean;
  readonly #closed: boolean;
  readonly #random: Random;
  readonly #vfs: Vfs = memoryVfs();
  readonly #model = new Map<string, string>();
  readonly #keys = new Set<string>();
  readonly #states: string[] = [];
  /** The sequence behind each batch. */
  readonly #ends: number[] = [0];
  #db: JumpDB | undefined;

  constructor(name: string, kind: OpenOptions, closed: boolean, random: Random) {
    this.#name = `${name}, ${closed ? 'closed' : 'not closed'}`;
    // Memtables that nothing here fills; the smaller, the faster is an opening.
    this.#options = { memtableSize: 8192, tableSize: 1024, cacheSize: 0, ...kind };
    this.#large = name.startsWith('several');
    this.#closed = closed;
    this.#random = random;
  }

  async make(): Promise<KnownStore> {
    const large = this.#large;
    this.#note();
    const db = open(DIRECTORY, { ...this.#options, vfs: this.#vfs });
    this.#db = db;
    for (let round = 0; round < (large ? 12 : 2); round++) {
      for (let i = 0; i < 6; i++) this.#write();
      await db.flush();
    }
    const earlier = filesOf(this.#vfs);
    for (let i = 0; i < 4; i++) this.#write();
    await db.flush();
    const inTables = this.#states.length - 1;
    for (let i = 0; i < 5; i++) this.#write(i === 2);
    // Spans two blocks of the log.
    if (large) this.#write(false, 33_000);
    for (let i = 0; i < 3; i++) this.#write();
    const stay = this.#closed ? undefined : this.#die();
    if (stay === undefined) db.close();
    const files = stay ?? filesOf(this.#vfs);
    return {
      name: this.#name,
      options: this.#options,
      files,
      earlier,
      states: this.#states,
      inTables,
      keys: [...this.#keys],
      records: this.#recordsOf(files),
      closed: this.#closed,
    };
  }

  /** What a process leaves that dies when its turn is over. */
  #die(): Files {
    this.#db!.handOver();
    const files = filesOf(this.#vfs);
    this.#db!.close();
    return files;
  }

  #write(sync = false, longest = 30): void {
    const random = this.#random;
    const batch = this.#db!.batch();
    const length = longest > 100 ? 1 : random.integer(1, 3);
    for (let i = 0; i < length; i++) {
      const key = `key${random.integer(0, this.#large ? 60 : 19)}`;
      this.#keys.add(key);
      if (longest < 100 && random.chance(0.25)) {
        batch.delete(key);
        this.#model.delete(key);
        continue;
      }
      const size = longest > 100 ? longest : random.integer(0, longest);
      const letter = String.fromCharCode(97 + (this.#states.length % 26));
      // Not to be compressed where several tables are wanted.
      const noise = this.#large && size < 100 ? random.bits().toString(36).repeat(8) : '';
      const value = letter.repeat(size) + noise;
      batch.set(key, value);
      this.#model.set(key, value);
    }
    batch.write({ sync });
    this.#ends.push(this.#ends.at(-1)! + length);
    this.#note();
  }

  #note(): void {
    this.#states.push(showState(this.#model));
  }

  #recordsOf(files: Files): KnownRecord[] {
    const records: KnownRecord[] = [];
    for (const [log, bytes] of files) {
      if (!log.endsWith('.log')) continue;
      for (const item of LogReader.fromBytes(bytes).items()) {
        if (item.type === 'damage') throw new Error(`${log}: ${item.message}`);
        const count = batchCount(item.bytes);
        const last = Number(batchSequence(item.bytes)) + count - 1;
        const batches = this.#ends.findLastIndex((end) => end <= last);
        records.push({ log, start: item.start, end: item.end, batches, isMark: count === 0 });
      }
    }
    return records;
  }
}

/** Shows a store's content in short. */
export function showState(entries: Iterable<[string, string]>): string {
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([key, value]) => `${key}=${value.length}${value.slice(0, 3)}`).join(' ');
}
