/**
 * Blocks: checked once when they come from a file, then searched as they are stored.
 *
 * A record is a block in the cache: eight numbers of 32 bits, and behind them the block as it lies
 * in the file, with its codec and checksum.
 *
 *   table | ordinal | referenced | room | stored size | entries' end | length | restarts | block
 *
 * "Entries' end" and "length" are those of the decompressed block. JavaScript writes the first four
 * and the size, `admit` the rest.
 */
import { crc32c } from './crc32c.ts';
import { KEY, LAST_KEY, OUTPUT, RESULT } from './memory.ts';
import { begin, decodeTo, decompress } from './snappy.ts';

const REFERENCED: usize = 8;
const SIZE: usize = 16;
const ENTRIES_END: usize = 20;
const LENGTH: usize = 24;
const RESTARTS: usize = 28;
/** Where in a record the block begins. */
export const HEADER: usize = 32;

// What `find` returns; see `src/block-search.ts`.
const FOUND: i32 = 1;
const ABSENT: i32 = 0;
const EXHAUSTED: i32 = -1;
const UNDECIDED: i32 = -2;

// The header of an entry, read by `readHeader`.
let shared: usize = 0;
let unshared: usize = 0;
let valueLength: usize = 0;
let keyAt: usize = 0;

/** Reads a varint of 32 bits; returns where it ends, 0 if it is none. The value is in `number`. */
let number: usize = 0;
function readNumber(at: usize): usize {
  let value: u32 = 0;
  for (let shift: u32 = 0; shift < 28; shift += 7) {
    const byte = load<u8>(at++) as u32;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      number = value as usize;
      return at;
    }
  }
  const last = load<u8>(at++) as u32;
  number = (value | (last << 28)) as usize;
  return last > 0x0f ? 0 : at;
}

/** Reads the header of an entry whose lengths take more than a byte each, maybe past the block. */
function readHeader(at: usize): bool {
  const second = readNumber(at);
  if (second === 0) return false;
  shared = number;
  const third = readNumber(second);
  if (third === 0) return false;
  unshared = number;
  keyAt = readNumber(third);
  valueLength = number;
  return keyAt !== 0;
}

/**
 * Checks a record whose block has just been read: its checksum, its codec's data, and, if `ordered`,
 * all that searching relies on, with keys ordered by their bytes.
 *
 * @returns 0 for what may be stored, but not for this kernel, 1 for a block as it is, 2 for a
 *   compressed one, which is now decompressed in the output; -1 for damage
 */
export function admit(record: usize, trailer: usize, ordered: bool): i32 {
  const size = load<u32>(record, SIZE) as usize;
  const block = record + HEADER;
  const crc = crc32c(block, block + size + 1);
  if (rotr(crc, 15) + 0xa282ead8 !== load<u32>(block + size + 1)) return -1;
  const codec = load<u8>(block + size);
  if (codec > 1) return 0;
  let from = block;
  let length = size;
  if (codec === 1) {
    const found = decompress(block, size);
    if (found < 0) return found === -2 ? 0 : -1;
    from = OUTPUT;
    length = found as usize;
  }
  if (length < 8) return -1;
  const restarts = load<u32>(from + length - 4) as usize;
  if (restarts < 1 || restarts > (length - 4) >>> 2) return -1;
  const entriesEnd = length - 4 - 4 * restarts;
  store<u32>(record, entriesEnd as u32, ENTRIES_END);
  store<u32>(record, length as u32, LENGTH);
  store<u32>(record, restarts as u32, RESTARTS);
  if (ordered && !check(from, from + entriesEnd, restarts, trailer)) return -1;
  return codec === 1 ? 2 : 1;
}

/** Decompresses a record's block; returns where it lies, decompressed. */
export function contents(record: usize): usize {
  const block = record + HEADER;
  const size = load<u32>(record, SIZE) as usize;
  if (load<u8>(block + size) === 0) return block;
  begin(block, size);
  decodeTo(OUTPUT + (load<u32>(record, LENGTH) as usize));
  return OUTPUT;
}

/**
 * Walks over the entries from `start` to `end`. What it accepts `BlockChecker` accepts.
 *
 * The result: where the first key is and how long, how long the last key is, which lies where it
 * belongs, and how many entries there are.
 */
function check(start: usize, end: usize, restarts: usize, trailer: usize): bool {
  let restart: usize = 0;
  let expected = start + (load<u32>(end) as usize);
  let lastLength: usize = 0;
  let entries: u32 = 0;
  let lastTag: u64 = 0;
  if (expected !== start) return false;
  for (let at = start; at < end; entries++) {
    // Up to 15 bytes are read: in front of the end are at least eight bytes of restarts and
    // behind it is room.
    shared = load<u8>(at) as usize;
    unshared = load<u8>(at, 1) as usize;
    valueLength = load<u8>(at, 2) as usize;
    keyAt = at + 3;
    if ((shared | unshared | valueLength) > 0x7f && !readHeader(at)) return false;
    if (keyAt > end) return false;
    const room = end - keyAt;
    if (unshared > room || valueLength > room - unshared) return false;
    if (shared > lastLength || shared + unshared < trailer) return false;
    if (at === expected) {
      if (shared !== 0) return false;
      restart++;
      expected = restart < restarts ? start + (load<u32>(end + 4 * restart) as usize) : 0;
    }
    const length = shared + unshared;
    let same = false;
    if (entries === 0) {
      store<u32>(RESULT, keyAt as u32);
      store<u32>(RESULT, length as u32, 4);
    } else {
      const userLength = length - trailer;
      const lastUserLength = lastLength - trailer;
      const limit = min(userLength, lastUserLength);
      const i = shared >= limit ? limit : equal(keyAt - shared, LAST_KEY, shared, limit);
      if (i < limit) {
        if (load<u8>(keyAt - shared + i) < load<u8>(LAST_KEY + i)) return false;
      } else if (userLength < lastUserLength) return false;
      else same = userLength === lastUserLength;
      if (same && trailer === 0) return false;
    }
    copyKey(keyAt, LAST_KEY + shared, unshared);
    lastLength = length;
    if (trailer !== 0) {
      const tag = load<u64>(LAST_KEY + length - 8);
      if ((tag & 0xff) > 1 || (same && tag >= lastTag)) return false;
      lastTag = tag;
    }
    at = keyAt + unshared + valueLength;
  }
  store<u32>(RESULT, lastLength as u32, 8);
  store<u32>(RESULT, entries, 12);
  return restart === restarts || (entries === 0 && restarts === 1);
}

