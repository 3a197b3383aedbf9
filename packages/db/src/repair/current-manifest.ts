/**
 * Which manifest a damaged store can go by, if any.
 *
 * One that is whole may still be an older state than the files: an edit that was lost at its very
 * end leaves no trace but that what it removed is missing, and what it added is there.
 */
import type { ManifestState } from '@jump/manifest';
import type { ManifestFindings } from './manifests.ts';
import type { Findings } from './plan.ts';

/** The manifest to go by; `undefined` if there is none. */
export function chooseManifest(findings: Findings): ManifestFindings | undefined {
  const { current, all } = findings.manifests;
  if (current === undefined) return newestOf(all, findings);
  const { state, file } = current;
  if (state !== undefined && isOfTheseFiles(state, findings)) return current;
  const next = newestOf(
    all.filter((one) => one.file.number > file.number),
    findings,
  );
  if (state === undefined || next !== undefined) return next;
  const { notes } = file;
  notes.state = 'damaged';
  notes.reason =
    'it is older than the files: what it names is gone, what it does not name is there';
  return undefined;
}

/**
 * The newest manifest that can be believed, of some that CURRENT does not name. A manifest is
 * written before CURRENT names it, and says then what the one before it says, or what a repair has
 * made of all: the newest one that has all its files is as good. If none has, the newest one that
 * is not older than the files.
 */
function newestOf(
  manifests: readonly ManifestFindings[],
  findings: Findings,
): ManifestFindings | undefined {
  const whole = manifests.filter(
    ({ state }) => state !== undefined && !hasNewerTables(state, findings),
  );
  return (
    whole.find(({ state }) => !lacksFiles(state!, findings)) ??
    whole.find(({ state }) => state!.tornTail === undefined)
  );
}

/** Whether a state may be that of the files, or is older than they are. */
function isOfTheseFiles(state: ManifestState, findings: Findings): boolean {
  const lacks = lacksFiles(state, findings);
  // One that names nothing lacks nothing, however old it is.
  const names = state.logNumber !== 0 || state.version.levels.some(({ length }) => length > 0);
  if (!lacks && names) return state.tornTail === undefined || !hasOtherEntries(state, findings);
  return state.tornTail === undefined && !hasNewerTables(state, findings);
}

/**
 * Whether there are tables with entries that a state has in no table and in no log: what it says
 * was true before they were written, and left-overs stand for the files that it names.
 */
function hasOtherEntries(state: ManifestState, { tables, logs }: Findings): boolean {
  const named = new Set(state.version.levels.flat().map(({ number }) => number));
  const live = logs.filter(({ file }) => file.number >= state.logNumber);
  return [...tables.values()].some(({ file, largestSequence }) => {
    if (named.has(file.number) || largestSequence <= state.lastSequence) return false;
    return !live.some(
      (log) => log.firstSequence <= largestSequence && largestSequence <= log.lastSequence,
    );
  });
}

/**
 * Whether there are tables that were made after a state was written: whole ones, since a crash
 * leaves others.
 */
function hasNewerTables({ nextFileNumber }: ManifestState, { tables }: Findings): boolean {
  return [...tables].some(
    ([number, { entries, problem }]) =>
      number >= nextFileNumber && entries > 0 && problem === undefined,
  );
}

/** Whether a file that a state names is missing. */
function lacksFiles({ version, logNumber }: ManifestState, { files }: Findings): boolean {
  const tables = new Set(files.tables.map(({ number }) => number));
  if (version.levels.flat().some(({ number }) => !tables.has(number))) return true;
  return logNumber !== 0 && !files.logs.some(({ number }) => number === logNumber);
}
