/** The types of keys and values that follow from the encodings chosen. Types alone. */
import type { Encoding, EncodingName } from '@jump/base';

/** What the encodings that are chosen by name take and give back. */
export interface NamedEncodings {
  /** Text. */
  readonly utf8: string;
  /** Bytes as they are. */
  readonly bytes: Uint8Array;
  /** Whatever JSON has. Better to say what it is: `open<string, Person>(…)`. */
  readonly json: unknown;
}

/** Options of which both encodings are names, or left out. */
export type NamedOptions<Options, K extends EncodingName, V extends EncodingName> = Omit<
  Options,
  'keyEncoding' | 'valueEncoding'
> & {
  /** How keys become bytes, by name. */
  readonly keyEncoding?: K | undefined;
  /** How values become bytes, by name. */
  readonly valueEncoding?: V | undefined;
};

/** Options with an encoding of the caller's for keys. */
export type OwnKeyOptions<Options, K, V extends EncodingName> = Omit<
  Options,
  'keyEncoding' | 'valueEncoding'
> & {
  /** How keys become bytes. */
  readonly keyEncoding: Encoding<K>;
  /** How values become bytes, by name. */
  readonly valueEncoding?: V | undefined;
};

/** Options with an encoding of the caller's for values. */
export type OwnValueOptions<Options, K extends EncodingName, V> = Omit<
  Options,
  'keyEncoding' | 'valueEncoding'
> & {
  /** How keys become bytes, by name. */
  readonly keyEncoding?: K | undefined;
  /** How values become bytes. */
  readonly valueEncoding: Encoding<V>;
};
