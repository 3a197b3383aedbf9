/** `jump scan`: the entries of a range, in order. */
import type { Context } from '../context.ts';
import { show, toJson } from '../encodings.ts';
import { EXIT } from '../exit-codes.ts';
import { rangeOf } from '../range.ts';
import { reading } from '../stores.ts';
import { type Entry, walk } from '../walk.ts';
import type { RangeCommandOptions } from './options.ts';

/** Options of `jump scan`. */
export interface ScanOptions extends RangeCommandOptions {
  readonly only?: 'keys' | 'values';
}

/** Prints a line for each entry: key, tab, value. */
export async function scan(
  context: Context,
  directory: string,
  options: ScanOptions,
): Promise<number> {
  const range = rangeOf(options, options.key);
  const print = printer(context, options);
  await reading(context, directory, options.recovery, (db) =>
    walk(context, db, range, { label: 'scanning', prints: true }, print),
  );
  return EXIT.ok;
}

function printer(context: Context, options: ScanOptions): (entry: Entry) => void {
  const { out, paint } = context;
  const { key: keys, value: values, only } = options;
  const keyText = ({ key }: Entry): string => show(keys, key, 'a key');
  const valueText = ({ value }: Entry): string => show(values, value, 'the value');
  if (context.json) {
    const jsonKey = ({ key }: Entry): string => `"key":${toJson(keys, key, 'a key')}`;
    const jsonValue = ({ value }: Entry): string => `"value":${toJson(values, value, 'the value')}`;
    if (only === 'keys') return (entry) => out.line(`{${jsonKey(entry)}}`);
    if (only === 'values') return (entry) => out.line(`{${jsonValue(entry)}}`);
    return (entry) => out.line(`{${jsonKey(entry)},${jsonValue(entry)}}`);
  }
  if (only === 'keys') return (entry) => out.line(keyText(entry));
  if (only === 'values') return (entry) => out.line(valueText(entry));
  return (entry) => out.line(`${paint.cyan(keyText(entry))}\t${valueText(entry)}`);
}
