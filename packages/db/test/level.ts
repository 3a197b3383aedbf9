/** LevelDB for tests: classic-level in one long-lived child process. */
import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { ModelOperation } from '@jump/testkit';
import { scriptPath } from './scripts.ts';

interface Answer {
  readonly id: number;
  readonly error?: string;
  readonly shown?: string[];
}

/** Options of classic-level that tests set. */
export interface LevelOptions {
  readonly compression?: boolean;
  readonly writeBufferSize?: number;
  readonly maxFileSize?: number;
  readonly blockSize?: number;
}

/** Drives the child; one store at a time. */
export class Level {
  #process: ChildProcess = start();
  #calls = 0;

  async open(directory: string, options: LevelOptions = {}): Promise<void> {
    await this.#call('open', { directory, options });
  }
  async close(): Promise<void> {
    await this.#call('close', {});
  }
  async write(batches: readonly (readonly ModelOperation[])[]): Promise<void> {
    await this.#call('write', { batches });
  }
  /** Writes pairs, as pairs.ts has them, until {@link Level.stop}. */
  async run(promises: string): Promise<void> {
    await this.#call('run', { promises });
  }
  async stop(): Promise<void> {
    await this.#call('stop', {});
  }
  async compact(): Promise<void> {
    await this.#call('compact', {});
  }
  /** Everything, as {@link showEntry} shows it; the keys `absent` must not be there. */
  async read(absent: readonly Uint8Array[] = []): Promise<string[]> {
    return (await this.#call('read', { absent })).shown ?? [];
  }
  /** Kills the child with SIGKILL, and starts another. */
  async kill(): Promise<void> {
    const end = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await end;
    this.#process = start();
  }
  /** Does something while the child stands still, as if it had been killed. */
  whileStopped<T>(action: () => T): T {
    const { pid } = this.#process;
    process.kill(pid!, 'SIGSTOP');
    try {
      // The signal is sent; its process stands still a little later.
      while (!/^State:\s+T/m.test(readFileSync(`/proc/${pid}/status`, 'latin1')));
      return action();
    } finally {
      process.kill(pid!, 'SIGCONT');
    }
  }
  /** Ends the child. */
  end(): void {
    this.#process.kill('SIGKILL');
  }

  #call(call: string, given: object): Promise<Answer> {
    const id = ++this.#calls;
    const child = this.#process;
    return new Promise((resolve, reject) => {
      const ended = (): void => reject(new Error(`LevelDB's process died during ${call}`));
      const take = (answer: Answer): void => {
        if (answer.id !== id) return;
        child.off('message', take);
        child.off('exit', ended);
        if (answer.error === undefined) resolve(answer);
        else reject(new Error(`LevelDB: ${answer.error}`));
      };
      child.on('message', take);
      child.once('exit', ended);
      child.send({ id, call, ...given });
    });
  }
}

/** Shows an entry in short, as the child does. */
export function showEntry(key: Uint8Array, value: Uint8Array): string {
  const sum = createHash('sha1').update(value).digest('base64');
  return `${Buffer.from(key).toString('hex')} ${value.length} ${sum}`;
}

function start(): ChildProcess {
  return fork(scriptPath('level-child.mjs'), { serialization: 'advanced' });
}
