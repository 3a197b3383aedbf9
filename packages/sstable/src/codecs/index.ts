/**
 * What blocks may be stored in beside Snappy, for the option `codecs` of `TableReader` and of
 * `openReadOnly`: tables `{ id: codec }` for each of LevelDB's worlds.
 *
 * @packageDocumentation
 */
import {
  type BlockCodec,
  type BlockCodecs,
  CODEC_SNAPPY,
  defaultCodecs,
  snappyCodec,
} from '../codecs.ts';
import { deflateCodec, looksLikeZlib } from './deflate.ts';
import { looksLikeZstd, zstdCodec as makeZstdCodec } from './zstd.ts';

export { type BlockCodec, type BlockCodecs, defaultCodecs, snappyCodec };

/** zlib's format: what Minecraft wrote first. */
export const zlibCodec: BlockCodec = /* @__PURE__ */ deflateCodec('zlib');
/** Deflate without zlib's header: what Minecraft writes. */
export const deflateRawCodec: BlockCodec = /* @__PURE__ */ deflateCodec('deflate');
/** Zstandard: what LevelDB can write since its release 1.23. */
export const zstdCodec: BlockCodec = /* @__PURE__ */ makeZstdCodec();

/** What the number 2 stands for depends on who wrote it; no data begins as both. */
const zstdOrZlibCodec: BlockCodec = {
  name: 'zstd or zlib',
  mayBegin(source, start, end) {
    if (looksLikeZstd(source, start, end)) return true;
    return zlibCodec.mayBegin?.(source, start, end) === true;
  },
  decode(source, start, end) {
    if (looksLikeZstd(source, start, end)) return zstdCodec.decode(source, start, end);
    if (looksLikeZlib(source, start, end)) return zlibCodec.decode(source, start, end);
    return undefined;
  },
};

/** The codecs of LevelDB's main branch: Snappy (1), Zstandard (2). On disk: do not change. */
export const leveldbCodecs: BlockCodecs = { [CODEC_SNAPPY]: snappyCodec, 2: zstdCodec };
/** Those of Minecraft: zlib (2), raw deflate (4). On disk: do not change. */
export const minecraftCodecs: BlockCodecs = {
  [CODEC_SNAPPY]: snappyCodec,
  2: zlibCodec,
  4: deflateRawCodec,
};
/** All of these: 2 is told apart by how the data begins. */
export const allCodecs: BlockCodecs = {
  [CODEC_SNAPPY]: snappyCodec,
  2: zstdOrZlibCodec,
  4: deflateRawCodec,
};
