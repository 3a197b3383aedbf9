/**
 * How the keys of one table are ordered: raw or internal keys, over some comparator of user keys.
 */
import {
  bytewiseComparator,
  type Comparator,
  internalRangeCompare,
  JumpError,
  type RangeCompare,
  rangeCompare,
  TRAILER_LENGTH,
} from '@jump/base';

/**
 * What the keys of a table are: `'raw'`, bytes as the user gave them; `'internal'`, followed by the
 * eight bytes with sequence and kind that a database puts behind every user key.
 */
export type TableKeys = 'raw' | 'internal';

/**
 * Says that nobody knows the order of a table's keys: they can be read one after the other, and
 * their order is not checked; nothing can be looked up.
 */
export type UnknownOrder = 'unknown';

/** The order of a table's keys, in the forms that hot paths need. */
export interface KeyOrder {
  readonly keys: TableKeys;
  readonly comparator: Comparator;
  /** Whether the order is known. If not, `compare` throws, and `compareUser` only tells equal keys. */
  readonly known: boolean;
  /** Bytes at the end of a key that are not the user's: 0 or 8. */
  readonly trailer: number;
  /** Whether user keys sort by their bytes, so that specialised loops may be used. */
  readonly bytewise: boolean;
  /** Compares whole keys. */
  readonly compare: RangeCompare;
  /** Compares user keys. */
  readonly compareUser: RangeCompare;
}

/** Makes the order of raw or internal keys over `comparator`. */
export function keyOrder(
  keys: TableKeys,
  comparator: Comparator | UnknownOrder = bytewiseComparator,
): KeyOrder {
  const internal = keys === 'internal';
  if (comparator === 'unknown') return unknownOrder(keys);
  return {
    keys,
    comparator,
    known: true,
    trailer: internal ? TRAILER_LENGTH : 0,
    bytewise: comparator === bytewiseComparator,
    compare: internal ? internalRangeCompare(comparator) : rangeCompare(comparator),
    compareUser: rangeCompare(comparator),
  };
}

function unknownOrder(keys: TableKeys): KeyOrder {
  return {
    keys,
    comparator: { name: 'unknown', compare: refuse },
    known: false,
    trailer: keys === 'internal' ? TRAILER_LENGTH : 0,
    bytewise: false,
    compare: refuse,
    compareUser: rangeCompare(bytewiseComparator),
  };
}

function refuse(): never {
  throw new JumpError(
    'JUMP_UNSUPPORTED',
    'nothing can be looked up in keys of an unknown order; give their comparator',
  );
}
