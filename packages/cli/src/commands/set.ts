/** `jump set`: writes one entry. */
import { buffer } from 'node:stream/consumers';
import { reasonOf } from '@jump/base';
import { JumpError } from '@jump/db';
import type { Context } from '../context.ts';
import { parse } from '../encodings.ts';
import { EXIT } from '../exit-codes.ts';
import { writing } from '../stores.ts';
import { bytes } from '../units.ts';
import type { ReadCommandOptions } from './options.ts';

/** Options of `jump set`. */
export interface SetOptions extends ReadCommandOptions {
  readonly create?: boolean;
}

/** Sets a value, given or read from stdin; on stable storage when it returns. */
export async function set(
  context: Context,
  directory: string,
  givenKey: string,
  givenValue: string | undefined,
  options: SetOptions,
): Promise<number> {
  const key = parse(options.key, givenKey, 'the key');
  const value = await readValue(context, givenValue, options);
  const { create = false, recovery } = options;
  try {
    await writing(context, directory, { createIfMissing: create, recovery }, async (db) => {
      db.set(key, value, { sync: true });
    });
  } catch (error) {
    if (!(error instanceof JumpError) || error.code !== 'JUMP_NOT_FOUND') throw error;
    const { file, cause } = error;
    const what = `${reasonOf(error)}; --create makes one`;
    throw new JumpError('JUMP_NOT_FOUND', what, { file, cause });
  }
  if (context.json) context.printJson({ written: 1 });
  else await context.note(`set ${givenKey} in ${directory}, ${bytes(value.length)}`);
  return EXIT.ok;
}

async function readValue(
  context: Context,
  given: string | undefined,
  options: SetOptions,
): Promise<Uint8Array> {
  if (given !== undefined) return parse(options.value, given, 'the value');
  const read = await buffer(context.stdin);
  // Text is taken as it is, byte by byte; the others may end in a line feed.
  if (options.value === 'text') return read;
  return parse(options.value, read.toString('utf8').trim(), 'the value');
}
