/**
 * The bits of a key: which places of a bit array a hash of 64 bits means.
 *
 * Enhanced double hashing (Dillinger and Manolios, "Bloom Filters in Probabilistic Verification",
 * FMCAD 2004): from the two halves x and d the numbers x, x + d, x + 2d + 1, x + 3d + 4, …, that is
 * x + i·d + (i³ - i) / 6, modulo 2^32; each modulo the size is a place. Plain double hashing
 * (Kirsch and Mitzenmacher, 2006) does as well in large filters, but for a hundred keys of 16 bits
 * each its rate was measured at 1.7 times that of theory: two keys with the same d share nearly all
 * of their places as soon as they share one.
 *
 * A division a place is cheaper than keeping the sums below the size: that takes a comparison which
 * no processor can predict, and was three times as slow.
 *
 * Place p is bit `p & 7` of byte `p >>> 3`, as in the bit set of `bloom-filters` and as in LevelDB.
 * Sizes are from 1 to 2^32 - 1. On disk: do not change.
 */

/** Sets the bits of the hash `low`, `high` among the first `size` bits of `bits`. O(probes). */
export function setBits(
  bits: Uint8Array,
  size: number,
  probes: number,
  low: number,
  high: number,
): void {
  let sum = low | 0;
  let step = high | 0;
  for (let i = 1; i <= probes; i++) {
    // Both shifts say that these are integers: without them `%` is a slow division of doubles.
    const place = (sum >>> 0) % (size >>> 0);
    bits[place >>> 3]! |= 1 << (place & 7);
    sum = (sum + step) | 0;
    step = (step + i) | 0;
  }
}

/** Tells whether all bits of the hash are set in `bits`, which begin at byte `start`. O(probes). */
export function testBits(
  bits: Uint8Array,
  start: number,
  size: number,
  probes: number,
  low: number,
  high: number,
): boolean {
  let sum = low | 0;
  let step = high | 0;
  for (let i = 1; i <= probes; i++) {
    const place = (sum >>> 0) % (size >>> 0);
    if ((bits[start + (place >>> 3)]! & (1 << (place & 7))) === 0) return false;
    sum = (sum + step) | 0;
    step = (step + i) | 0;
  }
  return true;
}

/** Lists the places that {@link setBits} sets, in turn, one perhaps twice. O(probes). */
export function listPlaces(size: number, probes: number, low: number, high: number): number[] {
  const places: number[] = [];
  let sum = low | 0;
  let step = high | 0;
  for (let i = 1; i <= probes; i++) {
    places.push((sum >>> 0) % size);
    sum = (sum + step) | 0;
    step = (step + i) | 0;
  }
  return places;
}
