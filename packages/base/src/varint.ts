/**
 * Varints and fixed-width integers as LevelDB writes them (`util/coding.cc`): little endian, varints
 * with seven bits a byte, the lowest first, the eighth bit set on all bytes but the last.
 *
 * Numbers above 2^53 - 1 do not fit a JavaScript number: the functions that return a `number` refuse
 * them, those for 64 bits return a `bigint`. No bit operators on more than 32 bits.
 */
import { corruption } from './errors.ts';

/** The most bytes that a varint of 32 bits takes. */
export const MAX_VARINT32_LENGTH = 5;
/** The most bytes that a varint of 64 bits takes. */
export const MAX_VARINT64_LENGTH = 10;

/** Counts the bytes that {@link writeVarint} needs for `value`, a safe integer from 0 on. */
export function varintLength(value: number): number {
  let length = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) length++;
  return length;
}

/** Writes `value`, a safe integer from 0 on, at `at`; returns where it ends. */
export function writeVarint(target: Uint8Array, at: number, value: number): number {
  let rest = value;
  let position = at;
  while (rest >= 0x80000000) {
    target[position++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  while (rest >= 128) {
    target[position++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  target[position++] = rest;
  return position;
}

/** Writes `value`, below 2^64, at `at`; returns where it ends. */
export function writeVarint64(target: Uint8Array, at: number, value: bigint): number {
  let rest = value;
  let position = at;
  while (rest >= 128n) {
    target[position++] = Number(rest & 0x7fn) | 0x80;
    rest >>= 7n;
  }
  target[position++] = Number(rest);
  return position;
}

/** Writes the low 32 bits of `value` at `at`, little endian. */
export function writeFixed32(target: Uint8Array, at: number, value: number): void {
  target[at] = value;
  target[at + 1] = value >>> 8;
  target[at + 2] = value >>> 16;
  target[at + 3] = value >>> 24;
}

/** Reads 32 bits at `at`, little endian, unsigned. */
export function readFixed32(source: Uint8Array, at: number): number {
  return (
    (source[at]! | (source[at + 1]! << 8) | (source[at + 2]! << 16) | (source[at + 3]! << 24)) >>> 0
  );
}

/** Writes a safe integer from 0 on as 64 bits at `at`, little endian. */
export function writeFixed64(target: Uint8Array, at: number, value: number): void {
  writeFixed32(target, at, value % 0x100000000);
  writeFixed32(target, at + 4, Math.floor(value / 0x100000000));
}

/** Reads 64 bits at `at`, little endian, in full. */
export function readFixed64(source: Uint8Array, at: number): bigint {
  return (BigInt(readFixed32(source, at + 4)) << 32n) | BigInt(readFixed32(source, at));
}

/**
 * Reads numbers and byte ranges one after the other from `bytes[start, end)`.
 *
 * Every method throws `JUMP_CORRUPTION`, naming `source` and the offset, where the bytes end too
 * early or a number is out of its range. Nothing is allocated except where a `bigint` is returned.
 */
export class ByteReader {
  /** What is read. */
  bytes: Uint8Array;
  /** Where the next read begins. */
  position: number;
  /** Where reading must stop. */
  end: number;
  /** Named in errors. */
  source: string;
  /** Offset of `bytes[0]` in the file, for errors. */
  base: number;

  /** Starts at `start`; `base` is the offset of `bytes[0]` in the file that `source` names. */
  constructor(
    bytes: Uint8Array,
    start = 0,
    end: number = bytes.length,
    source = 'bytes',
    base = 0,
  ) {
    this.bytes = bytes;
    this.position = start;
    this.end = end;
    this.source = source;
    this.base = base;
  }

  /** How many bytes are left. */
  get remaining(): number {
    return this.end - this.position;
  }

  /** Reads one byte. */
  byte(): number {
    if (this.position >= this.end) throw this.damaged('ends early');
    return this.bytes[this.position++]!;
  }

  /** Reads a varint of at most 32 bits. */
  varint32(): number {
    const { bytes, end } = this;
    let position = this.position;
    let result = 0;
    for (let shift = 0; shift <= 28 && position < end; shift += 7) {
      const byte = bytes[position++]!;
      if (shift === 28 && byte > 0x0f) throw this.damaged('varint does not fit 32 bits');
      result |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        this.position = position;
        return result >>> 0;
      }
    }
    throw this.damaged('varint ends early');
  }

  /** Reads a varint of 64 bits whose value must be a safe integer (below 2^53). */
  varint53(): number {
    const { bytes, end } = this;
    let position = this.position;
    let result = 0;
    let factor = 1;
    for (let count = 0; count < MAX_VARINT64_LENGTH && position < end; count++) {
      const byte = bytes[position++]!;
      result += (byte & 0x7f) * factor;
      factor *= 128;
      if (byte < 0x80) {
        if (!Number.isSafeInteger(result)) throw this.damaged('number is 2^53 or more');
        this.position = position;
        return result;
      }
    }
    throw this.damaged('varint ends early or is longer than ten bytes');
  }

  /** Reads a varint of 64 bits in full. */
  varint64(): bigint {
    const { bytes, end } = this;
    let position = this.position;
    let result = 0n;
    for (let count = 0; count < MAX_VARINT64_LENGTH && position < end; count++) {
      const byte = bytes[position++]!;
      if (count === 9 && byte > 1) throw this.damaged('varint does not fit 64 bits');
      result |= BigInt(byte & 0x7f) << BigInt(7 * count);
      if (byte < 0x80) {
        this.position = position;
        return result;
      }
    }
    throw this.damaged('varint ends early or is longer than ten bytes');
  }

  /** Reads 32 bits, little endian. */
  fixed32(): number {
    this.need(4);
    const value = readFixed32(this.bytes, this.position);
    this.position += 4;
    return value;
  }

  /** Reads 64 bits, little endian. */
  fixed64(): bigint {
    this.need(8);
    const value = readFixed64(this.bytes, this.position);
    this.position += 8;
    return value;
  }

  /** Skips a varint length and that many bytes; returns where they begin (`position` is their end). */
  lengthPrefixed(): number {
    const length = this.varint32();
    this.need(length);
    const start = this.position;
    this.position += length;
    return start;
  }

  /** Throws unless `count` bytes are left. */
  need(count: number): void {
    if (count > this.end - this.position) {
      throw this.damaged(`${count} bytes expected, ${this.end - this.position} left`);
    }
  }

  /** Makes the error for damage at the current position. */
  damaged(what: string): Error {
    return corruption(this.source, this.base + this.position, what);
  }
}
