/** Promises that wait for background work to come so far. */

/** What is waited for. */
export type Waiting = 'flush' | 'drain' | 'removal';

interface Waiter {
  readonly kind: Waiting;
  readonly sequence: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Keeps promises until what they wait for has come. */
export class Waiters {
  #waiters: Waiter[] = [];

  /** How many wait. */
  get size(): number {
    return this.#waiters.length;
  }

  /**
   * Returns a promise that {@link Waiters.settle} resolves once it is called with `sequence`: of an
   * entry, or of a removal.
   */
  add(kind: Waiting, sequence: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ kind, sequence, resolve, reject });
    });
  }

  /** The highest sequence waited for, 0 if nobody waits. */
  highest(kind: Waiting): number {
    let highest = 0;
    for (const waiter of this.#waiters) {
      if (waiter.kind === kind) highest = Math.max(highest, waiter.sequence);
    }
    return highest;
  }

  /** Resolves everybody who waits for `sequence` or an earlier one. */
  settle(kind: Waiting, sequence: number): void {
    if (this.#waiters.length === 0) return;
    const ready = this.#waiters.filter((one) => one.kind === kind && one.sequence <= sequence);
    if (ready.length === 0) return;
    this.#waiters = this.#waiters.filter((one) => !ready.includes(one));
    for (const { resolve } of ready) resolve();
  }

  /** Rejects everybody who waits for one thing. */
  reject(kind: Waiting, error: unknown): void {
    const failed = this.#waiters.filter((one) => one.kind === kind);
    this.#waiters = this.#waiters.filter((one) => one.kind !== kind);
    for (const { reject } of failed) reject(error);
  }

  /** Rejects everybody. */
  rejectAll(error: unknown): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const { reject } of waiters) reject(error);
  }
}
