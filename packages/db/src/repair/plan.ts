/**
 * Decides which files a repaired store is made of.
 *
 * A manifest that is whole says it (`current-manifest.ts`): tables that it does not name are
 * left-overs, older versions of what others have, and would bring back what was deleted since.
 *
 * Without such a manifest every table and every log counts, but for those of which an edit that is
 * whole says that they are done with. What may come back by that, the warnings say.
 */
import type { RangeCompare } from '@jump/base';
import {
  type AddedTable,
  LEVELS,
  logName,
  type ManifestState,
  type TableMeta,
  tableName,
} from '@jump/manifest';
import type { TableDamage } from '@jump/sstable';
import { chooseManifest } from './current-manifest.ts';
import type { SalvagedLog } from './log-salvage.ts';
import type { Manifests } from './manifests.ts';
import { fileNotes, setUnused } from './report.ts';
import type { StoreFiles } from './store-files.ts';
import type { SurveyedTable } from './table-survey.ts';

/** A table that is used, and where it stands: everything of a lower rank is newer, key by key. */
export interface PlannedTable {
  readonly table: SurveyedTable;
  readonly rank: number;
  /** What the manifest says of it, if that decides. */
  readonly meta: TableMeta | undefined;
  /** Where entries of it are lost. */
  readonly damage: readonly TableDamage[];
}

/** A table that is not there. */
interface MissingTable extends AddedTable {
  readonly rank: number;
}

/** What a repaired store is made of. */
export interface RepairPlan {
  readonly strategy: 'manifest' | 'files';
  readonly tables: readonly PlannedTable[];
  /** By number, ascending. */
  readonly logs: readonly SalvagedLog[];
  /** Tables that the manifest names and that are missing, or are others. */
  readonly missing: readonly MissingTable[];
  /** The name of a log that the manifest names and that is missing. */
  readonly missingLog: string | undefined;
  /** The highest sequence that anything knows of. */
  readonly lastSequence: number;
  /** Higher than every file number that anything knows of. */
  readonly nextNumber: number;
}

/** Everything that was found. */
export interface Findings {
  readonly files: StoreFiles;
  readonly tables: ReadonlyMap<number, SurveyedTable>;
  readonly logs: readonly SalvagedLog[];
  readonly manifests: Manifests;
}

/** Decides; notes with each file that is not used why. */
export function makePlan(findings: Findings, compare: RangeCompare): RepairPlan {
  const { files, tables, logs, manifests } = findings;
  const chosen = chooseManifest(findings);
  if (files.current === undefined) {
    files.notes.push(Object.assign(fileNotes('CURRENT', 'current'), { state: 'missing' } as const));
  }
  const parts =
    chosen?.state === undefined
      ? byFiles(findings, compare)
      : byManifest(findings, chosen.state, compare);
  for (const one of manifests.all) {
    if (chosen === undefined || one === chosen || one === manifests.current) continue;
    setUnused(one.file.notes, 'not the current one');
  }
  // Also of what is not used: nothing that was ever written may look newer than what comes.
  const sequences = [
    ...[...tables.values()].map((table) => table.largestSequence),
    ...logs.map((log) => log.lastSequence),
  ];
  return {
    strategy: chosen === undefined ? 'files' : 'manifest',
    ...parts,
    lastSequence: sequences.reduce((a, b) => Math.max(a, b), manifests.lastSequence),
    nextNumber: Math.max(files.nextNumber, manifests.nextFileNumber),
  };
}

type Parts = Pick<RepairPlan, 'tables' | 'logs' | 'missing' | 'missingLog'>;

function byManifest(findings: Findings, state: ManifestState, compare: RangeCompare): Parts {
  const planned: PlannedTable[] = [];
  const missing: MissingTable[] = [];
  const live = new Set<number>();
  let rank = 0;
  for (let level = 0; level < LEVELS; level++) {
    rank++;
    for (const meta of state.version.levels[level]!) {
      live.add(meta.number);
      const table = findings.tables.get(meta.number);
      if (table !== undefined && isThisTable(table, meta, compare)) {
        planned.push({ table, rank, meta, damage: realDamage(table, meta, compare) });
      } else missing.push({ level, table: meta, rank });
      // In level 0 each table is newer than the next one; deeper down they do not overlap.
      if (level === 0) rank++;
    }
  }
  for (const { file } of findings.tables.values()) {
    if (!live.has(file.number)) setUnused(file.notes, 'the manifest does not name it');
  }
  noteMissing(findings, missing, 1);
  const { logNumber, previousLogNumber, lastSequence, durableSequence } = state;
  const hasLog = logNumber === 0 || findings.logs.some(({ file }) => file.number === logNumber);
  const missingLog = hasLog ? undefined : logName(logNumber);
  if (missingLog !== undefined) {
    const notes = fileNotes(missingLog, 'log');
    const reason = 'the manifest names it';
    findings.files.notes.push(
      Object.assign(notes, { state: 'missing', dropped: 1, reason } as const),
    );
  }
  const used = liveLogs(findings, logNumber, previousLogNumber);
  if (state.ours) noteCuts(used, lastSequence, durableSequence);
  return { tables: planned, missing, missingLog, logs: used };
}

