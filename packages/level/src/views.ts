/**
 * One store under the formats that Level asks for: keys and values come and go as strings, as
 * `Uint8Array` or as `Buffer`, from call to call.
 */
import { copyRange, type Encoding, type EncodingName, utf8ReadLossy } from '@jump/base';
import type { JumpDB } from '@jump/db';
import { type BatchOperation, BatchWriter } from './batch-writer.ts';

/** What Level calls a format. */
export type Format = 'utf8' | 'view' | 'buffer';
/** A key or value in one of the formats. */
export type Data = string | Uint8Array;

const encoder = new TextEncoder();

/** The bytes of a key or value. */
export function toBytes(data: Data): Uint8Array {
  return typeof data === 'string' ? encoder.encode(data) : data;
}

/** Text as LevelDB's bindings treat it: what UTF-8 cannot hold, and what is none, is U+FFFD. */
const text: Encoding<Data> = {
  encode: toBytes,
  // An iterator over text may be sent to bytes, and a batch may have some of each.
  encodeText: (data) => (typeof data === 'string' ? wellFormed(data) : undefined),
  decode: (bytes) => utf8ReadLossy(bytes, 0, bytes.length),
  decodeRange: utf8ReadLossy,
};

const buffer: Encoding<Data> = {
  encode: toBytes,
  decode: (bytes) => Buffer.from(bytes),
  decodeRange(bytes, start, end) {
    const copy = Buffer.allocUnsafe(end - start);
    copyRange(bytes, start, end, copy, 0);
    return copy;
  },
};

const ENCODINGS: Readonly<Record<Format, Encoding<Data> | EncodingName>> = {
  utf8: text,
  view: 'bytes',
  buffer,
};

/** ES2024's `toWellFormed`: costs nothing for strings of one-byte characters. */
function wellFormed(text: string): string {
  return (text as string & { toWellFormed(): string }).toWellFormed();
}

type View = JumpDB<Data, Data>;

/** The views of a store, each made when it is first asked for. */
export class Views {
  /** The view of bytes. */
  readonly db: View;
  readonly #views: Record<Format, Partial<Record<Format, View>>>;
  readonly #texts: BatchWriter;
  readonly #bytes: BatchWriter;

  /** Takes a store of bytes. */
  constructor(db: View) {
    this.db = db;
    this.#views = { utf8: {}, view: { view: db }, buffer: {} };
    this.#texts = new BatchWriter(this.of('utf8', 'utf8'));
    this.#bytes = new BatchWriter(db);
  }

  /** The store for keys and values of these formats. */
  of(keys: Format = 'view', values: Format = 'view'): View {
    const views = this.#views[keys];
    views[values] ??= this.db.withEncodings<Data, Data>({
      keyEncoding: ENCODINGS[keys],
      valueEncoding: ENCODINGS[values],
    });
    return views[values];
  }

  /** Makes many writes, all or none. */
  write(operations: readonly BatchOperation[]): void {
    // The writer of text takes bytes too, though not as fast.
    const text = operations.some(
      (one) => one.keyEncoding === 'utf8' || one.valueEncoding === 'utf8',
    );
    (text ? this.#texts : this.#bytes).write(operations);
  }
}
