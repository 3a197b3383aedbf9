/**
 * What is missing between the records of write-ahead logs, and at their end: a log that was cut
 * between two records shows no damage. In logs of ours sequences follow each other, through all
 * logs; and marks, and that of a closed store in its manifest, say how far they were on the disk.
 */
import type { LogEntry } from './log-entries.ts';

/** What the manifest says of the logs. */
export interface LogPromises {
  /** The sequence that they begin with; `undefined` in logs of LevelDB, which promise nothing. */
  readonly first: bigint | undefined;
  /** All entries up to this sequence were on the disk; 0 if nothing is said. */
  readonly durable: bigint;
}

/** Entries that are missing. */
export interface LogHole {
  /** Where they are missed: where the entry or the mark behind them begins, or the log ends. */
  readonly offset: number;
  /** Which ones. */
  readonly reason: string;
  /** Whether they were on the disk: no crash takes those. */
  readonly durable: boolean;
  /** Whether damage or a hole before this one explains it. */
  readonly told: boolean;
}

/**
 * Looks at the entries of logs, oldest first, for holes.
 *
 * Time: O(1) an entry; nothing is kept.
 */
export class LogOrder {
  readonly #durable: bigint;
  /** The sequence that must come next; `undefined` where nothing is promised. */
  #expected: bigint | undefined;
  /** The first one that is lost. */
  #lost: bigint | undefined;
  /** Whether damage explains what is missing next. */
  #told = false;

  constructor({ first, durable }: LogPromises) {
    this.#expected = first;
    this.#durable = durable;
  }

  /** Looks at what comes next in a log; returns what is missing in front of it. */
  take(entry: LogEntry): LogHole | undefined {
    if (entry.type === 'damage') {
      this.#lost ??= this.#expected;
      this.#told = true;
      return undefined;
    }
    const { type, sequence, offset } = entry;
    if (type === 'mark') return this.#reach(sequence, offset, true);
    // LevelDB, going on with a manifest of ours, writes its own sequences.
    if (this.#expected !== undefined && sequence < this.#expected) this.#expected = undefined;
    const hole = this.#reach(sequence, offset, false);
    if (this.#expected !== undefined) this.#expected = sequence + 1n;
    return hole;
  }

  /** Looks at the end of the last log, which is `size` bytes long; returns what is missing. */
  end(size: number): LogHole | undefined {
    return this.#durable > 0n ? this.#reach(this.#durable + 1n, size, true) : undefined;
  }

  /** What is missing before a sequence; `durable` if all of that was on the disk. */
  #reach(sequence: bigint, offset: number, durable: boolean): LogHole | undefined {
    const expected = this.#expected;
    if (expected === undefined) return undefined;
    const first = this.#lost ?? expected;
    if (sequence <= expected) {
      if (!durable || sequence <= first) return undefined;
      const reason = `entries from ${first} on are missing`;
      return { offset, reason, durable, told: true };
    }
    const told = this.#told;
    this.#told = false;
    this.#lost ??= expected;
    this.#expected = sequence;
    const reason = `the entries from ${expected} to ${sequence - 1n} are missing`;
    return { offset, reason, durable, told };
  }
}
