/** Waits for background work, of whatever engine, by the processor time that the process takes. */

/** Milliseconds between two looks. */
const PAUSE = 10;
/** So long without work is the end: an engine may wait as long for the disk. */
const PATIENCE = 400;
/** Microseconds of processor time that looking itself may take. */
const NOTHING = 600;

/**
 * Waits until nothing works any more; returns when that began, on the clock of `performance`.
 * @param {number} [patience] milliseconds without work
 */
export async function idle(patience = PATIENCE) {
  let end = performance.now();
  let before = used();
  for (let quiet = 0; quiet * PAUSE < patience; ) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    const now = used();
    if (now - before > NOTHING) {
      quiet = 0;
      end = performance.now();
    } else quiet++;
    before = now;
  }
  return end;
}

/** Microseconds of processor time of all threads. */
function used() {
  const { user, system } = process.cpuUsage();
  return user + system;
}
