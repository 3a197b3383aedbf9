/**
 * Everything that a store holds, as it is stored: each version of each key, in tables and logs,
 * with its place.
 *
 * One sorted row over many, as a scan is, but nothing is left out:
 *
 *     000012.log        a9 = v                     a 9 value     000012.log
 *     level 0  000010   a5×  b7 = w         =>     a 5 deletion  000010.ldb  shadowed
 *     level 1  000004   a2 = u  c1 = x             a 2 value     000004.ldb  shadowed
 *                                                  b 7 value     000010.ldb
 *                                                  c 1 value     000004.ldb
 *
 * Memory: the logs' entries, and a few blocks of one table a level, of each table in level 0.
 */
import { type RangeCompare, wrongType } from '@jump/base';
import type { TableRange } from '@jump/sstable';
import { nodeVfs } from '@jump/vfs';
import { resolvePath } from '../directories.ts';
import { type ReadOnlyOptions, resolveOptions, type Settings } from '../options.ts';
import { makeCodec } from '../write/codec.ts';
import { checkStore, withComparator } from './live-directory.ts';
import { checkNames, type KeyRange, RANGE_NAMES, resolveRange } from './range.ts';
import { type Found, isBefore, type StoreGap, VersionRows } from './version-rows.ts';

/** One version of a key, as it is stored. */
export interface StoredVersion extends Found {
  /** Whether the store has a newer version of the key, so that nobody sees this one any more. */
  readonly shadowed: boolean;
}

/** Which versions are listed, and how. */
export interface StoredVersionsOptions
  extends Pick<ReadOnlyOptions, 'codecs' | 'comparator' | 'comparators' | 'vfs'> {
  /** Only the versions of these keys; all if not given. */
  readonly range?: KeyRange<Uint8Array> | undefined;
  /** Whether damage is read around (default false), and told to `onGap`. */
  readonly tolerant?: boolean | undefined;
  /**
   * Called with what is read around, as it is met; without `tolerant` only with the end of a log
   * that was never finished, as a crash leaves it.
   */
  readonly onGap?: ((gap: StoreGap) => void) | undefined;
}

const NAMES = ['codecs', 'comparator', 'comparators', 'onGap', 'range', 'tolerant', 'vfs'];

/**
 * Lists every version of every key that a store holds, in the order of keys, the newest version of
 * each first: what tables and logs have, overwritten and deleted versions and the deletions
 * themselves included. Writes nothing, and works beside a live writer, as `openReadOnly`.
 *
 * Files are open from the first version on until the list has ended or its loop was left.
 *
 * @throws {JumpError} `JUMP_NOT_FOUND` if no store is there, `JUMP_CORRUPTION` if it is damaged and
 *   not `tolerant`, or if its manifest is; `JUMP_UNSUPPORTED` for another comparator
 */
export function storedVersions(
  path: string,
  options: StoredVersionsOptions = {},
): Generator<StoredVersion, void, undefined> {
  if (path === undefined) throw wrongType('path', 'a string', path);
  const { range, tolerant = false, onGap = () => {}, ...rest } = options;
  checkNames(options, NAMES);
  if (typeof tolerant !== 'boolean') throw wrongType('tolerant', 'a boolean', tolerant);
  if (typeof onGap !== 'function') throw wrongType('onGap', 'a function', onGap);
  const given = resolvePath(path);
  const settings = resolveOptions(rest, true);
  const vfs = settings.vfs ?? nodeVfs;
  const directory = vfs.resolve?.(given) ?? given;
  checkStore(vfs, directory);
  const store = withComparator(vfs, directory, settings);
  return list(new VersionRows(vfs, directory, store, tolerant, onGap), tableRange(store, range));
}

function tableRange(settings: Settings, range: KeyRange<Uint8Array> | undefined): TableRange {
  const codec = makeCodec<Uint8Array>('key', 'bytes');
  const order = { codec, comparator: settings.comparator, prefixes: true };
  const { lower, lowerExclusive, upper, upperExclusive } = resolveRange(range, order, RANGE_NAMES);
  return {
    ...(lower === undefined ? {} : { [lowerExclusive ? 'gt' : 'gte']: lower }),
    ...(upper === undefined ? {} : { [upperExclusive ? 'lt' : 'lte']: upper }),
  };
}

function* list(source: VersionRows, range: TableRange): Generator<StoredVersion, void, undefined> {
  const rows: Generator<Found, void, undefined>[] = [];
  const files = source.hold();
  try {
    const { levels } = files.versions.current;
    rows.push(source.logRow(files, range));
    for (const table of levels[0]!) rows.push(source.tableRow(files, [table], 0, range));
    for (const [level, tables] of levels.entries()) {
      if (level > 0 && tables.length > 0) rows.push(source.tableRow(files, tables, level, range));
    }
    let last: Uint8Array | undefined;
    for (const found of merged(rows, source.compareUser)) {
      const key = found.userKey;
      const shadowed =
        last !== undefined && source.compareUser(last, 0, last.length, key, 0, key.length) === 0;
      last = key;
      yield { ...found, shadowed };
    }
  } finally {
    for (const row of rows) row.return();
    files.held.close();
  }
}

/** Merges sorted rows. They are few: comparing with each costs less than keeping a heap. */
function* merged(
  rows: readonly Generator<Found, void, undefined>[],
  compareUser: RangeCompare,
): Generator<Found, void, undefined> {
  const heads = rows.map((row) => row.next().value ?? undefined);
  for (;;) {
    let first = -1;
    let best: Found | undefined;
    for (const [i, head] of heads.entries()) {
      if (head === undefined || (best !== undefined && !isBefore(head, best, compareUser)))
        continue;
      first = i;
      best = head;
    }
    if (best === undefined) return;
    yield best;
    heads[first] = rows[first]!.next().value ?? undefined;
  }
}
