/**
 * Merges that reads ask for. Each sorted run more has to be looked into by scans, and by reads of
 * single keys as far as filters do not spare it. What that costs is a table's debt; once it would
 * have paid for merging the table into the run below, that is done: the rule of renting skis until
 * they could have been bought. LevelDB does so after a number of seeks that grows with the table
 * (`allowed_seeks`, in its `db/version_set.cc`).
 */
import type { TableMeta } from '@jump/manifest';
import { mergeInto } from './picks.ts';
import {
  hull,
  level0Closure,
  nextOverlappingLevel,
  spanOf,
  totalBytes,
  withBoundaries,
} from './ranges.ts';
import { DEEPEST, type Pick, type PickState } from './strategy.ts';

/** A merge, and how many times the debts of its tables pay for it. */
interface Offer {
  readonly pick: Pick;
  readonly worth: number;
}

/** Names the merge that its tables' debts pay for most often, if one of them does. Pure. */
export function readPick(state: PickState): Pick | undefined {
  const { readDebt, levels } = state;
  if (readDebt === undefined) return undefined;
  let best: Offer | undefined;
  for (let level = 0; level < DEEPEST; level++) {
    for (const table of levels[level]!) {
      // Its own bytes are the least that a merge reads; in level 0 another may have the debts.
      if (level > 0 && readDebt(table) < table.fileSize) continue;
      const offer = offerFor(state, level, table, readDebt);
      if (offer !== undefined && offer.worth >= (best?.worth ?? 1)) best = offer;
    }
  }
  return best?.pick;
}

/** What it takes that reads need no longer look into a table of this level. */
function offerFor(
  state: PickState,
  level: number,
  table: TableMeta,
  readDebt: (table: TableMeta) => number,
): Offer | undefined {
  const sources = sourcesOf(state, level, table);
  const range = hull(sources, state.compareUser);
  const below = nextOverlappingLevel(state, level, range) ?? restOf(state, level, sources);
  if (below === undefined) return undefined;
  const why = `reads looked into L${level} for nothing`;
  const pick = mergeInto(state, [{ level, tables: sources }], below, why);
  let debt = 0;
  for (const one of sources) debt += readDebt(one);
  let price = 0;
  for (const { tables } of pick.inputs) price += totalBytes(tables);
  return { pick, worth: debt / price };
}

/** A table, and those of its level that must go with it. */
function sourcesOf(state: PickState, level: number, table: TableMeta): readonly TableMeta[] {
  const tables = state.levels[level]!;
  const { compareUser } = state;
  if (level === 0) return level0Closure(tables, spanOf(table), compareUser);
  const at = tables.indexOf(table);
  return tables.slice(...withBoundaries(tables, [at, at + 1], compareUser));
}

/**
 * Where tables go that overlap nothing deeper: to the deepest run, as if they had been part of it.
 */
function restOf(
  state: PickState,
  level: number,
  sources: readonly TableMeta[],
): number | undefined {
  for (let below = DEEPEST; below > level; below--) {
    if (state.levels[below]!.length > 0) return below;
  }
  return level === 0 && sources.length > 1 ? 1 : undefined;
}
