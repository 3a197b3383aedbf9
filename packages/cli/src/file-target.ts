/** Where an export, or a page, goes: a file that appears when it is whole, or a stream. */
import { createWriteStream, type WriteStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { PassThrough, type Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { JumpError } from '@jump/db';
import type { Context } from './context.ts';
import { fileError } from './disk/file-errors.ts';
import { Output } from './output.ts';

/** Something to print to. */
export interface Target {
  readonly out: Output;
  /** Has everything written. */
  finish(): Promise<void>;
}

/** A file with another name until it is whole. */
export class FileTarget implements Target {
  readonly out: Output;
  readonly #path: string;
  readonly #partial: string;
  readonly #head: Transform;
  readonly #written: Promise<void>;

  private constructor(path: string, partial: string, file: WriteStream, gzip: boolean) {
    this.#path = path;
    this.#partial = partial;
    this.#head = gzip ? createGzip() : new PassThrough();
    this.#written = pipeline(this.#head, file);
    // Told by `finish`, or of no interest any more.
    this.#written.catch(() => {});
    this.out = new Output(this.#head);
  }

  /** Begins a file. @throws Error if it is there already, unless it may be replaced */
  static async begin(
    path: string,
    options: { readonly gzip: boolean; readonly force: boolean },
  ): Promise<FileTarget> {
    if (!options.force && (await exists(path))) {
      throw new Error(`${path}: is there already; --force replaces it`);
    }
    const partial = join(dirname(path), `.${basename(path)}.${process.pid}.partial`);
    const file = createWriteStream(partial, { flags: 'wx' });
    await new Promise<void>((resolve, reject) => {
      file.once('open', () => resolve());
      file.once('error', (error) => reject(notWritten(error, path)));
    });
    return new FileTarget(path, partial, file, options.gzip);
  }

  async finish(): Promise<void> {
    try {
      await this.out.flush();
      this.#head.end();
      await this.#written;
      const handle = await open(this.#partial, 'r+');
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(this.#partial, this.#path);
    } catch (error) {
      throw notWritten(error, this.#path);
    }
  }

  /** Removes what there is of the file. */
  async abandon(): Promise<void> {
    this.#head.destroy();
    await this.#written.catch(() => {});
    await rm(this.#partial, { force: true });
  }
}

/** Stdout, compressed if asked for; it is not closed. */
export function streamTarget(context: Context, gzip: boolean): Target {
  const { out } = context;
  if (!gzip) return { out, finish: () => out.flush() };
  const compress = createGzip();
  const sent = (async () => {
    for await (const chunk of compress) {
      out.bytes(chunk as Buffer);
      await out.flush();
      // Whoever fills the compressor then knows that nobody reads what comes out of it.
      if (out.closed) compress.destroy(goneAway());
    }
  })();
  sent.catch((error: Error) => compress.destroy(error));
  const target = new Output(compress);
  return {
    out: target,
    async finish() {
      await target.flush();
      if (target.closed) return;
      compress.end();
      await sent;
    },
  };
}

/** What a stream tells whose reader has gone. */
function goneAway(): Error {
  return Object.assign(new Error('the reader has gone'), { code: 'EPIPE' });
}

/** What keeps a file from being written, in the words that others have. */
function notWritten(error: unknown, path: string): unknown {
  if ((error as { code?: unknown }).code !== 'ENOENT') {
    return fileError(error, path, 'cannot be written');
  }
  const what = 'cannot be written: the directory is not there';
  return new JumpError('JUMP_NOT_FOUND', what, { file: path, cause: error });
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
