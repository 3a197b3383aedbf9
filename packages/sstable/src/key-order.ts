/**
 * How the keys of one table are ordered: raw or internal keys, over some comparator of user keys.
 */
import {
  bytewiseComparator,
  type Comparator,
  internalRangeCompare,
  type RangeCompare,
  rangeCompare,
  TRAILER_LENGTH,
} from '@jump/base';

/**
 * What the keys of a table are: `'raw'`, bytes as the user gave them; `'internal'`, followed by the
 * eight bytes with sequence and kind that a database puts behind every user key.
 */
export type TableKeys = 'raw' | 'internal';

/** The order of a table's keys, in the forms that hot paths need. */
export interface KeyOrder {
  readonly keys: TableKeys;
  readonly comparator: Comparator;
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
export function keyOrder(keys: TableKeys, comparator: Comparator = bytewiseComparator): KeyOrder {
  const internal = keys === 'internal';
  return {
    keys,
    comparator,
    trailer: internal ? TRAILER_LENGTH : 0,
    bytewise: comparator === bytewiseComparator,
    compare: internal ? internalRangeCompare(comparator) : rangeCompare(comparator),
    compareUser: rangeCompare(comparator),
  };
}
