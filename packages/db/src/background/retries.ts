/**
 * What becomes of work that failed but may go well later, on a disk that was full, say: it is tried
 * again after a pause that doubles with each failure.
 */

/** A failed job is tried again after this long, then twice as long, up to the longest pause. */
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 10_000;

/** Keeps the pause between failures and the next attempt. */
export class Retries {
  readonly #again: () => void;
  #failure: unknown;
  #pauseMs = 0;
  #pausedUntil = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param again - called when a pause that was planned is over */
  constructor(again: () => void) {
    this.#again = again;
  }

  /** What failed last, if nothing has gone well since. */
  get failure(): unknown {
    return this.#failure;
  }

  /** How many milliseconds nothing may begin yet; 0 or less: none. */
  get pauseMs(): number {
    return this.#pausedUntil - performance.now();
  }

  /** Takes note of a failure: the next attempt waits. */
  failed(error: unknown): void {
    this.#failure = error;
    this.#pauseMs = Math.min(Math.max(FIRST_PAUSE_MS, 2 * this.#pauseMs), LONGEST_PAUSE_MS);
    this.#pausedUntil = performance.now() + this.#pauseMs;
  }

  /** Takes note that something went well: the next failure begins with the shortest pause. */
  succeeded(): void {
    this.#failure = undefined;
    this.#pauseMs = 0;
  }

  /** Sees to it that there is another attempt when the pause is over. Keeps no process alive. */
  plan(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#again();
      },
      Math.max(1, this.pauseMs),
    );
    (this.#timer as { unref?(): void }).unref?.();
  }

  /** Gives up what was planned. */
  close(): void {
    clearTimeout(this.#timer);
  }
}
