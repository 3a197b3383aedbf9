/**
 * Zstandard, in which LevelDB can store blocks since its release 1.23. Decoded by Node's zlib from
 * 22.15 on, otherwise by fzstd.
 *
 * A frame (RFC 8878) claims how long its contents are. LevelDB always writes that length, and needs
 * it; here it is held against what the frame's blocks can hold at most, before memory is taken.
 */
import { readFixed32 } from '@jump/base';
import { decompress } from 'fzstd';
import type { BlockCodec } from '../codecs.ts';
import { MAX_BLOCK } from '../footer.ts';
import { type NativeZlib, nativeZlib } from './native-zlib.ts';

const MAGIC = 0xfd2fb528;
/** The most that one block of a frame holds. */
const MAX_PART = 1 << 17;
const PART_RAW = 0;
const PART_RUN = 1;
const PART_COMPRESSED = 2;

/** Makes the codec. */
export function zstdCodec(native: NativeZlib | null | undefined = nativeZlib()): BlockCodec {
  const decoder = native?.zstdDecompressSync;
  return {
    name: 'zstd',
    mayBegin: looksLikeZstd,
    decode(source, start, end) {
      const length = contentsLength(source, start, end);
      if (length === undefined) return undefined;
      const data = source.subarray(start, end);
      try {
        if (decoder === undefined) return decompress(data, new Uint8Array(length));
        const found = decoder(data, { maxOutputLength: length });
        if (found.length !== length) return undefined;
        return new Uint8Array(found.buffer, found.byteOffset, length).slice();
      } catch {
        return undefined;
      }
    },
  };
}

/** Whether `source[start, end)` begins as a frame does. */
export function looksLikeZstd(source: Uint8Array, start: number, end: number): boolean {
  return end - start >= 4 && readFixed32(source, start) === MAGIC;
}

/** Returns the length that a frame claims, if it is one frame, whole, and can hold so much. */
function contentsLength(source: Uint8Array, start: number, end: number): number | undefined {
  if (end - start < 6 || !looksLikeZstd(source, start, end)) return undefined;
  const descriptor = source[start + 4]!;
  const single = (descriptor >>> 5) & 1;
  const sizeForm = descriptor >>> 6;
  // A reserved bit; a dictionary, which no LevelDB has; no length.
  if ((descriptor & 0x0b) !== 0 || (sizeForm === 0 && single === 0)) return undefined;
  const sizeAt = start + 6 - single;
  const sizeBytes = sizeForm === 0 ? 1 : 1 << sizeForm;
  if (sizeAt + sizeBytes > end) return undefined;
  let length = 0;
  for (let i = sizeBytes - 1; i >= 0; i--) length = 256 * length + source[sizeAt + i]!;
  if (sizeForm === 1) length += 256;
  const checksum = (descriptor & 4) === 0 ? 0 : 4;
  const most = mostOfParts(source, sizeAt + sizeBytes, end - checksum);
  return length > 0 && length <= MAX_BLOCK && length <= most ? length : undefined;
}

/** Adds up what the parts that fill `source[at, end)` hold at most; -1 if they do not fill it. */
function mostOfParts(source: Uint8Array, at: number, end: number): number {
  let most = 0;
  for (let next = at; next + 3 <= end; ) {
    const header = source[next]! | (source[next + 1]! << 8) | (source[next + 2]! << 16);
    const kind = (header >>> 1) & 3;
    const size = header >>> 3;
    if (kind > PART_COMPRESSED || size > MAX_PART) return -1;
    next += 3 + (kind === PART_RUN ? 1 : size);
    most += kind === PART_RAW || kind === PART_RUN ? size : MAX_PART;
    if ((header & 1) === 1) return next === end ? most : -1;
  }
  return -1;
}
