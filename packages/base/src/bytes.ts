/**
 * Comparing and copying ranges of bytes.
 *
 * Every function here takes an array and a range `[start, end)` rather than a subarray: making a
 * typed-array view costs more than comparing a short key, and hot paths must not allocate.
 */

/** An array of no bytes, shared. */
export const EMPTY_BYTES: Uint8Array = /* @__PURE__ */ new Uint8Array(0);

/** Compares two byte strings as LevelDB does: bytes as unsigned numbers, a prefix first. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  return compareRanges(a, 0, a.length, b, 0, b.length);
}

/** Compares `a[aStart, aEnd)` with `b[bStart, bEnd)`; negative, zero or positive. O(length). */
export function compareRanges(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): number {
  const aLength = aEnd - aStart;
  const bLength = bEnd - bStart;
  const common = Math.min(aLength, bLength);
  for (let i = 0; i < common; i++) {
    const difference = a[aStart + i]! - b[bStart + i]!;
    if (difference !== 0) return difference;
  }
  return aLength - bLength;
}

/** Tells whether two ranges hold the same bytes. O(length). */
export function equalRanges(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): boolean {
  const length = aEnd - aStart;
  if (length !== bEnd - bStart) return false;
  // Backwards: keys that are compared for equality mostly share their beginnings.
  for (let i = length - 1; i >= 0; i--) if (a[aStart + i] !== b[bStart + i]) return false;
  return true;
}

/** Counts the bytes that two ranges share at their beginnings. O(result). */
export function commonPrefixLength(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): number {
  const limit = Math.min(aEnd - aStart, bEnd - bStart);
  let length = 0;
  while (length < limit && a[aStart + length] === b[bStart + length]) length++;
  return length;
}

/** Below this many bytes a loop is faster than `set(subarray())`, which makes a view. */
const LOOP_LIMIT = 96;

/** Copies `source[start, end)` to `target` at `at`; the two must not overlap in one buffer. */
export function copyRange(
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

/** Returns a copy of `source[start, end)` with memory of its own. */
export function sliceRange(source: Uint8Array, start: number, end: number): Uint8Array {
  const copy = new Uint8Array(end - start);
  copyRange(source, start, end, copy, 0);
  return copy;
}

/**
 * Returns the first bytes, in their order, after all that begin with `prefix`; `undefined` if there are
 * none.
 */
export function prefixEnd(prefix: Uint8Array): Uint8Array | undefined {
  let length = prefix.length;
  while (length > 0 && prefix[length - 1] === 0xff) length--;
  if (length === 0) return undefined;
  const end = prefix.slice(0, length);
  end[length - 1]! += 1;
  return end;
}
