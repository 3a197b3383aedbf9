/**
 * Finds one key in one block, without building a single key.
 *
 * The blocks have been checked ({@link BlockChecker}), so order and lengths are relied on.
 */
import { copyRange, KIND_VALUE, readFixed32, readSequence } from '@jump/base';
import { type Block, restartAt } from './block.ts';
import { EntryHeader, readHeader } from './entry-header.ts';
import type { KeyOrder } from './key-order.ts';
import type { Lookup } from './lookup.ts';

/** The key is in this block; the lookup holds what was found. */
export const FOUND = 1;
/** An entry behind the key was met: the key is not in the table. */
const ABSENT = 0;
/** All entries of the block are before the key. */
export const EXHAUSTED = -1;
/** The kernel cannot tell; see {@link findInBlock}. */
export const UNDECIDED = -2;

const HEADER = /* @__PURE__ */ new EntryHeader();

/** Returns the last restart whose key is before `key[start, end)`; 0 if none is. */
export function findRestart(
  block: Block,
  order: KeyOrder,
  key: Uint8Array,
  start: number,
  end: number,
): number {
  const { bytes, entriesEnd } = block;
  const { compare } = order;
  let low = 0;
  let high = block.restarts - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    const at = restartAt(block, middle);
    let unshared = bytes[at + 1]!;
    let keyAt = at + 3;
    if ((unshared | bytes[at + 2]!) > 0x7f) {
      readHeader(bytes, at, entriesEnd, HEADER);
      ({ unshared, keyAt } = HEADER);
    }
    if (compare(bytes, keyAt, keyAt + unshared, key, start, end) < 0) low = middle;
    else high = middle - 1;
  }
  return low;
}

/**
 * Finds the newest entry of the lookup's user key that is not newer than it asks for.
 *
 * `matched` is how many bytes the lookup's user key shares with the user key of the entry before.
 * Keys ascend, so an entry that shares more than `matched` with its predecessor is before the key as
 * that one was, and needs no comparing; any other can be compared from what it shares on, and all
 * bytes of it from there lie in the entry itself.
 */
export function findInBlock(block: Block, order: KeyOrder, lookup: Lookup): number {
  const { trailer } = order;
  const key = lookup.keyBytes;
  const userEnd = lookup.userKeyEnd;
  const restart = findRestart(block, order, key, 0, userEnd + trailer);
  const from = restartAt(block, restart);
  if (!order.bytewise) return findByComparing(block, order, lookup, from);
  const { bytes, entriesEnd } = block;
  let matched = 0;
  let lastUserLength = 0;
  for (let at = from; at < entriesEnd; ) {
    let shared = bytes[at]!;
    let unshared = bytes[at + 1]!;
    let valueLength = bytes[at + 2]!;
    let keyAt = at + 3;
    if ((shared | unshared | valueLength) > 0x7f) {
      readHeader(bytes, at, entriesEnd, HEADER);
      ({ shared, unshared, valueLength, keyAt } = HEADER);
    }
    const userLength = shared + unshared - trailer;
    const valueStart = keyAt + unshared;
    at = valueStart + valueLength;
    if (shared > matched) {
      // The entry before ends where it stops matching: bytes of its trailer are shared. Rare.
      if (matched === lastUserLength) return findByComparing(block, order, lookup, from);
      lastUserLength = userLength;
      continue;
    }
    const limit = Math.min(userLength, userEnd);
    const shift = keyAt - shared;
    let i = shared;
    while (i < limit && bytes[shift + i] === key[i]) i++;
    if (i < limit ? bytes[shift + i]! > key[i]! : userLength > userEnd) return ABSENT;
    if (userLength === userEnd && i === limit && isVisible(bytes, valueStart, trailer, lookup)) {
      answer(lookup, block, valueStart, at, bytes, valueStart, trailer);
      return FOUND;
    }
    matched = i;
    lastUserLength = userLength;
  }
  return EXHAUSTED;
}

/** Whether the trailer that ends at `end` is not newer than the lookup's. */
function isVisible(bytes: Uint8Array, end: number, trailer: number, lookup: Lookup): boolean {
  if (trailer === 0) return true;
  const key = lookup.keyBytes;
  const high = readFixed32(bytes, end - 4);
  const limit = readFixed32(key, lookup.keyEnd - 4);
  if (high !== limit) return high < limit;
  return readFixed32(bytes, end - 8) <= readFixed32(key, lookup.keyEnd - 8);
}

/** Puts an entry into the lookup; its key's trailer ends at `keyEnd` of `keyBytes`. */
function answer(
  lookup: Lookup,
  block: Block,
  valueStart: number,
  valueEnd: number,
  keyBytes: Uint8Array,
  keyEnd: number,
  trailer: number,
): void {
  lookup.valueBytes = block.bytes;
  lookup.valueStart = valueStart;
  lookup.valueEnd = valueEnd;
  lookup.kind = trailer === 0 ? KIND_VALUE : keyBytes[keyEnd - 8]!;
  lookup.sequence = trailer === 0 ? 0 : readSequence(keyBytes, keyEnd);
}

/** Reused by {@link findByComparing}: the current key, written out. */
let currentKey = /* @__PURE__ */ new Uint8Array(256);

/** The same in the plain way: writes every key out, and compares it whole. */
function findByComparing(block: Block, order: KeyOrder, lookup: Lookup, from: number): number {
  const { bytes, entriesEnd } = block;
  const { compare, compareUser, trailer } = order;
  const { keyBytes, userKeyEnd } = lookup;
  for (let at = from; at < entriesEnd; ) {
    readHeader(bytes, at, entriesEnd, HEADER);
    const { shared, unshared, keyAt, valueLength } = HEADER;
    const length = shared + unshared;
    if (length > currentKey.length) {
      const larger = new Uint8Array(2 * length);
      copyRange(currentKey, 0, shared, larger, 0);
      currentKey = larger;
    }
    const valueStart = keyAt + unshared;
    copyRange(bytes, keyAt, valueStart, currentKey, shared);
    at = valueStart + valueLength;
    if (compare(currentKey, 0, length, keyBytes, 0, userKeyEnd + trailer) < 0) continue;
    if (compareUser(currentKey, 0, length - trailer, keyBytes, 0, userKeyEnd) !== 0) return ABSENT;
    answer(lookup, block, valueStart, at, currentKey, length, trailer);
    return FOUND;
  }
  return EXHAUSTED;
}
