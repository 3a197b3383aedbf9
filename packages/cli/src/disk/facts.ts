/** What there is to say about a store: for `stats`, as text, as JSON, as a page. */
import { LogReader } from '@jump/log';
import type { Layout } from './directory.ts';
import type { Survey } from './survey.ts';
import { overlapOf, type Tree } from './tree.ts';

/** One level. */
interface LevelFacts {
  readonly level: number;
  readonly tables: number;
  readonly bytes: number;
  /** Where tables say how many, or somebody has counted them. */
  readonly entries: number | undefined;
  readonly tombstones: number | undefined;
  readonly filterBytes: number;
  /** Tables of the next level that one overlaps on average. */
  readonly overlap: number | undefined;
}

/** A store in numbers. */
export interface Facts {
  readonly directory: string;
  readonly comparator: string;
  readonly files: {
    readonly tables: number;
    readonly tableBytes: number;
    readonly logs: number;
    readonly logBytes: number;
    readonly manifestBytes: number;
    /** Files with LevelDB's names that the manifest does not need. */
    readonly obsolete: number;
    readonly obsoleteBytes: number;
  };
  /** Writes since the store was made. */
  readonly sequence: number;
  readonly levels: readonly LevelFacts[];
  /** Bytes of filters that a reader of all tables keeps in memory, by their names. */
  readonly filters: Readonly<Record<string, number>>;
  /** Tables that a read may have to ask: all of level 0, one of each other level. */
  readonly readAmplification: number;
  /** Bytes of tables for each byte of the deepest level. */
  readonly spaceAmplification: number;
  /** After a look at every entry. */
  readonly survey: Survey | undefined;
}

/** Puts together what was read. */
export function factsOf(layout: Layout, tree: Tree, survey: Survey | undefined): Facts {
  const levels = tree.map((_, level) => levelFacts(tree, level, survey));
  const tableBytes = levels.reduce((sum, { bytes }) => sum + bytes, 0);
  const deepest = levels.findLast(({ bytes }) => bytes > 0)?.bytes ?? 0;
  const filters: Record<string, number> = {};
  for (const { filterName, filterBytes } of tree.flat()) {
    if (filterName !== undefined) filters[filterName] = (filters[filterName] ?? 0) + filterBytes;
  }
  return {
    directory: layout.directory,
    comparator: layout.comparator,
    files: fileFacts(layout, tableBytes),
    sequence: newestSequence(layout),
    levels,
    filters,
    readAmplification: levels.reduce(
      (sum, { level, tables }) => sum + (level === 0 ? tables : Math.min(1, tables)),
      0,
    ),
    spaceAmplification: deepest === 0 ? 1 : tableBytes / deepest,
    survey,
  };
}

function levelFacts(tree: Tree, level: number, survey: Survey | undefined): LevelFacts {
  const tables = tree[level]!;
  const counted = survey?.levels[level];
  const told = tables.every(({ entries }) => entries !== undefined);
  const sum = (what: 'entries' | 'tombstones'): number =>
    tables.reduce((all, table) => all + (table[what] ?? 0), 0);
  return {
    level,
    tables: tables.length,
    bytes: tables.reduce((all, { fileSize }) => all + fileSize, 0),
    entries: counted?.entries ?? (told ? sum('entries') : undefined),
    tombstones: counted?.tombstones ?? (told ? sum('tombstones') : undefined),
    filterBytes: tables.reduce((all, { filterBytes }) => all + filterBytes, 0),
    overlap: overlapOf(tree, level),
  };
}

function fileFacts(layout: Layout, tableBytes: number): Facts['files'] {
  const live = new Set(layout.levels.flat().map(({ number }) => number));
  const logs = new Set(layout.logs.map(({ name }) => name));
  const obsolete = layout.files.filter(({ type, number, name }) => {
    if (type === 'table') return !live.has(number);
    if (type === 'log') return !logs.has(name);
    return type === 'temp' || (type === 'manifest' && name !== layout.manifest);
  });
  return {
    tables: live.size,
    tableBytes,
    logs: logs.size,
    logBytes: layout.logs.reduce((sum, { size }) => sum + size, 0),
    manifestBytes: layout.files.find(({ name }) => name === layout.manifest)?.size ?? 0,
    obsolete: obsolete.length,
    obsoleteBytes: obsolete.reduce((sum, { size }) => sum + size, 0),
  };
}

/** The newest write: of a log, or, if there is none in any, as the manifest has it. */
function newestSequence({ logs, lastSequence }: Layout): number {
  let newest = lastSequence;
  for (const { path } of logs) {
    for (const line of LogReader.open(path).entries()) {
      if (line.type === 'entry') newest = Math.max(newest, Number(line.sequence));
    }
  }
  return newest;
}

/** Versions that are stored, and nobody sees any more: overwritten, deleted, and the deletions. */
export function deadEntries(survey: Survey): number | undefined {
  if (survey.live === undefined) return undefined;
  return Math.max(0, storedEntries(survey) - survey.live.entries);
}

/** Everything stored, in tables and logs. */
export function storedEntries({ levels, logs }: Survey): number {
  return levels.reduce((sum, { entries }) => sum + entries, logs.entries);
}

/** Deletions stored. */
export function storedTombstones({ levels, logs }: Survey): number {
  return levels.reduce((sum, { tombstones }) => sum + tombstones, logs.tombstones);
}
