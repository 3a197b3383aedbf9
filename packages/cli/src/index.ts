/**
 * `jump`, the command line of JumpDB, for programs that want to call it without a process.
 *
 * @packageDocumentation
 */
export type { Streams } from './context.ts';
export { EXIT, Interrupted } from './exit-codes.ts';
export { run } from './run.ts';
