/**
 * Merging sorted blocks into new ones, entry by entry, as JavaScript does it in `MergeCursor`,
 * `DropRule` and `DataBlockWriter`: for internal keys over bytes, without snapshots.
 *
 * JavaScript puts each source's blocks into this memory, one at a time, and takes the entries of
 * every block that is built. {@link merge} returns whenever something is not for it to decide.
 */
import {
  add,
  beginBlocks,
  blockDone,
  blockEnds,
  blockLength,
  common,
  compare,
  copy,
  count,
  keysDone,
  keysEnd,
  showBlock,
  tableEnded,
  takeFirst,
  writtenLength,
} from './mergeblock.ts';
import {
  END,
  KEY,
  KEY_LENGTH,
  KEYS_END,
  MAX_ENTRY,
  MAX_KEY,
  NEXT,
  ORDER,
  R_COVERED,
  R_HANDLED,
  R_PURGED,
  R_READ,
  R_READ_LENGTH,
  R_SOURCE,
  READ_KEY,
  RESULT,
  SOURCE_SIZE,
  SOURCES,
  VALUE,
} from './mergememory.ts';

export {
  BLOCK,
  KEYS,
  MAX_BLOCK_SIZE,
  MAX_KEY,
  MAX_SOURCES,
  READ_KEY,
  RESTARTS,
  SLOTS,
  WRITTEN_KEY,
} from './mergememory.ts';
// Not `export … from`: the compiler would take that for another module, with state of its own.
export { blockDone, keysDone, tableEnded };

/** What {@link merge} returns; see `src/merge/merge-kernel.ts`. */
const DONE: i32 = 0;
const PORTION: i32 = 1;
const NEED_BLOCK: i32 = 2;
const TOMBSTONE: i32 = 3;
const BEGIN_TABLE: i32 = 4;
const GRANDPARENTS: i32 = 5;
const FULL: i32 = 6;
const FIRST_OF_BLOCK: i32 = 7;
const BLOCK_READY: i32 = 8;
const TOO_LARGE: i32 = 9;
const DISORDER: i32 = 10;
const KEYS_FULL: i32 = 11;

// How far the current entry has come.
const NEW: i32 = 0;
const KEPT: i32 = 1;
const PLACED: i32 = 2;

/** What becomes of tombstones: asked about, kept, dropped. */
const ASK: i32 = 0;
const KEEP: i32 = 1;

let live: usize = 0;
let waiting: usize = 0;
let stage: i32 = NEW;
let tooLarge: bool = false;
let tombstoneMode: i32 = ASK;
let tableLimit: usize = 0;
let readLength: usize = 0;
let untilGrandparents: i32 = -1;

/** Begins a merge. */
export function begin(size: u32, interval: u32, entriesOfBlock: u32, tombstones: i32): void {
  live = 0;
  waiting = 0;
  stage = NEW;
  tooLarge = false;
  tombstoneMode = tombstones;
  readLength = 0;
  tableLimit = 0;
  untilGrandparents = -1;
  memory.fill(RESULT, 0, 128);
  beginBlocks(size as usize, interval as usize, entriesOfBlock as usize);
}

/** Says at which length of the current block the table is full. */
export function setLimit(limit: u32): void {
  tableLimit = limit as usize;
}

/** Says after how many keys to ask about grandparents; negative for never. */
export function setGrandparents(keys: i32): void {
  untilGrandparents = keys;
}

/** Decides about the tombstone that {@link merge} has asked about. */
export function decide(keep: bool): void {
  if (keep) {
    stage = KEPT;
    return;
  }
  stage = NEW;
  count(R_PURGED);
  advance(currentSource());
}

/** Says that the current entry goes into the table that is open now, or was begun. */
export function placed(): void {
  stage = PLACED;
}

/** Gives a source a block, at its first entry; its key is kept at `key`. */
export function feed(index: u32, key: u32, start: u32, end: u32): void {
  const source = SOURCES + (index as usize) * SOURCE_SIZE;
  store<u32>(source, key, KEY);
  store<u32>(source, end, END);
  store<u32>(source, 0, KEY_LENGTH);
  readEntry(source, start as usize);
}

/** Takes a source in that was just fed for the first time. */
export function insert(index: u32): void {
  const source = SOURCES + (index as usize) * SOURCE_SIZE;
  store<u32>(ORDER + 4 * live, source as u32);
  live++;
  if (!tooLarge) settle();
}

/** Goes on with the source that had to be fed, or takes it out: it has come to its end. */
export function fed(more: bool): void {
  waiting = 0;
  if (!more) live--;
  else if (!tooLarge) settle();
}

function currentSource(): usize {
  return load<u32>(ORDER + 4 * (live - 1)) as usize;
}

