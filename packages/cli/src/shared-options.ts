/** Options that several commands take. */
import { InvalidArgumentError, Option } from 'commander';
import { ENCODINGS } from './encodings.ts';
import { wholeNumber } from './range.ts';

/** A group of options. */
export type SharedOptions = 'encodings' | 'range' | 'bounds' | 'recovery';

/** Makes the options of each group. */
export const SHARED_OPTIONS: Readonly<Record<SharedOptions, () => Option[]>> = {
  encodings: () => [
    new Option('-k, --key <encoding>', 'how keys are given and shown')
      .choices(ENCODINGS)
      .default('text'),
    new Option('-v, --value <encoding>', 'how values are given and shown')
      .choices(ENCODINGS)
      .default('text'),
  ],
  bounds: () => [
    new Option('--prefix <key>', 'only keys that begin like this'),
    new Option('--from <key>', 'only this key and those after it'),
    new Option('--to <key>', 'only keys before this one'),
  ],
  range: () => [
    ...SHARED_OPTIONS.bounds(),
    new Option('--reverse', 'from the last key to the first'),
    new Option('--limit <n>', 'at most so many entries').argParser(parseWhole),
  ],
  recovery: () => [
    new Option(
      '--recovery <mode>',
      'a damaged log: refuse it, read it up to the damage, or all that is whole',
    )
      .choices(['strict', 'prefix', 'salvage'])
      .default('strict'),
  ],
};

/** Reads a whole number, with commander's message if it is none. */
export function parseWhole(given: string): number {
  try {
    return wholeNumber(given);
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : '');
  }
}
