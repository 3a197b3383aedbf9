/** How `jump` tells a script what happened. */
import { JumpError } from '@jump/base';
import { CommanderError } from 'commander';

/**
 * Exit codes. Part of the contract: scripts rely on them. A process that a signal ends has the
 * signal's own status, which shells show as 130 for Ctrl-C.
 */
export const EXIT = {
  /** Done; found; the same. */
  ok: 0,
  /** The answer is no: the key is not there, the stores differ. Nothing went wrong. */
  no: 1,
  /** Called wrongly: an unknown command or option, a key that is not what its encoding says. */
  usage: 2,
  /** It could not be done: no store is there, it is in use, the disk is full, … */
  failed: 3,
  /** The store is damaged; of a repair: something is lost. */
  damaged: 4,
} as const;

/** The caller's mistake: told with the command's name, and no more. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Ctrl-C, or another signal, has ended a command that cleaned up behind itself. */
export class Interrupted extends Error {
  /** Always `Interrupted`. */
  override readonly name = 'Interrupted';
  /** Which signal. */
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super(`ended by ${signal}`);
    this.signal = signal;
  }
}

/** The exit code of an error. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError || error instanceof CommanderError) return EXIT.usage;
  if (error instanceof JumpError && error.code === 'JUMP_CORRUPTION') return EXIT.damaged;
  return EXIT.failed;
}

/** What may help, beside the message. */
export function hintOf(error: unknown): string | undefined {
  if (!(error instanceof JumpError)) return undefined;
  switch (error.code) {
    case 'JUMP_LOCKED':
      return 'commands that only read work all the same: get, scan, count, export, …';
    case 'JUMP_CORRUPTION':
      return 'jump verify tells all that is damaged, jump repair makes a store of what is whole';
    default:
      return undefined;
  }
}
