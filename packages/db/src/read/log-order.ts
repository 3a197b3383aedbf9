/**
 * Finds what is missing between the records of logs, and at their end: a log that was cut between
 * two records shows no damage. In logs of ours sequences follow each other, and marks, and that of
 * a closed store in its manifest, say how far they were on the disk; as in `log-replay.ts`.
 */
import { JumpError } from '@jump/base';
import type { LogEntry } from '@jump/log';
import type { VersionSet } from '@jump/manifest';
import type { StoreGap } from './version-rows.ts';

/** Looks at the entries of logs, in order. */
export class LogOrder {
  readonly #durable: bigint;
  readonly #tolerant: boolean;
  readonly #onGap: (gap: StoreGap) => void;
  /** The sequence that must come next; `undefined` where nothing is promised. */
  #expected: bigint | undefined;
  /** The first one that is lost. */
  #lost: bigint | undefined;
  /** Whether damage that was told explains what is missing next. */
  #told = false;

  constructor(
    { ours, lastSequence, durableSequence }: VersionSet,
    tolerant: boolean,
    onGap: (gap: StoreGap) => void,
  ) {
    this.#expected = ours ? BigInt(lastSequence) + 1n : undefined;
    this.#durable = BigInt(durableSequence);
    this.#tolerant = tolerant;
    this.#onGap = onGap;
  }

  /** Looks at what comes next. @throws JUMP_CORRUPTION if what was on the disk is missing */
  take(entry: LogEntry, file: string): void {
    if (entry.type === 'damage') {
      this.#lost ??= this.#expected;
      this.#told = true;
      return;
    }
    const { type, sequence, offset } = entry;
    if (type === 'mark') {
      this.#reach(sequence, file, offset, true);
      return;
    }
    // LevelDB, going on with our manifest: see `log-replay.ts`.
    if (this.#expected !== undefined && sequence < this.#expected) this.#expected = undefined;
    this.#reach(sequence, file, offset, false);
    if (this.#expected !== undefined) this.#expected = sequence + 1n;
  }

  /** Looks at the end of the last log. @throws JUMP_CORRUPTION if the manifest knows of more */
  end(file: string, size: number): void {
    if (this.#durable > 0n) this.#reach(this.#durable + 1n, file, size, true);
  }

  /** Says what is missing before a sequence; `durable` if all of that was on the disk. */
  #reach(sequence: bigint, file: string, offset: number, durable: boolean): void {
    const expected = this.#expected;
    if (expected === undefined) return;
    const first = this.#lost ?? expected;
    if (durable && !this.#tolerant && sequence > first) {
      const what = `entries from ${first} on are missing, though they were on the disk`;
      throw new JumpError('JUMP_CORRUPTION', what, { file, offset });
    }
    if (sequence <= expected) return;
    const reason = `the entries from ${expected} to ${sequence - 1n} are missing`;
    if (!this.#told) this.#onGap({ file, offset, bytes: 0, reason });
    this.#told = false;
    this.#lost ??= expected;
    this.#expected = sequence;
  }
}
