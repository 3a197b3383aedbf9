/**
 * The options of {@link TableReader}, and their checks.
 */
import type { Comparator, FilterPolicy } from '@jump/base';
import { BlockCache } from './block-cache.ts';
import { type BlockCodecs, CODEC_NONE, defaultCodecs } from './codecs.ts';
import type { TableKeys, UnknownOrder } from './key-order.ts';
import { checkNames, checkOneOf } from './writer-options.ts';

/** How a table is read. */
export interface TableReaderOptions {
  /**
   * What the keys are (default `'auto'`): what the table says of itself, where `TableWriter` wrote
   * it; else internal keys if index and first block hold nothing that cannot be one.
   */
  readonly keys?: TableKeys | 'auto';
  /**
   * The order of user keys that the table was written in; by their bytes if not given. `'unknown'`:
   * entries can be read one after the other, and nothing can be looked up.
   */
  readonly comparator?: Comparator | UnknownOrder;
  /** The filters that can be asked, by their names; a table's filter of another name is ignored. */
  readonly filters?: readonly FilterPolicy[];
  /** Where blocks are kept; if not given, 8 MiB that all such tables of the thread share. */
  readonly cache?: BlockCache;
  /**
   * How blocks may be stored, beside not compressed; Snappy if not given. `@jump/sstable/codecs` has
   * the others of LevelDB's worlds.
   */
  readonly codecs?: BlockCodecs;
  /**
   * Whether `entries`, `internalEntries` and cursors read around damaged blocks (default false), and
   * list them in {@link TableReader.gaps}; where index or footer are lost, opening searches the
   * whole file for blocks. `get` and `find` throw all the same where damage may hold the key.
   */
  readonly tolerant?: boolean;
}

const NAMES: ReadonlySet<string> = new Set<keyof TableReaderOptions>([
  'keys',
  'comparator',
  'filters',
  'cache',
  'codecs',
  'tolerant',
]);

/** For tables that are read without a cache of somebody's; made for the first of them. */
let sharedCache: BlockCache | undefined;
const SHARED_CACHE = 8 << 20;

/** The options with their defaults, checked. */
export interface ReaderSettings {
  readonly keys: TableKeys | 'auto';
  readonly comparator: Comparator | UnknownOrder | undefined;
  readonly filters: readonly FilterPolicy[];
  readonly cache: BlockCache;
  readonly codecs: BlockCodecs;
  readonly tolerant: boolean;
}

/**
 * Checks options and fills in defaults.
 *
 * @throws TypeError for an unknown option or one of a wrong type
 */
export function checkReaderOptions(options: TableReaderOptions): ReaderSettings {
  checkNames(options, NAMES);
  const { codecs = defaultCodecs } = options;
  if (options.cache === undefined) sharedCache ??= new BlockCache(SHARED_CACHE);
  const cache = options.cache ?? sharedCache;
  if (!(cache instanceof BlockCache)) throw new TypeError('cache: a BlockCache expected');
  if (CODEC_NONE in codecs) throw new TypeError('codecs: 0 means "not compressed" and is fixed');
  return {
    keys: checkOneOf('keys', options.keys ?? 'auto', ['auto', 'raw', 'internal']),
    comparator: options.comparator,
    filters: options.filters ?? [],
    cache,
    codecs,
    tolerant: options.tolerant === true,
  };
}
