/**
 * Ctrl-C, for commands that write: they are told by a signal, leave nothing half done, and then end
 * as the signal would have ended them. Commands that only read are ended by it at once.
 */
import { Interrupted } from './exit-codes.ts';

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs something that can be given up.
 *
 * The second signal ends the process at once. What was on the disk then is what a crash would
 * leave: a store that is whole.
 *
 * @throws Interrupted if a signal came, and the work gave up because of it
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const give = (signal: NodeJS.Signals): void => {
    if (stop.signal.aborted) end(signal);
    stop.abort(new Interrupted(signal));
  };
  for (const signal of SIGNALS) process.on(signal, give);
  try {
    return await work(stop.signal);
  } catch (error) {
    // Whatever it failed with when it was given up: that is why.
    throw stop.signal.aborted ? stop.signal.reason : error;
  } finally {
    for (const signal of SIGNALS) process.off(signal, give);
  }
}

/** Ends the process as a signal does that nobody listens to. */
export function end(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
