/** What a repair can be told. */
import { type Comparator, wrongType } from '@jump/base';
import type { BlockCodecs } from '@jump/sstable';
import { nodeVfs, type Vfs } from '@jump/vfs';
import { resolvePath } from '../directories.ts';
import { type OpenOptions, resolveOptions, type Settings } from '../options.ts';

/** How to repair; what is said of tables holds for those of the repaired store. */
export interface RepairOptions
  extends Pick<
    OpenOptions,
    | 'blockSize'
    | 'comparator'
    | 'compression'
    | 'filter'
    | 'indexInterval'
    | 'memtableSize'
    | 'requireKernelLock'
    | 'tableSize'
    | 'vfs'
  > {
  /** Write nothing at all, not even a lock, and report what would be done; default false. */
  readonly dryRun?: boolean | undefined;
  /** The directory of the repaired store, absent or empty; default the path and `.repaired`. */
  readonly into?: string | undefined;
  /**
   * Repair the store where it is, instead; default false. All its old files, a store as they were,
   * are kept in its subdirectory `lost`.
   */
  readonly inPlace?: boolean | undefined;
  /**
   * What to do with a key of which something newer was lost with a damaged block, as that table's
   * filter says: perhaps its deletion. `'drop'`, the default: give it up, rather than bring back what
   * was deleted or overwritten. A filter is wrong for one key in a hundred of the block's range,
   * which then goes too. `'keep'`: take the older version.
   */
  readonly doubtful?: 'drop' | 'keep' | undefined;
  /** How blocks of the damaged store may be stored; default Snappy. See `openReadOnly`. */
  readonly codecs?: BlockCodecs | undefined;
  /**
   * Orders that the damaged store may have, beside that of bytes: the one whose name a manifest
   * says is taken. Not together with `comparator`. See `openReadOnly`.
   */
  readonly comparators?: readonly Comparator[] | undefined;
  /** Called with bytes: `done` of about `total`. */
  readonly onProgress?: ((progress: { done: number; total: number }) => void) | undefined;
  /** Gives the repair up: the promise is rejected with the signal's reason, nothing is left. */
  readonly signal?: AbortSignal | undefined;
}

/** Options, checked, with every default filled in. */
export interface RepairRequest {
  readonly vfs: Vfs;
  /** The damaged store. */
  readonly directory: string;
  /** Where the repaired one goes; the same for a repair in place. */
  readonly target: string;
  readonly inPlace: boolean;
  readonly dryRun: boolean;
  readonly doubtful: 'drop' | 'keep';
  readonly settings: Settings;
  readonly onProgress: (progress: { done: number; total: number }) => void;
  readonly signal: AbortSignal | undefined;
}

const OWN_NAMES = [
  'codecs',
  'comparators',
  'dryRun',
  'into',
  'inPlace',
  'doubtful',
  'onProgress',
  'signal',
];
const STORE_NAMES = [
  'blockSize',
  'comparator',
  'compression',
  'filter',
  'indexInterval',
  'memtableSize',
  'requireKernelLock',
  'tableSize',
  'vfs',
];

/** Checks path and options. @throws TypeError, RangeError naming option and value */
export function resolveRepair(path: unknown, options: unknown): RepairRequest {
  if (path === undefined) throw wrongType('path', 'a string', path);
  const given = resolvePath(path);
  if (typeof options !== 'object' || options === null) {
    throw wrongType('options', 'an object', options);
  }
  const { dryRun, into, inPlace, doubtful, onProgress, signal, ...stores } =
    options as RepairOptions;
  const { codecs, comparators, ...rest } = stores;
  for (const name of Object.keys(rest)) {
    if (STORE_NAMES.includes(name)) continue;
    const known = [...OWN_NAMES, ...STORE_NAMES].sort().join(', ');
    throw new TypeError(`unknown option ${JSON.stringify(name)}; known are ${known}`);
  }
  const reading = resolveOptions({ codecs, comparators, comparator: rest.comparator }, true);
  const settings = {
    ...resolveOptions(rest, false),
    codecs: reading.codecs,
    comparators: reading.comparators,
  };
  const vfs = settings.vfs ?? nodeVfs;
  const directory = vfs.resolve?.(given) ?? given;
  const stays = flag('inPlace', inPlace);
  if (stays && into !== undefined) throw new RangeError('into and inPlace exclude each other');
  const target =
    into === undefined ? `${directory.replace(/\/+$/, '')}.repaired` : resolvePath(into);
  if (doubtful !== undefined && doubtful !== 'drop' && doubtful !== 'keep') {
    throw wrongType('option doubtful', "'drop' or 'keep'", doubtful);
  }
  if (onProgress !== undefined && typeof onProgress !== 'function') {
    throw wrongType('option onProgress', 'a function', onProgress);
  }
  if (signal !== undefined && typeof signal?.throwIfAborted !== 'function') {
    throw wrongType('option signal', 'an AbortSignal', signal);
  }
  return {
    vfs,
    directory,
    inPlace: stays,
    target: stays ? directory : (vfs.resolve?.(target) ?? target),
    dryRun: flag('dryRun', dryRun),
    doubtful: doubtful ?? 'drop',
    settings,
    onProgress: onProgress ?? (() => {}),
    signal,
  };
}

function flag(name: string, value: unknown): boolean {
  if (value === undefined) return false;
  if (typeof value !== 'boolean') throw wrongType(`option ${name}`, 'a boolean', value);
  return value;
}
