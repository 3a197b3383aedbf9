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
  if (current !== undefined) {
    if (current.state === undefined || isOfTheseFiles(current.state, findings)) {
      return current.state && current;
    }
    const { notes } = current.file;
    notes.state = 'damaged';
    notes.reason =
      'it is older than the files: what it names is gone, what it does not name is there';
    return undefined;
  }
  // CURRENT is lost. A manifest is written before CURRENT names it, and says then what the one
  // before it says: the newest one that has all its files is as good. If none has, the newest one
  // that is not older than the files.
  const whole = all.filter(({ state }) => state !== undefined && !hasNewerTables(state, findings));
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
  if (!lacks && names) return true;
  return state.tornTail === undefined && !hasNewerTables(state, findings);
}

/**
 * Whether there are tables that were made after a state was written: whole ones, since a crash
 * leaves others, and none of a repair in place that was cut short.
 */
function hasNewerTables({ nextFileNumber }: ManifestState, { tables }: Findings): boolean {
  return [...tables].some(
    ([number, { entries, problem, record }]) =>
      number >= nextFileNumber && entries > 0 && problem === undefined && record?.repaired !== true,
  );
}

/** Whether a file that a state names is missing. */
function lacksFiles({ version, logNumber }: ManifestState, { files }: Findings): boolean {
  const tables = new Set(files.tables.map(({ number }) => number));
  if (version.levels.flat().some(({ number }) => !tables.has(number))) return true;
  return logNumber !== 0 && !files.logs.some(({ number }) => number === logNumber);
}
