/**
 * Refuses picks that would damage a store. The strategies of this package never make one; a
 * strategy of a user's may, and must get an error for it, not wrong data months later.
 */
import { TRAILER_LENGTH } from '@jump/base';
import type { TableMeta } from '@jump/manifest';
import {
  disjoint,
  firstEndingAt,
  hull,
  overlapBounds,
  overlaps,
  spanOf,
  totalBytes,
} from './ranges.ts';
import { DEEPEST, LEVELS, type LevelTables, type Pick, type PickState } from './strategy.ts';

/**
 * Checks that a pick can be carried out on this state without harm.
 *
 * Refused are: inputs that are not live, or twice; an output level that is 0, or above an input; an
 * output that would overlap a table that stays in the output level; and whatever would put newer
 * versions of a key below older ones. O(n log n) in the tables of the levels concerned.
 *
 * @param name - the strategy's, for the message
 * @throws TypeError if it is not a pick at all, RangeError if it is refused
 */
export function checkPick(state: PickState, pick: Pick, name = 'strategy'): void {
  checkShape(pick, name);
  const { inputs, outputLevel } = pick;
  let previous = -1;
  for (const { level, tables } of inputs) {
    if (level <= previous) throw refused(name, `levels of inputs must ascend, L${level} does not`);
    previous = level;
    checkLive(state, level, tables, name);
  }
  if (outputLevel < 1 || outputLevel > DEEPEST) {
    throw refused(name, `output must go to a level from 1 to ${DEEPEST}, not to L${outputLevel}`);
  }
  if (outputLevel < previous) {
    throw refused(name, `output to L${outputLevel} would lie above an input of L${previous}`);
  }
  const taken = new Set<number>();
  for (const { tables } of inputs) for (const table of tables) taken.add(table.number);
  checkOutput(state, pick, taken, name);
  for (const { level, tables } of inputs) checkOlder(state, pick, level, tables, taken, name);
  if (pick.trivialMove) checkMove(state, pick, name);
}

function refused(name: string, what: string): RangeError {
  return new RangeError(`${name}: pick refused: ${what}`);
}

function checkShape(pick: Pick, name: string): void {
  const wrong = (what: string): TypeError => new TypeError(`${name}: not a pick: ${what}`);
  if (typeof pick !== 'object' || pick === null)
    throw wrong(`${pick === null ? 'null' : typeof pick}`);
  if (!Array.isArray(pick.inputs) || pick.inputs.length === 0) throw wrong('it has no inputs');
  if (!Number.isInteger(pick.outputLevel)) throw wrong('outputLevel must be an integer');
  if (typeof pick.trivialMove !== 'boolean') throw wrong('trivialMove must be a boolean');
  if (typeof pick.reason !== 'string') throw wrong('reason must be a string');
  for (const input of pick.inputs as readonly (LevelTables | undefined)[]) {
    if (!Array.isArray(input?.tables) || input.tables.length === 0)
      throw wrong('an input without tables');
    if (!isLevel(input.level)) throw wrong(`there is no level ${input.level}`);
  }
  const { pointer } = pick;
  if (pointer === undefined) return;
  if (!isLevel(pointer.level)) throw wrong(`pointer: there is no level ${pointer.level}`);
  if (!(pointer.key instanceof Uint8Array) || pointer.key.length < TRAILER_LENGTH) {
    throw wrong('pointer: key must be an internal key');
  }
}

function isLevel(level: number): boolean {
  return Number.isInteger(level) && level >= 0 && level < LEVELS;
}

/** Inputs must be the live tables themselves: a made-up copy could tell another range. */
function checkLive(
  state: PickState,
  level: number,
  tables: readonly TableMeta[],
  name: string,
): void {
  const live = state.levels[level]!;
  const seen = new Set<TableMeta>();
  for (const table of tables) {
    if (seen.has(table) || !isLive(state, level, live, table)) {
      throw refused(name, `#${table?.number} is not a live table of L${level}, or is named twice`);
    }
    seen.add(table);
  }
}

function isLive(
  state: PickState,
  level: number,
  live: readonly TableMeta[],
  table: TableMeta,
): boolean {
  if (level === 0 || !(table?.smallest instanceof Uint8Array)) return live.includes(table);
  const key = spanOf(table).smallest;
  let at = firstEndingAt(live, key, state.compareUser);
  // A split user key ends in one table and begins in the next.
  while (at < live.length && live[at] !== table) {
    if (state.compareUser(spanOf(live[at]!).smallest, key) > 0) return false;
    at++;
  }
  return at < live.length;
}

/**
 * The output may reach from the first to the last key of all inputs; nothing that stays may lie
 * there.
 */
function checkOutput(state: PickState, pick: Pick, taken: ReadonlySet<number>, name: string): void {
  const { inputs, outputLevel, trivialMove } = pick;
  const target = state.levels[outputLevel]!;
  const tables = inputs.flatMap((input) => input.tables);
  // Tables that are only moved keep their ranges, so the gaps between them may be full.
  const ranges = trivialMove ? tables.map(spanOf) : [hull(tables, state.compareUser)];
  for (const range of ranges) {
    const [from, to] = overlapBounds(target, range, state.compareUser);
    const stays = target.slice(from, to).find((table) => !taken.has(table.number));
    if (stays !== undefined) {
      throw refused(
        name,
        `the output would overlap #${stays.number}, which stays in L${outputLevel}`,
      );
    }
  }
}

/**
 * Nothing that stays in the levels that a table leaves or passes may hold older versions of its
 * keys.
 */
function checkOlder(
  state: PickState,
  pick: Pick,
  level: number,
  tables: readonly TableMeta[],
  taken: ReadonlySet<number>,
  name: string,
): void {
  const { compareUser } = state;
  for (const table of tables) {
    const range = spanOf(table);
    const refuse = (stays: TableMeta, where: number): RangeError =>
      refused(
        name,
        `#${table.number} would go below #${stays.number} of L${where}, which may be older`,
      );
    for (let passed = level; passed < pick.outputLevel; passed++) {
      const met = state.levels[passed]!;
      const [from, to] = passed === 0 ? [0, met.length] : overlapBounds(met, range, compareUser);
      for (let i = from; i < to; i++) {
        const stays = met[i]!;
        if (taken.has(stays.number) || !overlaps(stays, range, compareUser)) continue;
        // In level 0 the number tells the age. In another level only a user key that LevelDB up to
        // 1.20 split can be shared, and its older versions lie in the table behind.
        if (passed === 0 && stays.number > table.number) continue;
        if (passed === level && level > 0 && isBefore(stays, table, compareUser)) continue;
        throw refuse(stays, passed);
      }
    }
  }
}

function isBefore(a: TableMeta, b: TableMeta, compare: PickState['compareUser']): boolean {
  return compare(spanOf(a).smallest, spanOf(b).smallest) < 0;
}

function checkMove(state: PickState, pick: Pick, name: string): void {
  const { inputs, outputLevel } = pick;
  const { level, tables } = inputs[0]!;
  if (inputs.length > 1) throw refused(name, 'tables of several levels cannot simply be moved');
  if (level === outputLevel) throw refused(name, `a move from L${level} to itself`);
  if (level === 0 && !disjoint(tables, state.compareUser)) {
    throw refused(name, 'tables that overlap each other cannot simply be moved');
  }
}

/** The bytes that a pick reads. */
export function pickBytes(pick: Pick): number {
  return pick.inputs.reduce((sum, { tables }) => sum + totalBytes(tables), 0);
}
