/**
 * How fast writers may go: pure functions of how far background work is behind.
 *
 * A writer that is too fast is not stopped when it comes to the limit; it is slowed down before, by
 * many short pauses, until it is as fast as the work. Two things must not come to their limit:
 *
 * - The memtable, while the one before it is flushed.
 * - Level 0, whose tables go all at once, when a merge of all of them ends. Meanwhile new ones
 *   come, and may come as evenly as the merge goes on:
 *
 *     tables   stop _________________________
 *                             .·´|             the merge under way took 12 tables; when half of it
 *       three quarters ____.·´___|____         is done there may be 15, and 18 when it ends and
 *                      .·´       |             leaves 6. What lies above the line presses.
 *       half _______.·´__________|______
 *                   0   merged   1
 *
 * Each step towards a limit halves what may be written for a millisecond of pauses. So wherever the
 * speed of the work lies, there is a point at which a writer does not gain on it. The limits
 * themselves stay (`stalls.ts`), for work that fails, and disks that stand still.
 */

/** How far background work is behind. */
export interface Load {
  /** How full the active memtable is; 1: it should be rotated. */
  readonly active: number;
  /** How much of the immutable memtable is no table yet, from 1 to 0; 0 if there is none. */
  readonly unflushed: number;
  /** Tables of level 0. */
  readonly level0: number;
  /** How many of them are being merged, and how much of that is done, from 0 to 1. */
  readonly merging: number;
  readonly merged: number;
  /** How many tables of level 0 stop writers. */
  readonly stop: number;
  /** Whether work goes on beside the writer; inline it does so only in its pauses. */
  readonly beside: boolean;
}

/** The active memtable may become so many times its size while the one before it is flushed. */
export const OVERFULL = 2;

/** Memtables that may be written for a millisecond of pauses, where pausing begins. */
const FIRST_RATE = 1 / 32;
/** How often that is halved on the way to a limit. */
const HALVINGS = 12;

/** Tells how near a limit is: from 1 on it is reached, at 0 and below nobody need pause. */
export function pressureOf(load: Load): number {
  const { active, unflushed, beside } = load;
  if (unflushed === 0) return level0Pressure(load);
  // Beside the writer a flush is so much faster that one that is on time need not be helped.
  const memtable = beside ? (active - 1) / (OVERFULL - 1) : active + unflushed - 1;
  return Math.max(level0Pressure(load), memtable);
}

function level0Pressure({ active, unflushed, level0, merging, merged, stop }: Load): number {
  const room = stop / 4;
  const line = Math.max(stop / 2, merging + (stop - room - merging) * merged);
  return (level0 + unflushed + active - line) / room;
}

/** Tells how many memtables may be written for a millisecond of pauses. */
export function rateAt(pressure: number): number {
  return FIRST_RATE / 2 ** (HALVINGS * Math.max(0, pressure));
}
