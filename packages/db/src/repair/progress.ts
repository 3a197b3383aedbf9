/**
 * How far a repair has come, in bytes of the damaged store's files, each of which is read twice.
 */
import type { StoreFile, StoreFiles } from './store-files.ts';

/** Tells it, never backwards. */
export class Progress {
  readonly #tell: (progress: { done: number; total: number }) => void;
  readonly #tables: number;
  readonly #all: number;
  #done = 0;

  constructor(tell: (progress: { done: number; total: number }) => void, files: StoreFiles) {
    const bytes = (list: readonly StoreFile[]) => list.reduce((sum, { size }) => sum + size, 0);
    this.#tell = tell;
    this.#tables = bytes(files.tables);
    this.#all = this.#tables + bytes(files.logs);
  }

  /** So many bytes of tables were read. */
  tables(done: number): void {
    this.#set(done);
  }

  /** So many bytes of logs were read, and all tables. */
  logs(done: number): void {
    this.#set(this.#tables + done);
  }

  /** So many bytes of keys and values were merged: more than those of compressed files. */
  merged(done: number): void {
    this.#set(this.#all + Math.min(done, this.#all));
  }

  finish(): void {
    this.#set(2 * this.#all);
  }

  #set(done: number): void {
    if (done <= this.#done) return;
    this.#done = done;
    this.#tell({ done, total: 2 * this.#all });
  }
}
