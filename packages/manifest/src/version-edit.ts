/**
 * A version edit: one record of a manifest, a change of the store's state.
 *
 * A row of fields, each a tag (varint) and what belongs to it; numbers are varints, byte strings
 * have a varint length in front:
 *
 *   1 comparator       name                   4 last sequence      number
 *   2 log number       number                 5 compaction pointer level, internal key
 *   9 previous log     number                 6 deleted table      level, number
 *   3 next file number number                 7 added table        level, number, file size,
 *                                               smallest and largest internal key
 *
 * They are written in this order, 9 between 2 and 3, and read in any; an unknown tag is damage, for
 * its length is unknown. Whole format: ../FORMAT.md; origin: LevelDB's db/version_edit.cc. On disk:
 * do not change.
 */
import {
  ByteReader,
  corruption,
  JumpError,
  KIND_SEEK,
  MAX_VARINT64_LENGTH,
  readKind,
  sliceRange,
  TRAILER_LENGTH,
  utf8Encode,
  utf8Read,
  writeVarint,
} from '@jump/base';

/** Levels of a store. On disk: do not change. */
export const LEVELS = 7;

/** What the manifest says of a table. Plain data: it may travel between threads. */
export interface TableMeta {
  /** The number of its file. */
  readonly number: number;
  /** Bytes of its file. */
  readonly fileSize: number;
  /** Its first internal key. */
  readonly smallest: Uint8Array;
  /** Its last internal key. */
  readonly largest: Uint8Array;
  /** How many entries it has, where somebody counted them; not in the manifest. */
  readonly entries?: number;
  /** How many of them are deletions, where somebody counted them; not in the manifest. */
  readonly tombstones?: number;
}

/** Where the next compaction of a level goes on. */
export interface CompactPointer {
  /** The level. */
  readonly level: number;
  /** The largest internal key of the last compaction. */
  readonly key: Uint8Array;
}

/** A table that is no longer live. */
export interface DeletedTable {
  /** The level it was in. */
  readonly level: number;
  /** The number of its file. */
  readonly number: number;
}

/** A table that becomes live. */
export interface AddedTable {
  /** The level it joins. */
  readonly level: number;
  /** The table. */
  readonly table: TableMeta;
}

/**
 * A change of the store's state; what is absent stays as it is. Deletions come before additions.
 */
export interface VersionEdit {
  /** The name of the comparator. */
  readonly comparator?: string;
  /** The oldest log that has entries which no table has. */
  readonly logNumber?: number;
  /** A log that was being flushed; of old versions of LevelDB, else 0. */
  readonly previousLogNumber?: number;
  /** Higher than every file number in use. */
  readonly nextFileNumber?: number;
  /** The highest sequence that was in use. */
  readonly lastSequence?: number;
  /** New compaction pointers. */
  readonly compactPointers: readonly CompactPointer[];
  /** Tables that are no longer live. */
  readonly deleted: readonly DeletedTable[];
  /** Tables that become live. */
  readonly added: readonly AddedTable[];
}

const TAG_COMPARATOR = 1;
const TAG_LOG_NUMBER = 2;
const TAG_NEXT_FILE_NUMBER = 3;
const TAG_LAST_SEQUENCE = 4;
const TAG_COMPACT_POINTER = 5;
const TAG_DELETED = 6;
const TAG_ADDED = 7;
const TAG_PREVIOUS_LOG_NUMBER = 9;

/**
 * Tells whether an edit is a durable mark: a last sequence, and nothing else. It says that all
 * entries up to there were on the disk, in tables or in logs. LevelDB takes it for what it looks
 * like, and writes none itself.
 */
export function isDurableMark(edit: VersionEdit): boolean {
  const { lastSequence, compactPointers, deleted, added } = edit;
  return (
    lastSequence !== undefined &&
    edit.comparator === undefined &&
    edit.logNumber === undefined &&
    edit.previousLogNumber === undefined &&
    edit.nextFileNumber === undefined &&
    compactPointers.length + deleted.length + added.length === 0
  );
}

/** Returns the bytes of an edit: those that LevelDB would write for it. */
export function encodeVersionEdit(edit: Partial<VersionEdit>): Uint8Array {
  const out = new EditBytes();
  if (edit.comparator !== undefined) {
    out.number(TAG_COMPARATOR);
    out.bytes(utf8Encode(edit.comparator, 'comparator name'));
  }
  out.field(TAG_LOG_NUMBER, edit.logNumber);
  out.field(TAG_PREVIOUS_LOG_NUMBER, edit.previousLogNumber);
  out.field(TAG_NEXT_FILE_NUMBER, edit.nextFileNumber);
  out.field(TAG_LAST_SEQUENCE, edit.lastSequence);
  for (const { level, key } of edit.compactPointers ?? []) {
    out.field(TAG_COMPACT_POINTER, level);
    out.bytes(key);
  }
  // LevelDB keeps these in a sorted set.
  const deleted = [...(edit.deleted ?? [])];
  deleted.sort((a, b) => a.level - b.level || a.number - b.number);
  for (const { level, number } of deleted) {
    out.field(TAG_DELETED, level);
    out.number(number);
  }
  for (const { level, table } of edit.added ?? []) {
    out.field(TAG_ADDED, level);
    out.number(table.number);
    out.number(table.fileSize);
    out.bytes(table.smallest);
    out.bytes(table.largest);
  }
  return out.finish();
}

