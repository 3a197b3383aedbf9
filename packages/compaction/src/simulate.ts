/**
 * What a strategy costs on a store far larger than this machine's disk: the strategy itself
 * decides, as in a store, but tables are only ranges of keys with expected counts (see
 * simulate-tables.ts).
 *
 * The model, and its limits:
 * - memtables are flushed one after the other, and merges take no time: level 0 never backs up, so
 *   nothing is said about stalls; a store that cannot keep up merges more tables at once, and
 *   writes less;
 * - within a table keys are spread evenly; keys of one popularity are independent of each other;
 *   hot keys are scattered over all positions (hot *ranges* would cost less);
 * - there are no snapshots; a merge's outputs are counted beside its inputs until it ends (`peak`);
 * - the log is not counted: it adds 1 to the write amplification;
 * - entries have one size, and filters, indexes and partly filled blocks are a constant for each.
 */
import { compareBytes } from '@jump/base';
import { checkPick } from './check-pick.ts';
import type { SimulationResult, SimulationSample } from './simulate-result.ts';
import {
  bytesOf,
  ModelTable,
  mergeSegments,
  type Segment,
  TableCutter,
} from './simulate-tables.ts';
import { distinct, type Plan, planOf, type Workload } from './simulate-workload.ts';
import { type CompactionStrategy, LEVELS, type Pick, type PickState } from './strategy.ts';

/** Picks after one flush, above which a strategy is taken not to come to an end. */
const MAX_PICKS = 100_000;
const SAMPLES = 100;

/**
 * Simulates a strategy under a workload, with expected values instead of entries. The same
 * arguments give the same result. A terabyte of writes takes one to three seconds with the default
 * sizes; time grows with the number of tables written.
 *
 * @throws TypeError, RangeError for a workload that makes no sense, or a strategy that picks what
 *   it may not, or does not come to an end
 */
export function simulate(strategy: CompactionStrategy, workload: Workload): SimulationResult {
  const store = new ModelStore(strategy, planOf(workload));
  return store.run();
}

class ModelStore {
  readonly #strategy: CompactionStrategy;
  readonly #plan: Plan;
  readonly #levels: ModelTable[][] = Array.from({ length: LEVELS }, () => []);
  readonly #bytes: number[] = Array(LEVELS).fill(0);
  readonly #tombstones: number[] = Array(LEVELS).fill(0);
  readonly #widths: number[] = Array(LEVELS).fill(0);
  readonly #pointers: (Uint8Array | undefined)[] = Array(LEVELS).fill(undefined);
  readonly #series: SimulationSample[] = [];
  #random: number;
  #next = 1;
  #written = 0;
  /** Sequential: new keys so far; also the next position, modulo `keys`. */
  #fresh = 0;
  #flushedBytes = 0;
  #mergedBytes = 0;
  #flushes = 0;
  #merges = 0;
  #moves = 0;
  #largestMerge = 0;
  #peak = 0;

  constructor(strategy: CompactionStrategy, plan: Plan) {
    this.#strategy = strategy;
    this.#plan = plan;
    this.#random = plan.seed >>> 0;
  }

