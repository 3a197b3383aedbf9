/**
 * The boundary between deciding and doing: a strategy looks at the live tables and names what to
 * merge.
 *
 * A strategy is a pure function of what it is shown: it reads no file, no clock, and keeps no
 * state, so that its tests are tables of text, and `simulate()` can run it over a store larger than any disk.
 *
 * What every pick must obey, whoever made it ({@link checkPick} refuses the rest):
 *
 * - nothing is written to level 0, whose tables are ordered by their numbers;
 * - levels from 1 on stay one sorted run: no output overlaps a table that stays in its level;
 * - nothing older ever comes to lie above something newer of the same key: whatever moves down, no
 *   older version of its keys stays in its own level or in one that it passes.
 */
import { LEVELS, type TableMeta } from '@jump/manifest';

export { LEVELS };

/** The deepest level. */
export const DEEPEST: number = LEVELS - 1;

/** The live tables, and all else that a decision may depend on. Not to be changed by a strategy. */
export interface PickState {
  /** Seven levels; level 0 by number, highest first; the others in ascending order of keys. */
  readonly levels: readonly (readonly TableMeta[])[];
  /** The order of user keys. */
  readonly compareUser: (a: Uint8Array, b: Uint8Array) => number;
  /** For each level the internal key behind which its next round goes on; `undefined` at the start. */
  readonly compactPointers: readonly (Uint8Array | undefined)[];
  /** How large tables are made, in bytes. */
  readonly tableSize: number;
  /** The oldest sequence that a snapshot, an iterator or a cursor needs; `Infinity` without any. */
  readonly oldestSnapshot: number;
  /**
   * Tables with tombstones that a snapshot held back when they were written, and the sequence that
   * `oldestSnapshot` must have reached for all of them to go; see {@link JobResult.blocked}. Without it
   * a table full of them would be rewritten for ever.
   */
  readonly tombstonesBlocked: ReadonlyMap<number, number>;
  /** The bytes of each level, where they are known; else the strategy adds them up. */
  readonly levelBytes?: readonly number[];
  /**
   * The tombstones of each level, where they are known: a level with 0 is not searched for them.
   */
  readonly levelTombstones?: readonly number[];
  /**
   * What looking into this table has cost readers for nothing, in bytes that could have been merged
   * meanwhile. Without it no merge is asked for by reads.
   */
  readonly readDebt?: (table: TableMeta) => number;
  /**
   * For a manual compaction: tables from this number on came after it began. It need not merge them
   * because they are small, or it might do so for ever.
   */
  readonly firstNew?: number;
}

/** Tables of one level. */
export interface LevelTables {
  /** The level, 0 to 6. */
  readonly level: number;
  /** Its tables, in the order in which the level has them. */
  readonly tables: readonly TableMeta[];
}

/** What to merge, and where to. Plain data. */
export interface Pick {
  /** What is read: at least one table, each level at most once, ascending. */
  readonly inputs: readonly LevelTables[];
  /** Where the result goes: 1 to 6, and not above any input. */
  readonly outputLevel: number;
  /** Why, for people: `4 tables in L0, limit 4`. */
  readonly reason: string;
  /** Whether the tables can change their level as they are, without being read. */
  readonly trivialMove: boolean;
  /** Where the next round of that level begins: behind this internal key. */
  readonly pointer?: {
    /** The level. */
    readonly level: number;
    /** The internal key. */
    readonly key: Uint8Array;
  };
}

/** User keys from `smallest` to `largest`, both included; `undefined` is no bound. */
export interface KeyRange {
  /** The first user key. */
  readonly smallest: Uint8Array | undefined;
  /** The last user key. */
  readonly largest: Uint8Array | undefined;
}

/** How many tables in level 0 stop writers. */
export interface Level0Limits {
  /** From this many on, a writer waits until there are fewer. */
  readonly stop: number;
}

/** Decides what to merge. Any object of this form can be given to a store. */
export interface CompactionStrategy {
  /** For messages and statistics. */
  readonly name: string;
  /** When writers wait. `pick` must find something at `stop` tables, or they would wait for ever. */
  readonly level0: Level0Limits;
  /** Names the most urgent job, or `undefined` if none is worth its cost. Pure. */
  pick(state: PickState): Pick | undefined;
  /**
   * Names the next job of a manual compaction of a range, or `undefined` when it is done. Pure; called
   * again on the state after each job, so each must come nearer to the end.
   */
  manual(state: PickState, range: KeyRange): Pick | undefined;
  /** Returns the same strategy with another number of new tables that starts a merge. */
  withMergeThreshold?(tables: number): CompactionStrategy;
}

/** Checks an option that must be a number in a range. */
export function checkNumber(
  strategy: string,
  option: string,
  value: number,
  low: number,
  high: number = Number.MAX_SAFE_INTEGER,
): number {
  if (typeof value !== 'number') {
    throw new TypeError(`${strategy}: ${option} must be a number, not ${typeof value}`);
  }
  if (!(value >= low && value <= high)) {
    throw new RangeError(`${strategy}: ${option} must be from ${low} to ${high}, not ${value}`);
  }
  return value;
}

/** Checks the limits of level 0: a store must not stop its writers before it compacts for them. */
export function checkLevel0(strategy: string, trigger: number, limits: Level0Limits): Level0Limits {
  checkNumber(strategy, 'stop', limits.stop, trigger);
  return { stop: limits.stop };
}

/** Refuses options of unknown names. */
export function checkNames(strategy: string, options: object, names: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) throw new TypeError(`${strategy}: unknown option ${name}`);
  }
}
