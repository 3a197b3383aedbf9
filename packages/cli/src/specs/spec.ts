/** What a command is made of, beside its code. */
import type { Option } from 'commander';
import type { Context } from '../context.ts';
import type { SharedOptions } from '../shared-options.ts';

/** A command. */
export interface CommandSpec {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What its own help says first. */
  readonly description: string;
  /** Whether it writes into the store that it is given. */
  readonly writes?: boolean;
  /** Its arguments, as commander writes them, and what they are. */
  readonly arguments: readonly (readonly [name: string, description: string])[];
  /** Groups of options that other commands have too. */
  readonly shared: readonly SharedOptions[];
  /** Options of its own. */
  readonly options?: () => Option[];
  /** Calls, and what they do. */
  readonly examples: readonly (readonly [line: string, what: string])[];
  /** Loads the code and runs it; returns the exit code. */
  readonly run: (context: Context, args: readonly unknown[], options: unknown) => Promise<number>;
}
