/** `jump repair`: a store of all that is whole. */
import {
  type RepairedFile,
  type RepairReport,
  type RepairOptions as RepairSettings,
  repair as repairStore,
} from '@jump/db';
import { allCodecs } from '@jump/sstable/codecs';
import type { Context } from '../context.ts';
import { COMPARATORS } from '../disk/orders.ts';
import { EXIT, UsageError } from '../exit-codes.ts';
import { interruptible } from '../interrupt.ts';
import type { Painter } from '../paint.ts';
import { bytes, count, counted, duration } from '../units.ts';

/** Options of `jump repair`. */
export interface RepairOptions {
  readonly dryRun?: boolean;
  readonly into?: string;
  readonly inPlace?: boolean;
  readonly doubtful: 'drop' | 'keep';
  readonly compression: 'snappy' | 'none';
  readonly order?: string;
}

/**
 * Repairs a store, and tells what became of each file; `EXIT.damaged` if anything is lost. Given up,
 * nothing is left of it.
 */
export async function repair(
  context: Context,
  directory: string,
  options: RepairOptions,
): Promise<number> {
  const { into, inPlace } = options;
  if (into !== undefined && inPlace === true) {
    throw new UsageError('either --into or --in-place, not both');
  }
  const begin = performance.now();
  // Where it goes if nothing is said.
  context.paths.add(`${directory.replace(/(?<=.)\/+$/, '')}.repaired`);
  const progress = context.progress('repairing', undefined, 'bytes');
  let report: RepairReport;
  try {
    const made = await interruptible((signal) =>
      repairStore(directory, {
        ...settingsOf(options),
        signal,
        onProgress: ({ done, total }) => progress.update(done, total),
      }),
    );
    report = asGiven(context, made);
  } finally {
    progress.end();
  }
  if (context.json) context.printJson(report);
  else {
    const seconds = (performance.now() - begin) / 1000;
    print(context, directory, report, { inPlace: inPlace === true, seconds });
  }
  return report.dropped > 0 ? EXIT.damaged : EXIT.ok;
}

/** The same report, with paths as they were given. */
function asGiven({ paths }: Context, report: RepairReport): RepairReport {
  return {
    ...report,
    directory: paths.shownIn(report.directory),
    originals: paths.shownIn(report.originals),
    warnings: report.warnings.map((warning) => paths.shownIn(warning)),
  };
}

/** Whoever has written the store. */
function settingsOf({ order, ...options }: RepairOptions): RepairSettings {
  const { dryRun, into, inPlace, doubtful, compression } = options;
  const shared = { dryRun, into, inPlace, doubtful, compression, codecs: allCodecs };
  const comparator = COMPARATORS.find(({ name }) => name === order);
  return comparator === undefined
    ? { ...shared, comparators: order === undefined ? COMPARATORS : [] }
    : { ...shared, comparator };
}

/** What became of each file, what a person should know, and what it comes to. */
function print(
  { out, paint }: Context,
  directory: string,
  report: RepairReport,
  { inPlace, seconds }: { readonly inPlace: boolean; readonly seconds: number },
): void {
  for (const file of report.files) for (const line of linesOf(file, paint)) out.line(line);
  for (const warning of report.warnings) out.line(`${paint.yellow('warning')}  ${warning}`);
  const { kept, dropped, doubtful, dryRun } = report;
  const given = doubtful === 0 ? '' : `, ${count(doubtful)} of them keys given up as doubtful`;
  // A table that is gone counts as one: what was in it, nobody can tell.
  const least = `at least ${counted(dropped, 'entry', 'entries')}`;
  const lost = dropped === 0 ? 'nothing is lost' : `${least} lost`;
  const head = paint[dropped === 0 ? 'green' : 'red'](dryRun ? 'would keep' : 'kept');
  out.line(`${head} ${counted(kept, 'key')}; ${lost}${given}`);
  if (dryRun) return;
  const where = inPlace
    ? `in place; its files are in ${report.originals}`
    : `into ${report.directory}; ${directory} is as it was`;
  out.line(`repaired ${directory} ${where}; ${duration(seconds)}`);
}

function linesOf({ name, state, reason, damage }: RepairedFile, paint: Painter): string[] {
  const why = reason === undefined ? '' : `: ${reason}`;
  if (state === 'unused') return [`${paint.dim('unused')}   ${name}${why}`];
  if (state === 'missing') return [`${paint.red('missing')}  ${name}${why}`];
  if (state === 'whole') return [];
  const head = `${paint.red('damaged')}  ${name}`;
  const lines = damage.map(
    (part) => `${head} at ${part.offset}, ${bytes(part.bytes)}: ${part.reason}`,
  );
  // What else there is to say; a manifest's reason is its first damage once more.
  return lines.length > 0 ? lines : [`${head}${why}`];
}
