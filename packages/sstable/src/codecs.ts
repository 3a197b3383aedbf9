/**
 * Codecs: how the contents of a block may be stored. The byte behind a block names one.
 */
import { MAX_BLOCK } from './footer.ts';
import { decompressSnappy, snappyLength } from './snappy.ts';

/** Codec byte of contents stored as they are. On disk: do not change. */
export const CODEC_NONE = 0;
/** Codec byte of Snappy. On disk: do not change. */
export const CODEC_SNAPPY = 1;

/** A way to read stored contents back. */
export interface BlockCodec {
  /** Names it in {@link TableProperties.codecs}. */
  readonly name: string;
  /**
   * Decodes `source[start, end)` into an array of its own, of exactly the contents' length.
   *
   * It checks a length that the input claims before it allocates so much.
   *
   * @returns the contents, or `undefined` if the input is damaged
   */
  decode(source: Uint8Array, start: number, end: number): Uint8Array | undefined;
  /**
   * Tells whether contents stored so may begin at `source[start]`, of which we see up to `end`: for
   * finding the blocks of a table whose index is lost. Without it they may begin anywhere, and few
   * will be found of a large table.
   */
  mayBegin?(source: Uint8Array, start: number, end: number): boolean;
  /**
   * Tells the contents' length ahead, -1 if the input is damaged; with `decodeInto`, for codecs that
   * can, so that the contents go to memory that is used again.
   */
  contentsLength?(source: Uint8Array, start: number, end: number): number;
  /** Decodes into `target`, which has room; returns whether the input was sound. */
  decodeInto?(
    source: Uint8Array,
    start: number,
    end: number,
    target: Uint8Array,
    length: number,
  ): boolean;
}

/** Codecs by codec byte; 0, not compressed, is always known. */
export type BlockCodecs = Readonly<Record<number, BlockCodec>>;

/** Snappy, LevelDB's default. */
export const snappyCodec: BlockCodec = {
  name: 'snappy',
  decode(source: Uint8Array, start: number, end: number): Uint8Array | undefined {
    const length = snappyLength(source, start, end);
    if (length < 0 || length > MAX_BLOCK) return undefined;
    const target = new Uint8Array(length);
    return decompressSnappy(source, start, end, target) ? target : undefined;
  },
  contentsLength: snappyLength,
  decodeInto: decompressSnappy,
};

/** The codecs of LevelDB's tables that are known without being told. */
export const defaultCodecs: BlockCodecs = { [CODEC_SNAPPY]: snappyCodec };
