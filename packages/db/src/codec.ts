/**
 * How a store turns keys and values into bytes and back on its hot path: strings and bytes go
 * straight into the batch, without an array of their own in between.
 */
import {
  copyRange,
  type Encoding,
  type EncodingName,
  encodings,
  isBytes,
  sliceRange,
  utf8Encode,
  utf8Read,
  utf8Write,
  wrongType,
} from '@jump/base';

/** A two-step writer and a reader of values of `T`; `prepare` and `write` are called in turn. */
export interface Codec<T> {
  /**
   * Checks a value, and encodes it where that is done ahead; no bytes are written yet.
   *
   * @returns the most bytes that `write` may need
   * @throws {TypeError} for a value that cannot be encoded
   */
  prepare(value: T): number;
  /** How many bytes `write` will probably need; of the value prepared last. */
  likely: number;
  /** Writes the value prepared last, at `at`; returns where it ends. */
  write(value: T, target: Uint8Array, at: number): number;
  /** Reads a value back; what it returns shares no memory with `bytes`. */
  read(bytes: Uint8Array, start: number, end: number): T;
}

/** From this many characters on a string is encoded ahead, to its exact length. */
const LONG_STRING = 65536;

class Utf8Codec implements Codec<string> {
  likely = 0;
  readonly #what: string;
  #encoded: Uint8Array | undefined;

  constructor(what: string) {
    this.#what = what;
  }

  prepare(value: string): number {
    if (typeof value !== 'string') throw wrongType(this.#what, 'a string', value);
    this.likely = value.length;
    this.#encoded = undefined;
    if (value.length < LONG_STRING) return 3 * value.length;
    this.#encoded = utf8Encode(value, this.#what);
    this.likely = this.#encoded.length;
    return this.likely;
  }

  write(value: string, target: Uint8Array, at: number): number {
    const encoded = this.#encoded;
    if (encoded === undefined) return utf8Write(value, target, at, this.#what);
    this.#encoded = undefined;
    target.set(encoded, at);
    return at + encoded.length;
  }

  read(bytes: Uint8Array, start: number, end: number): string {
    return utf8Read(bytes, start, end, this.#what);
  }
}

class BytesCodec implements Codec<Uint8Array> {
  likely = 0;
  readonly #what: string;

  constructor(what: string) {
    this.#what = what;
  }

  prepare(value: Uint8Array): number {
    if (!isBytes(value)) throw wrongType(this.#what, 'a Uint8Array', value);
    this.likely = value.length;
    return this.likely;
  }

  write(value: Uint8Array, target: Uint8Array, at: number): number {
    copyRange(value, 0, value.length, target, at);
    return at + value.length;
  }

  read(bytes: Uint8Array, start: number, end: number): Uint8Array {
    return sliceRange(bytes, start, end);
  }
}

class CustomCodec<T> implements Codec<T> {
  likely = 0;
  readonly #what: string;
  readonly #encoding: Encoding<T>;
  #encoded: Uint8Array | undefined;

  constructor(what: string, encoding: Encoding<T>) {
    this.#what = what;
    this.#encoding = encoding;
  }

  prepare(value: T): number {
    const encoded = this.#encoding.encode(value);
    if (!isBytes(encoded)) {
      throw wrongType(`what encode() made of the ${this.#what}`, 'a Uint8Array', encoded);
    }
    this.#encoded = encoded;
    this.likely = encoded.length;
    return this.likely;
  }

  write(_value: T, target: Uint8Array, at: number): number {
    const encoded = this.#encoded as Uint8Array;
    this.#encoded = undefined;
    copyRange(encoded, 0, encoded.length, target, at);
    return at + encoded.length;
  }

  read(bytes: Uint8Array, start: number, end: number): T {
    return this.#encoding.decode(sliceRange(bytes, start, end));
  }
}

class JsonCodec extends CustomCodec<unknown> {
  constructor(what: string) {
    super(what, {
      encode: (value) => encodings.json.encode(value, what),
      decode: (bytes) => encodings.json.decode(bytes, what),
    });
  }
}

/** Makes the codec of an encoding; `what` (`'key'` or `'value'`) is named in errors. */
export function makeCodec<T>(what: string, encoding: EncodingName | Encoding<T>): Codec<T> {
  // A built-in name and T go together by the caller's declaration; nothing here can check it.
  if (encoding === 'utf8') return new Utf8Codec(what) as unknown as Codec<T>;
  if (encoding === 'bytes') return new BytesCodec(what) as unknown as Codec<T>;
  if (encoding === 'json') return new JsonCodec(what) as unknown as Codec<T>;
  return new CustomCodec<T>(what, encoding);
}

/** Encodes one key or value to bytes of its own: for bounds and other cold paths. */
export function encodeWith<T>(codec: Codec<T>, value: T): Uint8Array {
  const target = new Uint8Array(codec.prepare(value));
  return target.subarray(0, codec.write(value, target, 0));
}
