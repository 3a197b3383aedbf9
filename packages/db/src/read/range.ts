/** The range of keys that a scan, a deletion or a compaction is about. */
import { bytewiseComparator, type Comparator, JumpError, prefixEnd, wrongType } from '@jump/base';
import { type Codec, encodeWith } from '../write/codec.ts';
import type { Snapshot } from './snapshot.ts';
import type { Bounds } from './visible-cursor.ts';

/** Limits of keys: at most one lower and one upper bound. */
export interface KeyRange<K> {
  /** Keys after this one. */
  readonly gt?: K | undefined;
  /** This key and those after it. */
  readonly gte?: K | undefined;
  /** Keys before this one. */
  readonly lt?: K | undefined;
  /** This key and those before it. */
  readonly lte?: K | undefined;
  /** Keys that begin like this; intersects the other bounds. Only for keys in byte order. */
  readonly prefix?: K | undefined;
}

/** A range as cursors take it. */
export interface CursorRange<K, V> extends KeyRange<K> {
  /** Read as of this snapshot instead of now. */
  readonly snapshot?: Snapshot<K, V> | undefined;
}

/** A range as iterators take it. */
export interface Range<K, V> extends CursorRange<K, V> {
  /** Whether to go from the last key to the first. */
  readonly reverse?: boolean | undefined;
  /** How many entries at most. */
  readonly limit?: number | undefined;
}

const KEY_RANGE_NAMES = ['gt', 'gte', 'lt', 'lte', 'prefix'];
/** What `entries`, `keys` and `values` take. */
export const ITERATOR_NAMES: readonly string[] = [
  ...KEY_RANGE_NAMES,
  'snapshot',
  'reverse',
  'limit',
];
/** What `cursor` takes. */
export const CURSOR_NAMES: readonly string[] = [...KEY_RANGE_NAMES, 'snapshot'];
/** What calls take that change or measure a range. */
export const RANGE_NAMES: readonly string[] = KEY_RANGE_NAMES;

/** All keys. */
const EVERYTHING: Bounds = {
  lower: undefined,
  lowerExclusive: false,
  upper: undefined,
  upperExclusive: false,
};

/** What decides how a range's keys become bytes. */
export interface KeyOrder<K> {
  /** Encodes keys. */
  readonly codec: Codec<K>;
  /** Orders them. */
  readonly comparator: Comparator;
  /** Whether `prefix` has a meaning: keys are text or bytes, in the order of their bytes. */
  readonly prefixes: boolean;
}

/** Refuses an option that is not among `names`. */
export function checkNames(options: object, names: readonly string[]): void {
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) {
      throw new TypeError(`unknown option ${JSON.stringify(name)}; known are ${names.join(', ')}`);
    }
  }
}

/** Turns a range into bounds in bytes. @throws TypeError, RangeError for what API.md forbids */
export function resolveRange<K>(
  range: KeyRange<K> | undefined,
  order: KeyOrder<K>,
  names: readonly string[],
): Bounds {
  if (range === undefined) return EVERYTHING;
  if (typeof range !== 'object' || range === null) throw wrongType('range', 'an object', range);
  checkNames(range, names);
  const { gt, gte, lt, lte, prefix } = range;
  if (gt !== undefined && gte !== undefined) throw new RangeError('range has both gt and gte');
  if (lt !== undefined && lte !== undefined) throw new RangeError('range has both lt and lte');
  // Not `??`: null is no bound that was left out, but a key of the wrong type, or of JSON.
  const low = gte !== undefined ? gte : gt;
  const high = lte !== undefined ? lte : lt;
  const bounds: Bounds = {
    lower: low === undefined ? undefined : encodeWith(order.codec, low, 'key'),
    lowerExclusive: gt !== undefined,
    upper: high === undefined ? undefined : encodeWith(order.codec, high, 'key'),
    upperExclusive: lt !== undefined,
  };
  return prefix === undefined ? bounds : withPrefix(bounds, prefix, order);
}

function withPrefix<K>(bounds: Bounds, prefix: K, order: KeyOrder<K>): Bounds {
  if (!order.prefixes || order.comparator !== bytewiseComparator) {
    throw new JumpError(
      'JUMP_UNSUPPORTED',
      "prefix needs keys of encoding 'utf8' or 'bytes' in byte order",
    );
  }
  const start = encodeWith(order.codec, prefix, 'key');
  const end = prefixEnd(start);
  const { compare } = bytewiseComparator;
  let { lower, lowerExclusive, upper, upperExclusive } = bounds;
  if (lower === undefined || compare(start, lower) > 0) {
    lower = start;
    lowerExclusive = false;
  }
  if (end !== undefined && (upper === undefined || compare(end, upper) <= 0)) {
    upper = end;
    upperExclusive = true;
  }
  return { lower, lowerExclusive, upper, upperExclusive };
}

/** Checks a limit. @throws TypeError, RangeError */
export function resolveLimit(limit: number | undefined): number {
  if (limit === undefined) return Number.POSITIVE_INFINITY;
  if (typeof limit !== 'number') throw wrongType('limit', 'a number', limit);
  if (limit !== Number.POSITIVE_INFINITY && !(Number.isSafeInteger(limit) && limit >= 0)) {
    throw new RangeError(`limit must be a whole number from 0 on, got ${limit}`);
  }
  return limit;
}
