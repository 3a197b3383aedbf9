/** The range of keys that an iterator goes over. */
import { compareBytes, JumpError, prefixEnd } from '@jump/base';
import type { KeyOrder } from './key-order.ts';
import { checkNames } from './writer-options.ts';

/** Which entries to go over, and in which direction. */
export interface TableRange {
  /** Only keys from this one on. */
  readonly gte?: Uint8Array | undefined;
  /** Only keys after this one; not together with `gte`. */
  readonly gt?: Uint8Array | undefined;
  /** Only keys up to this one. */
  readonly lte?: Uint8Array | undefined;
  /** Only keys before this one; not together with `lte`. */
  readonly lt?: Uint8Array | undefined;
  /** Only keys that begin like this; intersects the other bounds. Only for keys in byte order. */
  readonly prefix?: Uint8Array | undefined;
  /** Whether to go from the last key to the first (default false). */
  readonly reverse?: boolean | undefined;
  /** How many entries at most (default all). */
  readonly limit?: number | undefined;
}

const NAMES: ReadonlySet<string> = new Set<keyof TableRange>([
  'gte',
  'gt',
  'lte',
  'lt',
  'prefix',
  'reverse',
  'limit',
]);

/**
 * Checks a range; a prefix becomes bounds.
 *
 * @throws TypeError for an unknown or wrong bound, RangeError for two on one side or a limit that
 * is
 *   none, JUMP_UNSUPPORTED for a prefix of keys that are not in the order of their bytes
 */
export function checkRange(range: TableRange, order: KeyOrder, file: string): TableRange {
  checkNames(range, NAMES);
  for (const name of ['gte', 'gt', 'lte', 'lt', 'prefix'] as const) {
    const bound = range[name];
    if (bound !== undefined && !(bound instanceof Uint8Array)) {
      throw new TypeError(`${name}: a Uint8Array expected, got ${typeof bound}`);
    }
  }
  if (range.gte !== undefined && range.gt !== undefined)
    throw new RangeError('gte and gt: one of them');
  if (range.lte !== undefined && range.lt !== undefined)
    throw new RangeError('lte and lt: one of them');
  checkLimit(range.limit);
  if (range.prefix === undefined) return range;
  if (order.bytewise) return withPrefix(range, range.prefix);
  throw new JumpError('JUMP_UNSUPPORTED', 'prefix needs keys in byte order', { file });
}

function checkLimit(limit: number | undefined): void {
  if (limit === undefined || limit === Number.POSITIVE_INFINITY) return;
  if (typeof limit !== 'number') {
    throw new TypeError(`limit: a number expected, got ${typeof limit}`);
  }
  if (!(Number.isSafeInteger(limit) && limit >= 0)) {
    throw new RangeError(`limit: a whole number from 0 on expected, got ${limit}`);
  }
}

/** The same range within the keys that begin with `prefix`. */
function withPrefix(range: TableRange, prefix: Uint8Array): TableRange {
  const low = range.gte ?? range.gt;
  const high = range.lte ?? range.lt;
  const end = prefixEnd(prefix);
  const isLower = low === undefined || compareBytes(prefix, low) > 0;
  const isUpper = end !== undefined && (high === undefined || compareBytes(end, high) <= 0);
  return {
    ...range,
    ...(isLower ? { gte: prefix, gt: undefined } : {}),
    ...(isUpper ? { lt: end, lte: undefined } : {}),
  };
}