  run(): SimulationResult {
    const { writes } = this.#plan;
    let space = 0;
    let reads = 0;
    let counted = 0;
    while (this.#written < writes) {
      const count = Math.min(writes - this.#written, this.#varied(this.#plan.writesPerFlush));
      this.#flush(count);
      this.#settle();
      const sample = this.#sample();
      // Before the last step is done the store is not at its size, and small.
      if (this.#written >= writes / 2) {
        space += sample.spaceAmplification;
        reads += sample.readAmplification;
        counted++;
      }
      if (this.#written >= ((this.#series.length + 1) / SAMPLES) * writes)
        this.#series.push(sample);
    }
    return this.#result(space / counted, reads / counted);
  }

  /** A number near `mean`: nothing in a store is exactly as large as it should be. */
  #varied(mean: number): number {
    // mulberry32: small, and good enough to keep table ends from lining up.
    this.#random = (this.#random + 0x6d2b79f5) >>> 0;
    let bits = this.#random;
    bits = Math.imul(bits ^ (bits >>> 15), bits | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return mean * (0.97 + (0.06 * ((bits ^ (bits >>> 14)) >>> 0)) / 0x1_0000_0000);
  }

  #flush(writes: number): void {
    const plan = this.#plan;
    const segments =
      plan.distribution === 'sequential' ? this.#nextKeys(writes) : this.#anyKeys(writes);
    this.#written += writes;
    this.#flushes++;
    const table = new ModelTable(this.#next++, segments, plan);
    this.#flushedBytes += table.fileSize;
    this.#levels[0]!.unshift(table);
    this.#account(0, table, 1);
  }

  #anyKeys(writes: number): Segment[] {
    const { classes, keys, deletes } = this.#plan;
    const entries = classes.map((one) => distinct(one, writes));
    return [{ low: 0, high: keys, entries, tombstones: entries.map((count) => count * deletes) }];
  }

  /** New keys in their order, and others among those that are there already. */
  #nextKeys(writes: number): Segment[] {
    const { keys, overwrites, deletes } = this.#plan;
    const fresh = Math.max(1, Math.round(writes * (1 - overwrites - deletes)));
    const again = Math.round(writes * (overwrites + deletes));
    const low = this.#fresh % keys;
    const high = Math.min(keys, low + fresh);
    const known = Math.min(keys, this.#fresh);
    this.#fresh += high - low;
    const share = again > 0 ? deletes / (overwrites + deletes) : 0;
    const older = (from: number, to: number): Segment[] => {
      if (to <= from || again <= 0) return [];
      const hits = distinct({ keys: known, share: 1 }, again) * ((to - from) / known);
      const entries = [hits];
      return [{ low: from, high: to, entries, tombstones: entries.map((count) => count * share) }];
    };
    const entries = [high - low];
    return [
      ...older(0, Math.min(low, known)),
      { low, high, entries, tombstones: [0] },
      ...older(high, known),
    ];
  }

  #settle(): void {
    for (let count = 0; ; count++) {
      const state = this.#state();
      const pick = this.#strategy.pick(state);
      if (pick === undefined) return;
      if (count === MAX_PICKS) {
        throw new RangeError(
          `${this.#strategy.name}: ${MAX_PICKS} picks, and no end: ${pick.reason}`,
        );
      }
      checkPick(state, pick, this.#strategy.name);
      if (pick.trivialMove) this.#move(pick);
      else this.#merge(pick);
      if (pick.pointer !== undefined) this.#pointers[pick.pointer.level] = pick.pointer.key;
    }
  }

  #state(): PickState {
    return {
      levels: this.#levels,
      compareUser: compareBytes,
      compactPointers: this.#pointers,
      tableSize: this.#plan.tableSize,
      oldestSnapshot: Number.POSITIVE_INFINITY,
      tombstonesBlocked: new Map(),
      levelBytes: this.#bytes,
      levelTombstones: this.#tombstones,
    };
  }

