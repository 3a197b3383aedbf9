/**
 * The arena of a {@link ByteTree}: entries, never moved, one after another in few large buffers.
 *
 *   at                   size  field
 *    0                      4  key length     \
 *    4                      4  value length    | 32-bit words in the machine's byte order;
 *    8                      4  room for value /  entries begin at multiples of four
 *   12                      k  key
 *   12 + k                  8  tag, little endian, low half first
 *   12 + k + 8              v  value, at most as long as its room
 *
 * So key and tag lie together, as in a table of LevelDB. This is a format of memory alone.
 *
 * A place is an address in words, an unsigned 32-bit number: 14 bits of slot, 18 bits of offset. A
 * slot is 1 MiB of address space, not of memory. A buffer takes as many slots as it needs, one
 * behind the other; each slot has a view from its own address to the end of the buffer. So an
 * entry may be longer than a slot, and is read through the one view of the slot it begins in.
 * Growth adds buffers and copies nothing; 16 GiB of addresses is the limit.
 */

/** Bytes of an entry before its key. */
export const KEY_OFFSET = 12;
/** Shift from a place to its slot. */
export const SLOT_SHIFT = 18;
/** Takes the word offset in its slot out of a place. */
export const SLOT_MASK = 0x3ffff;

const SLOT_BYTES = 0x100000;
const SLOTS = 0x4000;
const TAG_BYTES = 8;
/** What an entry takes at most beside its key and value: lengths, tag and three bytes to align. */
const OVERHEAD_BYTES = KEY_OFFSET + TAG_BYTES + 3;
/** Buffers double up to this size. */
const CHUNK_LIMIT = 0x2000000;
/** Longest entry: the lengths are signed words. */
const ENTRY_LIMIT = 0x7ffffe00;
/** Longest buffer: offsets stay signed words, the fastest numbers there are. */
const BUFFER_LIMIT = 0x7fffff00;
/** Below this many bytes a loop is faster than `set(subarray())`, which makes a view. */
const LOOP_LIMIT = 64;

/** A buffer of an arena and the number of its first slot. */
export interface ByteTreeChunk {
  /** Where in the address space the buffer lies. */
  readonly slot: number;
  /** Entries. */
  readonly buffer: ArrayBufferLike;
}

/** A stretch of unused words, in places. */
interface Room {
  at: number;
  end: number;
}

/** Holds entries; a handle of an entry is its place. */
export class ByteArena {
  /** The bytes of each slot; see the file's header. */
  readonly bytes: Uint8Array[] = [];
  /** The same memory as words. */
  readonly words: Int32Array[] = [];
  /** The buffers, for another thread. */
  readonly chunks: ByteTreeChunk[] = [];
  /** Bytes of all entries that were ever placed. */
  used = 0;
  readonly #shared: boolean;
  readonly #firstChunkBytes: number;
  #nextChunkBytes: number;
  #allocated = 0;
  /** Whole buffers that {@link ByteArena.clear} has kept. */
  #free: Room[] = [];
  /** Entries go to `#room`, and where they do not fit there, to `#side`. */
  #room: Room = { at: 0, end: 0 };
  #side: Room = { at: 0, end: 0 };

  /** Starts without any memory; the first buffer will have `chunkBytes` at least. */
  constructor(shared: boolean, chunkBytes: number) {
    this.#shared = shared;
    this.#firstChunkBytes = chunkBytes;
    this.#nextChunkBytes = chunkBytes;
  }

  /** Bytes of all buffers. */
  get allocated(): number {
    return this.#allocated;
  }

  /** Forgets all entries; keeps the oldest buffers, at most so many bytes of them. */
  clear(keptBytes: number): void {
    let kept = 0;
    let count = 0;
    this.#free = [];
    for (const { slot, buffer } of this.chunks) {
      if (kept + buffer.byteLength > keptBytes) break;
      kept += buffer.byteLength;
      count++;
      this.#free.push(roomAt(slot, buffer.byteLength));
    }
    const slots = this.chunks[count]?.slot ?? this.bytes.length;
    this.chunks.length = count;
    this.bytes.length = slots;
    this.words.length = slots;
    this.used = 0;
    this.#allocated = kept;
    this.#nextChunkBytes = Math.min(Math.max(this.#firstChunkBytes, kept), CHUNK_LIMIT);
    this.#room = { at: 0, end: 0 };
    this.#side = { at: 0, end: 0 };
  }

