/** The language of testdata/*.txt: tables in, picks out. `testdata/README.md` explains it to people. */
import { compareBytes } from '@jump/base';
import type { TableMeta } from '@jump/manifest';
import type { DataCase } from '@jump/testkit';
import {
  type CompactionStrategy,
  checkPick,
  full,
  type KeyRange,
  leveled,
  type Pick,
  type PickState,
  tiered,
} from '../src/index.ts';
import { key, table } from './tables.ts';

const MEGABYTE = 1024 ** 2;
const text = new TextDecoder();

/** Runs one case. */
export function runCase({ command, args, input }: DataCase): string {
  const state = readState(input);
  const [name = 'leveled', ...options] = args;
  if (command === 'pick') return shownPick(state, strategyOf(name, options).pick(state));
  if (command === 'settle') return settle(state, strategyOf(name, options));
  if (command === 'manual') {
    const [range = '', ...rest] = options;
    const strategy = strategyOf(name, rest);
    const [smallest, largest] = range.split('..').map((one) => bound(one));
    return settle(state, {
      ...strategy,
      pick: (now) => strategy.manual(now, { smallest, largest }),
    });
  }
  if (command === 'check') return checked(state, args);
  throw new Error(`unknown command ${command}`);
}

function bound(word: string): KeyRange['smallest'] {
  return word === '' ? undefined : new TextEncoder().encode(word);
}

function strategyOf(name: string, words: readonly string[]): CompactionStrategy {
  const options: Record<string, number> = {};
  for (const word of words) {
    const [option = '', value = ''] = word.split('=');
    const match = /^([\d.]+)(MB)?$/.exec(value);
    options[option] = Number(match?.[1]) * (match?.[2] === 'MB' ? MEGABYTE : 1);
  }
  const makers: Record<string, (options: object) => CompactionStrategy> = { leveled, tiered, full };
  const make = makers[name];
  if (make === undefined) throw new Error(`unknown strategy ${name}`);
  return make(options);
}

