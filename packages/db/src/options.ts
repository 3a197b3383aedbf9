/**
 * All options of a store: what each does, its default, its unit, and what it costs to be wrong.
 */

import {
  bytewiseComparator,
  type Comparator,
  type Encoding,
  type EncodingName,
  type FilterPolicy,
  wrongType,
} from '@jump/base';
import { bloomPolicy, leveldbBloomPolicy } from '@jump/bloom';
import { type CompactionStrategy, leveled } from '@jump/compaction';
import type { BlockCodecs } from '@jump/sstable';
import type { Vfs } from '@jump/vfs';
import type { JumpEvent } from './events.ts';

/** What `open` can be told. Options that nobody gives are chosen for them, by measurement. */
export interface OpenOptions<K = string, V = string> extends ReadOptions<K, V> {
  /** Make the store if there is none; default true. If false, no store is `JUMP_NOT_FOUND`. */
  readonly createIfMissing?: boolean | undefined;
  /** Refuse a store that exists, with `JUMP_EXISTS`; default false. */
  readonly errorIfExists?: boolean | undefined;
  /**
   * Bytes of new entries kept in memory before they become a table; default 8 MiB. Larger: fewer
   * merges, a longer recovery, twice that much memory.
   */
  readonly memtableSize?: number | undefined;
  /** Bytes of a data block before compression; default 4096. Larger: smaller index, slower `get`. */
  readonly blockSize?: number | undefined;
  /** Bytes of a table; default 2 MiB. Larger: fewer files, longer single merges. */
  readonly tableSize?: number | undefined;
  /** Entries of a block at most; default none. The original's "one index entry in every x". */
  readonly indexInterval?: number | undefined;
  /** How blocks are compressed; default `'snappy'`. `'none'` writes faster and takes more disk. */
  readonly compression?: 'snappy' | 'none' | undefined;
  /**
   * The filter of new tables; default `'jump'`: ten bits a key. `'leveldb'`: LevelDB's own, which
   * LevelDB can use too. Either kind is used when a table has it, whatever is chosen here. With a
   * `comparator` the default is `'none'`, and only what is chosen is used: filters know keys by their
   * bytes, so choose one only if keys that compare equal are equal bytes.
   */
  readonly filter?: 'jump' | 'leveldb' | 'none' | FilterPolicy | undefined;
  /** Which tables are merged, and when; default {@link leveled}. */
  readonly compaction?: CompactionStrategy | undefined;
  /** How many new tables start a merge; default the strategy's own. */
  readonly mergeThreshold?: number | undefined;
  /**
   * When writes reach the operating system, and so survive the process; default `'turn'`: all of
   * one turn of the event loop together. `'each'`: each before its call returns, for 1.3 µs more.
   */
  readonly logWrites?: 'turn' | 'each' | undefined;
  /** Where flushes and merges run; default `'worker'`, where there can be one. */
  readonly background?: 'worker' | 'inline' | undefined;
  /** Refuse to open with a lock that native LevelDB does not respect; default false. */
  readonly requireKernelLock?: boolean | undefined;
}

/** What `openReadOnly` can be told, and `open` too. */
export interface ReadOptions<K = string, V = string> {
  /** How keys become bytes; default `'utf8'`. Must be the same at every opening. */
  readonly keyEncoding?: EncodingName | Encoding<K> | undefined;
  /** How values become bytes; default `'utf8'`. */
  readonly valueEncoding?: EncodingName | Encoding<V> | undefined;
  /** Bytes of blocks kept in memory; default 32 MiB. 0 is allowed: every read goes to the file. */
  readonly cacheSize?: number | undefined;
  /** Tables kept open at most; default 1000. */
  readonly maxOpenFiles?: number | undefined;
  /** The order of keys; default by bytes. Its name is stored; another one is refused. */
  readonly comparator?: Comparator | undefined;
  /** The file system; default Node's, or one in memory for a store without a path. */
  readonly vfs?: Vfs | undefined;
  /**
   * What recovery does with a damaged log; default `'strict'`: refuses unless it may be the legal end
   * of an unsynced log. `'prefix'`: stops at the first damage. `'salvage'`: keeps what is whole.
   */
  readonly recovery?: 'strict' | 'prefix' | 'salvage' | undefined;
  /** Called with what happens in the background. */
  readonly onEvent?: ((event: JumpEvent) => void) | undefined;
}

