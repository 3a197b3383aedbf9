/**
 * What a simulation tells.
 */

/** The store at one moment of a simulation. */
export interface SimulationSample {
  /** Bytes of keys and values written so far. */
  readonly userBytes: number;
  /** Bytes of tables. */
  readonly diskBytes: number;
  /** Bytes of each level, 0 to 6. */
  readonly levelBytes: readonly number[];
  /** Tables. */
  readonly tables: number;
  /** Bytes written to tables so far, for each byte written by the user. */
  readonly writeAmplification: number;
  /** Bytes of tables, for each byte that a store of one run without garbage would have. */
  readonly spaceAmplification: number;
  /** Tables whose range holds a key that is looked for: asked, but for their filters. */
  readonly readAmplification: number;
}

/** A level at the end of a simulation. */
export interface SimulatedLevel {
  /** How many tables it has. */
  readonly tables: number;
  /** How many bytes they have. */
  readonly bytes: number;
}

/** What `simulate()` found. Plain data. */
export interface SimulationResult {
  /** Bytes written to tables, for each byte of keys and values; the log would add 1. */
  readonly writeAmplification: number;
  /** Bytes of tables over bytes of live entries: the mean over the second half of the writes. */
  readonly spaceAmplification: number;
  /** The highest it was, with a merge's inputs and outputs both on the disk, in the second half. */
  readonly peakSpaceAmplification: number;
  /** Tables that a read of a missing key asks, before filters: the mean over the second half. */
  readonly readAmplification: number;
  /** Bytes of keys and values written. */
  readonly userBytes: number;
  /** Bytes of tables at the end. */
  readonly diskBytes: number;
  /** Keys that are there at the end. */
  readonly liveKeys: number;
  /** The share of writes to keys that had been written before. */
  readonly overwriteShare: number;
  /** Bytes written by flushes. */
  readonly flushedBytes: number;
  /** Bytes written by merges. */
  readonly mergedBytes: number;
  /** Memtables flushed. */
  readonly flushes: number;
  /** Merges. */
  readonly merges: number;
  /** Picks that only moved tables. */
  readonly moves: number;
  /** The most bytes that one merge read. */
  readonly largestMerge: number;
  /** Tables and bytes of each level at the end. */
  readonly levels: readonly {
    /** How many tables. */
    readonly tables: number;
    /** Their bytes. */
    readonly bytes: number;
  }[];
  /** About 100 moments, evenly over the writes, for plots. */
  readonly series: readonly SimulationSample[];
}
