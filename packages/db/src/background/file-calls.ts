/**
 * Work on files that a store has asked its worker for, until the answer comes. What a worker that
 * has ended did not answer is done here.
 */
import type { Vfs } from '@jump/vfs';
import { type Failure, failureOf, removeFiles, type WrittenFile } from './file-work.ts';

interface Call {
  /** Takes the worker's answer. */
  readonly answer: (errors: readonly unknown[]) => void;
  /** Does the work in this thread. */
  readonly here: () => void;
}

/** The calls that are under way. */
export class FileCalls {
  readonly #vfs: Vfs;
  readonly #calls = new Map<number, Call>();
  #nextId = 0;

  /** Works on the files of `vfs` where the worker does not. */
  constructor(vfs: Vfs) {
    this.#vfs = vfs;
  }

  /** How many are under way. */
  get size(): number {
    return this.#calls.size;
  }

  /** Takes note of a sync; returns its number. */
  sync(file: WrittenFile, done: (failure: Failure | undefined) => void): number {
    return this.#add({
      answer: (errors) => done(errors.length === 0 ? undefined : { error: errors[0] }),
      here: () => done(failureOf(() => file.sync())),
    });
  }

  /** Takes note of a removal; returns its number. */
  remove(paths: readonly string[], done: (errors: readonly unknown[]) => void): number {
    return this.#add({ answer: done, here: () => done(removeFiles(this.#vfs, paths)) });
  }

  /** Takes an answer. */
  take(id: number, errors: readonly unknown[]): void {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    call?.answer(errors);
  }

  /**
   * Does what has not been answered; the worker will not. Should it have done some of it without a
   * word: a removal can be repeated, and a sync that failed there fails here too, since every open
   * file hears of a failure once for itself.
   */
  finishHere(): void {
    // Ending one may ask for another.
    for (const [id, call] of this.#calls) {
      this.#calls.delete(id);
      call.here();
    }
  }

  #add(call: Call): number {
    this.#calls.set(++this.#nextId, call);
    return this.#nextId;
  }
}