/** What only `openReadOnly` can be told: how to read what other programs wrote. */
export interface ReadOnlyOptions<K = string, V = string> extends ReadOptions<K, V> {
  /**
   * How blocks may be stored; default Snappy. `@jump/sstable/codecs` has tables for Minecraft, for
   * Zstandard, and for all: `allCodecs`.
   */
  readonly codecs?: BlockCodecs | undefined;
  /**
   * Orders that the store may have, beside that of bytes: the one whose name it says is taken.
   * `@jump/sstable/indexeddb` has Chromium's. Not together with `comparator`.
   */
  readonly comparators?: readonly Comparator[] | undefined;
}

/** Options with every default filled in. */
export interface Settings {
  readonly createIfMissing: boolean;
  readonly errorIfExists: boolean;
  readonly keyEncoding: EncodingName | Encoding<never>;
  readonly valueEncoding: EncodingName | Encoding<never>;
  readonly memtableSize: number;
  readonly blockSize: number;
  readonly tableSize: number;
  readonly cacheSize: number;
  readonly indexInterval: number;
  readonly maxOpenFiles: number;
  readonly compression: 'snappy' | 'none';
  readonly filter: FilterPolicy | undefined;
  /** The filter as a worker can be told it; `undefined` for a policy of the user's. */
  readonly filterName: 'jump' | 'leveldb' | 'none' | undefined;
  readonly compaction: CompactionStrategy;
  readonly logWrites: 'turn' | 'each';
  readonly background: 'worker' | 'inline';
  readonly recovery: 'strict' | 'prefix' | 'salvage';
  readonly requireKernelLock: boolean;
  readonly comparator: Comparator;
  /** Others that it may be. */
  readonly comparators: readonly Comparator[];
  readonly codecs: BlockCodecs | undefined;
  readonly vfs: Vfs | undefined;
  readonly onEvent: ((event: JumpEvent) => void) | undefined;
}

/** Bits a key of the built-in filters: one key in a hundred asks a table in vain. */
export const FILTER_BITS_PER_KEY = 10;

const NUMBERS: Record<string, { least: number; most: number; default: number }> = {
  memtableSize: { least: 1024, most: 2 ** 30, default: 8 * 2 ** 20 },
  blockSize: { least: 1, most: 2 ** 30, default: 4096 },
  tableSize: { least: 1024, most: 2 ** 40, default: 2 * 2 ** 20 },
  cacheSize: { least: 0, most: Number.MAX_SAFE_INTEGER, default: 32 * 2 ** 20 },
  indexInterval: { least: 1, most: 2 ** 31, default: 2 ** 31 },
  maxOpenFiles: { least: 1, most: Number.MAX_SAFE_INTEGER, default: 1000 },
  mergeThreshold: { least: 2, most: 1000, default: 4 },
};

const CHOICES: Record<string, readonly string[]> = {
  compression: ['snappy', 'none'],
  logWrites: ['turn', 'each'],
  background: ['worker', 'inline'],
  recovery: ['strict', 'prefix', 'salvage'],
};

const VFS_METHODS = [
  'open',
  'stat',
  'list',
  'makeDirectory',
  'remove',
  'removeDirectory',
  'rename',
  'link',
  'syncDirectory',
  'lock',
];
const FLAGS = ['createIfMissing', 'errorIfExists', 'requireKernelLock'];
const READ_NAMES = [
  'recovery',
  'keyEncoding',
  'valueEncoding',
  'cacheSize',
  'maxOpenFiles',
  'comparator',
  'vfs',
  'onEvent',
];
const READ_ONLY_NAMES = [...READ_NAMES, 'codecs', 'comparators'];
const OPEN_NAMES = [
  ...READ_NAMES,
  ...FLAGS,
  ...Object.keys(CHOICES).filter((name) => !READ_NAMES.includes(name)),
  'memtableSize',
  'blockSize',
  'tableSize',
  'indexInterval',
  'filter',
  'compaction',
  'mergeThreshold',
];

