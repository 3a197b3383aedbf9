/**
 * The vocabulary of JumpDB: byte ranges, varints, crc32c, internal keys, the cursor and
 * filter-policy interfaces, comparators, encodings and errors. No state, no files.
 *
 * @packageDocumentation
 */
export {
  commonPrefixLength,
  compareBytes,
  compareRanges,
  copyRange,
  EMPTY_BYTES,
  equalRanges,
  prefixEnd,
  sliceRange,
} from './bytes.ts';
export {
  bytewiseComparator,
  type Comparator,
  internalRangeCompare,
  type RangeCompare,
  rangeCompare,
} from './comparator.ts';
export { crc32c, maskCrc, unmaskCrc } from './crc32c.ts';
export type { Cursor } from './cursor.ts';
export {
  type BuiltInEncoding,
  bytesEncoding,
  type Encoding,
  type EncodingName,
  encodings,
  isBytes,
  jsonEncoding,
  utf8Encoding,
} from './encoding.ts';
export {
  assert,
  corruption,
  JumpError,
  type JumpErrorCode,
  type JumpErrorDetails,
  reasonOf,
} from './errors.ts';
export type { FilterPolicy, KeyHash } from './filter-policy.ts';
export {
  compareInternalKeys,
  compareTrailers,
  encodeInternalKey,
  KIND_DELETION,
  KIND_SEEK,
  KIND_VALUE,
  MAX_SEQUENCE,
  readKind,
  readSequence,
  readSequence56,
  TRAILER_LENGTH,
  tagHigh,
  tagLow,
  writeTrailer,
} from './internal-key.ts';
export { showBytes, showGiven, wrongType } from './show.ts';
export { SortedKeys } from './sorted-keys.ts';
export { utf8Encode, utf8Read, utf8ReadLossy, utf8Write } from './utf8.ts';
export {
  ByteReader,
  MAX_VARINT32_LENGTH,
  MAX_VARINT64_LENGTH,
  readFixed32,
  readFixed64,
  varintLength,
  writeFixed32,
  writeFixed64,
  writeVarint,
  writeVarint64,
} from './varint.ts';
