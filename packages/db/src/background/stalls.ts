/**
 * A writer that has to wait: both memtables are full, or level 0 has too many tables. It waits
 * without the event loop, runs or receives background work meanwhile, and gives up when that work
 * keeps failing.
 */
import { JumpError } from '@jump/base';
import { sleep } from '../sleep.ts';

/** What a waiting writer looks at, and can do meanwhile. */
export interface Wait {
  /** Whether it need not wait any longer. */
  readonly ready: () => boolean;
  /** Throws when it can wait no longer, whatever comes. */
  readonly check: () => void;
  /** Why background work does not go on, if that is so. */
  readonly failure: () => unknown;
  /** How many milliseconds until background work may begin again; 0 or less: it may go on. */
  readonly pauseMs: () => number;
  /** Starts whatever is due. */
  readonly schedule: () => void;
  /** Whether no job runs, so that waiting changes nothing. */
  readonly idle: () => boolean;
  /** Lets time pass until a job ends or moves, at most so many milliseconds. */
  readonly pass: (ms: number) => void;
  /** For messages. */
  readonly directory: string;
}

/** A writer waits so long for work that keeps failing. */
const PATIENCE_MS = 2_000;
const NOTHING_TO_MERGE = 'level 0 is full, and the strategy finds nothing to merge';
/** One wait before the writer looks around. */
const WAIT_MS = 50;

/**
 * Waits until a writer may go on; returns how many milliseconds that took.
 *
 * @throws JUMP_IO if work keeps failing; what `check` throws
 */
export function waitFor(wait: Wait): number {
  const start = performance.now();
  while (!wait.ready()) {
    wait.check();
    const failure = wait.failure();
    if (failure !== undefined && performance.now() - start > PATIENCE_MS) {
      throw noRoom(failure, wait.directory);
    }
    const pause = wait.pauseMs();
    if (pause > 0) sleep(Math.min(pause, WAIT_MS));
    wait.schedule();
    if (pause > 0 || wait.ready()) continue;
    // Halted, or a strategy that finds nothing to merge in a level 0 that is full: it would be for
    // ever.
    if (wait.idle()) throw noRoom(wait.failure() ?? NOTHING_TO_MERGE, wait.directory);
    wait.pass(WAIT_MS);
  }
  return performance.now() - start;
}

function noRoom(cause: unknown, file: string): JumpError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const message = `no room for another write, since background work does not help: ${why}`;
  return new JumpError('JUMP_IO', message, { cause, file });
}
