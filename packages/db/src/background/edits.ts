/**
 * The one way in which the live tables of an open store change: an edit goes to the manifest and to
 * the disk, its version becomes the current one, and only then are files removed that it left out.
 *
 * Waiting for the disk is the executor's: where that is another thread, the thread that writes goes
 * on meanwhile, and the edit becomes current a little later. Edits follow each other, one at a
 * time.
 *
 * REQUIRES: the tables that an edit adds are on the disk, and the directory was synced since they
 * were made.
 */
import type { LoggedEdit, VersionEdit } from '@jump/manifest';
import type { Store } from '../store.ts';
import type { Executor } from './executor.ts';
import type { ObsoleteFiles } from './obsolete-files.ts';

/** An edit, and what is to be done with it. */
export interface EditRequest {
  /** The change. */
  readonly edit: Partial<VersionEdit>;
  /** What the job that made the added tables said of their tombstones. */
  readonly blocked?: Iterable<readonly [number, number]>;
  /** Called when the version is current, before anybody can be told of anything. */
  readonly live?: () => void;
  /** Called when all is done: what it left out is removed, or nearly. It may tell listeners. */
  readonly done?: () => void;
}

/** Applies version edits. */
export class Edits {
  readonly #store: Store;
  readonly #obsolete: ObsoleteFiles;
  readonly #executor: () => Executor;
  readonly #blocked = new Map<number, number>();
  readonly #queue: EditRequest[] = [];
  #busy = false;

  /** Applies to `store`; what is no longer live goes to `obsolete`. */
  constructor(store: Store, obsolete: ObsoleteFiles, executor: () => Executor) {
    this.#store = store;
    this.#obsolete = obsolete;
    this.#executor = executor;
  }

  /** Live tables with tombstones that a snapshot held back; see `PickState.tombstonesBlocked`. */
  get blocked(): ReadonlyMap<number, number> {
    return this.#blocked;
  }

  /** Whether an edit is on its way, or waits: the current version is about to change. */
  get busy(): boolean {
    return this.#busy || this.#queue.length > 0;
  }

  /**
   * Writes an edit to the manifest, has that synced, and then makes its version current. What fails
   * poisons the store; the rest of the request is not done then.
   */
  apply(request: EditRequest): void {
    this.#queue.push(request);
    if (!this.#busy) this.#next();
  }

  /**
   * The same, and waits for the disk itself: for who could do nothing else meanwhile.
   * REQUIRES: no edit is on its way.
   *
   * @throws JUMP_POISONED if that fails
   */
  applyNow(request: EditRequest): void {
    const { versions } = this.#store;
    const logged = this.#log(request);
    if (logged !== undefined) {
      try {
        if (!logged.synced) versions.sync();
      } catch (error) {
        this.#store.poison(error, true);
      }
    }
    this.#store.checkWritable();
    this.#finish(request, logged);
  }

  /**
   * Makes moves of tables current at once; they come to the disk with the next edit, and nothing is
   * lost without them. REQUIRES: no edit is on its way.
   */
  move(request: EditRequest): void {
    this.#store.versions.defer(request.edit);
    this.#finish(request);
  }

  /** Ends what is on its way, waiting for the disk. @throws JUMP_POISONED if that fails */
  settle(): void {
    while (this.busy && !this.#store.poisoned) {
      // Called by a listener that was told of the edit before.
      if (!this.#busy) this.#next();
      else this.#executor().wait(SETTLE_MS);
    }
    this.#store.checkWritable();
  }

  #next(): void {
    const request = this.#queue.shift();
    if (request === undefined || this.#store.poisoned) return;
    const logged = this.#log(request);
    if (logged === undefined) return;
    if (logged.synced) {
      this.#finish(request, logged);
      this.#next();
      return;
    }
    const { versions } = this.#store;
    this.#busy = true;
    const file = { path: versions.manifestPath!, sync: () => versions.sync() };
    this.#executor().sync(file, (failure) => {
      this.#busy = false;
      if (failure !== undefined) {
        versions.fail(failure.error);
        this.#store.poison(failure.error, true);
        return;
      }
      if (this.#store.poisoned) return;
      this.#finish(request, logged);
      if (!this.#busy) this.#next();
    });
  }

  #log({ edit }: EditRequest): LoggedEdit | undefined {
    try {
      return this.#store.versions.log(edit, { directorySynced: true });
    } catch (error) {
      this.#store.poison(error, true);
      return undefined;
    }
  }

  /** Makes the change current that was logged, if one was, and does what follows from it. */
  #finish({ edit, blocked = [], live, done }: EditRequest, logged?: LoggedEdit): void {
    const { versions } = this.#store;
    if (logged !== undefined) versions.apply(logged);
    this.#store.version = versions.current;
    live?.();
    for (const { number } of edit.deleted ?? []) this.#blocked.delete(number);
    for (const [number, sequence] of blocked) this.#blocked.set(number, sequence);
    // A table that was only moved is deleted from one level and added to another.
    const added = new Set(edit.added?.map(({ table }) => table.number));
    this.#obsolete.add((edit.deleted ?? []).map((one) => one.number).filter((n) => !added.has(n)));
    this.#obsolete.sweep();
    if (logged?.synced === true) this.#obsolete.removeManifests();
    try {
      done?.();
    } catch (error) {
      // A log that failed has poisoned the store: the next write, or `close`, tells it.
      if (!this.#store.poisoned) throw error;
    }
  }
}

/** One look at whether an edit has come to its end. */
const SETTLE_MS = 50;
