/** The range of keys that a command is about. */
import type { Range } from '@jump/db';
import { type EncodingName, parse } from './encodings.ts';
import { UsageError } from './exit-codes.ts';

/** Options of commands that take a range, as commander gives them. */
export interface RangeOptions {
  readonly prefix?: string;
  readonly from?: string;
  readonly to?: string;
  readonly reverse?: boolean;
  readonly limit?: number;
}

/** A range of keys, in bytes. */
export type ByteRange = Range<Uint8Array, Uint8Array>;

/** Makes the range that the options say: from `--from` on, up to but without `--to`. */
export function rangeOf(options: RangeOptions, encoding: EncodingName): ByteRange {
  const { prefix, from, to, reverse, limit } = options;
  return {
    ...(prefix === undefined ? {} : { prefix: parsePrefix(encoding, prefix) }),
    ...(from === undefined ? {} : { gte: parse(encoding, from, '--from') }),
    ...(to === undefined ? {} : { lt: parse(encoding, to, '--to') }),
    ...(reverse === true ? { reverse } : {}),
    ...(limit === undefined ? {} : { limit }),
  };
}

/** Whether it is about everything. */
export function isWhole({ prefix, gte, lt }: ByteRange): boolean {
  return prefix === undefined && gte === undefined && lt === undefined;
}

/** The beginning of a value of JSON is none: it is taken as it is. */
function parsePrefix(encoding: EncodingName, prefix: string): Uint8Array {
  return parse(encoding === 'json' ? 'text' : encoding, prefix, '--prefix');
}

/** Reads a whole number from 0 on. @throws UsageError */
export function wholeNumber(given: string): number {
  const value = Number(given);
  if (/^\d+$/.test(given) && Number.isSafeInteger(value)) return value;
  throw new UsageError(`a whole number expected, got ${given}`);
}
