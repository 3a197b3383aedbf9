/**
 * The worker executor: one thread beside the store's, which reads the immutable memtable in shared
 * memory, opens its own files, and answers with plain data.
 *
 * A writer in a tight loop never returns to the event loop, so answers must not need it: the worker
 * counts them in shared memory, where a look costs a load, and `receiveMessageOnPort` takes them out.
 * A worker that stops counting its steps while it has work is given up: its jobs are reported as
 * lost.
 */
import type { MessagePort, Worker } from 'node:worker_threads';
import { JumpError } from '@jump/base';
import type { FilterSpec, WrittenTables } from '@jump/compaction';
import { nodeVfs } from '@jump/vfs';
import type { Executor, JobListener } from './executor.ts';
import { FileCalls } from './file-calls.ts';
import { type Failure, failureOf, removeFiles, type WrittenFile } from './file-work.ts';
import type { Job } from './jobs.ts';
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

/** A worker that makes no step for so long, with work to do, is taken for dead. */
const SILENCE_MS = 20_000;
/** A worker that has not begun to run by then never will; or too late for whoever waits. */
const START_MS = 5000;
/** A closing store waits for its worker so long. */
const CLOSE_MS = 30_000;

/**
 * How the worker's file may be called, beside this one or beside the bundle that this is part of.
 */
const FILE_NAMES = ['jump-worker.js', 'jump-worker.mjs', 'jump-worker.cjs'] as const;

/** Makes the executor; `undefined` where there can be no worker, or its file is not there. */
export function createWorkerExecutor(
  filter: FilterSpec | undefined,
  listener: JobListener,
): Executor | undefined {
  const here = bundleUrl();
  if (here?.startsWith('file:') !== true || !mayWait()) return undefined;
  const { fileURLToPath } = process.getBuiltinModule('node:url');
  const urls = FILE_NAMES.map((name) => new URL(name, here));
  const url = urls.find((one) => isThere(fileURLToPath(one)));
  return url === undefined ? undefined : new WorkerExecutor(url, filter, listener);
}

/** Where this module lies, or the bundle that it is part of, one of CommonJS too. */
function bundleUrl(): string | undefined {
  const url: string | undefined = import.meta.url;
  if (url !== undefined || typeof __filename === 'undefined') return url;
  return process.getBuiltinModule('node:url').pathToFileURL(__filename).href;
}

/** Whether the file is there; not if the program may not look, as one of Deno's may not. */
function isThere(path: string): boolean {
  try {
    return nodeVfs.stat(path) !== undefined;
  } catch {
    return false;
  }
}