/**
 * Reads an edit back.
 *
 * @param source - the manifest, for errors
 * @param offset - where `bytes` begin in it, for errors: exact for a record of one fragment
 * @throws JUMP_CORRUPTION if LevelDB cannot have written it; JUMP_UNSUPPORTED if a sequence is 2^53
 * or more
 */
export function decodeVersionEdit(bytes: Uint8Array, source: string, offset: number): VersionEdit {
  const reader = new ByteReader(bytes, 0, bytes.length, source, offset);
  const edit: { -readonly [K in keyof VersionEdit]: VersionEdit[K] } & Lists = {
    compactPointers: [],
    deleted: [],
    added: [],
  };
  while (reader.remaining > 0) {
    const at = reader.position;
    const tag = reader.varint32();
    if (tag === TAG_COMPARATOR) edit.comparator = readName(reader);
    else if (tag === TAG_LOG_NUMBER) edit.logNumber = reader.varint53();
    else if (tag === TAG_PREVIOUS_LOG_NUMBER) edit.previousLogNumber = reader.varint53();
    else if (tag === TAG_NEXT_FILE_NUMBER) edit.nextFileNumber = reader.varint53();
    else if (tag === TAG_LAST_SEQUENCE) edit.lastSequence = readLastSequence(reader);
    else if (tag === TAG_COMPACT_POINTER) {
      edit.compactPointers.push({ level: readLevel(reader), key: readKey(reader) });
    } else if (tag === TAG_DELETED) {
      edit.deleted.push({ level: readLevel(reader), number: reader.varint53() });
    } else if (tag === TAG_ADDED) {
      edit.added.push({ level: readLevel(reader), table: readTable(reader) });
    } else {
      throw corruption(source, offset + at, `a version edit with a field of unknown tag ${tag}`);
    }
  }
  return edit;
}

interface Lists {
  compactPointers: CompactPointer[];
  deleted: DeletedTable[];
  added: AddedTable[];
}

function readName(reader: ByteReader): string {
  const start = reader.lengthPrefixed();
  try {
    return utf8Read(reader.bytes, start, reader.position, 'comparator name');
  } catch {
    throw reader.damaged('the name of the comparator is not UTF-8');
  }
}

function readLevel(reader: ByteReader): number {
  const level = reader.varint32();
  if (level >= LEVELS) throw reader.damaged(`level ${level}, at most ${LEVELS - 1} expected`);
  return level;
}

function readLastSequence(reader: ByteReader): number {
  const sequence = reader.varint64();
  if (sequence <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(sequence);
  if (sequence >= 1n << 56n) throw reader.damaged(`last sequence ${sequence} is 2^56 or more`);
  const { source: file, base, position } = reader;
  throw new JumpError('JUMP_UNSUPPORTED', `last sequence ${sequence} is 2^53 or more`, {
    file,
    offset: base + position,
  });
}

function readKey(reader: ByteReader): Uint8Array {
  const start = reader.lengthPrefixed();
  const end = reader.position;
  if (end - start < TRAILER_LENGTH) {
    throw reader.damaged(`an internal key of ${end - start} bytes`);
  }
  if (readKind(reader.bytes, end) > KIND_SEEK) {
    throw reader.damaged(`an internal key of unknown kind ${readKind(reader.bytes, end)}`);
  }
  return sliceRange(reader.bytes, start, end);
}

function readTable(reader: ByteReader): TableMeta {
  return {
    number: reader.varint53(),
    fileSize: reader.varint53(),
    smallest: readKey(reader),
    largest: readKey(reader),
  };
}

/** A growing array of bytes. */
class EditBytes {
  #bytes = new Uint8Array(256);
  #length = 0;

  field(tag: number, value: number | undefined): void {
    if (value === undefined) return;
    this.number(tag);
    this.number(value);
  }

  number(value: number): void {
    if (!(Number.isSafeInteger(value) && value >= 0)) {
      throw new RangeError(`version edit: an integer from 0 to 2^53 - 1 expected, got ${value}`);
    }
    this.#reserve(MAX_VARINT64_LENGTH);
    this.#length = writeVarint(this.#bytes, this.#length, value);
  }

  bytes(value: Uint8Array): void {
    this.number(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
  }

  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
