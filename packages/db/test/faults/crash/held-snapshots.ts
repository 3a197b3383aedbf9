/** Snapshots that a history holds, each with what it must see. */
import type { Snapshot } from '../../../src/index.ts';
import type { Contents } from './contents.ts';
import { readStore, type Store } from './read-store.ts';

interface Held {
  readonly snapshot: Snapshot<string, Uint8Array>;
  readonly contents: Contents;
}

/** Throws if what was found is not what must be there. */
export function same(found: Contents, expected: Contents, what: string): void {
  if (found.fingerprint === expected.fingerprint) return;
  throw new Error(`${what} has other contents: ${found.differences(expected)}`);
}

/** The snapshots. */
export class HeldSnapshots {
  #held: Held[] = [];

  /** Compares the snapshot at a place and lets it go; takes one if none is there. */
  exchange(at: number, db: Store, keys: readonly string[], contents: Contents): void {
    const [held] = this.#held.splice(at, 1);
    if (held === undefined) {
      this.#held.push({ snapshot: db.snapshot(), contents: contents.clone() });
      return;
    }
    same(readStore(held.snapshot, keys), held.contents, 'a snapshot');
    held.snapshot.release();
  }

  /** How many there are. */
  get length(): number {
    return this.#held.length;
  }

  /** Lets all go. */
  release(): void {
    for (const { snapshot } of this.#held.splice(0)) snapshot.release();
  }

  /** Forgets all: their store is dead. */
  forget(): void {
    this.#held = [];
  }
}
