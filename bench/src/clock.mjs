/**
 * A clock that stands still while a row's keys are made: what is timed is the engine, with no
 * difference in how fast a language makes strings.
 */

/** Keys made at a time: few enough to stay in the processor's caches. */
export const CHUNK = 1000;

export class Clock {
  /** Milliseconds that it has run. */
  ms = 0;

  /**
   * Runs something with the clock on. Waits for a promise only: a synchronous engine stays in the
   * same turn of the event loop.
   * @template T
   * @param {() => T | Promise<T>} act
   * @returns {T | Promise<T>}
   */
  time(act) {
    const start = performance.now();
    const result = act();
    if (!(result instanceof Promise)) {
      this.ms += performance.now() - start;
      return result;
    }
    return result.then((value) => {
      this.ms += performance.now() - start;
      return value;
    });
  }

  /**
   * Goes through `count` operations in chunks: prepares each with the clock off, acts with it on.
   * @template T
   * @param {number} count
   * @param {number} size
   * @param {(from: number, to: number) => T} prepare
   * @param {(chunk: T) => void | Promise<void>} act
   */
  async chunks(count, size, prepare, act) {
    for (let from = 0; from < count; from += size) {
      const chunk = prepare(from, Math.min(from + size, count));
      const done = this.time(() => act(chunk));
      if (done instanceof Promise) await done;
    }
  }
}
