/** Turns what Node's `fs` throws into `JumpError`; not public. */

// The whole module: with an import `constants` a tracer of files (@vercel/nft, Nitro's and Next's)
// takes `fs.constants` for that, and fails.
import * as os from 'node:os';
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
  const { syscall = '' } = cause as { syscall?: string };
  const end = message.indexOf(`, ${syscall}`);
  const said = end < 0 ? message : message.slice(0, end);
  const reason = said.includes(systemCode) ? said : `${systemCode}: ${said}`;
  return new JumpError('JUMP_IO', `${action}: ${reason}`, { file, systemCode, cause });
}

/**
 * The operating system's code in what `fs` threw, if it is there. Node says the call as well; Bun
 * does not where it looks at a path by itself, and Deno not where a descriptor fails, nor even the
 * code where it has no class for it, as when a file would grow too large or a quota is used up.
 */
export function systemCodeOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined;
  if (!('code' in cause)) return codeOfNumber(/\(os error (\d+)\)$/.exec(cause.message)?.[1]);
  const { code } = cause;
  // What is a mistake of the caller's has ERR_ in front.
  if (typeof code !== 'string' || !('syscall' in cause || /^E[A-Z0-9]+$/.test(code)))
    return undefined;
  return code;
}

/** The name of an error that is known by its number. */
function codeOfNumber(number: string | undefined): string | undefined {
  if (number === undefined) return undefined;
  const codes = Object.entries(os.constants.errno);
  return codes.find(([, one]) => one === Number(number))?.[0];
}

/** Tells whether the runtime, not the system, has refused: Deno, for want of a permission. */
export function isDenied(cause: unknown): boolean {
  return cause instanceof Error && cause.name === 'NotCapable';
}
