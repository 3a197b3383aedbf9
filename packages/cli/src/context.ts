/** What every command works with: the streams, how to paint, how to tell of itself. */
import type { Readable, Writable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { hintOf } from './exit-codes.ts';
import { GivenPaths } from './given-paths.ts';
import { Output } from './output.ts';
import { type Painter, painter } from './paint.ts';
import { type Progress, startProgress, type Unit } from './progress.ts';

/** Where `jump` reads and writes; the process's own streams if not given. */
export interface Streams {
  /** What `import` and `set` read if they are told no file and no value. */
  readonly stdin?: Readable | undefined;
  /** Where results go. */
  readonly stdout?: Writable | undefined;
  /** Where everything else goes: progress, what was written, errors. */
  readonly stderr?: Writable | undefined;
  /** Where `NO_COLOR` and `FORCE_COLOR` are looked up. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

/** After so long the event loop gets a turn: signals, the bar. */
const SLICE_MS = 50;

/** One run of one command. */
export class Context {
  readonly stdin: Readable;
  readonly out: Output;
  /** Paints what goes to stdout. */
  readonly paint: Painter;
  /** Whether results are to be JSON. */
  json = false;
  /** The paths that the command was given. */
  readonly paths: GivenPaths = new GivenPaths();
  readonly #stderr: Writable;
  readonly #errors: Output;
  readonly #paintErrors: Painter;
  #sliceEnd: number = performance.now() + SLICE_MS;

  constructor(streams: Streams = {}) {
    const env = streams.env ?? process.env;
    const stdout = streams.stdout ?? process.stdout;
    this.stdin = streams.stdin ?? process.stdin;
    this.out = new Output(stdout);
    this.paint = painter(stdout, env);
    this.#stderr = streams.stderr ?? process.stderr;
    this.#errors = new Output(this.#stderr);
    this.#paintErrors = painter(this.#stderr, env);
  }

  /** Says on stderr what was done, or what is worth knowing. */
  async note(message: string): Promise<void> {
    this.#errors.line(message);
    await this.#errors.flush();
  }

  /** Says on stderr what should not be. */
  async warn(message: string): Promise<void> {
    const head = this.#paintErrors.yellow('warning:');
    await this.note(`${head} ${this.paths.shownIn(message)}`);
  }

  /** Tells an error, as JSON if that is what was asked for. */
  async fail(error: unknown): Promise<void> {
    const message = this.paths.shownIn(error instanceof Error ? error.message : String(error));
    if (this.json) {
      const { name = 'Error', code } = error as { name?: string; code?: unknown };
      await this.note(JSON.stringify({ error: { name, code, message } }));
      return;
    }
    const code = (error as { code?: unknown } | undefined)?.code;
    const suffix = typeof code === 'string' && code.startsWith('JUMP_') ? ` (${code})` : '';
    await this.note(`${this.#paintErrors.red('jump:')} ${message}${this.#paintErrors.dim(suffix)}`);
    const hint = hintOf(error);
    if (hint !== undefined) await this.note(this.#paintErrors.dim(`      ${hint}`));
  }

  /** Watches some work; see {@link startProgress}. What prints meanwhile shows no bar. */
  progress(label: string, total: number | undefined, unit: Unit, prints = false): Progress {
    const shown =
      (this.#stderr as { isTTY?: boolean }).isTTY === true && !(prints && this.out.isTerminal);
    return startProgress(label, total, unit, {
      stream: this.#stderr,
      paint: this.#paintErrors,
      shown,
    });
  }

  /** Prints a value as one line of JSON. */
  printJson(value: unknown): void {
    this.out.line(JSON.stringify(value));
  }

  /** Gives the event loop a turn if it had none for a while. */
  async pause(): Promise<void> {
    if (performance.now() < this.#sliceEnd) return;
    await nextTurn();
    this.#sliceEnd = performance.now() + SLICE_MS;
  }
}
