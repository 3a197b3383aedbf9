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
    mayBegin(source, start, end) {
      if (kind === 'deflate') return looksLikeDeflate(source, start, end);
      return looksLikeZlib(source, start, end) && looksLikeDeflate(source, start + 2, end);
    },
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
let buffer = /* @__PURE__ */ new Uint8Array(0);

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

/** How the data of a part is stored (RFC 1951, 3.2.3). */
const PART_STORED = 0;
const PART_FIXED = 1;
const PART_RESERVED = 3;
/** Seven bits: the lengths of the codes of code lengths make a whole of this. */
const WHOLE = 1 << 7;
/** How far is looked: three bits, three counts, and 19 lengths of three bits. */
const LOOK = 10;

/**
 * Whether `source[start, end)` begins as deflate's data does, from the hand of a writer who uses the
 * fixed codes only for what is short.
 */
function looksLikeDeflate(source: Uint8Array, start: number, end: number): boolean {
  const first = source[start]!;
  const type = (first >> 1) & 3;
  if (type === PART_RESERVED) return false;
  if (end - start < LOOK) return true;
  if (type === PART_FIXED) return (first & 1) === 1;
  if (type === PART_STORED) {
    // A length, and its complement.
    const low = source[start + 1]! ^ source[start + 3]!;
    return low === 0xff && (source[start + 2]! ^ source[start + 4]!) === 0xff;
  }
  const bits = (at: number, count: number): number => {
    const byte = start + (at >> 3);
    return ((source[byte]! | (source[byte + 1]! << 8)) >> (at & 7)) & ((1 << count) - 1);
  };
  let sum = 0;
  for (let i = bits(13, 4) + 3; i >= 0; i--) {
    const length = bits(17 + 3 * i, 3);
    if (length > 0) sum += WHOLE >> length;
  }
  return sum === WHOLE;
}
