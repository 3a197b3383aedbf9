/** Turns what Node's `fs` throws into `JumpError`; not public. */

import { JumpError } from '@jump/base';

/**
 * Makes a `JUMP_IO` error of what `fs` threw. What is not the operating system's failure (a path with
 * a NUL, a number out of range) is the caller's mistake and stays what it is.
 */
export function fromNode(cause: unknown, action: string, file: string): unknown {
  const systemCode = systemCodeOf(cause);
  if (systemCode === undefined) return cause;
  const { message } = cause as Error;
  // Node says "ENOENT: no such file or directory, open '/path'"; the path is said already.
  const end = message.indexOf(`, ${(cause as { syscall?: string }).syscall}`);
  const reason = end < 0 ? message : message.slice(0, end);
  return new JumpError('JUMP_IO', `${action}: ${reason}`, { file, systemCode, cause });
}

/** The operating system's code in what `fs` threw, if it is there. */
export function systemCodeOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error) || !('code' in cause) || !('syscall' in cause)) return undefined;
  return typeof cause.code === 'string' ? cause.code : undefined;
}