/** Reads a varint of 32 bits, of a block that was checked; what it is is in `number`. */
let number: usize = 0;
function readNumber(from: usize): usize {
  let at = from;
  let value: u32 = 0;
  for (let shift: u32 = 0; shift < 35; shift += 7) {
    const byte = load<u8>(at++) as u32;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) break;
  }
  number = value as usize;
  return at;
}

/** Enters the entry at `at`; its key continues the one before it in the block. */
function readEntry(source: usize, from: usize): void {
  let at = from;
  let shared = load<u8>(at) as usize;
  let unshared = load<u8>(at, 1) as usize;
  let valueLength = load<u8>(at, 2) as usize;
  at += 3;
  if ((shared | unshared | valueLength) > 0x7f) {
    at = readNumber(from);
    shared = number;
    at = readNumber(at);
    unshared = number;
    at = readNumber(at);
    valueLength = number;
  }
  const length = shared + unshared;
  if (length > MAX_KEY || length + valueLength > MAX_ENTRY) {
    tooLarge = true;
    return;
  }
  const key = (load<u32>(source, KEY) as usize) + shared;
  copy(at, key, unshared);
  at += unshared;
  store<u32>(source, length as u32, KEY_LENGTH);
  store<u32>(source, at as u32, VALUE);
  store<u32>(source, (at + valueLength) as u32, NEXT);
}

/** Goes on to the current source's next entry. */
function advance(source: usize): void {
  const at = load<u32>(source, NEXT) as usize;
  if (at >= (load<u32>(source, END) as usize)) {
    waiting = source;
    return;
  }
  readEntry(source, at);
  if (!tooLarge) settle();
}

/** Moves the last of the order to where it belongs; the nearest entry is the last one's. */
function settle(): void {
  if (live < 2) return;
  const current = currentSource();
  let place = live - 1;
  while (place > 0) {
    const rival = load<u32>(ORDER + 4 * (place - 1)) as usize;
    if (!comesAfter(current, rival)) break;
    store<u32>(ORDER + 4 * place, rival as u32);
    place--;
  }
  store<u32>(ORDER + 4 * place, current as u32);
}

/** Whether a source's entry comes after another's; of equal ones the first source's comes first. */
function comesAfter(a: usize, b: usize): bool {
  const order = compare(
    load<u32>(a, KEY) as usize,
    load<u32>(a, KEY_LENGTH) as usize,
    load<u32>(b, KEY) as usize,
    load<u32>(b, KEY_LENGTH) as usize,
  );
  return order > 0 || (order === 0 && a > b);
}

/** Merges until about `budget` bytes are handled, or something is asked for. */
export function merge(budget: u32): i32 {
  store<u32>(RESULT, 0, R_HANDLED);
  const why = run(budget);
  store<u32>(RESULT, ((waiting - SOURCES) / SOURCE_SIZE) as u32, R_SOURCE);
  showBlock();
  store<u32>(RESULT, readLength as u32, R_READ_LENGTH);
  return why;
}

function run(budget: u32): i32 {
  let handled: u32 = 0;
  while (true) {
    if (takeFirst()) return FIRST_OF_BLOCK;
    if (blockEnds()) return BLOCK_READY;
    if (tooLarge) return TOO_LARGE;
    if (keysEnd + 2 + MAX_KEY > KEYS_END) return KEYS_FULL;
    if (waiting !== 0) return NEED_BLOCK;
    if (live === 0) return DONE;
    const source = currentSource();
    const key = load<u32>(source, KEY) as usize;
    const length = load<u32>(source, KEY_LENGTH) as usize;
    const userLength = length - 8;
    const tag = load<u64>(key + userLength);
    if (stage === NEW) {
      if (handled >= budget) return PORTION;
      const value = load<u32>(source, NEXT) - load<u32>(source, VALUE);
      // Eight bytes for what an entry costs beside its contents.
      handled += (length as u32) + value + 8;
      store<u32>(RESULT, handled, R_HANDLED);
      count(R_READ);
      if (readLength === length && common(READ_KEY, key, userLength) === userLength) {
        const before = load<u64>(READ_KEY + userLength);
        if (tag >>> 8 > before >>> 8) return DISORDER;
        store<u64>(READ_KEY + userLength, tag);
        count(R_COVERED);
        advance(source);
        continue;
      }
      copy(key, READ_KEY, length);
      readLength = length;
      stage = KEPT;
      if ((tag & 0xff) === 0 && tombstoneMode !== KEEP) {
        if (tombstoneMode === ASK) return TOMBSTONE;
        decide(false);
        continue;
      }
    }
    if (stage === KEPT) {
      if (writtenLength === 0) return BEGIN_TABLE;
      if (untilGrandparents >= 0 && --untilGrandparents < 0) return GRANDPARENTS;
      if (blockLength >= tableLimit) return FULL;
    }
    if (!add(source, key, length, tag)) return DISORDER;
    stage = NEW;
    advance(source);
  }
}
