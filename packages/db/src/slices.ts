/** Long work on the calling thread, cut into slices, so that the event loop goes on meanwhile. */

/** How long a slice lasts, in milliseconds. */
const SLICE_MS = 8;

/** Lets other callbacks run now and then. */
export class Slices {
  readonly #check: () => void;
  #end: number = performance.now() + SLICE_MS;

  /** @param check - called before each slice; what it throws ends the work */
  constructor(check: () => void) {
    this.#check = check;
  }

  /** Gives the event loop a turn, if this slice has lasted long enough. */
  async pause(): Promise<void> {
    if (performance.now() < this.#end) return;
    await nextTurn();
    this.#check();
    this.#end = performance.now() + SLICE_MS;
  }

  /** Runs steps to their end, slice by slice; `progress` gets what they yield. */
  async run<Step, Result>(
    steps: Generator<Step, Result, void>,
    progress: (step: Step) => void = () => {},
  ): Promise<Result> {
    try {
      for (;;) {
        const step = steps.next();
        if (step.done === true) return step.value;
        progress(step.value);
        await this.pause();
      }
    } finally {
      // Given up between two steps, they clean up.
      steps.return(undefined as Result);
    }
  }
}

function nextTurn(): Promise<void> {
  const later = (globalThis as { setImmediate?: (callback: () => void) => unknown }).setImmediate;
  return new Promise((resolve) => {
    if (later === undefined) setTimeout(resolve, 0);
    else later(resolve);
  });
}
