/**
 * The keys of the index: as short as they can be between two blocks, as LevelDB chooses them.
 */
import { equalRanges, showBytes, sliceRange } from '@jump/base';
import type { KeyOrder } from './key-order.ts';

/**
 * Behind a shortened user key: the highest sequence and kind, so that it sorts before all versions.
 */
const NEWEST_TRAILER: Uint8Array = Uint8Array.of(1, 255, 255, 255, 255, 255, 255, 255);

/**
 * Returns a key that is not before `last` and is before `next`; after the last block, without `next`,
 * one that is not before `last`.
 */
export function separatorKey(
  order: KeyOrder,
  last: Uint8Array,
  next: Uint8Array | undefined,
): Uint8Array {
  const { comparator, trailer } = order;
  const userLast = sliceRange(last, 0, last.length - trailer);
  const short =
    next === undefined
      ? comparator.successor?.(userLast)
      : comparator.separator?.(userLast, sliceRange(next, 0, next.length - trailer));
  if (short === undefined || equalRanges(short, 0, short.length, userLast, 0, userLast.length)) {
    return last;
  }
  if (!order.bytewise) checkShort(order, userLast, short, next);
  if (trailer === 0) return short;
  // As LevelDB's internal comparator: only a key that is really shorter, and sorts later, is taken.
  if (short.length >= userLast.length || comparator.compare(userLast, short) >= 0) return last;
  const key = new Uint8Array(short.length + trailer);
  key.set(short);
  key.set(NEWEST_TRAILER, short.length);
  return key;
}

/** A user's comparator may err; a wrong key in the index would hide entries. */
function checkShort(
  order: KeyOrder,
  last: Uint8Array,
  short: Uint8Array,
  next: Uint8Array | undefined,
): void {
  const { comparator, trailer } = order;
  const before = comparator.compare(last, short) <= 0;
  const behind =
    next === undefined || comparator.compare(short, sliceRange(next, 0, next.length - trailer)) < 0;
  if (before && behind) return;
  throw new TypeError(
    `comparator ${comparator.name}: ${showBytes(short)} does not separate the keys`,
  );
}
