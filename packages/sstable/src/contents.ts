/**
 * The contents of a block that was read: where they lie, and how they get there.
 */
import { copyRange, EMPTY_BYTES } from '@jump/base';
import { type BlockMemory, freshMemory } from './block-memory.ts';
import type { BlockCodec } from './codecs.ts';
import { MAX_BLOCK } from './footer.ts';

/** What a block was found to hold: `bytes[start, end)`, good as long as `bytes` is. */
export class Contents {
  /** Where memory for it comes from. */
  readonly memory: BlockMemory;
  bytes: Uint8Array = EMPTY_BYTES;
  start = 0;
  end = 0;
  /** The codec byte that it was stored under. */
  codec = 0;

  constructor(memory: BlockMemory = freshMemory) {
    this.memory = memory;
  }
}

/** Says where contents lie. */
export function place(contents: Contents, bytes: Uint8Array, start: number, end: number): void {
  contents.bytes = bytes;
  contents.start = start;
  contents.end = end;
}

/** Moves contents out of a buffer that others use too. */
export function own(contents: Contents, size: number): void {
  const { bytes, start } = contents;
  place(contents, contents.memory.take(size), 0, size);
  copyRange(bytes, start, start + size, contents.bytes, 0);
}

/** Decodes `bytes[start, end)` into `contents`; returns whether it is sound. */
export function decodeContents(
  codec: BlockCodec,
  bytes: Uint8Array,
  start: number,
  end: number,
  contents: Contents,
): boolean {
  if (codec.decodeInto === undefined || codec.contentsLength === undefined) {
    const decoded = codec.decode(bytes, start, end);
    if (decoded === undefined) return false;
    contents.bytes = decoded;
    contents.end = decoded.length;
    return true;
  }
  const length = codec.contentsLength(bytes, start, end);
  if (length < 0 || length > MAX_BLOCK) return false;
  contents.bytes = contents.memory.take(length);
  contents.end = length;
  return codec.decodeInto(bytes, start, end, contents.bytes, length);
}
