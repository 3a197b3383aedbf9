/** What is done to files beside the jobs: the same in every thread. */
import type { Vfs } from '@jump/vfs';

/** A file that has been written, and is to be put on stable storage. */
export interface WrittenFile {
  /** Where it is. */
  readonly path: string;
  /** Puts it on stable storage from the thread that has written it. */
  sync(): void;
}

/** A failure; what was thrown may be `undefined`. */
export interface Failure {
  readonly error: unknown;
}

/** Carries out `step`; returns what it throws. */
export function failureOf(step: () => void): Failure | undefined {
  try {
    step();
    return undefined;
  } catch (error) {
    return { error };
  }
}

/**
 * Removes those of the files that are there; returns why each that is left could not be removed.
 */
export function removeFiles(vfs: Vfs, paths: readonly string[]): unknown[] {
  return paths.flatMap((path) => {
    const failure = failureOf(() => {
      if (vfs.stat(path) !== undefined) vfs.remove(path);
    });
    return failure === undefined ? [] : [failure.error];
  });
}
