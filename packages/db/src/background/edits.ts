/**
 * The one way in which the live tables of an open store change: an edit goes to the manifest and to
 * the disk, its version becomes the current one, and only then are files removed that it left out.
 *
 * REQUIRES: the tables that an edit adds are on the disk, and the directory was synced since they
 * were made.
 */
import type { VersionEdit } from '@jump/manifest';
import type { Store } from '../store.ts';
import type { ObsoleteFiles } from './obsolete-files.ts';

/** Applies version edits. */
export class Edits {
  readonly #store: Store;
  readonly #obsolete: ObsoleteFiles;
  readonly #blocked = new Map<number, number>();

  /** Applies to `store`; what is no longer live goes to `obsolete`. */
  constructor(store: Store, obsolete: ObsoleteFiles) {
    this.#store = store;
    this.#obsolete = obsolete;
  }

  /** Live tables with tombstones that a snapshot held back; see `PickState.tombstonesBlocked`. */
  get blocked(): ReadonlyMap<number, number> {
    return this.#blocked;
  }

  /**
   * Writes an edit to the manifest, and makes its version current. Poisons if that fails.
   *
   * @param blocked - what the job that made the added tables said of their tombstones
   * @param live - called when the version is current, before anybody can be told of anything
   */
  apply(
    edit: Partial<VersionEdit>,
    blocked: Iterable<readonly [number, number]> = [],
    live: () => void = () => {},
  ): void {
    const { versions } = this.#store;
    const manifest = versions.manifestNumber;
    try {
      versions.logAndApply(edit, { directorySynced: true });
    } catch (error) {
      throw this.#store.poison(error, true);
    }
    this.#store.version = versions.current;
    live();
    for (const { number } of edit.deleted ?? []) this.#blocked.delete(number);
    for (const [number, sequence] of blocked) this.#blocked.set(number, sequence);
    // A table that was only moved is deleted from one level and added to another.
    const added = new Set(edit.added?.map(({ table }) => table.number));
    this.#obsolete.add((edit.deleted ?? []).map((one) => one.number).filter((n) => !added.has(n)));
    this.#obsolete.sweep();
    if (versions.manifestNumber !== manifest) this.#obsolete.removeManifests();
  }
}
