/** Runs a case of `resource-child.mjs`. */
import { spawn } from 'node:child_process';
import { scriptPath } from './scripts.ts';

/** How the child is started. */
export interface ChildOptions {
  /** Flags of Node. */
  readonly flags?: readonly string[];
  /** What a shell does first: `ulimit -n 32`. */
  readonly shell?: string;
  /** Whose process it is; only root may choose. */
  readonly uid?: number;
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
  { flags = [], shell = ':', uid }: ChildOptions = {},
): Promise<T> {
  const words = [
    '--expose-gc',
    ...flags,
    scriptPath('resource-child.mjs'),
    name,
    JSON.stringify(task),
  ];
  const child = spawn('/bin/sh', ['-c', `${shell}; exec "$@"`, 'sh', process.execPath, ...words], {
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
