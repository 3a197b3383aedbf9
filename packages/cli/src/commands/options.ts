/** Options that commands share, as commander gives them. */
import type { EncodingName } from '../encodings.ts';
import type { RangeOptions } from '../range.ts';
import type { Recovery } from '../stores.ts';

/** How keys and values are given and shown. */
export interface EncodingOptions {
  readonly key: EncodingName;
  readonly value: EncodingName;
}

/** Options of commands that read a store. */
export interface ReadCommandOptions extends EncodingOptions {
  readonly recovery: Recovery;
}

/** Options of commands that read a range of a store. */
export interface RangeCommandOptions extends ReadCommandOptions, RangeOptions {}
