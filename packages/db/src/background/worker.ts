/** The worker thread: runs jobs until its store closes. Started by `worker-executor.ts` alone. */
import { type MessagePort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { bytewiseComparator, JumpError } from '@jump/base';
import { nodeVfs } from '@jump/vfs';
import { filterOf } from './filter-spec.ts';
import { runJob } from './jobs.ts';
import {
  CONTROL,
  type JobMessage,
  type PlainError,
  type WorkerMessage,
} from './worker-protocol.ts';

const { port, memory } = workerData as { port: MessagePort; memory: SharedArrayBuffer };
const control = new Int32Array(memory);
/** Progress is told once in so many bytes. */
const PROGRESS_BYTES = 1 << 20;

function send(message: WorkerMessage): void {
  port.postMessage(message);
  Atomics.add(control, CONTROL.sent, 1);
  Atomics.notify(control, CONTROL.sent);
}

function run({ id, job, filter }: JobMessage): void {
  if (job.type === 'flush') Atomics.sub(control, CONTROL.flushesWaiting, 1);
  Atomics.add(control, CONTROL.busy, 1);
  try {
    const steps = runJob(job, {
      vfs: nodeVfs,
      comparator: bytewiseComparator,
      filter: filterOf(filter),
      cancelled: () => Atomics.load(control, CONTROL.stop) !== 0,
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
      if (job.type === 'compaction' && Atomics.load(control, CONTROL.flushesWaiting) > 0) {
        const waiting = receiveMessageOnPort(port) as { message: JobMessage } | undefined;
        if (waiting !== undefined) run(waiting.message);
      }
    }
  } catch (error) {
    send({ id, type: 'failed', error: plainError(error) });
  } finally {
    Atomics.sub(control, CONTROL.busy, 1);
    Atomics.notify(control, CONTROL.busy);
  }
}

function plainError(error: unknown): PlainError {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  const code = error instanceof JumpError ? error.code : undefined;
  const systemCode = error instanceof JumpError ? error.systemCode : undefined;
  return { code, message, stack, systemCode };
}

Atomics.store(control, CONTROL.started, 1);
port.on('message', run);
