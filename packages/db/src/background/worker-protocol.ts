/** What the store and its worker thread say to each other, and the words of memory they share. */
import type { MessagePort } from 'node:worker_threads';
import type { JumpErrorCode } from '@jump/base';
import type { FilterSpec, WrittenTables } from '@jump/compaction';
import type { Job } from './jobs.ts';

/**
 * Says which messages, jobs and words of memory are meant. Raised with each change of them: beside
 * a bundle the worker is a file of its own, and that of an older release may be left there.
 */
export const PROTOCOL = 1;

/** What a worker is started with. */
export interface WorkerStart {
  readonly protocol: number;
  readonly port: MessagePort;
  readonly memory: SharedArrayBuffer;
}

/** Places in the shared `Int32Array`. */
export const CONTROL = {
  /** Counts the messages that the worker has sent; its owner waits on it. */
  sent: 0,
  /** Counts the worker's steps: it lives. */
  heartbeat: 1,
  /** Set by the owner: stop at once. */
  stop: 2,
  /** Counts messages that wait behind a merge and go before it: flushes, and work on files. */
  urgent: 3,
  /** Set by the worker while it runs a job. */
  busy: 4,
  /** Set by the worker once it runs: to 1, or to {@link REFUSED}. */
  started: 5,
  /** How many places there are. */
  length: 6,
} as const;

/** What `started` is when the worker is for another {@link PROTOCOL}, and ends. */
export const REFUSED = 2;

/** To the worker: run this. */
export interface JobMessage {
  readonly type: 'job';
  readonly id: number;
  readonly job: Job;
  readonly filter: FilterSpec | undefined;
}

/** To the worker: work on files, which is no job. */
export interface FileMessage {
  readonly type: 'sync' | 'remove';
  readonly id: number;
  readonly paths: readonly string[];
}

/** An error that has crossed between threads. */
export interface PlainError {
  readonly code: JumpErrorCode | undefined;
  /** Without the place that a `JumpError` begins with. */
  readonly message: string;
  readonly file: string | undefined;
  readonly offset: number | undefined;
  readonly stack: string | undefined;
  readonly systemCode: string | undefined;
}

/** From the worker. */
export type WorkerMessage =
  | { readonly id: number; readonly type: 'progress'; readonly bytes: number }
  | { readonly id: number; readonly type: 'done'; readonly result: WrittenTables }
  | { readonly id: number; readonly type: 'failed'; readonly error: PlainError }
  /** Work on files has ended; these have failed. */
  | { readonly id: number; readonly type: 'files'; readonly errors: readonly PlainError[] };
