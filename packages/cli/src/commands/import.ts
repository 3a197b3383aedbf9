/** `jump import`: entries from JSON Lines, straight into tables. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { load } from '@jump/db';
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { interruptible } from '../interrupt.ts';
import { readEntries } from '../json-lines.ts';
import { bytes, count, counted, duration } from '../units.ts';
import type { ReadCommandOptions } from './options.ts';

/** Options of `jump import`. */
export interface ImportOptions extends ReadCommandOptions {
  /** MiB. */
  readonly memory: number;
  readonly new?: boolean;
}

/** Loads a file, or stdin, into a store; all of it or nothing. */
export async function importEntries(
  context: Context,
  directory: string,
  file: string | undefined,
  options: ImportOptions,
): Promise<number> {
  const total = file === undefined ? undefined : (await stat(file)).size;
  const source: Readable = file === undefined ? context.stdin : createReadStream(file);
  const progress = context.progress('importing', total, 'bytes');
  const begin = performance.now();
  let read = 0;
  const entries = readEntries(source, options, (size) => {
    read += size;
  });
  try {
    const report = await interruptible((signal) => {
      // A source that says nothing for a while must not keep Ctrl-C waiting.
      signal.addEventListener('abort', () => source.destroy(signal.reason as Error));
      return load<Uint8Array, Uint8Array>(directory, entries, {
        keyEncoding: 'bytes',
        valueEncoding: 'bytes',
        memtableSize: Math.max(1, options.memory) * 2 ** 20,
        errorIfExists: options.new === true,
        recovery: options.recovery,
        signal,
        onProgress: () => progress.update(read),
      });
    });
    progress.end();
    if (context.json) context.printJson(report);
    else {
      const order = report.runs > 1 ? `, sorted from ${count(report.runs)} runs` : '';
      await context.note(
        `imported ${counted(report.entries, 'entry', 'entries')} into ${directory}: ` +
          `${counted(report.tables, 'table')}, ${bytes(report.bytes)}${order}, ` +
          duration((performance.now() - begin) / 1000),
      );
    }
    return EXIT.ok;
  } finally {
    progress.end();
    source.destroy();
  }
}
