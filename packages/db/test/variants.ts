/** Option sets at their extremes, each of which must make a store behave the same. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytewiseComparator, type Comparator, compareBytes } from '@jump/base';
import { leveldbBloomPolicy } from '@jump/bloom';
import { full, leveled, memoryVfs, nodeVfs, type OpenOptions, open, tiered } from '@jump/db';
import type { Step } from './history.ts';
import { checkDirectory } from './invariants.ts';
import { Replay, type Store } from './replay.ts';

type Options = OpenOptions<Uint8Array, Uint8Array>;

/** The order of bytes, the other way round. */
export const reversed: Comparator = {
  name: 'test.Reversed',
  compare: (a, b) => compareBytes(b, a),
};

const TINY: Options = { memtableSize: 1024, tableSize: 1024 };

/** The option sets by name. */
export const VARIANTS: Readonly<Record<string, Options>> = {
  defaults: {},
  tiny: TINY,
  'memtable 1 KiB, tables of 2 MiB': { memtableSize: 1024 },
  'blocks of a byte': { ...TINY, blockSize: 1, memtableSize: 4096 },
  'blocks of a mebibyte': { blockSize: 2 ** 20, memtableSize: 65_536, tableSize: 16_384 },
  'no cache, one open file': { ...TINY, cacheSize: 0, maxOpenFiles: 1 },
  'a cache of a few blocks': { ...TINY, cacheSize: 5000, maxOpenFiles: 3, blockSize: 256 },
  'no compression, no filter': { ...TINY, compression: 'none', filter: 'none' },
  "LevelDB's filter, an index of everything": { ...TINY, filter: 'leveldb', indexInterval: 1 },
  "a filter of the user's": {
    memtableSize: 2048,
    filter: { ...leveldbBloomPolicy({ bitsPerKey: 1 }), name: 'test.Filter' },
  },
  'reversed order': { ...TINY, comparator: reversed },
  'steep levels': { ...TINY, compaction: leveled({ l0Trigger: 2, levelMultiplier: 2 }) },
  tiered: { ...TINY, compaction: tiered() },
  'tiered, large tables': { memtableSize: 1024, compaction: tiered(), mergeThreshold: 2 },
  full: { ...TINY, compaction: full() },
  'full at two': { memtableSize: 2048, compaction: full(), mergeThreshold: 2 },
  'each write by itself': { ...TINY, logWrites: 'each' },
  'on a disk': { memtableSize: 2048, tableSize: 4096 },
};

/** Replays a history on one option set, then checks and compares what lies on the disk. */
export async function runVariant(name: string, steps: readonly Step[]): Promise<void> {
  const options = VARIANTS[name] as Options;
  const onDisk = name === 'on a disk';
  const directory = onDisk ? mkdtempSync(join(tmpdir(), 'jump-model-')) : 'store';
  const vfs = onDisk ? nodeVfs : memoryVfs();
  const comparator = options.comparator ?? bytewiseComparator;
  const openStore = (): Store =>
    open<Uint8Array, Uint8Array>(directory, {
      keyEncoding: 'bytes',
      valueEncoding: 'bytes',
      vfs,
      ...options,
    });
  try {
    const compare = comparator.compare.bind(comparator);
    const prefixes = options.comparator === undefined;
    const replay = new Replay({ open: openStore, compare, prefixes });
    await replay.run(steps);
    const { backgroundErrors } = replay.store.stats();
    if (backgroundErrors.length > 0) throw new Error(backgroundErrors.join('; '));
    replay.store.close();
    checkDirectory(vfs, directory, comparator);
    replay.store = openStore();
    replay.compareAll();
    replay.store.close();
    checkDirectory(vfs, directory, comparator);
  } catch (error) {
    if (error instanceof Error) error.message = `${name}: ${error.message}`;
    throw error;
  } finally {
    if (onDisk) rmSync(directory, { recursive: true, force: true });
  }
}