/** Up to which place, from `i` on and at most to `limit`, two byte strings are equal. */
function equal(a: usize, b: usize, i: usize, limit: usize): usize {
  for (let at = i; at < limit; at += 8) {
    const difference = load<u64>(a + at) ^ load<u64>(b + at);
    if (difference !== 0) return min(limit, at + ((ctz(difference) >>> 3) as usize));
  }
  return limit;
}

function copyKey(from: usize, to: usize, size: usize): void {
  for (let i: usize = 0; i < size; i += 16) v128.store(to + i, v128.load(from + i));
}

/**
 * Finds the newest entry of the user key `KEY[0, userEnd)` that is not newer than the trailer behind
 * it, in a record that was admitted. See `findInBlock`, which does the same.
 *
 * The result, if found: where the value begins and ends, and the entry's trailer.
 *
 * @param whole - whether the output holds the block, decompressed
 */
export function find(record: usize, userEnd: usize, trailer: usize, whole: bool): i32 {
  store<u32>(record, 1, REFERENCED);
  const block = record + HEADER;
  const size = load<u32>(record, SIZE) as usize;
  const entriesEnd = load<u32>(record, ENTRIES_END) as usize;
  if (load<u8>(block + size) === 1) {
    if (whole) return search(record, OUTPUT, OUTPUT + entriesEnd, userEnd, trailer);
    begin(block, size);
    return scan(OUTPUT, OUTPUT + entriesEnd, OUTPUT, userEnd, trailer);
  }
  return search(record, block, block + entriesEnd, userEnd, trailer);
}

/** Searches a block that lies decompressed: between its restarts, then forward. */
function search(record: usize, start: usize, end: usize, userEnd: usize, trailer: usize): i32 {
  let low: usize = 0;
  let high = (load<u32>(record, RESTARTS) as usize) - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    const at = start + (load<u32>(end + 4 * middle) as usize);
    unshared = load<u8>(at, 1) as usize;
    keyAt = at + 3;
    if ((unshared | (load<u8>(at, 2) as usize)) > 0x7f) readHeader(at);
    if (isBefore(keyAt, unshared - trailer, userEnd, trailer)) low = middle;
    else high = middle - 1;
  }
  return scan(start + (load<u32>(end + 4 * low) as usize), end, end, userEnd, trailer);
}

/** Whether the key at `at` is before the one that is looked for. */
function isBefore(at: usize, userLength: usize, userEnd: usize, trailer: usize): bool {
  const limit = min(userLength, userEnd);
  const i = equal(at, KEY, 0, limit);
  if (i < limit) return load<u8>(at + i) < load<u8>(KEY + i);
  if (userLength !== userEnd || trailer === 0) return userLength < userEnd;
  // Higher tags come first.
  return load<u64>(at + userEnd) > load<u64>(KEY + userEnd);
}

/** How far ahead of an entry's beginning decompressing goes: most headers and keys. */
const AHEAD: usize = 64;

/** Scans entries; those from `available` on are still to be decompressed. */
function scan(start: usize, end: usize, from: usize, userEnd: usize, trailer: usize): i32 {
  let available = from;
  let matched: usize = 0;
  let lastUserLength: usize = 0;
  for (let at = start; at < end; ) {
    if (available < at + AHEAD && available < end) available = decodeTo(min(at + AHEAD, end));
    let common = load<u8>(at) as usize;
    let own = load<u8>(at, 1) as usize;
    let length = load<u8>(at, 2) as usize;
    let key = at + 3;
    if ((common | own | length) > 0x7f) {
      readHeader(at);
      common = shared;
      own = unshared;
      length = valueLength;
      key = keyAt;
    }
    const userLength = common + own - trailer;
    const value = key + own;
    at = value + length;
    if (common > matched) {
      // The entry before ends where it stops matching: bytes of its trailer are shared. Rare.
      if (matched === lastUserLength) return UNDECIDED;
      lastUserLength = userLength;
      continue;
    }
    if (available < value) available = decodeTo(value);
    const limit = min(userLength, userEnd);
    const i = equal(key - common, KEY, common, limit);
    if (i < limit) {
      if (load<u8>(key - common + i) > load<u8>(KEY + i)) return ABSENT;
    } else if (userLength > userEnd) {
      return ABSENT;
    } else if (userLength === userEnd) {
      const tag = trailer === 0 ? 1 : load<u64>(value - 8);
      if (trailer === 0 || tag <= load<u64>(KEY + userEnd)) {
        if (available < at) decodeTo(at);
        store<u32>(RESULT, value as u32);
        store<u32>(RESULT, at as u32, 4);
        store<u64>(RESULT, tag, 8);
        return FOUND;
      }
    }
    matched = i;
    lastUserLength = userLength;
  }
  return EXHAUSTED;
}
