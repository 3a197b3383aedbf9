/**
 * How a store turns keys and values into bytes and back.
 *
 * In two steps, so that a string goes straight to its place in a batch or a lookup, without an
 * array of its own: `prepare` checks, and runs whatever code of the caller's is involved (which may
 * call the store again); `writePrepared` writes and cannot be interrupted.
 */
import {
  copyRange,
  type Encoding,
  type EncodingName,
  encodings,
  isBytes,
  showBytes,
  showGiven,
  sliceRange,
  utf8Encode,
  utf8Read,
  utf8Write,
  wrongType,
} from '@jump/base';

/** A key or value on its way into the store: text that is still to be encoded, or bytes. */
export type Prepared = string | Uint8Array;

/** Turns values of T into bytes and back. Keeps no state. */
export interface Codec<T> {
  /**
   * Checks a value and makes it ready to be written. @throws {TypeError} if it cannot be encoded;
   * the message names the key that it is to be the value `of`, if it is one
   */
  prepare(value: T, of?: Prepared): Prepared;
  /** Reads a value back; what it returns shares no memory with `bytes`. */
  read(bytes: Uint8Array, start: number, end: number): T;
}

/** From this many characters on a string is encoded ahead, to its exact length. */
const LONG_STRING = 65536;

/** The most bytes that {@link writePrepared} may need. */
export function mostBytes(prepared: Prepared): number {
  return typeof prepared === 'string' ? 3 * prepared.length : prepared.length;
}

/**
 * Writes what `prepare` returned to `target` at `at`, where there is room; returns where it ends.
 *
 * @throws {TypeError} for a lone surrogate; `what` names the thing at fault
 */
export function writePrepared(
  prepared: Prepared,
  target: Uint8Array,
  at: number,
  what: string,
): number {
  if (typeof prepared === 'string') return utf8Write(prepared, target, at, what);
  copyRange(prepared, 0, prepared.length, target, at);
  return at + prepared.length;
}

/** Makes the codec of an encoding; `what` (`'key'` or `'value'`) is named in errors. */
export function makeCodec<T>(what: string, encoding: EncodingName | Encoding<T>): Codec<T> {
  // A built-in name and T go together by the caller's declaration; nothing here can check it.
  if (encoding === 'utf8') return utf8Codec(what) as unknown as Codec<T>;
  if (encoding === 'bytes') return bytesCodec(what) as unknown as Codec<T>;
  if (encoding === 'json') return jsonCodec(what) as Codec<T>;
  return customCodec<T>(what, encoding);
}

/** Encodes one key or value to bytes of its own: for bounds and other cold paths. */
export function encodeWith<T>(codec: Codec<T>, value: T, what: string): Uint8Array {
  const prepared = codec.prepare(value);
  const target = new Uint8Array(mostBytes(prepared));
  return target.slice(0, writePrepared(prepared, target, 0, what));
}

/** Makes the error for something of the wrong type, which is the value `of` a key, or a key. */
function refused(
  what: string,
  expected: string,
  given: unknown,
  of: Prepared | undefined,
): TypeError {
  const error = wrongType(what, expected, given);
  if (of === undefined) return error;
  const key = typeof of === 'string' ? showGiven(of).replace(/^string /, '') : showBytes(of);
  return new TypeError(`${error.message} (at the ${key === '' ? 'empty key' : `key ${key}`})`);
}

function utf8Codec(what: string): Codec<string> {
  return {
    prepare(value, of) {
      if (typeof value !== 'string') throw refused(what, 'a string', value, of);
      return prepareText(value, what);
    },
    read: (bytes, start, end) => utf8Read(bytes, start, end, what),
  };
}

function prepareText(text: string, what: string): Prepared {
  return text.length < LONG_STRING ? text : utf8Encode(text, what);
}

function bytesCodec(what: string): Codec<Uint8Array> {
  return {
    prepare(value, of) {
      if (!isBytes(value)) throw refused(what, 'a Uint8Array', value, of);
      return value;
    },
    read: sliceRange,
  };
}

function jsonCodec(what: string): Codec<unknown> {
  const { json } = encodings;
  return {
    prepare(value, of) {
      // The declared type leaves out that `undefined` is returned for what JSON does not have.
      const text = JSON.stringify(value) as string | undefined;
      if (text === undefined) throw refused(what, 'something that JSON has', value, of);
      return prepareText(text, what);
    },
    read: (bytes, start, end) => json.decode(bytes.subarray(start, end), what),
  };
}

function customCodec<T>(what: string, encoding: Encoding<T>): Codec<T> {
  return {
    prepare(value, of) {
      const text = encoding.encodeText?.(value);
      if (typeof text === 'string') return prepareText(text, what);
      if (text !== undefined) {
        throw refused(`what encodeText() made of the ${what}`, 'a string', text, of);
      }
      const encoded = encoding.encode(value);
      if (!isBytes(encoded)) {
        throw refused(`what encode() made of the ${what}`, 'a Uint8Array', encoded, of);
      }
      // It may be a buffer that the encoder uses again, for the value of the same entry even.
      return sliceRange(encoded, 0, encoded.length);
    },
    read:
      encoding.decodeRange === undefined
        ? (bytes, start, end) => encoding.decode(sliceRange(bytes, start, end))
        : encoding.decodeRange.bind(encoding),
  };
}
