/**
 * Few merges: level 0 and one sorted run in each of the levels 1 to 6, the newest in the
 * shallowest.
 *
 *   L0  # # # #      new:  merged when there are `l0Trigger` of them …
 *   L1
 *   L2  ####         … with the runs behind them that are not much larger …
 *   L3  ########
 *   L4
 *   L5
 *   L6  ################################       … into the deepest level that is then free
 *
 * A run is only rewritten together with about as much that is newer, so an entry is rewritten about
 * log3(store / level 0) times while the six places suffice (the logarithmic method of Bentley and
 * Saxe, 1980). If every place is taken, the shallowest run joins, whatever its size. The defaults
 * are those that `simulate()` found best from 10 GB to 1 TB of uniform writes.
 */
import { manualPick, mergeInto, tombstonePick } from './picks.ts';
import { disjoint, hull, levelBytes, overlapBounds, totalBytes } from './ranges.ts';
import {
  type CompactionStrategy,
  checkLevel0,
  checkNames,
  checkNumber,
  DEEPEST,
  type LevelTables,
  type Pick,
  type PickState,
} from './strategy.ts';

/** Options of {@link tiered}; each has a default. */
export interface TieredOptions {
  /** Tables in level 0 that start a merge. Default 4. */
  readonly l0Trigger?: number;
  /**
   * A run joins a merge if it is at most this many times as large as what is newer and merged.
   * Default
   * 2. More: fewer runs to read, more rewritten. Less: runs stay apart for longer, but then a large
   * store soon fills all six places, and rewriting the shallowest run each time costs much more.
   */
  readonly sizeRatio?: number;
  /**
   * How many bytes the runs above the deepest may have, as a multiple of it, before everything is
   * merged: what overwritten and deleted entries may cost in space. Default 1.
   */
  readonly spaceLimit?: number;
  /**
   * The share of tombstones above which a table is merged early; 1 switches it off. Default 0.5.
   */
  readonly tombstoneShare?: number;
  /** Tables in level 0 that stop writers. Default six times `l0Trigger`. */
  readonly stop?: number;
}

const NAMES = ['l0Trigger', 'sizeRatio', 'spaceLimit', 'tombstoneShare', 'stop'] as const;

/**
 * Makes the strategy for stores that are mostly written: fewer bytes rewritten than with `leveled()`, up
 * to seven runs to read, up to twice the space, and now and then a merge of everything at once.
 *
 * @throws RangeError, TypeError for options that make no sense, naming them
 */
export function tiered(options: TieredOptions = {}): CompactionStrategy {
  checkNames('tiered()', options, NAMES);
  const trigger = checkNumber('tiered()', 'l0Trigger', options.l0Trigger ?? 4, 1);
  const ratio = checkNumber('tiered()', 'sizeRatio', options.sizeRatio ?? 2, 0.01);
  const spaceLimit = checkNumber('tiered()', 'spaceLimit', options.spaceLimit ?? 1, 0.1);
  const share = checkNumber('tiered()', 'tombstoneShare', options.tombstoneShare ?? 0.5, 0.05, 1);
  const level0 = checkLevel0('tiered()', trigger, {
    stop: options.stop ?? 6 * trigger,
  });
  return {
    name: 'tiered',
    level0,
    pick(state) {
      const count = state.levels[0]!.length;
      if (count < trigger) return tombstonePick(state, share);
      const reason = `${count} tables in L0, limit ${trigger}`;
      return moveBehind(state, reason) ?? mergeRuns(state, ratio, spaceLimit, reason);
    },
    manual: (state, range) => manualPick(state, range, DEEPEST),
    withMergeThreshold: (l0Trigger) => tiered({ ...options, l0Trigger }),
  };
}

/** Tables that overlap nothing, as keys in ascending order make them, sink as deep as they can. */
function moveBehind(state: PickState, reason: string): Pick | undefined {
  const tables = state.levels[0]!;
  if (!disjoint(tables, state.compareUser)) return undefined;
  const range = hull(tables, state.compareUser);
  let level = 0;
  while (level < DEEPEST) {
    const [from, to] = overlapBounds(state.levels[level + 1]!, range, state.compareUser);
    if (from < to) break;
    level++;
  }
  return level === 0 ? undefined : mergeInto(state, [{ level: 0, tables }], level, reason);
}

/** Merges level 0 with as many runs as are due. */
function mergeRuns(state: PickState, ratio: number, spaceLimit: number, why: string): Pick {
  const sources: LevelTables[] = [{ level: 0, tables: state.levels[0]! }];
  let bytes = totalBytes(state.levels[0]!);
  const runs = [1, 2, 3, 4, 5, 6].filter((level) => state.levels[level]!.length > 0);
  const above = runs.slice(0, -1).reduce((sum, level) => sum + levelBytes(state, level), bytes);
  const last = runs.at(-1);
  const everything = last !== undefined && above > spaceLimit * levelBytes(state, last);
  let joined = 0;
  for (const level of runs) {
    const size = levelBytes(state, level);
    // A run in level 1 that did not join would leave no level for the result.
    if (!everything && size > ratio * bytes && level > 1) break;
    sources.push({ level, tables: state.levels[level]! });
    bytes += size;
    joined++;
  }
  const next = runs[joined];
  const reason = everything
    ? `${why}; newer runs above ${spaceLimit} times the last`
    : `${why}; ${joined} of ${runs.length} runs join`;
  return {
    inputs: sources,
    outputLevel: next === undefined ? DEEPEST : next - 1,
    reason,
    trivialMove: false,
  };
}
