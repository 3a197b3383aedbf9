/** A random history in which JumpDB and LevelDB take turns on one directory. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { full, leveled, tiered } from '@jump/compaction';
import { Model, type ModelOperation, type Random } from '@jump/testkit';
import { type JumpDB, type OpenOptions, open } from '../src/index.ts';
import { type Level, showEntry } from './level.ts';

type Store = JumpDB<Uint8Array, Uint8Array>;

const BLOCK = 32_768;

/** What the histories of a test have met. */
export interface InteropCounts {
  turns: number;
  flushes: number;
  merges: number;
  edges: number;
  kills: number;
  filterHits: number;
}

/** One history; `run` it once. */
export class InteropHistory {
  readonly #random: Random;
  readonly #level: Level;
  readonly #counts: InteropCounts;
  readonly #model = new Model();
  readonly #heavy: boolean;
  #directory: string;

  constructor(random: Random, level: Level, directory: string, counts: InteropCounts) {
    this.#random = random;
    this.#level = level;
    this.#directory = directory;
    this.#counts = counts;
    this.#heavy = random.chance(0.06);
  }

  async run(): Promise<void> {
    const random = this.#random;
    let ours = random.chance(0.5);
    for (let turns = random.integer(2, 5); turns > 0; turns--) {
      this.#counts.turns++;
      if (ours) await this.#ourTurn();
      else await this.#theirTurn();
      ours = !ours;
    }
    // Whoever wrote last, both read it.
    await this.#level.open(this.#directory);
    this.#compare(await this.#level.read(this.#absent()), 'LevelDB at the end');
    await this.#level.close();
    const db = this.#open({});
    this.#compare(this.#read(db), 'JumpDB at the end');
    db.close();
  }

