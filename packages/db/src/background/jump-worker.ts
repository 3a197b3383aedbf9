/** The worker thread: runs jobs until its store closes. Started by `worker-executor.ts` alone. */
import { receiveMessageOnPort, workerData } from 'node:worker_threads';
import { bytewiseComparator, JumpError, reasonOf } from '@jump/base';
import { nodeVfs } from '@jump/vfs';
import { failureOf, removeFiles } from './file-work.ts';
import { filterOf } from './filter-spec.ts';
import { runJob } from './jobs.ts';
import {
  CONTROL,
  type FileMessage,
  type JobMessage,
  type PlainError,
  PROTOCOL,
  REFUSED,
  type WorkerMessage,
  type WorkerStart,
} from './worker-protocol.ts';

const { port, memory } = understood(workerData as Partial<WorkerStart> | null);
const control = new Int32Array(memory);
/** Progress is told once in so many bytes. */
const PROGRESS_BYTES = 1 << 20;

/** Returns what the worker is started with, if it can make something of it. */
function understood(start: Partial<WorkerStart> | null): WorkerStart {
  if (start?.protocol === PROTOCOL) return start as WorkerStart;
  if (!(start?.memory instanceof SharedArrayBuffer)) {
    throw new Error(
      '@jump/db/worker is not to be imported by a program: built into a file of its own, jump-worker.js, it is started by the store',
    );
  }
  Atomics.store(new Int32Array(start.memory), CONTROL.started, REFUSED);
  throw new Error('jump-worker.js and the program are of two releases of @jump/db: build both');
}

function send(message: WorkerMessage): void {
  port.postMessage(message);
  Atomics.add(control, CONTROL.sent, 1);
  Atomics.notify(control, CONTROL.sent);
}

function stopped(): boolean {
  return Atomics.load(control, CONTROL.stop) !== 0;
}

function take(message: JobMessage | FileMessage): void {
  const urgent = message.type !== 'job' || message.job.type === 'flush';
  if (urgent) Atomics.sub(control, CONTROL.urgent, 1);
  Atomics.add(control, CONTROL.busy, 1);
  Atomics.add(control, CONTROL.heartbeat, 1);
  try {
    if (message.type === 'job') run(message);
    // A store that closes does the rest itself; it waits until nobody is busy, and no longer.
    else if (!stopped()) workOnFiles(message);
  } finally {
    Atomics.sub(control, CONTROL.busy, 1);
    Atomics.notify(control, CONTROL.busy);
  }
}

function run({ id, job, filter }: JobMessage): void {
  try {
    const steps = runJob(job, {
      vfs: nodeVfs,
      comparator: bytewiseComparator,
      filter: filterOf(filter),
      cancelled: stopped,
    });
    let told = 0;
    for (let step = steps.next(); ; step = steps.next()) {
      Atomics.add(control, CONTROL.heartbeat, 1);
      if (step.done) {
        send({ id, type: 'done', result: step.value });
        return;
      }
      if (step.value - told >= PROGRESS_BYTES) {
        told = step.value;
        send({ id, type: 'progress', bytes: told });
      }
      // A flush goes first: a writer may wait for it.
      while (job.type === 'compaction' && Atomics.load(control, CONTROL.urgent) > 0) {
        const waiting = receiveMessageOnPort(port) as { message: JobMessage } | undefined;
        if (waiting === undefined) break;
        take(waiting.message);
      }
    }
  } catch (error) {
    send({ id, type: 'failed', error: plainError(error) });
  }
}

function workOnFiles({ id, type, paths }: FileMessage): void {
  const errors = type === 'remove' ? removeFiles(nodeVfs, paths) : syncFiles(paths);
  send({ id, type: 'files', errors: errors.map(plainError) });
}

function syncFiles(paths: readonly string[]): unknown[] {
  const failure = failureOf(() => {
    for (const path of paths) nodeVfs.syncFile!(path);
  });
  return failure === undefined ? [] : [failure.error];
}

function plainError(error: unknown): PlainError {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  if (error instanceof JumpError) {
    const { code, file, offset, systemCode } = error;
    return { code, message: reasonOf(error), file, offset, systemCode, stack };
  }
  const none = undefined;
  return { code: none, message, file: none, offset: none, systemCode: none, stack };
}

Atomics.store(control, CONTROL.started, 1);
port.on('message', take);
