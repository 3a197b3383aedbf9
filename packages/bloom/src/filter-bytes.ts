/**
 * The bytes of a `BloomFilter` that is stored by itself (in a table only the bits are stored).
 *
 *   at        size  field
 *    0         4    magic       ASCII "jBF1"
 *    4         1    probes      bits that an element sets, from 1 on
 *    5         3    zero
 *    8         8    seed        u64 LE, below 2^53
 *   16         8    size        u64 LE, bits, from 1 to 2^32 - 1
 *   24         n    bits        n = size / 8 rounded up; bits from `size` on are zero
 *   24 + n     4    crc32c      u32 LE, over bytes [0, 24 + n), not masked
 *
 * The hash is part of the format: `hash.ts` and `probe.ts`. Another hash is another magic.
 */
import {
  ByteReader,
  corruption,
  crc32c,
  isBytes,
  readFixed32,
  writeFixed32,
  writeFixed64,
  wrongType,
} from '@jump/base';

const MAGIC = 0x3146426a;
const HEADER_LENGTH = 24;
const CHECKSUM_LENGTH = 4;

/** What the bytes say. */
export interface StoredFilter {
  /** Bits. */
  readonly size: number;
  /** Bits that an element sets. */
  readonly probes: number;
  /** A safe integer from 0 on. */
  readonly seed: number;
  /** Of the length that `size` needs; not a copy. */
  readonly bits: Uint8Array;
}

/** Writes a filter. @throws RangeError if its seed is not a safe integer from 0 on. */
export function encodeFilter({ size, probes, seed, bits }: StoredFilter): Uint8Array {
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new RangeError(`seed must be a safe integer from 0 on, got ${seed}`);
  }
  const bytes = new Uint8Array(HEADER_LENGTH + bits.length + CHECKSUM_LENGTH);
  const end = HEADER_LENGTH + bits.length;
  writeFixed32(bytes, 0, MAGIC);
  bytes[4] = probes;
  writeFixed64(bytes, 8, seed);
  writeFixed64(bytes, 16, size);
  bytes.set(bits, HEADER_LENGTH);
  writeFixed32(bytes, end, crc32c(bytes, 0, end));
  return bytes;
}

/**
 * Reads a filter back, or refuses. What the header says is compared with the length that there is
 * before anything is allocated by it.
 */
export function decodeFilter(bytes: Uint8Array, source: string): StoredFilter {
  if (!isBytes(bytes)) throw wrongType('bytes', 'a Uint8Array', bytes);
  const reader = new ByteReader(bytes, 0, bytes.length, source);
  reader.need(HEADER_LENGTH + 1 + CHECKSUM_LENGTH);
  if (readFixed32(bytes, 0) !== MAGIC) throw corruption(source, 0, 'not a Bloom filter (magic)');
  reader.position = 4;
  const probes = reader.byte();
  if (probes === 0) throw corruption(source, 4, 'no probes');
  if ((bytes[5]! | bytes[6]! | bytes[7]!) !== 0) throw corruption(source, 5, 'not zero');
  reader.position = 8;
  const seed = reader.fixed64();
  if (seed > Number.MAX_SAFE_INTEGER) throw corruption(source, 8, `seed ${seed} is 2^53 or more`);
  const size = reader.fixed64();
  const expected = BigInt(bytes.length - HEADER_LENGTH - CHECKSUM_LENGTH) * 8n;
  if (size > expected || size + 7n < expected || size > 0xffff_ffffn) {
    throw corruption(
      source,
      16,
      `${size} bits do not fit the ${bytes.length} bytes that there are`,
    );
  }
  const end = bytes.length - CHECKSUM_LENGTH;
  if (crc32c(bytes, 0, end) !== readFixed32(bytes, end)) {
    throw corruption(source, end, 'checksum does not match');
  }
  const used = Number(size) % 8;
  if (used !== 0 && bytes[end - 1]! >>> used !== 0) {
    throw corruption(source, end - 1, 'bits are set behind the last one');
  }
  return {
    size: Number(size),
    probes,
    seed: Number(seed),
    bits: bytes.subarray(HEADER_LENGTH, end),
  };
}