/** Checks options and fills in defaults. @throws TypeError, RangeError naming option and value */
export function resolveOptions(given: object | undefined, readOnly: boolean): Settings {
  if (given !== undefined && (typeof given !== 'object' || given === null)) {
    throw wrongType('options', 'an object', given);
  }
  const options = (given ?? {}) as Record<string, unknown>;
  const names = readOnly ? READ_ONLY_NAMES : OPEN_NAMES;
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) {
      throw new TypeError(
        `unknown option ${JSON.stringify(name)}; known are ${names.toSorted().join(', ')}`,
      );
    }
  }
  const flag = (name: string, otherwise: boolean): boolean => resolveFlag(options, name, otherwise);
  const choice = <T extends string>(name: string): T => resolveChoice(options, name) as T;
  const comparator = resolveComparator(options['comparator']);
  checkObject(options, 'vfs', VFS_METHODS);
  const { onEvent } = options;
  if (onEvent !== undefined && typeof onEvent !== 'function') {
    throw wrongType('option onEvent', 'a function', onEvent);
  }
  return {
    createIfMissing: flag('createIfMissing', true),
    errorIfExists: flag('errorIfExists', false),
    requireKernelLock: flag('requireKernelLock', false),
    keyEncoding: resolveEncoding(options, 'keyEncoding'),
    valueEncoding: resolveEncoding(options, 'valueEncoding'),
    memtableSize: resolveNumber(options, 'memtableSize'),
    blockSize: resolveNumber(options, 'blockSize'),
    tableSize: resolveNumber(options, 'tableSize'),
    cacheSize: resolveNumber(options, 'cacheSize'),
    indexInterval: resolveNumber(options, 'indexInterval'),
    maxOpenFiles: resolveNumber(options, 'maxOpenFiles'),
    compression: choice('compression'),
    logWrites: choice('logWrites'),
    background: choice('background'),
    recovery: choice('recovery'),
    ...resolveFilter(options['filter'], comparator),
    compaction: resolveCompaction(options),
    comparator,
    comparators: resolveComparators(options),
    codecs: resolveCodecs(options['codecs']),
    vfs: options['vfs'] as Vfs | undefined,
    onEvent: onEvent as Settings['onEvent'],
  };
}

/**
 * Checks options of `open` without opening anything: for who is given them now, and opens later.
 *
 * @throws {TypeError} for an unknown option or one of the wrong type; `RangeError` for a number
 */
export function checkOptions(options: unknown): void {
  resolveOptions(options as object | undefined, false);
}

function resolveFlag(options: Record<string, unknown>, name: string, otherwise: boolean): boolean {
  const value = options[name] === undefined ? otherwise : options[name];
  if (typeof value !== 'boolean') throw wrongType(`option ${name}`, 'a boolean', value);
  return value;
}

function resolveNumber(options: Record<string, unknown>, name: string): number {
  const { least, most, default: otherwise } = NUMBERS[name]!;
  const value = options[name];
  if (value === undefined) return otherwise;
  if (typeof value !== 'number') throw wrongType(`option ${name}`, 'a number', value);
  if (!Number.isSafeInteger(value) || value < least || value > most) {
    throw new RangeError(
      `option ${name} must be a whole number from ${least} to ${most}, got ${value}`,
    );
  }
  return value;
}

function resolveChoice(options: Record<string, unknown>, name: string): string {
  const known = CHOICES[name]!;
  const value = options[name] === undefined ? known[0]! : options[name];
  if (typeof value !== 'string' || !known.includes(value)) {
    throw wrongType(`option ${name}`, known.map((one) => `'${one}'`).join(' or '), value);
  }
  return value;
}

/** Checks the encodings alone. @throws TypeError for another option, or if one is none */
export function resolveEncodings(given: unknown): Pick<Settings, 'keyEncoding' | 'valueEncoding'> {
  if (typeof given !== 'object' || given === null) {
    throw wrongType('encodings', 'an object', given);
  }
  const options = given as Record<string, unknown>;
  for (const name of Object.keys(options)) {
    if (name !== 'keyEncoding' && name !== 'valueEncoding') {
      throw new TypeError(`encodings have no ${name}, only keyEncoding and valueEncoding`);
    }
  }
  return {
    keyEncoding: resolveEncoding(options, 'keyEncoding'),
    valueEncoding: resolveEncoding(options, 'valueEncoding'),
  };
}

