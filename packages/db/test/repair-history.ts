/**
 * Random stores with a past: what they hold, all that was ever written, every file they ever had.
 */
import { full, leveled, tiered } from '@jump/compaction';
import { type JumpDB, memoryVfs, type OpenOptions, open, type Vfs } from '@jump/db';
import { parseFileName } from '@jump/manifest';
import type { Random } from '@jump/testkit';
import { DIRECTORY, type Files, filesOf, flipped } from './disk-files.ts';
import { reversed } from './variants.ts';

const KEYS = 40;
/** Most entries of a batch. */
export const BATCH = 4;

/** A store with a past. */
export interface Past {
  readonly options: OpenOptions;
  /** Its files. */
  readonly files: Files;
  /** Tables and logs that it has removed. */
  readonly removed: Files;
  /** What it holds. */
  readonly expected: ReadonlyMap<string, string>;
  /** Every value that each key ever had. Each was written once. */
  readonly ever: ReadonlyMap<string, ReadonlySet<string>>;
  /** The keys that each batch set or deleted, in order; values begin with the batch's place. */
  readonly batches: readonly (readonly string[])[];
}

/** Makes one, closed or as the death of its process leaves it. */
export async function makePast(random: Random): Promise<Past> {
  const options: OpenOptions = {
    memtableSize: random.pick([1024, 2048, 4096]),
    tableSize: random.pick([1024, 4096]),
    blockSize: random.pick([128, 256, 512]),
    cacheSize: 4096,
    compression: random.pick(['snappy', 'none']),
    filter: random.pick(['jump', 'jump', 'leveldb', 'none']),
    compaction: random.pick([leveled({ l0Trigger: 2 }), leveled(), tiered(), full()]),
    ...(random.chance(0.1) ? { comparator: reversed, filter: 'none' as const } : {}),
  };
  const removed: Files = new Map();
  const vfs = memoryVfs();
  const writer = new PastWriter(random, options, keepRemoved(vfs, removed));
  await writer.run(random.integer(10, 60));
  return { options, files: filesOf(vfs), removed, ...writer };
}

class PastWriter {
  readonly expected = new Map<string, string>();
  readonly ever = new Map<string, Set<string>>();
  readonly batches: string[][] = [];
  readonly #random: Random;
  readonly #open: () => JumpDB;

  constructor(random: Random, options: OpenOptions, vfs: Vfs) {
    this.#random = random;
    this.#open = () => open(DIRECTORY, { ...options, vfs });
  }

  async run(steps: number): Promise<void> {
    const random = this.#random;
    let db = this.#open();
    for (let step = 0; step < steps; step++) {
      for (let left = random.skewed(16); left > 0; left--) this.#write(db);
      const draw = random.integer(0, 99);
      if (draw < 50) await new Promise((resolve) => void setImmediate(resolve));
      else if (draw < 70) await db.flush();
      else if (draw < 80) await db.compact();
      else if (draw < 85) db.set('synced', this.#value('synced'), { sync: true });
      else if (draw < 88) {
        db.close();
        db = this.#open();
      }
    }
    if (random.chance(0.5)) db.close();
    else db.handOver();
  }

  #write(db: JumpDB): void {
    const random = this.#random;
    const batch = db.batch();
    const keys: string[] = [];
    this.batches.push(keys);
    for (let left = random.integer(1, BATCH); left > 0; left--) {
      const key = `key${String(random.integer(0, KEYS - 1)).padStart(2, '0')}`;
      if (keys.includes(key)) continue;
      keys.push(key);
      if (random.chance(0.25)) {
        batch.delete(key);
        this.expected.delete(key);
      } else batch.set(key, this.#value(key));
    }
    batch.write();
  }

  #value(key: string): string {
    if (key === 'synced') this.batches.push([key]);
    const value = `${this.batches.length - 1} ${'.'.repeat(this.#random.skewed(200))}`;
    this.expected.set(key, value);
    this.ever.set(key, (this.ever.get(key) ?? new Set()).add(value));
    return value;
  }
}

