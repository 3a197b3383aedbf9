/** How a store is doing, in numbers. */
import type { BlockCache } from '@jump/sstable';
import type { Engine } from './engine.ts';
import type { ReadSource } from './read/read-path.ts';

/** What `stats()` returns. Plain data. */
export interface Stats {
  /** Tables of each of the seven levels. */
  readonly levels: readonly {
    /** 0 to 6. */
    readonly level: number;
    /** How many tables. */
    readonly files: number;
    /** Bytes of their files. */
    readonly bytes: number;
  }[];
  /** The entries that are in memory only, and in the log. */
  readonly memtable: {
    /** How many, versions and deletions counted. */
    readonly entries: number;
    /** The memory they take. */
    readonly bytes: number;
  };
  /** The block cache. */
  readonly cache: {
    /** Reads that found their block there. */
    readonly hits: number;
    /** Reads that did not. */
    readonly misses: number;
    /** Bytes held. */
    readonly bytes: number;
  };
  /** What filters answered. */
  readonly filter: {
    /** "No", and so no block was read. */
    readonly hits: number;
    /** "Perhaps", and the key was there. */
    readonly misses: number;
    /** "Perhaps", in vain. */
    readonly falsePositives: number;
  };
  /** What the store costs the disk; 1 is perfect. */
  readonly amplification: {
    /** Bytes written to logs and tables for each byte of keys and values, since opening. */
    readonly write: number;
    /** Bytes of all tables for each byte of the deepest level that has any. */
    readonly space: number;
  };
  /** When writers had to wait. */
  readonly stalls: {
    /** How often. */
    readonly count: number;
    /** How long in all, in milliseconds. */
    readonly ms: number;
    /** How often they paused, for a tenth of a millisecond or two, so as not to have to wait. */
    readonly pauses: number;
    /** How long in all, in milliseconds. */
    readonly pauseMs: number;
  };
  /** What holds old versions now. */
  readonly pinned: {
    /** Iterators, cursors counted. */
    readonly iterators: number;
    /** Snapshots. */
    readonly snapshots: number;
  };
  /** Where background work runs. */
  readonly executor: 'worker' | 'inline';
  /** Jobs done since opening. */
  readonly jobs: {
    /** Memtables that became tables. */
    readonly flushes: number;
    /** Merges, and moves of tables to another level. */
    readonly compactions: number;
  };
  /** What went wrong in the background since opening. */
  readonly backgroundErrors: readonly string[];
  /** How strong the lock is. */
  readonly lock: 'kernel' | 'jumpdb-only' | 'none';
  /** Tables that are open now. */
  readonly openTables: number;
  /** The newest sequence: entries written since the store was made. */
  readonly sequence: number;
}

/** Collects the numbers of an open store. */
export function collectStats({ store, log, background }: Engine): Stats {
  const { counters } = store;
  const written = counters.tableBytes + log.bytesWritten;
  const reading = readingStats(store, store.cache);
  return {
    ...reading,
    amplification: {
      write: counters.userBytes === 0 ? 1 : written / counters.userBytes,
      space: reading.amplification.space,
    },
    stalls: {
      count: counters.stalls,
      ms: counters.stallMs,
      pauses: counters.pauses,
      pauseMs: counters.pauseMs,
    },
    executor: background.executor,
    jobs: { flushes: counters.flushes, compactions: counters.compactions },
    backgroundErrors: [...store.backgroundErrors],
    lock: store.lock.kind,
  };
}

/**
 * Collects the numbers of a store that is only read: nothing is written, locked, or done meanwhile.
 */
export function readingStats(source: ReadSource, cache: BlockCache): Stats {
  const { active, immutable, version, pins, tables, lastSequence } = source;
  const levels = version.levels.map((files, level) => ({
    level,
    files: files.length,
    bytes: version.bytes(level),
  }));
  const all = levels.reduce((sum, level) => sum + level.bytes, 0);
  const deepest = levels.findLast((level) => level.bytes > 0)?.bytes ?? 0;
  return {
    levels,
    memtable: {
      entries: active.entries + (immutable?.entries ?? 0),
      bytes: active.bytes + (immutable?.bytes ?? 0),
    },
    cache: { ...cache.stats },
    filter: tables.filterCounts(),
    amplification: { write: 1, space: deepest === 0 ? 1 : all / deepest },
    stalls: { count: 0, ms: 0, pauses: 0, pauseMs: 0 },
    pinned: pins.counts(),
    executor: 'inline',
    jobs: { flushes: 0, compactions: 0 },
    backgroundErrors: [],
    lock: 'none',
    openTables: tables.size,
    sequence: lastSequence,
  };
}
