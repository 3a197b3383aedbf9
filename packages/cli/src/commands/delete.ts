/** `jump delete`: deletes keys, or a range of them. */
import type { Context } from '../context.ts';
import { parse } from '../encodings.ts';
import { EXIT, UsageError } from '../exit-codes.ts';
import { isWhole, type RangeOptions, rangeOf } from '../range.ts';
import { writing } from '../stores.ts';
import { counted } from '../units.ts';
import { walk } from '../walk.ts';
import type { ReadCommandOptions } from './options.ts';

/** Options of `jump delete`. */
export interface DeleteOptions extends ReadCommandOptions, RangeOptions {}

/** Deletes what is there of the keys given, or of a range; all of it or nothing. */
export async function deleteKeys(
  context: Context,
  directory: string,
  given: readonly string[],
  options: DeleteOptions,
): Promise<number> {
  const keys = given.map((key) => parse(options.key, key, 'the key'));
  const range = rangeOf(options, options.key);
  if (keys.length > 0 && Object.keys(range).length > 0) {
    throw new UsageError('either keys or a range, not both');
  }
  if (keys.length === 0 && isWhole(range)) {
    throw new UsageError('which keys? Name them, or a range: --prefix, --from, --to');
  }
  const { recovery } = options;
  const deleted = await writing(
    context,
    directory,
    { createIfMissing: false, recovery },
    async (db) => {
      const batch = db.batch();
      for (const key of keys) if (db.has(key)) batch.delete(key);
      if (keys.length === 0) {
        const options = { label: 'deleting', prints: false };
        await walk(context, db, range, options, ({ key }) => batch.delete(key));
      }
      // One batch: whatever ends the process, none of it is done, or all.
      const { length } = batch;
      if (length > 0) batch.write({ sync: true });
      return length;
    },
  );
  if (context.json) context.printJson({ deleted });
  else await context.note(`deleted ${counted(deleted, 'entry', 'entries')} from ${directory}`);
  return deleted === 0 ? EXIT.no : EXIT.ok;
}
