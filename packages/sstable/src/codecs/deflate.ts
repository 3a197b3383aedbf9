/**
 * zlib and raw deflate, in which Minecraft stores blocks. Decoded by Node's zlib, or by fflate.
 */
import { inflateSync, unzlibSync } from 'fflate';
import type { BlockCodec } from '../codecs.ts';
import { MAX_BLOCK } from '../footer.ts';
import { type NativeZlib, nativeZlib } from './native-zlib.ts';

/** Deflate's best: a match of 258 bytes in two bits. */
const MAX_EXPANSION = 1032;
/** What a block usually needs at most: Minecraft's have 160 KiB. */
const FIRST_GUESS = 1 << 18;

/** Makes the codec of zlib's format, or of deflate's without header and checksum. */
export function deflateCodec(
  kind: 'zlib' | 'deflate',
  native: NativeZlib | null | undefined = nativeZlib(),
): BlockCodec {
  const decoder =
    native === null || native === undefined ? scriptedDecoder(kind) : nativeDecoder(kind, native);
  return {
    name: kind,
    decode(source, start, end) {
      // The shortest there is holds nothing; so does no block.
      if (end <= start) return undefined;
      const most = Math.min(MAX_BLOCK, MAX_EXPANSION * (end - start));
      try {
        return decoder(source.subarray(start, end), most);
      } catch {
        return undefined;
      }
    },
  };
}

/** Decodes; more than `most` bytes are refused. Throws if the data is not sound. */
type Decoder = (data: Uint8Array, most: number) => Uint8Array | undefined;

function nativeDecoder(kind: 'zlib' | 'deflate', native: NativeZlib): Decoder {
  const inflate = kind === 'zlib' ? native.inflateSync : native.inflateRawSync;
  return (data, most) => {
    const found = inflate(data, { maxOutputLength: most });
    // A plain array, not a Buffer, and not a part of Node's pool.
    return new Uint8Array(found.buffer, found.byteOffset, found.length).slice();
  };
}

/** The buffer of the last block: taking a fresh one costs more than inflating 4 KiB. */
let buffer = new Uint8Array(0);

function scriptedDecoder(kind: 'zlib' | 'deflate'): Decoder {
  const inflate = kind === 'zlib' ? unzlibSync : inflateSync;
  return (data, most) => {
    if (buffer.length === 0) buffer = new Uint8Array(FIRST_GUESS);
    let out = buffer;
    for (;;) {
      // What does not fit is passed over in silence: a full buffer means "perhaps more".
      const found = inflate(data, { out });
      if (found.length < out.length) return found.slice();
      if (out.length > most) return undefined;
      out = new Uint8Array(4 * out.length);
    }
  };
}

/** Whether `source[start, end)` begins as zlib's format does. */
export function looksLikeZlib(source: Uint8Array, start: number, end: number): boolean {
  if (end - start < 2) return false;
  const method = source[start]!;
  return (method & 0x0f) === 8 && method < 0x80 && (256 * method + source[start + 1]!) % 31 === 0;
}