/** Reads `L1  #2 a..m 8MB   #3 n..z 8MB`, `pointer L1 f`, `tableSize 2MB`, `snapshot 50`, `blocked #7 60`, `new #7`, `debt #7 3MB`. */
function readState(lines: readonly string[]): PickState {
  const levels: TableMeta[][] = [[], [], [], [], [], [], []];
  const compactPointers: (Uint8Array | undefined)[] = Array(7).fill(undefined);
  const tombstonesBlocked = new Map<number, number>();
  let oldestSnapshot = Number.POSITIVE_INFINITY;
  let tableSize = 2 * MEGABYTE;
  let firstNew: number | undefined;
  const debts = new Map<number, number>();
  for (const line of lines) {
    const [word = '', first = '', second = ''] = line.trim().split(/\s+/);
    if (/^L\d$/.test(word)) {
      const tables = line.slice(line.indexOf('#')).split(/\s+(?=#)/);
      levels[Number(word[1])]!.push(...tables.map((one) => table(one)));
    } else if (word === 'pointer') compactPointers[Number(first[1])] = key(second);
    else if (word === 'tableSize') tableSize = Number.parseInt(first, 10) * MEGABYTE;
    else if (word === 'debt')
      debts.set(Number(first.slice(1)), Number.parseInt(second, 10) * MEGABYTE);
    else if (word === 'new') firstNew = Number(first.slice(1));
    else if (word === 'snapshot') oldestSnapshot = Number(first);
    else if (word === 'blocked') tombstonesBlocked.set(Number(first.slice(1)), Number(second));
    else throw new Error(`unknown line: ${line}`);
  }
  levels[0]!.sort((a, b) => b.number - a.number);
  const compareUser = compareBytes;
  return {
    levels,
    compareUser,
    compactPointers,
    tableSize,
    oldestSnapshot,
    tombstonesBlocked,
    ...(firstNew === undefined ? {} : { firstNew }),
    ...(debts.size === 0 ? {} : { readDebt: ({ number }) => debts.get(number) ?? 0 }),
  };
}

function shownPick(state: PickState, pick: Pick | undefined): string {
  if (pick === undefined) return 'nothing';
  checkPick(state, pick);
  const inputs = pick.inputs.map(({ level, tables }) => {
    const numbers = tables.map((one) => one.number);
    return `L${level}[${(level === 0 ? numbers.sort((a, b) => a - b) : numbers).join(' ')}]`;
  });
  const how = pick.trivialMove ? 'moves to' : '->';
  const { pointer } = pick;
  const next =
    pointer === undefined
      ? ''
      : `   next round behind ${text.decode(pointer.key.subarray(0, -8))} in L${pointer.level}`;
  return `${inputs.join(' + ')} ${how} L${pick.outputLevel}   because: ${pick.reason}${next}`;
}

/** Carries picks out, with outputs as large as their inputs, until there is nothing to do. */
function settle(start: PickState, strategy: CompactionStrategy): string {
  let state = start;
  const lines: string[] = [];
  let next = 1 + Math.max(0, ...state.levels.flat().map((one) => one.number));
  for (let pick = strategy.pick(state); pick !== undefined; pick = strategy.pick(state)) {
    lines.push(shownPick(state, pick));
    if (lines.length > 50) throw new Error(`does not end:\n${lines.join('\n')}`);
    state = carryOut(state, pick, next++);
  }
  state.levels.forEach((tables, level) => {
    const shown = tables.map((one) => {
      const ends = [one.smallest, one.largest].map((end) => text.decode(end.subarray(0, -8)));
      return `#${one.number} ${ends.join('..')}`;
    });
    if (tables.length > 0) lines.push(`L${level}  ${shown.join('  ')}`);
  });
  return lines.join('\n');
}

function carryOut(state: PickState, pick: Pick, number: number): PickState {
  const taken = new Set(pick.inputs.flatMap(({ tables }) => tables));
  const levels = state.levels.map((tables) => tables.filter((one) => !taken.has(one)));
  const made = pick.trivialMove ? [...taken] : [merged(state, pick, [...taken], number)];
  levels[pick.outputLevel]!.push(...made);
  levels[pick.outputLevel]!.sort((a, b) => compareBytes(a.smallest, b.smallest));
  return { ...state, levels };
}

function merged(state: PickState, pick: Pick, tables: TableMeta[], number: number): TableMeta {
  const ends = tables.map((one) => one.smallest).sort(compareBytes);
  const last = tables.map((one) => one.largest).sort(compareBytes);
  const sum = (of: (one: TableMeta) => number): number => tables.reduce((n, one) => n + of(one), 0);
  const deeper = state.levels.slice(pick.outputLevel + 1).flat().length > 0;
  return {
    number,
    fileSize: sum((one) => one.fileSize),
    smallest: ends[0]!,
    largest: last.at(-1)!,
    entries: sum((one) => one.entries ?? 0),
    tombstones: deeper ? sum((one) => one.tombstones ?? 0) : 0,
  };
}

/** `check L0[4 5] + L1[2] -> L1`: may this be done? */
function checked(state: PickState, words: readonly string[]): string {
  const line = words.join(' ');
  const match = /^(.*) (->|moves to) L(-?\d+)$/.exec(line);
  if (match === null) throw new Error(`not a pick: ${line}`);
  const inputs = [...match[1]!.matchAll(/L(\d)\[([\d ]*)\]/g)].map((one) => {
    const level = Number(one[1]);
    const numbers = one[2]!.split(' ').map(Number);
    const tables = numbers.map(
      (number) =>
        state.levels[level]!.find((live) => live.number === number) ?? table(`#${number} a..z`),
    );
    return { level, tables };
  });
  const trivialMove = match[2] === 'moves to';
  try {
    checkPick(
      state,
      { inputs, outputLevel: Number(match[3]), reason: 'test', trivialMove },
      'mine',
    );
    return 'fine';
  } catch (error) {
    return (error as Error).message;
  }
}
