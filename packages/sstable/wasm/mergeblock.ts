/** Building blocks for `merge.ts`: entries in their order, each key as its difference to the last. */
import {
  BLOCK,
  KEYS,
  NEXT,
  R_BLOCK_LENGTH,
  R_ENTRIES,
  R_KEYS_END,
  R_MAX_TAG,
  R_MIN_TAG,
  R_RESTARTS,
  R_SINCE_RESTART,
  R_TOMBSTONES,
  R_WRITTEN,
  R_WRITTEN_LENGTH,
  RESTARTS,
  RESULT,
  VALUE,
  WRITTEN_KEY,
} from './mergememory.ts';

let blockSize: usize = 0;
let restartInterval: usize = 0;
let indexInterval: usize = 0;
let firstOfBlock: bool = false;
export let blockLength: usize = 0;
let restarts: usize = 0;
let sinceRestart: usize = 0;
export let entries: usize = 0;
export let keysEnd: usize = KEYS;
export let writtenLength: usize = 0;

/** Says when blocks end, and where keys are whole. */
export function beginBlocks(size: usize, interval: usize, entriesOfBlock: usize): void {
  blockSize = size;
  restartInterval = interval;
  indexInterval = entriesOfBlock;
  firstOfBlock = false;
  writtenLength = 0;
  blockDone();
}

/** Says that what was built has been taken over. */
export function blockDone(): void {
  blockLength = 0;
  restarts = 0;
  sinceRestart = 0;
  entries = 0;
  keysEnd = KEYS;
  store<u32>(RESULT, 0, R_TOMBSTONES);
  store<u64>(RESULT, ~(0 as u64), R_MIN_TAG);
  store<u64>(RESULT, 0, R_MAX_TAG);
}

/** Says that the user keys have been taken over, but not the block. */
export function keysDone(): void {
  keysEnd = KEYS;
}

/** Says that the table has ended: the next key follows no other. */
export function tableEnded(): void {
  writtenLength = 0;
}

/** Tells once whether the block has got its first entry. */
export function takeFirst(): bool {
  const first = firstOfBlock;
  firstOfBlock = false;
  return first;
}

/** Puts what is known of the block into the result. */
export function showBlock(): void {
  store<u32>(RESULT, blockLength as u32, R_BLOCK_LENGTH);
  store<u32>(RESULT, restarts as u32, R_RESTARTS);
  store<u32>(RESULT, sinceRestart as u32, R_SINCE_RESTART);
  store<u32>(RESULT, entries as u32, R_ENTRIES);
  store<u32>(RESULT, keysEnd as u32, R_KEYS_END);
  store<u32>(RESULT, writtenLength as u32, R_WRITTEN_LENGTH);
}

/** Adds one to a number of the result. */
export function count(what: usize): void {
  store<u32>(RESULT + what, load<u32>(RESULT + what) + 1);
}

/** Whether the block is to end here. */
export function blockEnds(): bool {
  if (entries === 0) return false;
  return blockLength + 4 * restarts + 4 >= blockSize || entries >= indexInterval;
}

/** Adds an entry to the block; returns whether it follows the last one. */
export function add(source: usize, key: usize, length: usize, tag: u64): bool {
  let shared: usize = 0;
  if (writtenLength !== 0) {
    if (compare(WRITTEN_KEY, writtenLength, key, length) >= 0) return false;
    shared = common(WRITTEN_KEY, key, min(writtenLength, length));
  }
  if (entries === 0 || sinceRestart === restartInterval) {
    shared = 0;
    store<u32>(RESTARTS + 4 * restarts, blockLength as u32);
    restarts++;
    sinceRestart = 0;
  }
  sinceRestart++;
  firstOfBlock = entries === 0;
  entries++;
  const value = load<u32>(source, VALUE) as usize;
  const valueLength = (load<u32>(source, NEXT) as usize) - value;
  const unshared = length - shared;
  let at = BLOCK + blockLength;
  if ((shared | unshared | valueLength) < 0x80) {
    store<u8>(at, shared);
    store<u8>(at, unshared, 1);
    store<u8>(at, valueLength, 2);
    at += 3;
  } else {
    at = writeNumber(at, shared);
    at = writeNumber(at, unshared);
    at = writeNumber(at, valueLength);
  }
  copy(key + shared, at, unshared);
  at += unshared;
  copy(value, at, valueLength);
  blockLength = at + valueLength - BLOCK;
  copy(key, WRITTEN_KEY, length);
  writtenLength = length;
  const userLength = length - 8;
  store<u16>(keysEnd, userLength);
  copy(key, keysEnd + 2, userLength);
  keysEnd += 2 + userLength;
  count(R_WRITTEN);
  if ((tag & 0xff) === 0) count(R_TOMBSTONES);
  if (tag < load<u64>(RESULT, R_MIN_TAG)) store<u64>(RESULT, tag, R_MIN_TAG);
  if (tag > load<u64>(RESULT, R_MAX_TAG)) store<u64>(RESULT, tag, R_MAX_TAG);
  return true;
}

function writeNumber(target: usize, value: usize): usize {
  let at = target;
  let left = value;
  for (; left > 0x7f; left >>>= 7) store<u8>(at++, left | 0x80);
  store<u8>(at++, left);
  return at;
}

/** Copies at least `size` bytes; the ranges are apart. */
export function copy(from: usize, to: usize, size: usize): void {
  for (let i: usize = 0; i < size; i += 16) v128.store(to + i, v128.load(from + i));
}

/** Compares internal keys: user keys by their bytes, then the higher tag first. */
export function compare(a: usize, aLength: usize, b: usize, bLength: usize): i32 {
  const aUser = aLength - 8;
  const bUser = bLength - 8;
  const limit = min(aUser, bUser);
  const i = common(a, b, limit);
  if (i < limit) return load<u8>(a + i) < load<u8>(b + i) ? -1 : 1;
  if (aUser !== bUser) return aUser < bUser ? -1 : 1;
  const aTag = load<u64>(a + aUser);
  const bTag = load<u64>(b + bUser);
  return aTag > bTag ? -1 : aTag < bTag ? 1 : 0;
}

/** How many bytes two keys share, at most `limit`. */
export function common(a: usize, b: usize, limit: usize): usize {
  for (let i: usize = 0; i < limit; i += 8) {
    const difference = load<u64>(a + i) ^ load<u64>(b + i);
    if (difference !== 0) return min(limit, i + ((ctz(difference) >>> 3) as usize));
  }
  return limit;
}
