/** Stands in for the worker executor where there are no worker threads of Node's. */
import type { FilterSpec } from '@jump/compaction';
import type { Executor, JobListener } from './executor.ts';

/** There is none here: background work runs inline. */
export function createWorkerExecutor(
  _filter: FilterSpec | undefined,
  _listener: JobListener,
): Executor | undefined {
  return undefined;
}
