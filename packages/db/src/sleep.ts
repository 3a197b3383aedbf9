/** Waiting without the event loop. */

/** Blocks the thread; where that is not allowed, returns at once. */
export function sleep(ms: number): void {
  const memory = typeof SharedArrayBuffer === 'undefined' ? undefined : new SharedArrayBuffer(4);
  if (memory === undefined) return;
  try {
    Atomics.wait(new Int32Array(memory), 0, 0, ms);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}
