/**
 * The file of a table: blocks read from it, their checksums checked, their contents decoded.
 */
import {
  copyRange,
  corruption,
  crc32c,
  JumpError,
  maskCrc,
  readFixed32,
  wrongType,
} from '@jump/base';
import { nodeVfs, type Vfs, type VfsFile } from '@jump/vfs';
import { type BlockKernel, kernelFor, TOO_LARGE } from './block-kernel.ts';
import { type BlockCodec, type BlockCodecs, CODEC_NONE, snappyCodec } from './codecs.ts';
import { type Contents, decodeContents, own, place } from './contents.ts';
import { BLOCK_TRAILER_LENGTH } from './footer.ts';

/** Where a table lies: a path on Node's file system, or a path on any. */
export type TableTarget =
  | string
  | {
      /** The file system. */
      readonly vfs: Vfs;
      /** The path on it. */
      readonly path: string;
    };

/** Splits a target into file system and path. @throws TypeError if it is none */
export function resolveTarget(target: TableTarget): { vfs: Vfs; path: string } {
  if (typeof target === 'string') return { vfs: nodeVfs, path: target };
  if (typeof target?.path === 'string' && typeof target.vfs?.open === 'function') return target;
  throw wrongType('target', 'a path or { vfs, path }', target);
}

/** Without a kernel, blocks are read into one buffer for all tables, unless larger. */
const SCRATCH_LIMIT = 1 << 20;
let scratch = /* @__PURE__ */ new Uint8Array(1 << 16);

/** Reads a table's blocks, from a file or from bytes in memory. Owns the file. */
export class TableFile {
  /** Named in errors. */
  readonly source: string;
  readonly size: number;
  readonly codecs: BlockCodecs;
  /** The whole file, where it is in memory; blocks then lie in it, and nothing is copied. */
  readonly bytes: Uint8Array | undefined;
  readonly #file: VfsFile | undefined;
  #closed = false;

  private constructor(
    file: VfsFile | undefined,
    bytes: Uint8Array | undefined,
    source: string,
    size: number,
    codecs: BlockCodecs,
  ) {
    this.#file = file;
    this.bytes = bytes;
    this.source = source;
    this.size = size;
    this.codecs = codecs;
  }