/**
 * Whether a file is the table that the manifest names, and not another one, or an older copy. Of a
 * damaged one only that its keys lie where they should can be seen.
 */
function isThisTable(found: SurveyedTable, table: TableMeta, compare: RangeCompare): boolean {
  const { smallest, largest, places, fileSize, file } = found;
  if (smallest === undefined || largest === undefined) return true;
  const order = (a: Uint8Array, b: Uint8Array): number => compare(a, 0, a.length, b, 0, b.length);
  const first = order(table.smallest, smallest);
  const last = order(largest, table.largest);
  const same =
    places === undefined
      ? fileSize === table.fileSize && first === 0 && last === 0
      : first <= 0 && last <= 0;
  if (same) return true;
  setUnused(file.notes, 'not the table that the manifest names: its size or its keys differ');
  // What should be there is lost.
  file.notes.dropped = 1;
  return false;
}

/**
 * The damage that took entries. Where the index was lost, nothing told whether the table went on
 * behind the last block that was found; a manifest does.
 */
function realDamage(
  { damage, largest, record, file }: SurveyedTable,
  meta: TableMeta | undefined,
  compare: RangeCompare,
): readonly TableDamage[] {
  const last = damage.at(-1);
  if (last === undefined || last.upTo !== undefined) return damage;
  const end = meta?.largest;
  if (end && largest && compare(largest, 0, largest.length, end, 0, end.length) >= 0) {
    file.notes.damage.pop();
    return damage.slice(0, -1);
  }
  // A table that no manifest names may as well have been begun and never finished.
  if (record === undefined && end !== undefined) file.notes.dropped++;
  return damage;
}

/** Notes files that are named and not there. */
function noteMissing({ files }: Findings, missing: readonly AddedTable[], dropped: number): void {
  for (const { level, table } of missing) {
    if (files.tables.some(({ number }) => number === table.number)) continue;
    const reason = `the manifest names it, in level ${level}, with ${table.fileSize} bytes`;
    const notes = fileNotes(tableName(table.number), 'table');
    files.notes.push(Object.assign(notes, { state: 'missing', dropped, reason } as const));
  }
}

function byFiles(findings: Findings, compare: RangeCompare): Parts {
  const { dead, added, logNumber, previousLogNumber } = findings.manifests;
  const planned: PlannedTable[] = [];
  for (const table of findings.tables.values()) {
    const { number, notes } = table.file;
    if (dead.has(number)) setUnused(notes, 'an edit of the manifest has removed it');
    else {
      const damage = realDamage(table, added.get(number)?.table, compare);
      planned.push({ table, rank: 1, meta: undefined, damage });
    }
  }
  const missing = [...added.values()]
    .filter(({ table }) => !findings.tables.has(table.number))
    .map((one) => ({ ...one, rank: 1 }));
  noteMissing(findings, missing, 0);
  const logs = liveLogs(findings, logNumber, previousLogNumber);
  return { tables: planned, missing, missingLog: undefined, logs };
}

function liveLogs({ logs }: Findings, from: number, previous: number): SalvagedLog[] {
  return logs.filter(({ file }) => {
    const live = file.number >= from || (previous !== 0 && file.number === previous);
    if (!live) setUnused(file.notes, 'its entries are in tables');
    return live;
  });
}

/**
 * Notes what is missing between logs of ours, and at their end: their sequences follow each other,
 * from that of the tables on, up to the last one that the manifest says was on the disk.
 */
function noteCuts(logs: readonly SalvagedLog[], tables: number, durable: number): void {
  const note = (log: SalvagedLog | undefined, missing: number): void => {
    if (log === undefined || missing <= 0) return;
    const { notes } = log.file;
    notes.state = 'damaged';
    notes.dropped = Math.max(notes.dropped, missing);
    notes.reason = `${missing} entries are missing at one of its ends`;
  };
  let last = tables;
  let before: SalvagedLog | undefined;
  for (const log of logs) {
    if (log.entries === 0) continue;
    note(log.damagedFirst ? log : before, log.firstSequence - last - 1);
    last = Math.max(last, log.lastSequence);
    before = log;
  }
  note(logs.at(-1), durable - last);
}
