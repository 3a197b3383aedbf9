/** `jump import`: entries from JSON Lines, straight into tables. */
import type { Readable } from 'node:stream';
import { type LoadReport, load } from '@jump/db';
import type { Context } from '../context.ts';
import { openSource } from '../disk/file-errors.ts';
import { EXIT, UsageError } from '../exit-codes.ts';
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

/** What a memtable can be told to hold, in MiB. */
const MOST_MEMORY = 1024;

/** Loads a file, or stdin, into a store; all of it or nothing. */
export async function importEntries(
  context: Context,
  directory: string,
  file: string | undefined,
  options: ImportOptions,
): Promise<number> {
  if (options.memory < 1 || options.memory > MOST_MEMORY) {
    throw new UsageError(`--memory: 1 to ${MOST_MEMORY} MiB expected, got ${options.memory}`);
  }
  const found = file === undefined ? undefined : await openSource(file);
  const source: Readable = found?.stream ?? context.stdin;
  const progress = context.progress('importing', found?.size, 'bytes');
  const begin = performance.now();
  try {
    const report = await loadFrom(source, directory, options, (read) => progress.update(read));
    progress.end();
    if (context.json) context.printJson(report);
    else await context.note(describe(report, directory, (performance.now() - begin) / 1000));
    return EXIT.ok;
  } finally {
    progress.end();
    source.destroy();
  }
}

function loadFrom(
  source: Readable,
  directory: string,
  options: ImportOptions,
  onProgress: (read: number) => void,
): Promise<LoadReport> {
  let read = 0;
  const entries = readEntries(source, options, (size) => {
    read += size;
  });
  return interruptible((signal) => {
    // A source that says nothing for a while must not keep Ctrl-C waiting.
    signal.addEventListener('abort', () => source.destroy(signal.reason as Error));
    return load<Uint8Array, Uint8Array>(directory, entries, {
      keyEncoding: 'bytes',
      valueEncoding: 'bytes',
      memtableSize: options.memory * 2 ** 20,
      errorIfExists: options.new === true,
      recovery: options.recovery,
      signal,
      onProgress: () => onProgress(read),
    });
  });
}

function describe(report: LoadReport, directory: string, seconds: number): string {
  const { entries, tables, runs } = report;
  const parts = [counted(tables, 'table'), bytes(report.bytes)];
  if (runs > 1) parts.push(`sorted from ${count(runs)} runs`);
  parts.push(duration(seconds));
  return `imported ${counted(entries, 'entry', 'entries')} into ${directory}: ${parts.join(', ')}`;
}