  async #ourTurn(): Promise<void> {
    const random = this.#random;
    const db = this.#open({
      memtableSize: random.pick([1024, 16_384, 131_072]),
      tableSize: random.pick([2048, 65_536]),
      blockSize: random.pick([64, 1024, 4096]),
      compression: random.pick(['snappy', 'none']),
      filter: random.pick(['jump', 'leveldb', 'none']),
      compaction: random.pick([
        leveled(),
        leveled({ l0Trigger: 2, baseSize: 4096 }),
        tiered(),
        full(),
      ]),
      logWrites: random.pick(['turn', 'each']),
    });
    this.#compare(this.#read(db), 'JumpDB at the beginning of its turn');
    for (let left = this.#heavy ? 30 : random.integer(0, 12); left > 0; left--) {
      if (random.chance(0.12)) this.#edge((operations) => db.write(operations), db);
      else db.write(this.#batch());
      if (random.chance(0.3)) await new Promise(setImmediate);
      if (random.chance(0.05)) await db.flush();
      if (random.chance(0.03)) await db.compact();
    }
    this.#compare(this.#read(db), 'JumpDB at the end of its turn');
    const { jobs, filter } = db.stats();
    this.#counts.flushes += jobs.flushes;
    this.#counts.merges += jobs.compactions;
    this.#counts.filterHits += filter.hits;
    if (random.chance(0.3)) {
      // As if the process had died: what was handed over is there, nothing was closed.
      db.handOver();
      this.#counts.kills++;
      const copy = `${this.#directory}c`;
      fs.cpSync(this.#directory, copy, { recursive: true });
      this.#directory = copy;
    }
    db.close();
  }

  async #theirTurn(): Promise<void> {
    const random = this.#random;
    const level = this.#level;
    await level.open(this.#directory, {
      compression: random.chance(0.5),
      writeBufferSize: 65_536,
      maxFileSize: 1 << 20,
      blockSize: random.pick([1024, 4096]),
    });
    this.#compare(await level.read(this.#absent()), 'LevelDB at the beginning of its turn');
    if (random.chance(0.3)) {
      const edge: ModelOperation[][] = [];
      this.#edge((operations) => edge.push(operations));
      await level.write(edge);
    }
    const batches: ModelOperation[][] = [];
    for (let left = this.#heavy ? 30 : random.integer(0, 12); left > 0; left--) {
      batches.push(this.#batch());
    }
    await level.write(batches);
    if (random.chance(0.1)) await level.compact();
    this.#compare(await level.read(this.#absent()), 'LevelDB at the end of its turn');
    if (random.chance(0.05)) {
      this.#counts.kills++;
      await level.kill();
    } else await level.close();
  }

  #open(options: OpenOptions): Store {
    return open<Uint8Array, Uint8Array>(this.#directory, {
      ...options,
      keyEncoding: 'bytes',
      valueEncoding: 'bytes',
      onEvent: (event) => {
        if (event.type === 'error' || event.type === 'recoveryLoss') {
          throw new Error(JSON.stringify(event));
        }
      },
    });
  }

  #batch(): ModelOperation[] {
    const random = this.#random;
    const operations: ModelOperation[] = [];
    for (let left = random.integer(1, 6); left > 0; left--) {
      const key = this.#key();
      if (random.chance(0.25)) operations.push({ type: 'delete', key });
      else operations.push({ type: 'set', key, value: this.#value() });
    }
    this.#model.write(operations);
    return operations;
  }

  #key(): Uint8Array {
    const random = this.#random;
    const draw = random.integer(0, 99);
    if (draw === 0) return new Uint8Array(0);
    if (draw === 1) return new Uint8Array(3000).fill(random.integer(0, 255));
    if (draw < 6) return random.bytes(random.integer(1, 4));
    return new TextEncoder().encode(`shared/beginning/${random.integer(0, 80)}`);
  }

  #value(): Uint8Array {
    const random = this.#random;
    const draw = random.integer(0, 999);
    if (draw < 50) return new Uint8Array(0);
    const length =
      draw < 52 ? 600 * 1024 : this.#heavy ? random.integer(0, 12_000) : random.skewed(2000);
    const bytes = new Uint8Array(length);
    if (random.chance(0.5)) return bytes.fill(random.bits());
    for (let i = 0; i < length; i += 4) {
      const word = random.bits();
      bytes[i] = word;
      bytes[i + 1] = word >>> 8;
      bytes[i + 2] = word >>> 16;
      bytes[i + 3] = word >>> 24;
    }
    return bytes;
  }

  /** Writes a record that ends within ten bytes of a log block's end, on either side of it. */
  #edge(write: (operations: ModelOperation[]) => void, db?: Store): void {
    db?.handOver();
    const logs = fs.readdirSync(this.#directory).filter((name) => name.endsWith('.log'));
    const newest = logs.sort().at(-1);
    if (newest === undefined) return;
    const { size } = fs.statSync(path.join(this.#directory, newest));
    const left = BLOCK - (size % BLOCK);
    // Header, batch header, kind, length and key, length: 7 + 12 + 1 + 1 + 4 + 3.
    const length = left - 28 + this.#random.pick([...Array(11).keys()].map((i) => i - 10));
    const over = this.#random.chance(0.3) ? 10 + this.#random.integer(0, 8) : 0;
    if (length < 16_384 + 10) return;
    const key = new TextEncoder().encode('edge');
    const operation: ModelOperation = {
      type: 'set',
      key,
      value: this.#random.bytes(length + over),
    };
    this.#model.write([operation]);
    this.#counts.edges++;
    write([operation]);
  }

  #absent(): Uint8Array[] {
    const keys = ['absent', 'shared/beginning/', 'shared/beginning/9999', 'zzz'];
    return keys.map((key) => new TextEncoder().encode(key));
  }

  /** Reads everything in three ways that must agree. */
  #read(db: Store): string[] {
    const entries = [...db.entries()];
    const shown = entries.map(([key, value]) => showEntry(key, value));
    const reversed = [...db.entries({ reverse: true })].map(([key, value]) =>
      showEntry(key, value),
    );
    if (shown.join('\n') !== reversed.reverse().join('\n')) {
      throw new Error('backwards is not as forwards');
    }
    entries.forEach(([key], i) => {
      const value = db.get(key);
      if (value === undefined || showEntry(key, value) !== shown[i]) {
        throw new Error(`get(${Buffer.from(key).toString('hex')}) is not as the scan`);
      }
    });
    for (const key of this.#absent()) if (db.has(key)) throw new Error('an absent key is there');
    return shown;
  }

  #compare(shown: readonly string[], where: string): void {
    const expected = this.#model.entries().map(({ key, value }) => showEntry(key, value));
    if (expected.join('\n') === shown.join('\n')) return;
    const wrong = shown.filter((line) => !expected.includes(line)).slice(0, 5);
    const missing = expected.filter((line) => !shown.includes(line)).slice(0, 5);
    throw new Error(`${where}: has ${wrong.join(', ')}; lacks ${missing.join(', ')}`);
  }
}