  /** Makes the views of a buffer that lies at `slot`, the first one that is free. */
  addChunk(chunk: ByteTreeChunk): void {
    const { slot, buffer } = chunk;
    for (let at = 0; at < buffer.byteLength; at += SLOT_BYTES) {
      this.bytes[slot + at / SLOT_BYTES] = new Uint8Array(buffer, at);
      this.words[slot + at / SLOT_BYTES] = new Int32Array(buffer, at);
    }
    this.chunks.push(chunk);
  }

  /**
   * Makes room for `entries` entries whose keys and values have that many bytes together.
   *
   * @throws {RangeError} Before anything changes, if there are not so many addresses or bytes.
   */
  reserve(keyBytes: number, valueBytes: number, entries: number): void {
    const needed = Math.ceil((keyBytes + valueBytes + entries * OVERHEAD_BYTES) / 4);
    if (needed > roomOf(this.#room) && needed > roomOf(this.#side)) this.#grow(needed);
  }

  /**
   * Stores an entry and returns its place.
   *
   * @throws {RangeError} Before anything changes, if there are not so many addresses or bytes.
   */
  add(
    key: Uint8Array,
    keyStart: number,
    keyEnd: number,
    tagHigh: number,
    tagLow: number,
    value: Uint8Array,
    valueStart: number,
    valueEnd: number,
  ): number {
    const keyLength = keyEnd - keyStart;
    const valueLength = valueEnd - valueStart;
    if (keyLength + valueLength > ENTRY_LIMIT) {
      throw new RangeError(`an entry of ${keyLength + valueLength} bytes is too long`);
    }
    const place = this.#take((OVERHEAD_BYTES + keyLength + valueLength) >>> 2);
    const slot = place >>> SLOT_SHIFT;
    const word = place & SLOT_MASK;
    const words = this.words[slot]!;
    const bytes = this.bytes[slot]!;
    words[word] = keyLength;
    words[word + 1] = valueLength;
    words[word + 2] = valueLength + (-(keyLength + valueLength) & 3);
    const at = (word << 2) + KEY_OFFSET;
    copyBytes(key, keyStart, keyEnd, bytes, at);
    writeTag(bytes, at + keyLength, tagHigh, tagLow);
    copyBytes(value, valueStart, valueEnd, bytes, at + keyLength + TAG_BYTES);
    return place;
  }

  /** Gives the entry at `place` a new tag and value if its room is large enough; tells if it was. */
  replace(
    place: number,
    tagHigh: number,
    tagLow: number,
    value: Uint8Array,
    valueStart: number,
    valueEnd: number,
  ): boolean {
    const slot = place >>> SLOT_SHIFT;
    const word = place & SLOT_MASK;
    const words = this.words[slot]!;
    const bytes = this.bytes[slot]!;
    const valueLength = valueEnd - valueStart;
    if (valueLength > words[word + 2]!) return false;
    words[word + 1] = valueLength;
    const at = (word << 2) + KEY_OFFSET + words[word]!;
    writeTag(bytes, at, tagHigh, tagLow);
    copyBytes(value, valueStart, valueEnd, bytes, at + TAG_BYTES);
    return true;
  }

  /** The bytes that hold the entry at `place`. */
  bytesOf(place: number): Uint8Array {
    return this.bytes[place >>> SLOT_SHIFT]!;
  }

  /** The same memory as words. */
  wordsOf(place: number): Int32Array {
    return this.words[place >>> SLOT_SHIFT]!;
  }

  /** Where in `bytesOf(place)` the key begins. */
  keyStart(place: number): number {
    return ((place & SLOT_MASK) << 2) + KEY_OFFSET;
  }

  /** Where the key ends and the tag begins. */
  keyEnd(place: number): number {
    const word = place & SLOT_MASK;
    return (word << 2) + KEY_OFFSET + this.words[place >>> SLOT_SHIFT]![word]!;
  }

  /** Where the value begins. */
  valueStart(place: number): number {
    return this.keyEnd(place) + TAG_BYTES;
  }

  /** Where the value ends. */
  valueEnd(place: number): number {
    return (
      this.keyEnd(place) + TAG_BYTES + this.words[place >>> SLOT_SHIFT]![(place & SLOT_MASK) + 1]!
    );
  }

  /** The high half of the tag, unsigned. */
  tagHigh(place: number): number {
    return readWord(this.bytesOf(place), this.keyEnd(place) + 4) >>> 0;
  }

  /** The low half of the tag, unsigned. */
  tagLow(place: number): number {
    return readWord(this.bytesOf(place), this.keyEnd(place)) >>> 0;
  }

  /** Takes `words` words, growing if need be, and returns their place. */
  #take(words: number): number {
    let room = this.#room;
    if (words > room.end - room.at) {
      if (words > roomOf(this.#side)) this.#grow(words);
      room = words <= roomOf(this.#room) ? this.#room : this.#side;
    }
    const place = room.at;
    room.at += words;
    this.used += words * 4;
    return place;
  }

  /**
   * Gets a buffer with room for `words` words. What is large beside a usual buffer gets one of
   * its own, which leaves the room of the usual one to small entries.
   */
  #grow(words: number): void {
    const bytes = words * 4;
    if (bytes > BUFFER_LIMIT) throw new RangeError(`no buffer can have ${bytes} bytes`);
    const usual = this.#nextChunkBytes;
    const own = bytes > Math.max(usual, SLOT_BYTES) / 4;
    const room = this.#reuse(words) ?? this.#allocate(own ? bytes : Math.max(usual, bytes));
    if (own) {
      this.#side = room;
      return;
    }
    if (roomOf(this.#room) > roomOf(this.#side)) this.#side = this.#room;
    this.#room = room;
    this.#nextChunkBytes = Math.min(Math.max(usual, this.#allocated), CHUNK_LIMIT);
  }

  /** Takes a buffer with room for `words` words out of those that were kept. */
  #reuse(words: number): Room | undefined {
    const at = this.#free.findIndex((room) => words <= roomOf(room));
    return at < 0 ? undefined : this.#free.splice(at, 1)[0];
  }

  #allocate(size: number): Room {
    const bytes = (size + 3) & ~3;
    const slot = this.bytes.length;
    if (slot + Math.ceil(bytes / SLOT_BYTES) > SLOTS) {
      throw new RangeError(`the tree is full: it has ${this.used} bytes of entries`);
    }
    const buffer = this.#shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
    this.addChunk({ slot, buffer });
    this.#allocated += bytes;
    return roomAt(slot, bytes);
  }
}

/** The room of an empty buffer of so many bytes. */
function roomAt(slot: number, bytes: number): Room {
  const at = slot * (SLOT_BYTES / 4);
  return { at, end: at + bytes / 4 };
}

function roomOf(room: Room): number {
  return room.end - room.at;
}

function copyBytes(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  at: number,
): void {
  const length = end - start;
  if (length <= LOOP_LIMIT) {
    for (let i = 0; i < length; i++) target[at + i] = source[start + i]!;
  } else {
    target.set(source.subarray(start, end), at);
  }
}

function writeTag(bytes: Uint8Array, at: number, high: number, low: number): void {
  bytes[at] = low;
  bytes[at + 1] = low >>> 8;
  bytes[at + 2] = low >>> 16;
  bytes[at + 3] = low >>> 24;
  bytes[at + 4] = high;
  bytes[at + 5] = high >>> 8;
  bytes[at + 6] = high >>> 16;
  bytes[at + 7] = high >>> 24;
}

/** Reads four bytes, little endian, as a signed word. */
export function readWord(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}
