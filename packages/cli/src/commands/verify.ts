/** `jump verify`: reads everything and checks it. */
import { statSync } from 'node:fs';
import { JumpError } from '@jump/db';
import type { Context } from '../context.ts';
import { type CheckReport, newReport } from '../disk/check-report.ts';
import { checkLog, checkManifestFile, checkStore, checkTable } from '../disk/check-store.ts';
import { fileOf } from '../disk/directory.ts';
import { BYTEWISE } from '../disk/orders.ts';
import { EXIT, UsageError } from '../exit-codes.ts';
import { bytes, counted, duration } from '../units.ts';

/** Options of `jump verify`. */
export type VerifyOptions = object;

/** Checks a store or a file, and tells all damage; `EXIT.damaged` if there is any. */
export async function verify(
  context: Context,
  path: string,
  _options: VerifyOptions,
): Promise<number> {
  const begin = performance.now();
  const report = newReport();
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) throw new JumpError('JUMP_NOT_FOUND', 'is not there', { file: path });
  if (found.isDirectory()) await checkStore(context, path, report);
  else checkFile(path, report);
  const good = report.problems.length === 0;
  const told = asGiven(context, report);
  if (context.json) context.printJson({ good, ...told });
  else print(context, told, (performance.now() - begin) / 1000);
  return good ? EXIT.ok : EXIT.damaged;
}

/** The same report, with the paths of its files as they follow from the one that was given. */
function asGiven({ paths }: Context, report: CheckReport): CheckReport {
  return {
    ...report,
    problems: report.problems.map((one) => ({ ...one, file: paths.shownIn(one.file) })),
    notes: report.notes.map((note) => paths.shownIn(note)),
  };
}

function checkFile(path: string, report: CheckReport): void {
  const file = fileOf(path);
  switch (file?.type) {
    case 'table':
      checkTable(path, BYTEWISE, report);
      return;
    case 'log':
      checkLog(file, report);
      return;
    case 'manifest':
      checkManifestFile(file, report);
      return;
    default:
      throw new UsageError(`${path}: not the name of a table, a log or a manifest`);
  }
}

function print(context: Context, report: CheckReport, seconds: number): void {
  const { out, paint } = context;
  for (const { file, offset, message } of report.problems) {
    const place = offset === undefined ? file : `${file} at ${offset}`;
    out.line(`${paint.red('damaged')}  ${place}: ${message}`);
  }
  for (const note of report.notes) out.line(`${paint.yellow('note')}     ${note}`);
  const { problems, tables, logs } = report;
  const size = bytes(report.bytes);
  const checked = `${counted(tables, 'table')}, ${counted(logs, 'log')}, ${size} in ${duration(seconds)}`;
  if (problems.length === 0) out.line(`${paint.green('good')}     ${checked}`);
  else out.line(paint.red(`${counted(problems.length, 'problem')}; checked ${checked}`));
}
