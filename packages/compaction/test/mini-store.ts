/** The smallest store that can compact: tables in a memory file system, no log, no manifest. */
import { bytewiseComparator, type Comparator } from '@jump/base';
import type { TableMeta } from '@jump/manifest';
import { TableReader } from '@jump/sstable';
import type { Entry } from '@jump/testkit';
import { memoryVfs, type Vfs } from '@jump/vfs';
import {
  type CompactionStrategy,
  checkPick,
  DropRule,
  type JobResult,
  makeJob,
  outputsAtMost,
  type Pick,
  type PickState,
  runCompaction,
  type TableSpec,
  writeTables,
} from '../src/index.ts';
import { ListCursor } from './list-cursor.ts';
import { byKey, drain, NO_SNAPSHOT, sortedBySmallest, stateOf } from './merge-model.ts';

export const SMALL: TableSpec = { tableSize: 2000, blockSize: 256, compression: 'snappy' };

export class MiniStore {
  readonly vfs: Vfs;
  readonly comparator: Comparator = bytewiseComparator;
  readonly spec: TableSpec;
  levels: TableMeta[][] = [[], [], [], [], [], [], []];
  pointers: (Uint8Array | undefined)[] = Array(7).fill(undefined);
  blocked = new Map<number, number>();
  snapshots: number[] = [];
  next = 1;
  jobs: string[] = [];

  constructor(spec: TableSpec = SMALL, vfs: Vfs = memoryVfs()) {
    this.vfs = vfs;
    this.spec = spec;
    vfs.makeDirectory('/db');
  }

  state(): PickState {
    return stateOf(this.levels, {
      tableSize: this.spec.tableSize,
      compactPointers: this.pointers,
      oldestSnapshot: this.snapshots[0] ?? NO_SNAPSHOT,
      tombstonesBlocked: this.blocked,
    });
  }

  /** Makes one table of level 0. */
  flush(entries: readonly Entry[]): TableMeta {
    const cursor = new ListCursor([...entries].sort(byKey));
    const written = finish(
      writeTables(cursor, {
        vfs: this.vfs,
        directory: '/db',
        numbers: { first: this.next++, count: 1 },
        comparator: this.comparator,
        table: this.spec,
        rule: new DropRule({ snapshots: this.snapshots, older: 'everywhere' }),
      }),
    );
    this.levels[0]!.unshift(...written.tables);
    return written.tables[0]!;
  }

  /** Carries a pick out, as a store does. */
  apply(pick: Pick): JobResult | undefined {
    const state = this.state();
    checkPick(state, pick);
    this.jobs.push(pick.reason);
    let result: JobResult | undefined;
    let made = pick.inputs.flatMap(({ tables }) => tables);
    if (!pick.trivialMove) {
      const count = outputsAtMost(state, pick, this.spec.tableSize);
      const job = makeJob(state, pick, {
        directory: '/db',
        numbers: { first: this.next, count },
        snapshots: this.snapshots,
        table: this.spec,
      });
      this.next += count;
      result = finish(runCompaction(structuredClone(job), this));
      made = [...result.tables];
    }
    const taken = new Set(pick.inputs.flatMap(({ tables }) => tables));
    this.levels = this.levels.map((tables) => tables.filter((one) => !taken.has(one)));
    this.levels[pick.outputLevel]!.push(...made);
    sortedBySmallest(this.levels[pick.outputLevel]!);
    if (!pick.trivialMove) for (const { number } of taken) this.vfs.remove(this.path(number));
    for (const [number, sequence] of result?.blocked ?? []) this.blocked.set(number, sequence);
    if (pick.pointer !== undefined) this.pointers[pick.pointer.level] = pick.pointer.key;
    return result;
  }

  /** Carries out picks until there is none; returns how many. */
  settle(strategy: CompactionStrategy): number {
    for (let count = 0; ; count++) {
      const pick = strategy.pick(this.state());
      if (pick === undefined) return count;
      if (count > 300) throw new Error(`does not end: ${this.jobs.slice(-5).join('; ')}`);
      this.apply(pick);
    }
  }

  /**
   * Everything that readers could meet, as they meet it: of each user key, what lies in a shallower
   * level hides what is deeper; so an older version above a newer one would be seen in the views.
   */
  entries(): Entry[] {
    return this.levels.flat().flatMap(({ number }) => this.table(number));
  }

  table(number: number): Entry[] {
    const reader = TableReader.open(
      { vfs: this.vfs, path: this.path(number) },
      { keys: 'internal' },
    );
    const entries = drain(reader.cursor());
    reader.close();
    return entries;
  }

  path(number: number): string {
    return `/db/${String(number).padStart(6, '0')}.ldb`;
  }
}

/** Runs a generator to its end. */
export function finish<T>(generator: Generator<number, T, void>): T {
  for (;;) {
    const step = generator.next();
    if (step.done === true) return step.value;
  }
}
