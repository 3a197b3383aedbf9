/**
 * A scheduler that repeats itself: while it is installed, what the program leaves for later
 * (`setImmediate`, `setTimeout`, disk syncs under way) waits until the test runs it, in an order
 * drawn from a seed, and the clock moves only when it is looked at, or somebody sleeps.
 *
 * Microtasks and `process.nextTick` stay as they are: they are the same each time.
 */
import type { Random } from './random.ts';

interface Task {
  readonly run: () => void;
  /** Not before this moment on the clock. */
  readonly due: number;
}

/** See the module's words. One at a time. */
export class Schedule {
  readonly #random: Random;
  /** What was there before. */
  readonly #real = {
    setImmediate: globalThis.setImmediate,
    setTimeout: globalThis.setTimeout,
    clearTimeout: globalThis.clearTimeout,
    now: performance.now,
    wait: Atomics.wait,
  };
  #tasks: Task[] = [];
  #now = 0;
  #inTask = false;
  #apart = false;

  /** Draws from `random` which task is next, and how fast the clock goes. */
  constructor(random: Random) {
    this.#random = random;
  }

  /** How many tasks wait. */
  get waiting(): number {
    return this.#tasks.length;
  }

  /** Whether a task is running: what happens now, the caller of the store has not asked for. */
  get inTask(): boolean {
    return this.#inTask;
  }

  /** Puts itself in the place of the runtime's own timers and clock. */
  install(): void {
    const later = (run: () => void, due: number): unknown => {
      const task = { run, due };
      this.#tasks.push(task);
      const handle = { task, ref: () => handle, unref: () => handle };
      return handle;
    };
    Object.assign(globalThis, {
      setImmediate: (run: () => void) => later(run, 0),
      setTimeout: (run: () => void, ms = 0) => later(run, this.#now + ms),
      clearTimeout: (handle: { readonly task?: Task } | undefined) => {
        this.#tasks = this.#tasks.filter((task) => task !== handle?.task);
      },
    });
    // Whoever blocks the thread does not, but finds that time has passed.
    Atomics.wait = (_array: unknown, _index: number, _value: unknown, ms = 0) => {
      this.#now += ms;
      return 'timed-out';
    };
    performance.now = () => {
      if (this.#apart) this.#now += 5;
      // Two looks often meet within a millisecond.
      else if (this.#random.chance(0.5)) this.#now += this.#random.integer(0, 19);
      return this.#now;
    };
  }

  /** Gives the runtime its own timers and clock back. What waits is forgotten. */
  restore(): void {
    const { now, wait, ...timers } = this.#real;
    Object.assign(globalThis, timers);
    performance.now = now;
    Atomics.wait = wait;
    this.#tasks = [];
  }

  /** A promise that resolves when the schedule comes to it. */
  later(): Promise<void> {
    return new Promise((resolve) => {
      this.#tasks.push({ run: resolve, due: 0 });
    });
  }

  /** Runs one of the tasks that wait, if there is one; tells whether there was. */
  step(): boolean {
    if (this.#tasks.length === 0) return false;
    const at = this.#random.integer(0, this.#tasks.length - 1);
    const [task] = this.#tasks.splice(at, 1);
    this.#now = Math.max(this.#now, task!.due);
    this.#inTask = true;
    try {
      task!.run();
    } finally {
      this.#inTask = false;
    }
    return true;
  }

  /** Ends the turn: all microtasks and ticks are done when it resolves. */
  turn(): Promise<void> {
    const { setImmediate } = this.#real;
    return new Promise((resolve) => {
      setImmediate(resolve);
    });
  }

  /** Runs something else, another store say: its tasks never run, and it changes no order. */
  apart<T>(call: () => T): T {
    const before = [this.#tasks, this.#inTask, this.#apart, this.#now] as const;
    this.#tasks = [];
    this.#inTask = false;
    this.#apart = true;
    try {
      return call();
    } finally {
      [this.#tasks, this.#inTask, this.#apart, this.#now] = before;
    }
  }
}