function resolveEncoding(
  options: Record<string, unknown>,
  name: string,
): EncodingName | Encoding<never> {
  const value = options[name] === undefined ? 'utf8' : options[name];
  if (value === 'utf8' || value === 'bytes' || value === 'json') return value;
  const encoding = value as Partial<Encoding<never>> | null;
  if (typeof encoding?.encode === 'function' && typeof encoding.decode === 'function') {
    for (const extra of ['encodeText', 'decodeRange'] as const) {
      const given: unknown = encoding[extra];
      if (given === undefined || typeof given === 'function') continue;
      throw wrongType(`${extra} of option ${name}`, 'a function', given);
    }
    return encoding as Encoding<never>;
  }
  const wanted = "'utf8', 'bytes', 'json' or an object with encode and decode";
  throw wrongType(`option ${name}`, wanted, value);
}

function checkObject(
  options: Record<string, unknown>,
  name: string,
  methods: readonly string[],
  wanted = 'an object',
): void {
  const value = options[name];
  if (value === undefined) return;
  for (const method of methods) {
    if (typeof (value as Record<string, unknown> | null)?.[method] !== 'function') {
      throw wrongType(`option ${name}`, `${wanted} with a method ${method}`, value);
    }
  }
}

function resolveComparator(value: unknown): Comparator {
  if (value === undefined) return bytewiseComparator;
  const comparator = value as Partial<Comparator> | null;
  if (typeof comparator?.name !== 'string' || typeof comparator.compare !== 'function') {
    throw wrongType('option comparator', 'an object with name and compare', value);
  }
  return comparator as Comparator;
}

function resolveComparators(options: Record<string, unknown>): readonly Comparator[] {
  const value = options['comparators'];
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw wrongType('option comparators', 'an array', value);
  if (options['comparator'] !== undefined) {
    throw new TypeError('options comparator and comparators: one of them');
  }
  return value.map(resolveComparator);
}

function resolveCodecs(value: unknown): BlockCodecs | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null) {
    throw wrongType('option codecs', 'an object of codecs by number', value);
  }
  for (const codec of Object.values(value)) {
    if (typeof codec?.decode === 'function') continue;
    throw wrongType('option codecs', 'codecs with a method decode', codec);
  }
  return value as BlockCodecs;
}

function resolveFilter(
  given: unknown,
  comparator: Comparator,
): Pick<Settings, 'filter' | 'filterName'> {
  const bits = { bitsPerKey: FILTER_BITS_PER_KEY };
  const otherwise = comparator === bytewiseComparator ? 'jump' : 'none';
  const value = given === undefined ? otherwise : given;
  switch (value) {
    case 'jump':
      return { filter: bloomPolicy(bits), filterName: 'jump' };
    case 'leveldb':
      return { filter: leveldbBloomPolicy(bits), filterName: 'leveldb' };
    case 'none':
      return { filter: undefined, filterName: 'none' };
    default: {
      const policy = value as Partial<FilterPolicy> | null;
      if (
        typeof policy?.name !== 'string' ||
        typeof policy.hash !== 'function' ||
        typeof policy.build !== 'function' ||
        typeof policy.mayContain !== 'function'
      ) {
        throw wrongType('option filter', "'jump', 'leveldb', 'none' or a filter policy", value);
      }
      return { filter: policy as FilterPolicy, filterName: undefined };
    }
  }
}

function resolveCompaction(options: Record<string, unknown>): CompactionStrategy {
  checkObject(options, 'compaction', ['pick', 'manual'], 'leveled(), tiered() or an object');
  const strategy = (options['compaction'] as CompactionStrategy | undefined) ?? leveled();
  if (typeof strategy.name !== 'string' || typeof strategy.level0?.stop !== 'number') {
    throw wrongType('option compaction', 'an object with a name and level0 limits', strategy);
  }
  // Writers would wait for ever at 0 tables, or at NaN.
  if (!(strategy.level0.stop >= 1)) {
    throw new RangeError(
      `option compaction: level0.stop of ${strategy.name} must be at least 1, got ${strategy.level0.stop}`,
    );
  }
  if (options['mergeThreshold'] === undefined) return strategy;
  const threshold = resolveNumber(options, 'mergeThreshold');
  if (strategy.withMergeThreshold === undefined) {
    throw new TypeError(
      `option mergeThreshold: the strategy ${strategy.name} has no number of tables to set`,
    );
  }
  return strategy.withMergeThreshold(threshold);
}
