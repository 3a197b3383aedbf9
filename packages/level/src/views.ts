/**
 * One store under the formats that Level asks for: keys and values come and go as strings or as
 * bytes, from call to call.
 */
import type { Encoding, JumpDB } from '@jump/db';

/** What Level calls a format. */
export type Format = 'utf8' | 'view' | 'buffer';
/** A key or value in one of the formats. */
export type Data = string | Uint8Array;

const encoder = new TextEncoder();
// A byte-order mark counts like any other character.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Text as LevelDB's bindings read it: what is no UTF-8 becomes U+FFFD. */
const text: Encoding<Data> = {
  // An iterator over text may be sent to bytes, which need not be UTF-8.
  encode: toBytes,
  decode: (bytes) => decoder.decode(bytes),
};

/** The bytes of a key or value. */
export function toBytes(data: Data): Uint8Array {
  return typeof data === 'string' ? encoder.encode(data) : data;
}

/** The four views of a store. */
export class Views {
  /** By whether keys are text, and whether values are. */
  readonly #views: readonly (readonly JumpDB<Data, Data>[])[];

  constructor(db: JumpDB<Data, Data>) {
    const encodings = ['bytes', text] as const;
    this.#views = encodings.map((keyEncoding) =>
      encodings.map(
        (valueEncoding) =>
          db.withEncodings({ keyEncoding, valueEncoding } as object) as unknown as JumpDB<
            Data,
            Data
          >,
      ),
    );
  }

  /** The store for keys and values of these formats. */
  of(keys: Format | undefined, values: Format | undefined): JumpDB<Data, Data> {
    return this.#views[keys === 'utf8' ? 1 : 0]![values === 'utf8' ? 1 : 0]!;
  }
}

/** Makes a Buffer of bytes where the format wants one. */
export function inFormat(data: Data, format: Format | undefined): Data {
  if (format !== 'buffer' || typeof data === 'string') return data;
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}
