/**
 * How keys and values become bytes: the interface that a user may implement, and the three
 * encodings that are built in.
 */
import { sliceRange } from './bytes.ts';
import { JumpError } from './errors.ts';
import { showBytes, wrongType } from './show.ts';
import { bytesHint, utf8Encode, utf8Read } from './utf8.ts';

/** Turns values of a type into bytes and back. */
export interface Encoding<T> {
  /** Returns the bytes of `x`: the store copies them before it returns to its caller. */
  encode(x: T): Uint8Array;
  /** Returns what `bytes` were made of. `bytes` are the callee's own: it may keep or change them. */
  decode(bytes: Uint8Array): T;
  /**
   * Returns text whose UTF-8 is the bytes of `x`, or `undefined` to have `encode` called. Where there
   * is one it is called first: text goes to its place without an array of its own, and so faster.
   */
  encodeText?(x: T): string | undefined;
  /**
   * Decodes `bytes[start, end)`, which are the store's, and may lie in shared memory: it neither
   * keeps nor changes them, nor calls the store before it has read them. Where there is one it is
   * called instead of `decode`, which saves a copy.
   */
  decodeRange?(bytes: Uint8Array, start: number, end: number): T;
}

/** The names by which options choose a built-in encoding. */
export type EncodingName = 'utf8' | 'bytes' | 'json';

/** An encoding that is built in; `what` (`'key'`, `'value'`) is how errors call the thing at fault. */
export interface BuiltInEncoding<T> extends Encoding<T> {
  /** What options call it. */
  readonly name: EncodingName;
  /** Returns the bytes of `x`. @throws TypeError if `x` is of the wrong type, naming it. */
  encode(x: T, what?: string): Uint8Array;
  /** Returns what `bytes` were made of. @throws JumpError if this encoding cannot have made them. */
  decode(bytes: Uint8Array, what?: string): T;
}

/** Text: a JavaScript string as UTF-8. */
export const utf8Encoding: BuiltInEncoding<string> = {
  name: 'utf8',
  encode(x: string, what: string = 'value'): Uint8Array {
    return utf8Encode(x, what);
  },
  decode(bytes: Uint8Array, what: string = 'value'): string {
    return utf8Read(bytes, 0, bytes.length, what);
  },
};

/** Bytes as they are: takes any `Uint8Array` (a `Buffer` too), gives back a copy. */
export const bytesEncoding: BuiltInEncoding<Uint8Array> = {
  name: 'bytes',
  /** Returns `x` itself. */
  encode(x: Uint8Array, what: string = 'value'): Uint8Array {
    if (!isBytes(x)) throw wrongType(what, 'a Uint8Array', x);
    return x;
  },
  decode(bytes: Uint8Array): Uint8Array {
    return sliceRange(bytes, 0, bytes.length);
  },
};

/** Whatever `JSON.stringify` turns into text, as UTF-8. */
export const jsonEncoding: BuiltInEncoding<unknown> = {
  name: 'json',
  encode(x: unknown, what: string = 'value'): Uint8Array {
    // The declared type leaves out that `undefined` is returned for what JSON does not have.
    const text = JSON.stringify(x) as string | undefined;
    if (text === undefined) throw wrongType(what, 'something that JSON has', x);
    return utf8Encode(text, what);
  },
  decode(bytes: Uint8Array, what: string = 'value'): unknown {
    const text = utf8Read(bytes, 0, bytes.length, what);
    try {
      return JSON.parse(text);
    } catch (cause) {
      const message = `stored ${what} is not JSON (${showBytes(bytes)}): ${bytesHint(what)}`;
      throw new JumpError('JUMP_CORRUPTION', message, { cause });
    }
  },
};

/** The built-in encodings by the names that options use. */
export const encodings: {
  /** {@link utf8Encoding} */
  readonly utf8: BuiltInEncoding<string>;
  /** {@link bytesEncoding} */
  readonly bytes: BuiltInEncoding<Uint8Array>;
  /** {@link jsonEncoding} */
  readonly json: BuiltInEncoding<unknown>;
} = { utf8: utf8Encoding, bytes: bytesEncoding, json: jsonEncoding };

/** Tells whether `x` is a `Uint8Array`, one of another realm (a frame, a `vm` context) included. */
export function isBytes(x: unknown): x is Uint8Array {
  return (
    x instanceof Uint8Array ||
    (ArrayBuffer.isView(x) && Object.prototype.toString.call(x) === '[object Uint8Array]')
  );
}
