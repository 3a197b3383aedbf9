/** Option sets at their extremes, each of which must make a store behave the same. */
import { bytewiseComparator, type Comparator, compareBytes } from '@jump/base';
import { leveldbBloomPolicy } from '@jump/bloom';
import {
  full,
  type JumpEvent,
  leveled,
  type OpenOptions,
  open,
  openReadOnly,
  tiered,
} from '@jump/db';
import { Random } from '@jump/testkit';
import { same } from './compare.ts';
import type { Step } from './history.ts';
import { checkDirectory } from './invariants.ts';
import { DiskPlace, MemoryPlace, type Place } from './place.ts';
import { Replay, type Store } from './replay.ts';

type Options = OpenOptions<Uint8Array, Uint8Array>;

/** The order of bytes, the other way round. */
export const reversed: Comparator = {
  name: 'test.Reversed',
  compare: (a, b) => compareBytes(b, a),
};

const TINY: Options = { memtableSize: 1024, tableSize: 1024 };
const OWN_FILTER = { ...leveldbBloomPolicy({ bitsPerKey: 1 }), name: 'test.Filter' };

const FIXED: Readonly<Record<string, Options>> = {
  defaults: {},
  tiny: TINY,
  'memtable 1 KiB, tables of 2 MiB': { memtableSize: 1024 },
  'blocks of a byte': { ...TINY, blockSize: 1, memtableSize: 4096 },
  'blocks of a mebibyte': { blockSize: 2 ** 20, memtableSize: 65_536, tableSize: 16_384 },
  'no cache, one open file': { ...TINY, cacheSize: 0, maxOpenFiles: 1 },
  'a cache of a few blocks': { ...TINY, cacheSize: 5000, maxOpenFiles: 3, blockSize: 256 },
  'no compression, no filter': { ...TINY, compression: 'none', filter: 'none' },
  "LevelDB's filter, an index of everything": { ...TINY, filter: 'leveldb', indexInterval: 1 },
  "a filter of the user's": { memtableSize: 2048, filter: OWN_FILTER },
  'reversed order': { ...TINY, comparator: reversed },
  'steep levels': {
    ...TINY,
    compaction: leveled({ l0Trigger: 2, levelMultiplier: 2, baseSize: 4096 }),
  },
  tiered: { ...TINY, compaction: tiered() },
  'tiered, large tables': { memtableSize: 1024, compaction: tiered({ l0Trigger: 1 }) },
  full: { ...TINY, compaction: full() },
  'full at two': { memtableSize: 2048, compaction: full(), mergeThreshold: 2 },
  'each write by itself': { ...TINY, logWrites: 'each' },
  'on a disk': { memtableSize: 2048, tableSize: 4096 },
};

/** A disk that is busy with others takes its time. */
const LONGEST_SYNC_MS = 60_000;

/** Option sets that a seed draws; the last one draws others at each opening. */
const DRAWN = ['drawn', 'drawn, reversed order', 'others at each opening'];

/** The option sets by name. */
export const VARIANTS: readonly string[] = [...Object.keys(FIXED), ...DRAWN];

/** What a history does on one option set. */
export interface VariantOptions {
  /** Draws the option sets that are drawn. */
  readonly seed: number;
  /** Takes note of what was met. */
  readonly mark?: (name: string) => void;
}

/** Draws options, extremes among them. */
function drawOptions(random: Random): Options {
  return {
    memtableSize: random.pick([1024, 2048, 8192, 65_536]),
    tableSize: random.pick([1024, 4096, 2 ** 21]),
    blockSize: random.pick([1, 64, 256, 4096, 2 ** 20]),
    indexInterval: random.pick([1, 2, 16, undefined, undefined]),
    cacheSize: random.pick([0, 1, 5000, 10 ** 6]),
    maxOpenFiles: random.pick([1, 2, 5, 1000]),
    compression: random.pick(['snappy', 'none']),
    filter: random.pick(['jump', 'leveldb', 'none', OWN_FILTER]),
    compaction: random.pick([
      leveled(),
      leveled({ l0Trigger: 2, levelMultiplier: 2, baseSize: 4096 }),
      leveled({ l0Trigger: 1, levelMultiplier: 3, baseSize: 2048 }),
      tiered({ l0Trigger: random.integer(1, 4) }),
      full(),
      full({ mergeThreshold: 2 }),
    ]),
    logWrites: random.pick(['turn', 'each']),
  };
}

