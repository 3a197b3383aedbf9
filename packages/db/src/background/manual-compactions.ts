/** Manual compactions: who asked for which range, in the order of asking. */
import type { KeyRange, Pick, PickState } from '@jump/compaction';

/** A manual compaction under way, or waiting for its turn. */
export interface ManualCompaction {
  readonly range: KeyRange;
  /** Gives it up: the job under way is finished, no other begins. */
  readonly signal: AbortSignal;
  /** Told how many bytes have been read. */
  readonly onProgress: (done: number) => void;
  /** Tables from this number on came after it began. */
  readonly firstLater: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  /** Bytes read by jobs that have ended. */
  done: number;
}

/**
 * Shows a manual compaction the level 0 of when it began. What is flushed meanwhile is not its
 * business: under steady writes it would chase new tables for ever.
 */
export function seenBy(manual: ManualCompaction, state: PickState): PickState {
  const { levels } = state;
  const level0 = levels[0]!.filter((table) => table.number < manual.firstLater);
  // Totals of level 0 that were given beside would not be those of the tables shown.
  return { ...state, levels: [level0, ...levels.slice(1)], firstNew: manual.firstLater };
}

/** Adds the bytes of a pick that was carried out, and tells of it. */
export function advance(manual: ManualCompaction, bytes: number): void {
  manual.done += bytes;
  manual.onProgress(manual.done);
}

/** The bytes that a pick reads. */
export function pickBytes(pick: Pick): number {
  let bytes = 0;
  for (const { tables } of pick.inputs) for (const { fileSize } of tables) bytes += fileSize;
  return bytes;
}