  #move(pick: Pick): void {
    this.#moves++;
    const tables = this.#takeOut(pick);
    this.#putIn(pick.outputLevel, tables.flat());
  }

  #merge(pick: Pick): void {
    const plan = this.#plan;
    const runs = this.#takeOut(pick);
    const read = runs.flat().reduce((sum, { fileSize }) => sum + fileSize, 0);
    const cutter = new TableCutter(
      plan,
      () => this.#next++,
      () => this.#varied(plan.tableSize),
    );
    const layers = runs.map((run) => run.flatMap(({ segments }) => segments));
    const mayBeOlder = (low: number, high: number): boolean =>
      plan.deletes > 0 && this.#overlapsBelow(pick.outputLevel, low, high);
    mergeSegments(plan, layers, mayBeOlder, (piece) => cutter.add(piece));
    cutter.end();
    const before = this.#diskBytes() + read;
    this.#putIn(pick.outputLevel, cutter.tables);
    const written = cutter.tables.reduce((sum, { fileSize }) => sum + fileSize, 0);
    this.#mergedBytes += written;
    this.#merges++;
    this.#largestMerge = Math.max(this.#largestMerge, read);
    if (this.#written >= plan.writes / 2) {
      this.#peak = Math.max(this.#peak, (before + written) / this.#liveBytes());
    }
  }

  /** Tells whether a level deeper than this one has a table at these positions. */
  #overlapsBelow(level: number, low: number, high: number): boolean {
    return this.#levels.some((tables, below) => {
      if (below <= level) return false;
      let from = 0;
      let to = tables.length;
      while (from < to) {
        const middle = (from + to) >>> 1;
        if (tables[middle]!.high <= low) from = middle + 1;
        else to = middle;
      }
      return from < tables.length && tables[from]!.low < high;
    });
  }

  /** Takes the inputs out of their levels; returns them as sorted runs, the newest first. */
  #takeOut(pick: Pick): ModelTable[][] {
    const runs: ModelTable[][] = [];
    for (const { level, tables } of pick.inputs) {
      const from = this.#levels[level]!;
      // The state's tables are ours, so the inputs are; checkPick() has seen to it.
      // A copy: a strategy may name a level's own array, which changes below.
      const taken = [...tables] as ModelTable[];
      const at = from.indexOf(taken[0]!);
      if (taken.every((table, i) => from[at + i] === table)) from.splice(at, taken.length);
      else {
        const gone = new Set(taken);
        this.#levels[level] = from.filter((table) => !gone.has(table));
      }
      for (const table of taken) this.#account(level, table, -1);
      if (level > 0) runs.push(taken);
      else for (const table of taken.toSorted((a, b) => b.number - a.number)) runs.push([table]);
    }
    return runs;
  }

  /** Puts tables, which nothing there overlaps, into a level. */
  #putIn(level: number, tables: ModelTable[]): void {
    const target = this.#levels[level]!;
    const sorted = tables.toSorted((a, b) => compareBytes(a.smallest, b.smallest));
    for (const table of sorted) this.#account(level, table, 1);
    if (sorted.length === 0) return;
    const place = (table: ModelTable): number => {
      let low = 0;
      let high = target.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (compareBytes(target[middle]!.smallest, table.smallest) < 0) low = middle + 1;
        else high = middle;
      }
      return low;
    };
    const at = place(sorted[0]!);
    // A merge's outputs are neighbours; tables that were moved need not be.
    if (at === place(sorted.at(-1)!)) target.splice(at, 0, ...sorted);
    else for (const table of sorted) target.splice(place(table), 0, table);
  }

  #account(level: number, table: ModelTable, sign: 1 | -1): void {
    this.#bytes[level]! += sign * table.fileSize;
    this.#widths[level]! += sign * (table.high - table.low);
    // Rounding must not leave a level with tombstones that it has not.
    const left = this.#tombstones[level]! + sign * table.tombstones;
    this.#tombstones[level] =
      this.#levels[level]!.length === 0 || left < 1e-6 ? Math.max(0, left) : left;
  }

  #diskBytes(): number {
    return this.#bytes.reduce((sum, bytes) => sum + bytes, 0);
  }

  #distinctKeys(): number {
    const { classes, distribution, keys } = this.#plan;
    if (distribution === 'sequential') return Math.min(keys, this.#fresh);
    return classes.reduce((sum, one) => sum + distinct(one, this.#written), 0);
  }

  /** Keys whose last write was no deletion. */
  #liveKeys(): number {
    return this.#distinctKeys() * (1 - this.#plan.deletes);
  }

  #liveBytes(): number {
    return Math.max(1, bytesOf(this.#plan, this.#liveKeys(), 0));
  }

  #userBytes(): number {
    const { keySize, valueSize, deletes } = this.#plan;
    return this.#written * Math.max(1, keySize + valueSize * (1 - deletes));
  }

  #sample(): SimulationSample {
    const { distribution, keys } = this.#plan;
    const extent = distribution === 'sequential' ? Math.min(keys, this.#fresh) : keys;
    const userBytes = this.#userBytes();
    const diskBytes = this.#diskBytes();
    return {
      userBytes,
      diskBytes,
      levelBytes: [...this.#bytes],
      tables: this.#levels.reduce((sum, tables) => sum + tables.length, 0),
      writeAmplification: (this.#flushedBytes + this.#mergedBytes) / userBytes,
      spaceAmplification: diskBytes / this.#liveBytes(),
      readAmplification: this.#widths.reduce((sum, width) => sum + width, 0) / extent,
    };
  }

  #result(space: number, reads: number): SimulationResult {
    const userBytes = this.#userBytes();
    return {
      writeAmplification: (this.#flushedBytes + this.#mergedBytes) / userBytes,
      spaceAmplification: space,
      peakSpaceAmplification: Math.max(this.#peak, space),
      readAmplification: reads,
      userBytes,
      diskBytes: this.#diskBytes(),
      liveKeys: this.#liveKeys(),
      overwriteShare: 1 - this.#distinctKeys() / this.#written,
      flushedBytes: this.#flushedBytes,
      mergedBytes: this.#mergedBytes,
      flushes: this.#flushes,
      merges: this.#merges,
      moves: this.#moves,
      largestMerge: this.#largestMerge,
      levels: this.#levels.map((tables, level) => ({
        tables: tables.length,
        bytes: this.#bytes[level]!,
      })),
      series: this.#series,
    };
  }
}