/** Says which options each opening has. */
function optionsOf(name: string, seed: number): () => Options {
  const random = new Random(seed);
  if (name === DRAWN[2]) return () => drawOptions(random);
  const fixed = FIXED[name] ?? drawOptions(random);
  const options = name === DRAWN[1] ? { ...fixed, filter: 'none', comparator: reversed } : fixed;
  return () => options as Options;
}

/** Replays a history on one option set, then checks and compares what lies on the disk. */
export async function runVariant(
  name: string,
  steps: readonly Step[],
  { seed, mark = () => {} }: VariantOptions,
): Promise<void> {
  const place = name === 'on a disk' ? new DiskPlace() : new MemoryPlace();
  try {
    await new Variant(place, optionsOf(name, seed), mark).run(steps);
  } catch (error) {
    if (error instanceof Error) error.message = `${name}: ${error.message}`;
    throw error;
  } finally {
    place.remove();
  }
}

class Variant {
  readonly #place: Place;
  readonly #options: () => Options;
  readonly #mark: (name: string) => void;
  readonly #comparator: Comparator;
  #replay: Replay | undefined;

  constructor(place: Place, options: () => Options, mark: (name: string) => void) {
    this.#place = place;
    this.#options = options;
    this.#mark = mark;
    this.#comparator = options().comparator ?? bytewiseComparator;
  }

  async run(steps: readonly Step[]): Promise<void> {
    const { compare } = this.#comparator;
    const replay = new Replay({
      open: () => this.#open(),
      openReadOnly: () => openReadOnly(this.#place.directory, this.#base()),
      die: (death) => {
        this.#place.die(death);
        this.#mark('deaths');
        return this.#place.losesPower;
      },
      compare: compare.bind(this.#comparator),
      prefixes: this.#comparator === bytewiseComparator,
      mark: this.#mark,
    });
    this.#replay = replay;
    await replay.run(steps);
    await this.#close(replay.store);
    replay.store = this.#open();
    replay.compareAll();
    await this.#close(replay.store);
  }

  #base() {
    const encodings = { keyEncoding: 'bytes', valueEncoding: 'bytes' } as const;
    return { ...encodings, vfs: this.#place.vfs, comparator: this.#comparator };
  }

  #open(): Store {
    return open<Uint8Array, Uint8Array>(this.#place.directory, {
      ...this.#options(),
      ...this.#base(),
      onEvent: (event) => this.#take(event),
    });
  }

  #take(event: JumpEvent): void {
    if (event.type === 'flush') this.#mark('flushes');
    if (event.type !== 'compaction') return;
    this.#mark(event.bytesRead > 0 ? 'merges' : 'moves');
    if (event.bytesRead > 0 && event.inputs[0]!.level > 0) this.#mark('merges below level 0');
    if (event.reason.startsWith('reads')) this.#mark('merges and moves that reads asked for');
    if ((this.#replay?.snapshots ?? 0) > 0) this.#mark('merges under a snapshot');
  }

  /** Closes, and checks what is left open, and on the disk. */
  async #close(store: Store): Promise<void> {
    const { vfs, directory } = this.#place;
    const { backgroundErrors } = store.stats();
    if (backgroundErrors.length > 0) throw new Error(backgroundErrors.join('; '));
    store.close();
    // A sync that was under way ends, when the disk has done it, and then closes its file.
    const end = Date.now() + LONGEST_SYNC_MS;
    while (vfs.openPaths.length > 0 && Date.now() < end) await new Promise(setImmediate);
    same(vfs.openPaths, [], 'files left open');
    checkDirectory(vfs, directory, this.#comparator);
  }
}
