/** Runs a case of `resource-child.mjs`. */
import { spawn } from 'node:child_process';
import { scriptWords } from '@jump/testkit';
import { scriptPath } from './scripts.ts';

/** How the child is started. */
export interface ChildOptions {
  /** Flags of V8. */
  readonly flags?: readonly string[];
  /** What a shell does first: `ulimit -n 32`. */
  readonly shell?: string;
  /** Whose process it is; only root may choose. */
  readonly uid?: number;
  /** The runtime, if another than this process's. */
  readonly executable?: string;
}

/** An error, as a case tells it. */
export interface ToldError {
  readonly code?: string;
  readonly systemCode?: string;
  readonly message: string;
}

/** Runs a case; returns what it tells. */
export async function runCase<T>(
  name: string,
  task: object,
  { flags = [], shell = ':', uid, executable = process.execPath }: ChildOptions = {},
): Promise<T> {
  const words = scriptWords(scriptPath('resource-child.mjs'), ['--expose-gc', ...flags]);
  const command = [executable, ...words, name, JSON.stringify(task)];
  const child = spawn('/bin/sh', ['-c', `${shell}; exec "$@"`, 'sh', ...command], {
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  let out = '';
  let errors = '';
  child.stdout.on('data', (text: Buffer) => {
    out += text;
  });
  child.stderr.on('data', (text: Buffer) => {
    errors += text;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`${name} ended with ${code}: ${errors}`);
  return JSON.parse(out) as T;
}
