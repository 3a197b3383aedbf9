/** `jump count`: how many entries a range has. */
import type { Context } from '../context.ts';
import { EXIT } from '../exit-codes.ts';
import { rangeOf } from '../range.ts';
import { reading } from '../stores.ts';
import { walk } from '../walk.ts';
import type { RangeCommandOptions } from './options.ts';

/** Prints a number: what `get` would find, deletions and older versions left out. */
export async function count(
  context: Context,
  directory: string,
  options: RangeCommandOptions,
): Promise<number> {
  const range = rangeOf(options, options.key);
  const entries = await reading(context, directory, options.recovery, (db) =>
    walk(context, db, range, { label: 'counting', prints: false }, () => {}),
  );
  if (context.json) context.printJson({ entries });
  else context.out.line(String(entries));
  return EXIT.ok;
}
