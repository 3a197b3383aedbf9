/** The orders of keys that stores may have, by their names. */
import { bytewiseComparator, type Comparator } from '@jump/base';
import { indexedDbComparator } from '@jump/sstable/indexeddb';

/** An order, known here or not. */
export interface KnownOrder {
  /** As the manifest has it. */
  readonly name: string;
  /** `undefined` if it is not known here: tables can then be read from end to end, and no more. */
  readonly comparator: Comparator | undefined;
}

/** What is known beside the order of bytes. */
export const COMPARATORS: readonly Comparator[] = [indexedDbComparator];

/** By bytes: what a file is taken to have that is looked at without its manifest. */
export const BYTEWISE: KnownOrder = {
  name: bytewiseComparator.name,
  comparator: bytewiseComparator,
};

/** The names of all that are known. */
export const ORDERS: readonly string[] = [BYTEWISE, ...COMPARATORS].map(({ name }) => name);

/** The order that a name stands for. */
export function orderNamed(name: string): KnownOrder {
  if (name === BYTEWISE.name) return BYTEWISE;
  return { name, comparator: COMPARATORS.find((one) => one.name === name) };
}

/** The comparator of an order; of one that is not known, one that takes any keys to be in order. */
export function lenient({ name, comparator }: KnownOrder): Comparator {
  return comparator ?? { name, compare: () => -1 };
}
