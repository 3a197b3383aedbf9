/**
 * Background work as plain data, so that it runs the same inline and in another thread.
 */
import type { Comparator, FilterPolicy } from '@jump/base';
import {
  type CompactionJob,
  DropRule,
  runCompaction,
  type TableSpec,
  type WrittenTables,
  writeTables,
} from '@jump/compaction';
import type { ByteTreeParts } from '@jump/rbtree';
import type { Vfs } from '@jump/vfs';
import { type FlushSource, memtableOf } from '../write/memtable.ts';

/** A memtable to write as a table of level 0. */
interface FlushJob {
  readonly type: 'flush';
  readonly directory: string;
  /** The table's number. */
  readonly number: number;
  /** The memtable's memory; in the thread that owns it, it is given beside. */
  readonly memtable: ByteTreeParts | undefined;
  /** The sequences that readers need, ascending. */
  readonly snapshots: readonly number[];
  readonly table: TableSpec;
}

/** Tables to merge. */
interface MergeJob {
  readonly type: 'compaction';
  readonly job: CompactionJob;
}

/** Anything that an executor runs. */
export type Job = FlushJob | MergeJob;

/** What a job cannot carry with it. */
export interface JobEnvironment {
  readonly vfs: Vfs;
  readonly comparator: Comparator;
  /** The policy of new tables. */
  readonly filter: FilterPolicy | undefined;
  /** The memtable of a flush, where this thread owns it. */
  readonly memtable?: FlushSource | undefined;
  /** Whether to stop: asked between blocks. */
  readonly cancelled: () => boolean;
}

/** Runs a job step by step; yields how many bytes are done, returns what came out. */
export function* runJob(
  job: Job,
  environment: JobEnvironment,
): Generator<number, WrittenTables, void> {
  if (job.type === 'flush') return yield* runFlush(job, environment);
  const { vfs, comparator, filter, cancelled } = environment;
  const filterPolicy = (): FilterPolicy | undefined => filter;
  return yield* runCompaction(job.job, { vfs, comparator, filterPolicy, cancelled });
}

/** Writes a memtable as one table. Older versions of its keys lie anywhere: tombstones stay. */
function* runFlush(
  job: FlushJob,
  environment: JobEnvironment,
): Generator<number, WrittenTables, void> {
  const { vfs, comparator, filter, cancelled } = environment;
  const { directory, number, snapshots, table } = job;
  const memtable = environment.memtable ?? memtableOf(job.memtable!);
  return yield* writeTables(memtable.cursor(), {
    vfs,
    directory,
    numbers: { first: number, count: 1 },
    comparator,
    table,
    filter,
    rule: new DropRule({ snapshots, older: 'everywhere', comparator }),
    cancelled,
    runs: () => [memtable.run()],
  });
}