/** Whether this thread may block: not in a page, nor in Electron's renderer. */
function mayWait(): boolean {
  if (typeof SharedArrayBuffer === 'undefined') return false;
  try {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 1, 0);
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

class WorkerExecutor implements Executor {
  readonly kind = 'worker';
  /** Loaded here: 3 ms that programs are spared which only import the store. */
  readonly #threads = process.getBuiltinModule('node:worker_threads');
  readonly #url: URL;
  readonly #filter: FilterSpec | undefined;
  readonly #listener: JobListener;
  readonly #control = new Int32Array(new SharedArrayBuffer(4 * CONTROL.length));
  readonly #running = new Set<number>();
  readonly #calls = new FileCalls(nodeVfs);
  #worker: Worker | undefined;
  #port: MessagePort | undefined;
  #seen = 0;
  #alive = false;
  #lastBeat = 0;
  #lastBeatAt = 0;

  constructor(url: URL, filter: FilterSpec | undefined, listener: JobListener) {
    this.#url = url;
    this.#filter = filter;
    this.#listener = listener;
  }

  prepare(): void {
    if (this.#port === undefined) this.#begin();
  }

  start(id: number, job: Job): void {
    this.#running.add(id);
    this.#post({ type: 'job', id, job, filter: this.#filter }, job.type === 'flush');
  }

  sync(file: WrittenFile, done: (failure: Failure | undefined) => void): void {
    if (this.#port === undefined) done(failureOf(() => file.sync()));
    else this.#post({ type: 'sync', id: this.#calls.sync(file, done), paths: [file.path] }, true);
  }

  remove(paths: readonly string[], done: (errors: readonly unknown[]) => void): void {
    if (this.#port === undefined) done(removeFiles(nodeVfs, paths));
    else this.#post({ type: 'remove', id: this.#calls.remove(paths, done), paths }, true);
  }

  poll(): void {
    // An ordinary load: a stale value is only seen a little later.
    if (this.#control[CONTROL.sent] !== this.#seen) this.#receive();
  }

  wait(ms: number): void {
    if (this.#running.size + this.#calls.size === 0) return;
    Atomics.wait(this.#control, CONTROL.sent, this.#seen, ms);
    this.#receive();
    this.#checkPulse();
  }

  keepAlive(on: boolean): void {
    this.#alive = on;
    if (on) this.#port?.ref();
    else this.#port?.unref();
  }

  close(): readonly WrittenTables[] {
    const worker = this.#worker;
    const done: WrittenTables[] = [];
    if (worker === undefined) return done;
    Atomics.store(this.#control, CONTROL.stop, 1);
    const end = performance.now() + CLOSE_MS;
    while (this.#running.size > 0 && performance.now() < end && this.#mayRun()) {
      this.#drop(done);
      if (this.#running.size > 0) Atomics.wait(this.#control, CONTROL.sent, this.#seen, 100);
    }
    // The last answer is sent before its files' descriptors are all closed.
    while (Atomics.load(this.#control, CONTROL.busy) > 0 && performance.now() < end) {
      Atomics.wait(this.#control, CONTROL.busy, Atomics.load(this.#control, CONTROL.busy), 100);
    }
    this.#drop(done);
    // From here on whatever is asked for is done in this thread.
    this.#end();
    this.#calls.finishHere();
    return done;
  }

  #post(message: JobMessage | FileMessage, urgent: boolean): void {
    const port = this.#port ?? this.#begin();
    this.#lastBeatAt = performance.now();
    if (urgent) Atomics.add(this.#control, CONTROL.urgent, 1);
    port.postMessage(message);
  }

  #begin(): MessagePort {
    const { port1, port2 } = new this.#threads.MessageChannel();
    const start: WorkerStart = { protocol: PROTOCOL, port: port2, memory: this.#control.buffer };
    const worker = new this.#threads.Worker(this.#url, {
      workerData: start,
      transferList: [port2],
      // Not the process's own: with some of its flags (`--input-type`) no file can be run.
      execArgv: [],
    });
    worker.unref();
    worker.on('error', (error) => this.#lose(error));
    worker.on('exit', (code) => this.#lose(new Error(`the worker exited with code ${code}`)));
    port1.on('message', (message: WorkerMessage) => this.#take(message));
    if (!this.#alive) port1.unref();
    this.#worker = worker;
    this.#port = port1;
    return port1;
  }

  #receive(): void {
    this.#seen = Atomics.load(this.#control, CONTROL.sent);
    while (this.#port !== undefined) {
      const received = this.#receiveFrom(this.#port);
      if (received === undefined) return;
      this.#take(received.message);
    }
  }

  #receiveFrom(port: MessagePort): { readonly message: WorkerMessage } | undefined {
    return this.#threads.receiveMessageOnPort(port);
  }

  #take(message: WorkerMessage): void {
    const { id } = message;
    this.#lastBeatAt = performance.now();
    if (message.type === 'files') {
      this.#calls.take(id, message.errors.map(revive));
      return;
    }
    if (!this.#running.has(id)) return;
    if (message.type === 'progress') {
      this.#listener.progress(id, message.bytes);
      return;
    }
    this.#running.delete(id);
    this.#listener.ended(
      id,
      message.type === 'done'
        ? { type: 'done', result: message.result }
        : { type: 'failed', error: revive(message.error) },
    );
  }

  /** Takes answers out; those of jobs are not delivered. */
  #drop(done: WrittenTables[]): void {
    this.#seen = Atomics.load(this.#control, CONTROL.sent);
    while (this.#port !== undefined) {
      const received = this.#receiveFrom(this.#port);
      if (received === undefined) return;
      const { message } = received;
      if (message.type === 'progress') continue;
      if (message.type === 'files') this.#calls.take(message.id, message.errors.map(revive));
      else this.#running.delete(message.id);
      if (message.type === 'done') done.push(message.result);
    }
  }

  #checkPulse(): void {
    const busy = this.#running.size + this.#calls.size > 0;
    if (busy && !this.#mayRun()) {
      this.#lose(new Error(`the worker has not begun to run in ${START_MS} ms, or refused to`));
      return;
    }
    const beat = Atomics.load(this.#control, CONTROL.heartbeat);
    const now = performance.now();
    if (beat !== this.#lastBeat) {
      this.#lastBeat = beat;
      this.#lastBeatAt = now;
    } else if (busy && now - this.#lastBeatAt > SILENCE_MS) {
      this.#lose(new Error(`the worker made no step for ${SILENCE_MS} ms`));
    }
  }

  /** Whether the worker runs, or has had no time to begin; one that fails at once never does. */
  #mayRun(): boolean {
    const started = Atomics.load(this.#control, CONTROL.started);
    if (started === 0) return performance.now() - this.#lastBeatAt <= START_MS;
    return started !== REFUSED;
  }

  #lose(error: unknown): void {
    if (this.#worker === undefined) return;
    this.#receive();
    this.#end();
    const lost = [...this.#running];
    this.#running.clear();
    this.#calls.finishHere();
    for (const id of lost) this.#listener.ended(id, { type: 'lost', error });
  }

  #end(): void {
    const worker = this.#worker;
    this.#worker = undefined;
    this.#port?.close();
    this.#port = undefined;
    void worker?.terminate();
  }
}

function revive({ code, message, file, offset, systemCode, stack }: PlainError): Error {
  const error =
    code === undefined
      ? new Error(message)
      : new JumpError(code, message, { file, offset, systemCode });
  if (stack !== undefined) error.stack = stack;
  return error;
}
