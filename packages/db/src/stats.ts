/** How a store is doing, in numbers. */
import type { Engine } from './engine.ts';

/** What `stats()` returns. Plain data. */
export interface Stats {
  /** Tables of each of the seven levels. */
  readonly levels: readonly {
    readonly level: number;
    readonly files: number;
    readonly bytes: number;
  }[];
  /** The entries that are in memory only, and in the log. */
  readonly memtable: { readonly entries: number; readonly bytes: number };
  /** The block cache: reads that found their block there or not, and bytes held. */
  readonly cache: { readonly hits: number; readonly misses: number; readonly bytes: number };
  /** Filter answers: "no" and so no block read; "perhaps", and it was there; "perhaps", in vain. */
  readonly filter: {
    readonly hits: number;
    readonly misses: number;
    readonly falsePositives: number;
  };
  /**
   * `write`: bytes written to logs and tables for each byte of keys and values since opening. `space`:
   * bytes of all tables for each byte of the deepest level that has any; 1 is perfect.
   */
  readonly amplification: { readonly write: number; readonly space: number };
  /** How often, and how long in all, writers had to wait. */
  readonly stalls: { readonly count: number; readonly ms: number };
  /** Iterators (cursors counted) and snapshots that hold old versions now. */
  readonly pinned: { readonly iterators: number; readonly snapshots: number };
  /** Where background work runs. */
  readonly executor: 'worker' | 'inline';
  /** Jobs done since opening. */
  readonly jobs: { readonly flushes: number; readonly compactions: number };
  /** What went wrong in the background since opening. */
  readonly backgroundErrors: readonly string[];
  /** How strong the lock is. */
  readonly lock: 'kernel' | 'jumpdb-only' | 'none';
  /** Tables that are open now. */
  readonly openTables: number;
  /** The newest sequence: entries written since the store was made. */
  readonly sequence: number;
}

/** Collects the numbers. */
export function collectStats({ store, log, background }: Engine): Stats {
  const { active, immutable, version, counters, pins, tables, cache } = store;
  const levels = version.levels.map((files, level) => ({
    level,
    files: files.length,
    bytes: version.bytes(level),
  }));
  const written = counters.tableBytes + log.bytesWritten;
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
    amplification: {
      write: counters.userBytes === 0 ? 1 : written / counters.userBytes,
      space: deepest === 0 ? 1 : all / deepest,
    },
    stalls: { count: counters.stalls, ms: counters.stallMs },
    pinned: pins.counts(),
    executor: background.executor,
    jobs: { flushes: counters.flushes, compactions: counters.compactions },
    backgroundErrors: [...store.backgroundErrors],
    lock: store.lock.kind,
    openTables: tables.size,
    sequence: store.lastSequence,
  };
}
