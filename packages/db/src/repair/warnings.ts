/** What a person should know of a repair, in words. */
import { showBytes, TRAILER_LENGTH } from '@jump/base';
import { tableName } from '@jump/manifest';
import type { Doubt, DoubtJudge } from './doubts.ts';
import type { RepairPlan } from './plan.ts';
import type { Source } from './source.ts';
import type { TolerantVfs } from './tolerant-vfs.ts';

/** Lists what is not certain about a repaired store. */
export function listWarnings(
  plan: RepairPlan,
  sources: readonly Source[],
  doubts: readonly Doubt[],
  judge: DoubtJudge,
  vfs: TolerantVfs,
): string[] {
  return [
    ...ofStrategy(plan, sources),
    ...ofMissing(plan),
    ...ofTables(plan, sources, doubts, judge),
    ...ofLogs(plan),
    ...[...vfs.unreadable].map(
      ([path, sectors]) => `${path}: ${sectors.size} sectors of 4096 bytes cannot be read`,
    ),
  ];
}

function ofStrategy({ strategy, missing }: RepairPlan, sources: readonly Source[]): string[] {
  if (strategy === 'manifest') return [];
  const judged = sources.filter((source) => source.judge !== undefined);
  const names = [...new Set(judged.map(({ name }) => name))];
  const found =
    names.length === 0
      ? ''
      : ` Found and not taken for new: what newer tables say of the entries in ${names.join(', ')}.`;
  const gone = missing.map(({ table }) => table.number);
  return [
    ...(gone.length === 0
      ? []
      : [
          `Missing tables: ${gone.join(', ')}. What can be read of the manifest names them; whether ` +
            'a part that cannot be read has removed them, or their entries are lost, nothing tells.',
        ]),
    'No manifest says which tables and logs belong to the store, so all of them were used. If an ' +
      'interrupted merge has left some behind, keys that had been deleted may be back.' +
      found,
  ];
}

/** Keys that were taken for deleted by what newer tables do not have. */
export function ofSuperseded(keys: number): string[] {
  if (keys === 0) return [];
  return [
    `Keys left out: ${keys}. What they had was written, and the tables that were made of it later ` +
      'have neither that nor anything newer, as after a deletion. If a table is missing, they are ' +
      'lost with it: the old files still have them.',
  ];
}

/** Tables that are gone, which a manifest names: nobody can count what was in them. */
function ofMissing({ missing, strategy }: RepairPlan): string[] {
  if (strategy === 'files') return [];
  return missing.map(
    ({ table: { number, fileSize, smallest, largest } }) =>
      `Table ${tableName(number)} is missing: all its entries are lost, ${fileSize} bytes, with keys ` +
      `from ${show(smallest)} to ${show(largest)}. They count as one.`,
  );
}

/** Lost parts of tables below which something older lies. */
function ofTables(
  { missing, strategy }: RepairPlan,
  sources: readonly Source[],
  doubts: readonly Doubt[],
  judge: DoubtJudge,
): string[] {
  // Which table is older than which, only a manifest says.
  if (strategy === 'files') return [];
  const untold = doubts.filter(({ mayHold }) => mayHold === undefined);
  const gone = missing.map(({ rank, table: { number, smallest, largest } }) => ({
    rank,
    number,
    smallest,
    after: undefined,
    upTo: largest,
    largestSequence: Number.POSITIVE_INFINITY,
    mayHold: undefined,
  }));
  const warnings: string[] = [];
  for (const doubt of [...untold, ...gone]) {
    const older = sources.filter((source) => judge.concerning(source, [doubt]).length > 0);
    if (older.length === 0) continue;
    const range = `${show(doubt.after ?? doubt.smallest)} to ${show(doubt.upTo)}`;
    warnings.push(
      `Of table ${tableName(doubt.number)} the keys from ${range} are lost, and nothing tells which: older ` +
        `versions of such keys, and deleted ones, may be back out of ${names(older)}.`,
    );
  }
  return warnings;
}

function ofLogs({ logs, missingLog }: RepairPlan): string[] {
  const damaged = logs.map(({ file }) => file.notes).filter(({ dropped }) => dropped > 0);
  const names = damaged.map(({ name }) => name);
  if (missingLog !== undefined) names.push(missingLog);
  if (names.length === 0) return [];
  return [
    `Entries of ${names.join(', ')} are lost: their keys are as they were before, deleted ones ` +
      'may be back.',
  ];
}

function names(sources: readonly Source[]): string {
  const all = [...new Set(sources.map(({ name }) => name))];
  return all.length > 5
    ? `${all.slice(0, 5).join(', ')} and ${all.length - 5} more`
    : all.join(', ');
}

function show(key: Uint8Array | undefined): string {
  if (key === undefined) return 'the end';
  const user = key.subarray(0, key.length - TRAILER_LENGTH);
  // Most keys are text; what may not be is shown as it lies there.
  const plain =
    user.length > 0 && user.length <= 64 && user.every((byte) => byte > 32 && byte < 127);
  return plain ? `'${String.fromCharCode(...user)}'` : showBytes(user);
}