  /** Opens a file; nothing stays open when it throws. */
  static open(target: TableTarget, codecs: BlockCodecs): TableFile {
    const { vfs, path } = resolveTarget(target);
    const file = vfs.open(path, 'read');
    try {
      return new TableFile(file, undefined, path, file.size(), codecs);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** Takes the bytes of a file; they must not change while the table is in use. */
  static fromBytes(bytes: Uint8Array, source: string, codecs: BlockCodecs): TableFile {
    return new TableFile(undefined, bytes, source, bytes.length, codecs);
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Reads exactly `length` bytes; a file that has become shorter is damaged. */
  read(target: Uint8Array, start: number, length: number, position: number): void {
    this.checkOpen();
    if (this.bytes !== undefined) {
      target.set(this.bytes.subarray(position, position + length), start);
      return;
    }
    const got = this.#file!.read(target, start, length, position);
    if (got !== length) {
      throw corruption(
        this.source,
        position,
        `${length} bytes expected, the file ends after ${got}`,
      );
    }
  }

  checkOpen(): void {
    if (this.#closed) {
      throw new JumpError('JUMP_CLOSED', 'the table is closed', { file: this.source });
    }
  }

  /**
   * Reads the block at `offset`, whose stored contents are `size` bytes, into `contents`.
   *
   * The caller has checked that it lies inside the file, so `size` may be allocated. What is found
   * may be kept: it is never the shared buffer.
   */
  contents(offset: number, size: number, contents: Contents): void {
    const { bytes } = this;
    const length = size + BLOCK_TRAILER_LENGTH;
    if (bytes !== undefined) {
      this.checkOpen();
      this.decode(bytes, offset, size, offset, contents);
      return;
    }
    const kernel = kernelFor(length);
    if (kernel !== undefined) {
      this.read(kernel.input, 0, length, offset);
      this.#decodeLoaded(kernel, size, offset, contents);
      if (contents.bytes === kernel.input) own(contents, size);
      return;
    }
    const shared = length <= SCRATCH_LIMIT;
    if (shared && length > scratch.length) scratch = new Uint8Array(SCRATCH_LIMIT);
    const buffer = shared ? scratch : new Uint8Array(length);
    this.read(buffer, 0, length, offset);
    this.decode(buffer, 0, size, offset, contents);
    if (shared && contents.bytes === scratch) own(contents, size);
  }

  /**
   * Checks and decodes the stored block that lies at `at` of `bytes`, and at `offset` of the file.
   *
   * @throws JUMP_CORRUPTION if the checksum is wrong or the codec's data damaged; JUMP_UNSUPPORTED
   *   for an unknown codec
   */
  decode(bytes: Uint8Array, at: number, size: number, offset: number, contents: Contents): void {
    const end = at + size;
    const kernel = kernelFor(size + BLOCK_TRAILER_LENGTH);
    if (kernel !== undefined) {
      kernel.load(bytes, at, end + BLOCK_TRAILER_LENGTH);
      this.#decodeLoaded(kernel, size, offset, contents);
      if (contents.bytes === kernel.input) place(contents, bytes, at, end);
      return;
    }
    this.#checkCrc(readFixed32(bytes, end + 1), crc32c(bytes, at, end + 1), size, offset);
    this.#decodeChecked(bytes, at, size, offset, contents);
  }

  /** Decodes the block that lies at the beginning of the kernel's input, and may stay there. */
  #decodeLoaded(kernel: BlockKernel, size: number, offset: number, contents: Contents): void {
    const { input } = kernel;
    this.#checkCrc(readFixed32(input, size + 1), kernel.inputCrc(size + 1), size, offset);
    const codec = input[size]!;
    if (codec !== CODEC_NONE && this.codecs[codec] === snappyCodec) {
      const length = kernel.decompress(size);
      if (length >= 0) {
        contents.codec = codec;
        place(contents, contents.memory.take(length), 0, length);
        copyRange(kernel.output, 0, length, contents.bytes, 0);
        return;
      }
      if (length !== TOO_LARGE) throw this.#unsound(snappyCodec, size, offset);
    }
    this.#decodeChecked(input, 0, size, offset, contents);
  }

  #checkCrc(stored: number, crc: number, size: number, offset: number): void {
    const computed = maskCrc(crc);
    if (stored === computed) return;
    throw corruption(
      this.source,
      offset,
      `block of ${size} bytes has checksum ${computed.toString(16)}, ${stored.toString(16)} is stored`,
    );
  }

  /** Decodes a block whose checksum is right; what is not compressed stays where it is. */
  #decodeChecked(
    bytes: Uint8Array,
    at: number,
    size: number,
    offset: number,
    contents: Contents,
  ): void {
    const end = at + size;
    const codec = bytes[end]!;
    contents.codec = codec;
    if (codec === CODEC_NONE) {
      place(contents, bytes, at, end);
      return;
    }
    const decoder = this.#codec(codec, offset);
    contents.start = 0;
    if (!decodeContents(decoder, bytes, at, end, contents)) {
      throw this.#unsound(decoder, size, offset);
    }
  }

  #unsound(decoder: BlockCodec, size: number, offset: number): JumpError {
    const what = `block of ${size} bytes is not sound ${decoder.name} data`;
    return corruption(this.source, offset, what);
  }

  #codec(id: number, offset: number): BlockCodec {
    const codec = this.codecs[id];
    if (codec !== undefined) return codec;
    const message = `block is stored with unknown codec ${id}; @jump/sstable/codecs has more`;
    throw new JumpError('JUMP_UNSUPPORTED', message, { file: this.source, offset });
  }

  /** Closes the file; idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#file?.close();
  }
}
