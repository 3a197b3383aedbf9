/** What a check of a store or a file has found. */
import { reasonOf } from '@jump/base';
import { JumpError } from '@jump/db';

/** Something that is not as it should be. */
export interface Problem {
  readonly file: string;
  readonly offset?: number;
  readonly message: string;
}

/** What a check has found. */
export interface CheckReport {
  tables: number;
  logs: number;
  bytes: number;
  readonly problems: Problem[];
  /** What a crash may leave, and is no damage. */
  readonly notes: string[];
}

/** Begins a report. */
export function newReport(): CheckReport {
  return { tables: 0, logs: 0, bytes: 0, problems: [], notes: [] };
}

/** Does a part of a check, and notes what it throws. */
export function attempt(report: CheckReport, file: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    tell(report, problemOf(error, file));
  }
}

/** Notes problems, each place once: the same damage is met by whoever reads that part of a file. */
export function tell(report: CheckReport, ...problems: readonly Problem[]): void {
  for (const problem of problems) {
    const { file, offset, message } = problem;
    const isKnown = report.problems.some(
      (one) =>
        one.file === file &&
        (offset === undefined ? one.message === message : one.offset === offset),
    );
    if (!isKnown) report.problems.push(problem);
  }
}

/** What an error says, apart from where. @throws what is no fault of the files */
export function problemOf(error: unknown, file: string): Problem {
  if (!(error instanceof JumpError)) throw error;
  if (error.code !== 'JUMP_CORRUPTION' && error.code !== 'JUMP_IO') throw error;
  const { offset, systemCode } = error;
  const at = error.file ?? file;
  if (systemCode === 'ENOENT') {
    return { file: at, message: 'is missing, and the manifest names it' };
  }
  return {
    file: at,
    ...(offset === undefined ? {} : { offset }),
    message: reasonOf(error),
  };
}