/** A file system that keeps, beside, what tables and logs were when they were removed. */
function keepRemoved(vfs: Vfs, removed: Files): Vfs {
  const remove = (path: string): void => {
    const name = path.split('/').at(-1)!;
    const type = parseFileName(name)?.type;
    if (type === 'table' || type === 'log') {
      const file = vfs.open(path, 'read');
      const bytes = new Uint8Array(file.size());
      file.read(bytes, 0, bytes.length, 0);
      file.close();
      removed.set(name, bytes);
    }
    vfs.remove(path);
  };
  return new Proxy(vfs, {
    get(target, key) {
      if (key === 'remove') return remove;
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** A way to damage a store, and what may be expected of it then. */
export interface Damage {
  readonly name: string;
  /** What is changed: names with their new bytes, `undefined` to remove. */
  readonly changes: ReadonlyMap<string, Uint8Array | undefined>;
  readonly tables: boolean;
  readonly logs: boolean;
  readonly manifest: boolean;
  readonly leftOvers: boolean;
  /**
   * Whether one byte of one table was changed, and nothing else: its filter tells what was lost.
   */
  readonly oneByte: boolean;
}

/** Draws a byte of one file of a kind, and nothing else; nothing at all if there is none. */
export function drawByte(random: Random, { files }: Past, kind: 'ldb' | 'log'): Damage {
  const names = [...files.keys()].filter((name) => name.endsWith(`.${kind}`));
  const full = names.filter((name) => files.get(name)!.length > 0);
  const changes = new Map<string, Uint8Array | undefined>();
  const parts = { tables: false, logs: false, manifest: false, leftOvers: false, oneByte: false };
  if (full.length === 0) return { name: 'nothing', changes, ...parts };
  const name = random.pick(full);
  changes.set(name, flip(random, files.get(name)!));
  return kind === 'log'
    ? { name: 'a byte of a log', changes, ...parts, logs: true }
    : { name: 'a byte of a table', changes, ...parts, tables: true, oneByte: true };
}

/** Draws some damage. */
export function drawDamage(random: Random, { files, removed }: Past): Damage {
  const changes = new Map<string, Uint8Array | undefined>();
  const done = new Set<string>();
  const names = (pattern: RegExp) => [...files.keys()].filter((name) => pattern.test(name));
  const harm = (pattern: RegExp, what: string): boolean => {
    const candidates = names(pattern).filter((name) => !changes.has(name));
    if (candidates.length === 0) return false;
    const name = random.pick(candidates);
    if (what === 'table' && random.chance(0.25)) {
      changes.set(name, files.get(random.pick(names(pattern)))!);
      done.add('table: another');
      return true;
    }
    const [how, bytes] = harmed(random, files.get(name)!, what);
    changes.set(name, bytes);
    done.add(`${what}: ${how}`);
    return true;
  };
  const chance = random.pick([0.15, 0.3, 0.6]);
  const tables = random.chance(chance) && harm(/\.ldb$/, 'table');
  const oneByte = tables && done.has('table: flip');
  const moreTables = tables && random.chance(0.3) && harm(/\.ldb$/, 'table');
  const logs = random.chance(chance) && harm(/\.log$/, 'log');
  let manifest = random.chance(chance) && harm(/^MANIFEST/, 'manifest');
  if (random.chance(chance)) manifest = harm(/^CURRENT$/, 'CURRENT') || manifest;
  let leftOvers = false;
  if (removed.size > 0 && random.chance(chance)) {
    const share = random.pick([0.1, 0.5, 1]);
    for (const [name, bytes] of removed) {
      if (!random.chance(share) || files.has(name)) continue;
      changes.set(name, bytes);
      leftOvers = true;
    }
    if (leftOvers) done.add('left-overs');
  }
  const name = [...done].sort().join(', ') || 'nothing';
  const alone = oneByte && !moreTables && !logs && !manifest && !leftOvers;
  return { name, changes, tables, logs, manifest, leftOvers, oneByte: alone };
}

/** Changes a byte. */
function flip(random: Random, bytes: Uint8Array): Uint8Array {
  const at = random.integer(0, bytes.length - 1);
  return flipped(bytes, at, random.pick([1, 0x80, 0xff, random.integer(1, 255)]));
}

/** Damages a file; `undefined` if it is gone. */
function harmed(random: Random, bytes: Uint8Array, what: string): [string, Uint8Array | undefined] {
  const copy = bytes.slice();
  const at = random.integer(0, Math.max(0, bytes.length - 1));
  const how = random.pick(['flip', 'flip', 'flip', 'cut', 'zeros', 'garbage', 'longer', 'gone']);
  if (how === 'gone') return [how, undefined];
  if (how === 'cut' || bytes.length === 0) return [how, copy.slice(0, at)];
  if (how === 'flip') return [how, flip(random, bytes)];
  const length = random.pick([16, 512, 4096]);
  const from = at - (at % length);
  if (how === 'zeros') copy.fill(0, from, from + length);
  if (how === 'garbage') {
    const to = Math.min(bytes.length, from + length);
    copy.set(random.bytes(to - from), from);
  }
  // Not a log: what is behind its end is a batch cut short, which is legal.
  if (how === 'longer') {
    const more = random.bytes(what === 'log' ? 0 : random.integer(1, 100));
    return [how, Uint8Array.from([...copy, ...more])];
  }
  return [how, copy];
}
