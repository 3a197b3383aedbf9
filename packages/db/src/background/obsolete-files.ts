/** Removes files that nothing needs any more: only such as LevelDB would name, never by guess. */
import { JumpError } from '@jump/base';
import { logName, oldTableName, parseFileName, type TableMeta, tableName } from '@jump/manifest';
import { joinPath } from '@jump/vfs';
import type { Store } from '../store.ts';
import { removeFiles } from './file-work.ts';

/** Keeps account of files to be removed, and removes them when no reader needs them. */
export class ObsoleteFiles {
  /** Removes files that are there; set to what does it elsewhere once there is such a thing. */
  remove: (paths: readonly string[]) => void;
  readonly #store: Store;
  readonly #tables = new Set<number>();
  /** Paths of files that were in use when they should have gone, as happens on Windows. */
  #busy: string[] = [];

  /** Removes for `store`. */
  constructor(store: Store) {
    this.#store = store;
    this.remove = (paths) => this.report(removeFiles(store.vfs, paths));
  }

  /**
   * Tells of files that could not be removed: they take room, nothing else, and are gone at an
   * opening. One that is only in use is tried again with the next that is removed.
   */
  report(errors: readonly unknown[]): void {
    for (const error of errors) {
      const path = this.#store.vfs.capabilities.sharedOpen ? undefined : busyPath(error);
      if (path === undefined) this.#store.report(error, false);
      else this.#busy.push(path);
    }
  }

  /** Takes note of tables that have left the current version. */
  add(numbers: Iterable<number>): void {
    for (const number of numbers) this.#tables.add(number);
  }

  /** Removes the tables noted that no reader holds. Removes nothing once the store is poisoned. */
  sweep(): void {
    if (this.#tables.size === 0 || this.#store.poisoned || this.#store.closed) return;
    const names: string[] = [];
    for (const number of this.#tables) {
      if (this.#store.pins.holdsTable(number)) continue;
      this.#tables.delete(number);
      this.#store.tables.forget(number);
      names.push(tableName(number), oldTableName(number));
    }
    this.#removeAll(names);
  }

  /** Removes tables that were written and never became part of a version. */
  discard(tables: readonly TableMeta[]): void {
    if (this.#store.poisoned) return;
    this.#removeAll(tables.flatMap(({ number }) => [tableName(number), oldTableName(number)]));
  }

  /** Removes the logs from one number to before another: their entries are in tables. */
  removeLogs(from: number, to: number): void {
    if (this.#store.poisoned) return;
    const names: string[] = [];
    for (let number = from; number < to; number++) names.push(logName(number));
    this.#removeAll(names);
  }

  /** Removes everything in the directory that belongs to no live state: after opening. */
  removeAll(currentLog: number): void {
    const { versions, vfs, directory } = this.#store;
    const live = new Set<number>();
    for (const tables of versions.current.levels) for (const { number } of tables) live.add(number);
    const names: string[] = [];
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
        names.push(name);
      }
    }
    this.#removeAll(names);
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
    this.#removeAll(
      names.filter((name) => {
        const file = parseFileName(name);
        return file?.type === 'manifest' && file.number < versions.manifestNumber;
      }),
    );
  }

  #removeAll(names: readonly string[]): void {
    const paths = [...this.#busy, ...names.map((name) => joinPath(this.#store.directory, name))];
    this.#busy = [];
    if (paths.length > 0) this.remove(paths);
  }
}

/** The path of a file that cannot be removed since it is open somewhere. */
function busyPath(error: unknown): string | undefined {
  const busy = error instanceof JumpError && /^(EBUSY|EPERM|EACCES)$/.test(error.systemCode ?? '');
  return busy ? error.file : undefined;
}
