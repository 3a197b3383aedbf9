/** `jump get`: the value of one key. */
import type { Context } from '../context.ts';
import { escapeControls, parse, show, textOf, toJson, visible } from '../encodings.ts';
import { EXIT } from '../exit-codes.ts';
import { reading } from '../stores.ts';
import type { ReadCommandOptions } from './options.ts';

/** Options of `jump get`. */
export interface GetOptions extends ReadCommandOptions {
  readonly raw?: boolean;
}

/** Prints a value; `EXIT.no` if there is none. */
export async function get(
  context: Context,
  directory: string,
  given: string,
  options: GetOptions,
): Promise<number> {
  const key = parse(options.key, given, 'the key');
  const value = await reading(context, directory, options.recovery, async (db) => db.get(key));
  const { out } = context;
  const json = context.json && options.raw !== true;
  const shownKey = (): string => toJson(options.key, key, 'the key');
  if (value === undefined) {
    if (json) out.line(`{"key":${shownKey()},"found":false}`);
    else await context.note(`no key ${given}`);
    return EXIT.no;
  }
  const what = `the value of ${given}`;
  if (options.raw === true) out.bytes(value);
  else if (json) out.line(`{"key":${shownKey()},"value":${toJson(options.value, value, what)}}`);
  else if (options.value !== 'text') out.line(show(options.value, value, what));
  else if (out.isTerminal) out.line(forTerminal(value));
  else {
    out.bytes(value);
    out.line();
  }
  return EXIT.ok;
}

/** Lines and tabs as they are; nothing that would tell the terminal to do something. */
function forTerminal(value: Uint8Array): string {
  const text = textOf(value);
  return text === undefined ? visible(value) : escapeControls(text, '\n\t');
}
