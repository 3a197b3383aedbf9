/** Running `jump` in tests: the program that is published, or its code in this process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { ClassicLevel } from 'classic-level';
import { afterAll } from 'vitest';
import { run } from '../src/run.ts';

/** What came of a call. */
export interface Result {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program. */
const BIN: string = fileURLToPath(new URL('../bin/jump.js', import.meta.url));

const made: string[] = [];
afterAll(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
});

/** Makes an empty directory that is removed when the tests of a file are over. */
export function temporary(): string {
  const path = mkdtempSync(join(tmpdir(), 'jump-cli-'));
  made.push(path);
  return path;
}

/** Starts the program. */
export function start(args: readonly string[], nodeArgs: readonly string[] = []): ChildProcess {
  return spawn(process.execPath, [...nodeArgs, BIN, ...args], { stdio: 'pipe' });
}

/** Waits for a program that was started. */
export function ended(child: ChildProcess): Promise<Result> {
  const texts = { stdout: '', stderr: '' };
  child.stdout?.on('data', (chunk) => {
    texts.stdout += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    texts.stderr += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, ...texts }));
  });
}

/** Runs a command in this process, from the sources: several times as fast as the program. */
export async function jump(args: readonly string[], input = ''): Promise<Result> {
  const [stdout, stderr] = [new Kept(), new Kept()];
  const code = await run(args, { stdin: readable(input), stdout, stderr, env: {} });
  return { code, signal: null, stdout: stdout.text, stderr: stderr.text };
}

/** How a shell, which knows nothing of Node's arguments, starts a program with this runtime. */
const RUNTIME: string =
  'Deno' in globalThis ? `'${process.execPath}' run -A` : `'${process.execPath}'`;

/** Runs a line of the shell in which `jump` is the program. */
export function shell(line: string, directory: string): Promise<Result> {
  const jump = `jump() { ${RUNTIME} '${BIN}' "$@"; }; set -o pipefail;`;
  return ended(spawn('bash', ['-c', `${jump} ${line}`], { cwd: directory, stdio: 'pipe' }));
}

/** A stream that keeps what is written to it. */
export class Kept extends Writable {
  text = '';
  readonly isTTY: boolean;
  readonly columns: number | undefined;

  constructor(terminal?: { readonly columns: number }) {
    super({
      write: (chunk, _encoding, done) => {
        this.text += chunk;
        done();
      },
    });
    this.isTTY = terminal !== undefined;
    this.columns = terminal?.columns;
  }
}

/** A stream to be read. */
export function readable(...chunks: readonly (string | Uint8Array)[]): Readable {
  return Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
}

/** Has LevelDB make a store. */
export async function levelStore(
  directory: string,
  fill: (db: ClassicLevel<Uint8Array, Uint8Array>) => Promise<void>,
  options: object = {},
): Promise<string> {
  const bytes = { keyEncoding: 'view', valueEncoding: 'view' } as const;
  const db = new ClassicLevel<Uint8Array, Uint8Array>(directory, { ...bytes, ...options });
  await db.open();
  try {
    await fill(db);
  } finally {
    await db.close();
  }
  return directory;
}

/** Has LevelDB read a store: keys and values as text. */
export async function levelEntries(directory: string): Promise<[string, string][]> {
  const found: [string, string][] = [];
  const db = new ClassicLevel(directory);
  await db.open();
  try {
    for await (const entry of db.iterator()) found.push(entry);
  } finally {
    await db.close();
  }
  return found;
}

/** The bytes of a text. */
export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
