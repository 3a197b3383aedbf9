/**
 * Merging, and deciding what to merge: a cursor over many cursors, the strategies, the runner of
 * their jobs, and a simulation of what a strategy costs on a store larger than any disk here.
 *
 * @packageDocumentation
 */

export type { BlockRun } from './block-merge.ts';
export { checkPick } from './check-pick.ts';
export { DropRule, type DropRuleOptions } from './drop-rule.ts';
export { type FullOptions, full } from './full.ts';
export {
  type CompactionJob,
  type FileNumbers,
  type FilterSpec,
  type JobOptions,
  makeJob,
  outputsAtMost,
  type TableSpec,
} from './job.ts';
export { type LevelCursorOptions, levelCursor } from './level-cursor.ts';
export { type LeveledOptions, leveled } from './leveled.ts';
export { mergeCursors } from './merge-cursor.ts';
export type { Span } from './ranges.ts';
export { type JobEnvironment, type JobResult, runCompaction } from './run.ts';
export { simulate } from './simulate.ts';
export type { SimulatedLevel, SimulationResult, SimulationSample } from './simulate-result.ts';
export type { Workload } from './simulate-workload.ts';
export type {
  CompactionStrategy,
  KeyRange,
  Level0Limits,
  LevelTables,
  Pick,
  PickState,
} from './strategy.ts';
export { type TieredOptions, tiered } from './tiered.ts';
export { type WriteTablesOptions, type WrittenTables, writeTables } from './write-tables.ts';
