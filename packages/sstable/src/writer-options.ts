/**
 * The options of {@link TableWriter}, and their checks.
 */
import { type Comparator, type FilterPolicy, wrongType } from '@jump/base';
import type { TableKeys } from './key-order.ts';

/** How a table is written. */
export interface TableWriterOptions {
  /**
   * What `add` is given: `'raw'` keys (default), or `'internal'` ones, as in a database's tables.
   */
  readonly keys?: TableKeys;
  /** The order of user keys; by their bytes if not given. */
  readonly comparator?: Comparator;
  /**
   * Bytes after which a block ends, before compression (default 4096). Smaller: less to read and
   * decompress for a key; larger: a smaller index and better compression.
   */
  readonly blockSize?: number;
  /** Entries after which a block ends, whatever its size; not limited if not given. */
  readonly indexInterval?: number;
  /**
   * Entries from one whole key in a block to the next (default 16). Smaller: faster searches in a
   * block; larger: smaller blocks.
   */
  readonly restartInterval?: number;
  /** `'snappy'` (default) compresses each block that gets at least an eighth smaller; or `'none'`. */
  readonly compression?: 'snappy' | 'none';
  /** The filter to store; none if not given. */
  readonly filter?: FilterPolicy | undefined;
}

/** The options with their defaults, checked. */
export interface WriterSettings {
  readonly keys: TableKeys;
  readonly comparator: Comparator | undefined;
  readonly blockSize: number;
  readonly indexInterval: number;
  readonly restartInterval: number;
  readonly snappy: boolean;
  readonly filter: FilterPolicy | undefined;
}

/** Entries from one whole key in a block to the next, unless a writer is told otherwise. */
export const RESTART_INTERVAL = 16;

const NAMES: ReadonlySet<string> = new Set<keyof TableWriterOptions>([
  'keys',
  'comparator',
  'blockSize',
  'indexInterval',
  'restartInterval',
  'compression',
  'filter',
]);

/**
 * Blocks are not made larger than this on purpose; one large value makes one larger all the same.
 */
const MAX_BLOCK_SIZE = 1 << 28;

/**
 * Checks options and fills in defaults.
 *
 * @throws TypeError for an unknown option or one of a wrong type, RangeError for a number out of
 * range
 */
export function checkWriterOptions(options: TableWriterOptions): WriterSettings {
  checkNames(options, NAMES);
  return {
    keys: checkOneOf('keys', options.keys ?? 'raw', ['raw', 'internal']),
    comparator: options.comparator,
    blockSize: checkNumber('blockSize', options.blockSize ?? 4096, MAX_BLOCK_SIZE),
    // No block holds so many entries: the same as no limit.
    indexInterval: checkNumber('indexInterval', options.indexInterval ?? 2 ** 31, 2 ** 31),
    restartInterval: checkNumber(
      'restartInterval',
      options.restartInterval ?? RESTART_INTERVAL,
      2 ** 31,
    ),
    snappy:
      checkOneOf('compression', options.compression ?? 'snappy', ['snappy', 'none']) === 'snappy',
    filter: options.filter,
  };
}

/** Refuses options that do not exist, and what is no object. */
export function checkNames(options: object, names: ReadonlySet<string>): void {
  if (typeof options !== 'object' || options === null) {
    throw wrongType('options', 'an object', options);
  }
  for (const name of Object.keys(options)) {
    if (names.has(name)) continue;
    throw new TypeError(`unknown option ${name}; known are ${[...names].join(', ')}`);
  }
}

/** Refuses a value that is none of `allowed`. */
export function checkOneOf<T extends string>(name: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value;
  throw new TypeError(`${name}: one of ${allowed.join(', ')} expected, got ${String(value)}`);
}

function checkNumber(name: string, value: number, max: number): number {
  if (typeof value !== 'number') {
    throw new TypeError(`${name}: a number expected, got ${typeof value}`);
  }
  if (Number.isSafeInteger(value) && value >= 1 && value <= max) return value;
  throw new RangeError(`${name}: a whole number from 1 to ${max} expected, got ${value}`);
}
