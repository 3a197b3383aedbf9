/** All commands, in the order in which help lists them. */
import { INSPECTING } from './specs/inspecting.ts';
import { READING } from './specs/reading.ts';
import type { CommandSpec } from './specs/spec.ts';
import { WRITING } from './specs/writing.ts';

export type { CommandSpec };

/** The groups of the list. */
export const GROUPS: readonly (readonly [title: string, commands: readonly CommandSpec[]])[] = [
  ['Entries:', READING],
  ['The store on the disk:', INSPECTING],
  ['Writing:', WRITING],
];

/** What help says of exit codes. */
export const EXIT_CODE_HELP = `Exit codes:
  0  done; found; the same
  1  no: the key is not there, the stores differ
  2  called wrongly
  3  it could not be done: no store is there, it is in use, the disk is full, …
  4  the store is damaged; a repair has lost something
  A command that Ctrl-C ends leaves nothing half done, and has the status of the signal (130).`;
