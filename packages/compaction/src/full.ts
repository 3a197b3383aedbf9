/**
 * The way of the original JumpDB: when there are so many segments, all become one.
 *
 * "One" is one sorted run in the deepest level, in tables of the usual size. Tables there whose keys
 * nothing newer touches are not rewritten: the result is the same.
 */
import { manualPick, mergeInto } from './picks.ts';
import {
  type CompactionStrategy,
  checkLevel0,
  checkNames,
  checkNumber,
  DEEPEST,
  type LevelTables,
} from './strategy.ts';

/** Options of {@link full}; each has a default. */
export interface FullOptions {
  /**
   * Sorted runs (each table of level 0, each other level with tables) that start a merge; at least
   * 2. Default 3.
   */
  readonly mergeThreshold?: number;
  /** Tables in level 0 that stop writers. Default eight times `mergeThreshold`. */
  readonly stop?: number;
}

/**
 * Makes the original's strategy: everything into one run whenever there are `mergeThreshold` of them.
 * Reads and space are the best there are; every few flushes rewrite what they overlap, so the cost
 * of writing grows with the store. For small stores, and for those written once.
 *
 * @throws RangeError, TypeError for options that make no sense, naming them
 */
export function full(options: FullOptions = {}): CompactionStrategy {
  checkNames('full()', options, ['mergeThreshold', 'stop']);
  const threshold = checkNumber('full()', 'mergeThreshold', options.mergeThreshold ?? 3, 2);
  const level0 = checkLevel0('full()', threshold, {
    stop: options.stop ?? 8 * threshold,
  });
  return {
    name: 'full',
    level0,
    pick(state) {
      const sources: LevelTables[] = [];
      state.levels.forEach((tables, level) => {
        if (level < DEEPEST && tables.length > 0) sources.push({ level, tables });
      });
      const runs =
        state.levels[0]!.length +
        sources.filter(({ level }) => level > 0).length +
        (state.levels[DEEPEST]!.length > 0 ? 1 : 0);
      if (runs < threshold || sources.length === 0) return undefined;
      return mergeInto(state, sources, DEEPEST, `${runs} sorted runs, limit ${threshold}`);
    },
    manual: (state, range) => manualPick(state, range, DEEPEST),
    withMergeThreshold: (mergeThreshold) => full({ ...options, mergeThreshold }),
  };
}
