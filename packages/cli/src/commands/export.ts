/** `jump export`: entries as JSON Lines. */
import type { Context } from '../context.ts';
import { fileError } from '../disk/file-errors.ts';
import { toJson } from '../encodings.ts';
import { EXIT } from '../exit-codes.ts';
import { FileTarget, streamTarget, type Target } from '../file-target.ts';
import { interruptible } from '../interrupt.ts';
import { rangeOf } from '../range.ts';
import { reading } from '../stores.ts';
import { counted } from '../units.ts';
import { type Entry, walk } from '../walk.ts';
import type { RangeCommandOptions } from './options.ts';

/** Options of `jump export`. */
export interface ExportOptions extends RangeCommandOptions {
  readonly gzip?: boolean;
  readonly force?: boolean;
}

/** Writes entries to a file, which appears when it is whole, or to stdout. */
export async function exportEntries(
  context: Context,
  directory: string,
  file: string | undefined,
  options: ExportOptions,
): Promise<number> {
  const { force = false } = options;
  if (file === undefined) {
    const gzip = options.gzip === true;
    await write(context, directory, streamTarget(context, gzip), true, options);
    return EXIT.ok;
  }
  const gzip = options.gzip ?? file.endsWith('.gz');
  return interruptible(async (signal) => {
    const target = await FileTarget.begin(file, { gzip, force });
    try {
      const entries = await write(context, directory, target, false, options, signal);
      if (context.json) context.printJson({ entries, file });
      else await context.note(`exported ${counted(entries, 'entry', 'entries')} to ${file}`);
      return EXIT.ok;
    } catch (error) {
      await target.abandon();
      throw fileError(error, file, 'cannot be written');
    }
  });
}

async function write(
  context: Context,
  directory: string,
  target: Target,
  prints: boolean,
  options: ExportOptions,
  signal?: AbortSignal,
): Promise<number> {
  const { key: keys, value: values, recovery } = options;
  const range = rangeOf(options, keys);
  const { out } = target;
  const print = ({ key, value }: Entry): void => {
    const shown = toJson(keys, key, 'a key');
    out.line(`{"key":${shown},"value":${toJson(values, value, 'the value')}}`);
  };
  const watched = { label: 'exporting', prints, out, ...(signal === undefined ? {} : { signal }) };
  const entries = await reading(context, directory, recovery, (db) =>
    walk(context, db, range, watched, print),
  );
  await target.finish();
  return entries;
}
