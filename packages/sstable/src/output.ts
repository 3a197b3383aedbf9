/**
 * The end of a table that is being written: a buffer in front of the file, and sealed blocks in it.
 */
import { copyRange, crc32c, maskCrc, writeFixed32 } from '@jump/base';
import type { VfsFile } from '@jump/vfs';
import { type BlockKernel, kernelFor } from './block-kernel.ts';
import { CODEC_NONE, CODEC_SNAPPY } from './codecs.ts';
import { BLOCK_TRAILER_LENGTH, type BlockHandle } from './footer.ts';
import { compressSnappy, maxCompressedLength } from './snappy.ts';

/** Buffered bytes that are handed to the file. */
const HAND_OVER = 1 << 16;

/**
 * Appends to a file. Entries are encoded straight into `bytes`, at `size` and after; what a block
 * then needs is done where it lies.
 */
export class Output {
  readonly file: VfsFile;
  readonly #snappy: boolean;
  /** Holds what has not been handed to the file. */
  bytes: Uint8Array = new Uint8Array(2 * HAND_OVER);
  /** How many bytes of `bytes` are used. */
  size = 0;
  /** How many bytes the file has already: `offset + size` is where the next byte goes. */
  offset = 0;
  /** Where in `bytes` the block begins that is being written. */
  blockStart = 0;
  /** Bytes of that block that the file has already, and their CRC: of very large values. */
  #streamed = 0;
  #streamedCrc = 0;
  #compressed = new Uint8Array(0);

  constructor(file: VfsFile, snappy: boolean) {
    this.file = file;
    this.#snappy = snappy;
  }

  /** Bytes of the block that is being written. */
  get blockLength(): number {
    return this.#streamed + this.size - this.blockStart;
  }

  /** Bytes of the file so far, with those that are still here. */
  get position(): number {
    return this.offset + this.size;
  }

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    if (this.size + count <= this.bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.bytes.length, this.size + count));
    copyRange(this.bytes, 0, this.size, larger, 0);
    this.bytes = larger;
  }

  /** Appends bytes to the block past the buffer: nothing of a large value is copied. */
  stream(source: Uint8Array, start: number, end: number): void {
    this.#streamedCrc = crc32c(this.bytes, this.blockStart, this.size, this.#streamedCrc);
    this.#streamed += this.size - this.blockStart;
    this.blockStart = this.size;
    this.handOver();
    this.#streamedCrc = crc32c(source, start, end, this.#streamedCrc);
    this.#streamed += end - start;
    this.file.write(source, start, end);
    this.offset += end - start;
  }

  /** Ends a block: compresses it if that pays, appends codec and checksum, returns its handle. */
  sealBlock(compress: boolean = this.#snappy): BlockHandle {
    const offset = this.offset + this.blockStart - this.#streamed;
    this.reserve(BLOCK_TRAILER_LENGTH);
    const kernel = this.#streamed > 0 ? undefined : kernelFor(this.blockLength + 1);
    const crc = kernel === undefined ? this.#seal(compress) : this.#sealIn(kernel, compress);
    const size = this.blockLength - 1;
    writeFixed32(this.bytes, this.size, maskCrc(crc));
    this.size += 4;
    this.blockStart = this.size;
    this.#streamed = 0;
    this.#streamedCrc = 0;
    if (this.size >= HAND_OVER) this.handOver();
    return { offset, size };
  }

  /** Compresses the block and appends the codec in the kernel; returns the CRC. */
  #sealIn(kernel: BlockKernel, compress: boolean): number {
    const { bytes, blockStart } = this;
    const length = this.size - blockStart;
    kernel.load(bytes, blockStart, this.size);
    if (compress) {
      const size = kernel.compress(length);
      if (pays(size, length)) {
        kernel.output[size] = CODEC_SNAPPY;
        copyRange(kernel.output, 0, size + 1, bytes, blockStart);
        this.size = blockStart + size + 1;
        return kernel.outputCrc(size + 1);
      }
    }
    kernel.input[length] = CODEC_NONE;
    bytes[this.size++] = CODEC_NONE;
    return kernel.inputCrc(length + 1);
  }

  /** The same without a kernel. */
  #seal(compress: boolean): number {
    const compressed = compress && this.#streamed === 0 && this.#compress();
    this.bytes[this.size++] = compressed ? CODEC_SNAPPY : CODEC_NONE;
    return crc32c(this.bytes, this.blockStart, this.size, this.#streamedCrc);
  }

  /** Replaces the block by its Snappy form, if that pays. */
  #compress(): boolean {
    const length = this.size - this.blockStart;
    const room = maxCompressedLength(length);
    if (this.#compressed.length < room) this.#compressed = new Uint8Array(room);
    const size = compressSnappy(this.bytes, this.blockStart, this.size, this.#compressed, 0);
    if (!pays(size, length)) return false;
    copyRange(this.#compressed, 0, size, this.bytes, this.blockStart);
    this.size = this.blockStart + size;
    return true;
  }

  /** Appends a whole block. */
  writeBlock(contents: Uint8Array, length: number, compress: boolean): BlockHandle {
    this.reserve(length);
    copyRange(contents, 0, length, this.bytes, this.size);
    this.size += length;
    return this.sealBlock(compress);
  }

  /** Hands everything over to the file. */
  handOver(): void {
    if (this.size === 0) return;
    this.file.write(this.bytes, 0, this.size);
    this.offset += this.size;
    this.blockStart -= this.size;
    this.size = 0;
    // A buffer that one large block has blown up is not kept.
    if (this.bytes.length > 64 * HAND_OVER) this.bytes = new Uint8Array(2 * HAND_OVER);
  }
}

/** Whether compressing saves at least an eighth: LevelDB's rule. */
function pays(size: number, length: number): boolean {
  return size < length - Math.floor(length / 8);
}
