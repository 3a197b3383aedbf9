/**
 * LevelDB's shape (its `doc/impl.md`): level 0 holds what was flushed, each deeper level is one sorted
 * run, ten times as large as the one above. A level over its size gives one table at a time to the
 * next, in turn over the key range, so that a write costs about the multiplier once for each level.
 * When nothing is due, tables that readers look into for nothing go down, too (`read-pick.ts`).
 */
import type { TableMeta } from '@jump/manifest';
import {
  afterPointer,
  EXPANSION_FACTOR,
  GRANDPARENT_FACTOR,
  grandparentBytes,
  manualPick,
  mergeInto,
  tombstonePick,
} from './picks.ts';
import {
  hull,
  level0Closure,
  levelBytes,
  overlapBounds,
  spanOf,
  totalBytes,
  withBoundaries,
} from './ranges.ts';
import { readPick } from './read-pick.ts';
import {
  type CompactionStrategy,
  checkLevel0,
  checkNames,
  checkNumber,
  DEEPEST,
  type Pick,
  type PickState,
} from './strategy.ts';

/** Options of {@link leveled}; each has a default. */
export interface LeveledOptions {
  /**
   * Tables in level 0 that start a merge. Default 4. More: fewer bytes rewritten, more tables to
   * ask in every read.
   */
  readonly l0Trigger?: number;
  /**
   * How many times larger each level is than the one above. Default 10. Less: more levels to read;
   * more: each merge rewrites more.
   */
  readonly levelMultiplier?: number;
  /**
   * The size of level 1, in bytes. Default five tables, at least 10 MiB: with tables of 2 MiB,
   * LevelDB's.
   */
  readonly baseSize?: number;
  /**
   * The share of tombstones above which a table is merged early; 1 switches it off. Default 0.5.
   */
  readonly tombstoneShare?: number;
  /** Tables in level 0 that stop writers. Default six times `l0Trigger`. */
  readonly stop?: number;
}

/** LevelDB's size of level 1, and that in its tables. */
const SMALLEST_BASE = 10 * 1024 * 1024;
const BASE_TABLES = 5;

const NAMES = ['l0Trigger', 'levelMultiplier', 'baseSize', 'tombstoneShare', 'stop'] as const;

/**
 * Makes LevelDB's strategy: few sorted runs, so reads and space are cheap, and a write is rewritten
 * about ten times for each level. The right one unless writes are nearly everything.
 *
 * @throws RangeError, TypeError for options that make no sense, naming them
 */
export function leveled(options: LeveledOptions = {}): CompactionStrategy {
  checkNames('leveled()', options, NAMES);
  const trigger = checkNumber('leveled()', 'l0Trigger', options.l0Trigger ?? 4, 1);
  const multiplier = checkNumber('leveled()', 'levelMultiplier', options.levelMultiplier ?? 10, 2);
  const { baseSize } = options;
  if (baseSize !== undefined) checkNumber('leveled()', 'baseSize', baseSize, 1);
  const share = checkNumber('leveled()', 'tombstoneShare', options.tombstoneShare ?? 0.5, 0.05, 1);
  const level0 = checkLevel0('leveled()', trigger, {
    stop: options.stop ?? 6 * trigger,
  });
  return {
    name: 'leveled',
    level0,
    pick(state) {
      const base = baseSize ?? Math.max(SMALLEST_BASE, BASE_TABLES * state.tableSize);
      const { level, score } = fullest(state, trigger, base, multiplier);
      if (score < 1) return tombstonePick(state, share) ?? readPick(state);
      return level === 0 ? pickLevel0(state, trigger) : pickLevel(state, level, score);
    },
    manual: (state, range) => manualPick(state, range, 1),
    withMergeThreshold: (l0Trigger) => leveled({ ...options, l0Trigger }),
  };
}

/** The level that is furthest over its limit: files count in level 0, bytes in the others. */
function fullest(
  state: PickState,
  trigger: number,
  base: number,
  multiplier: number,
): { level: number; score: number } {
  let level = 0;
  let score = state.levels[0]!.length / trigger;
  // The deepest level has no limit: there is nowhere to go.
  for (let at = 1, limit = base; at < DEEPEST; at++, limit *= multiplier) {
    const fill = levelBytes(state, at) / limit;
    if (fill > score) {
      score = fill;
      level = at;
    }
  }
  return { level, score };
}

/** Merges the oldest table of level 0, and all that must go with it, into level 1. */
function pickLevel0(state: PickState, trigger: number): Pick {
  const tables = state.levels[0]!;
  const oldest = tables.at(-1)!;
  const sources = level0Closure(tables, spanOf(oldest), state.compareUser);
  return finish(state, 0, sources, `${tables.length} tables in L0, limit ${trigger}`);
}

/** Merges the table behind the level's pointer into the next level. */
function pickLevel(state: PickState, level: number, score: number): Pick {
  const tables = state.levels[level]!;
  const at = afterPointer(state, level);
  const sources = tables.slice(...withBoundaries(tables, [at, at + 1], state.compareUser));
  const pick = finish(state, level, sources, `L${level} is at ${Math.round(score * 100)}%`);
  return { ...pick, pointer: { level, key: pick.inputs[0]!.tables.at(-1)!.largest } };
}

/**
 * Adds the tables of the next level, then takes more of the upper one as long as that draws in
 * nothing more of the next: work that is saved later, for reading what is read anyway.
 */
function finish(
  state: PickState,
  level: number,
  sources: readonly TableMeta[],
  reason: string,
): Pick {
  const pick = mergeInto(state, [{ level, tables: sources }], level + 1, reason);
  const met = pick.inputs[1]?.tables ?? [];
  if (met.length === 0) return { ...pick, trivialMove: pick.trivialMove && isCheap(state, pick) };
  const range = hull([...sources, ...met], state.compareUser);
  const tables = state.levels[level]!;
  const more =
    level === 0
      ? level0Closure(tables, range, state.compareUser)
      : tables.slice(
          ...withBoundaries(
            tables,
            overlapBounds(tables, range, state.compareUser),
            state.compareUser,
          ),
        );
  if (more.length === sources.length) return pick;
  if (totalBytes(more) + totalBytes(met) > EXPANSION_FACTOR * state.tableSize) return pick;
  const grown = mergeInto(state, [{ level, tables: more }], level + 1, reason);
  return grown.inputs[1]!.tables.length === met.length ? grown : pick;
}

/** A table that spans much of the level behind must be merged, which cuts it, and not be moved. */
function isCheap(state: PickState, pick: Pick): boolean {
  const limit = GRANDPARENT_FACTOR * state.tableSize;
  return grandparentBytes(state, pick.inputs[0]!.tables, pick.outputLevel) <= limit;
}
