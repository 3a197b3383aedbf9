/**
 * Block handles, and the footer: the last 48 bytes of a table, the only part found without an
 * index.
 *
 *   at  size  field
 *    0   ≤20  handle of the meta-index block   offset, size: varints
 *        ≤20  handle of the index block        offset, size: varints
 *         to  zeros
 *   40     8  magic                            0xdb4775248b80fb57, little endian
 *
 * A handle's size counts neither the codec byte nor the checksum that follow each block.
 * Whole file: ../FORMAT.md. Format: LevelDB's doc/table_format.md.
 */
import {
  ByteReader,
  corruption,
  JumpError,
  readFixed32,
  writeFixed32,
  writeVarint,
} from '@jump/base';

/** Bytes of a footer. */
export const FOOTER_LENGTH = 48;
/** Bytes that follow the contents of a block: codec and masked crc32c. */
export const BLOCK_TRAILER_LENGTH = 5;
/** The most bytes that an encoded handle of ours takes: two varints of 53 bits. */
export const MAX_HANDLE_LENGTH = 16;

/** The largest block that is read: places in it fit 31 bits. */
export const MAX_BLOCK: number = 2 ** 31 - 16;

/** On disk: do not change. The first 64 bits of sha1("http://code.google.com/p/leveldb/"). */
const MAGIC_LOW = 0x8b80fb57;
const MAGIC_HIGH = 0xdb477524;
const MAGIC_AT = 40;
/** RocksDB's block-based tables end with another magic; they are refused by name. */
const ROCKSDB_MAGIC_LOW = 0x85f4cff7;
const ROCKSDB_MAGIC_HIGH = 0x88e241b7;

/** Where a block lies in the file, without what follows it. */
export interface BlockHandle {
  readonly offset: number;
  readonly size: number;
}

/** What a footer holds. */
export interface Footer {
  readonly metaIndex: BlockHandle;
  readonly index: BlockHandle;
}

/** Writes a handle at `at`; returns where it ends. */
export function writeHandle(target: Uint8Array, at: number, offset: number, size: number): number {
  return writeVarint(target, writeVarint(target, at, offset), size);
}

/**
 * Reads a handle at the reader's position.
 *
 * @param limit - where the block with its trailer must end, at the latest
 */
export function readHandle(reader: ByteReader, limit: number, what: string): BlockHandle {
  const offset = reader.varint53();
  const size = reader.varint53();
  // Compared so that nothing can wrap: both are below 2^53, and their sum below 2^54 is exact
  // enough.
  if (offset > limit || size > limit - offset - BLOCK_TRAILER_LENGTH) {
    throw reader.damaged(
      `${what} of ${size} bytes at offset ${offset} does not end before ${limit}`,
    );
  }
  if (size > MAX_BLOCK) {
    const message = `${what} of ${size} bytes at offset ${offset}: at most ${MAX_BLOCK} can be read`;
    throw new JumpError('JUMP_UNSUPPORTED', message, { file: reader.source });
  }
  return { offset, size };
}

/** Writes a footer at `at`. */
export function writeFooter(target: Uint8Array, at: number, footer: Footer): void {
  target.fill(0, at, at + FOOTER_LENGTH);
  const { metaIndex, index } = footer;
  const middle = writeHandle(target, at, metaIndex.offset, metaIndex.size);
  writeHandle(target, middle, index.offset, index.size);
  writeFixed32(target, at + MAGIC_AT, MAGIC_LOW);
  writeFixed32(target, at + MAGIC_AT + 4, MAGIC_HIGH);
}

/**
 * Reads the footer of the file `source`, of `fileSize` bytes, from `bytes` at `at`.
 *
 * @throws JUMP_CORRUPTION if a handle points outside the file, or the two blocks overlap
 */
export function readFooter(
  bytes: Uint8Array,
  at: number,
  fileSize: number,
  source: string,
): Footer {
  const base = fileSize - FOOTER_LENGTH;
  checkMagic(bytes, at + MAGIC_AT, base + MAGIC_AT, source);
  const reader = new ByteReader(bytes, at, at + MAGIC_AT, source, base - at);
  const metaIndex = readHandle(reader, base, 'meta-index block');
  const index = readHandle(reader, base, 'index block');
  const [first, second] = metaIndex.offset < index.offset ? [metaIndex, index] : [index, metaIndex];
  if (first.offset + first.size + BLOCK_TRAILER_LENGTH > second.offset) {
    throw corruption(source, base, 'index and meta-index block overlap');
  }
  return { metaIndex, index };
}

function checkMagic(bytes: Uint8Array, at: number, offset: number, source: string): void {
  const low = readFixed32(bytes, at);
  const high = readFixed32(bytes, at + 4);
  if (low === MAGIC_LOW && high === MAGIC_HIGH) return;
  if (low === ROCKSDB_MAGIC_LOW && high === ROCKSDB_MAGIC_HIGH) {
    throw new JumpError('JUMP_UNSUPPORTED', 'a table of RocksDB, not of LevelDB', { file: source });
  }
  throw corruption(source, offset, 'not a table: it does not end with the magic number');
}
