/** Removes files that nothing needs any more: only such as LevelDB would name, never by guess. */
import { logName, oldTableName, parseFileName, type TableMeta, tableName } from '@jump/manifest';
import { joinPath } from '@jump/vfs';
import type { Store } from '../store.ts';

/** Keeps account of files to be removed, and removes them when no reader needs them. */
export class ObsoleteFiles {
  readonly #store: Store;
  readonly #tables = new Set<number>();

  /** Removes for `store`. */
  constructor(store: Store) {
    this.#store = store;
  }

  /** Takes note of tables that have left the current version. */
  add(numbers: Iterable<number>): void {
    for (const number of numbers) this.#tables.add(number);
  }

  /** Removes the tables noted that no reader holds. Removes nothing once the store is poisoned. */
  sweep(): void {
    if (this.#tables.size === 0 || this.#store.poisoned || this.#store.closed) return;
    for (const number of this.#tables) {
      if (this.#store.pins.holdsTable(number)) continue;
      this.#tables.delete(number);
      this.#store.tables.forget(number);
      this.#removeTable(number);
    }
  }

  /** Removes tables that were written and never became part of a version. */
  discard(tables: readonly TableMeta[]): void {
    if (this.#store.poisoned) return;
    for (const { number } of tables) this.#removeTable(number);
  }

  /** Removes a log whose entries are in tables. */
  removeLog(number: number): void {
    if (!this.#store.poisoned) this.#remove(logName(number));
  }

  /** Removes everything in the directory that belongs to no live state: after opening. */
  removeAll(currentLog: number): void {
    const { versions, vfs, directory } = this.#store;
    const live = new Set<number>();
    for (const tables of versions.current.levels) for (const { number } of tables) live.add(number);
    for (const name of vfs.list(directory)) {
      const file = parseFileName(name);
      if (file === undefined) continue;
      const { type, number } = file;
      if (
        (type === 'table' && !live.has(number)) ||
        (type === 'log' && number !== currentLog) ||
        (type === 'manifest' && number !== versions.manifestNumber) ||
        type === 'temp'
      ) {
        this.#remove(name);
      }
    }
  }

  /** Removes manifests before the current one. */
  removeManifests(): void {
    const { versions, vfs, directory } = this.#store;
    let names: string[] = [];
    try {
      names = vfs.list(directory);
    } catch (error) {
      this.#store.report(error, false);
    }
    for (const name of names) {
      const file = parseFileName(name);
      if (file?.type === 'manifest' && file.number < versions.manifestNumber) this.#remove(name);
    }
  }

  #removeTable(number: number): void {
    this.#remove(tableName(number));
    this.#remove(oldTableName(number));
  }

  /**
   * A file that cannot be removed takes room, nothing else: it is reported, and gone at an opening.
   */
  #remove(name: string): void {
    const { vfs, directory } = this.#store;
    const path = joinPath(directory, name);
    try {
      if (vfs.stat(path) !== undefined) vfs.remove(path);
    } catch (error) {
      this.#store.report(error, false);
    }
  }
}
