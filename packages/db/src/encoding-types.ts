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
export type NamedOptions<
  Options,
  K extends EncodingName,
  V extends EncodingName,
> = Rest<Options> & {
  readonly keyEncoding?: K | undefined;
  readonly valueEncoding?: V | undefined;
};

/** Options with an encoding of the caller's for keys. */
export type OwnKeyOptions<Options, K, V extends EncodingName> = Rest<Options> & {
  readonly keyEncoding: Encoding<K>;
  readonly valueEncoding?: V | undefined;
};

/** Options with an encoding of the caller's for values. */
export type OwnValueOptions<Options, K extends EncodingName, V> = Rest<Options> & {
  readonly keyEncoding?: K | undefined;
  readonly valueEncoding: Encoding<V>;
};

type Rest<Options> = Omit<Options, 'keyEncoding' | 'valueEncoding'>;
