/** `jump compact`: merges tables. */
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { interruptible } from '../interrupt.ts';
import { type RangeOptions, rangeOf } from '../range.ts';
import { type Writing, writing } from '../stores.ts';
import { bytes, counted, duration } from '../units.ts';
import type { ReadCommandOptions } from './options.ts';

/** Options of `jump compact`. */
export interface CompactOptions extends ReadCommandOptions, RangeOptions {}

/** Merges a store, or a range of it. Given up, the store is as whole as before. */
export async function compact(
  context: Context,
  directory: string,
  options: CompactOptions,
): Promise<number> {
  const range = rangeOf(options, options.key);
  const { recovery } = options;
  const begin = performance.now();
  const sizes = await interruptible((signal) =>
    writing(context, directory, { createIfMissing: false, recovery }, async (db) => {
      const before = sizeOf(db);
      const progress = context.progress('merging', before.bytes, 'bytes');
      try {
        await db.compact(range, {
          signal,
          onProgress: ({ done, total }) => progress.update(done, total),
        });
      } finally {
        progress.end();
      }
      return { before, after: sizeOf(db) };
    }),
  );
  const { before, after } = sizes;
  if (context.json) context.printJson({ before, after });
  else {
    await context.note(
      `compacted ${directory}: ${counted(before.tables, 'table')}, ${bytes(before.bytes)} → ` +
        `${counted(after.tables, 'table')}, ${bytes(after.bytes)}, ` +
        duration((performance.now() - begin) / 1000),
    );
  }
  return EXIT.ok;
}

function sizeOf(db: Writing): { tables: number; bytes: number } {
  let tables = 0;
  let bytes = 0;
  for (const level of db.stats().levels) {
    tables += level.files;
    bytes += level.bytes;
  }
  return { tables, bytes };
}
