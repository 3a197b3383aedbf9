/** A file system that knows how many of its files are open. */
import type { Vfs, VfsFile, VfsLock, VfsOpenMode, VfsStat } from '@jump/vfs';

/** Wraps a file system; all calls go through. */
export class CountedVfs implements Vfs {
  readonly name: string;
  readonly capabilities: Vfs['capabilities'];
  /** Paths of the files that are open. */
  readonly openPaths: string[] = [];
  readonly #inner: Vfs;

  constructor(inner: Vfs) {
    this.#inner = inner;
    this.name = inner.name;
    this.capabilities = { ...inner.capabilities, threads: false };
  }

  open(path: string, mode: VfsOpenMode): VfsFile {
    const file = this.#inner.open(path, mode);
    this.openPaths.push(path);
    let closed = false;
    return {
      path: file.path,
      read: (target, start, length, position) => file.read(target, start, length, position),
      write: (source, start, end) => file.write(source, start, end),
      size: () => file.size(),
      sync: () => file.sync(),
      syncAsync: () => file.syncAsync(),
      close: () => {
        if (!closed) this.openPaths.splice(this.openPaths.indexOf(path), 1);
        closed = true;
        file.close();
      },
    };
  }
  stat(path: string): VfsStat | undefined {
    return this.#inner.stat(path);
  }
  list(directory: string): string[] {
    return this.#inner.list(directory);
  }
  makeDirectory(directory: string): void {
    this.#inner.makeDirectory(directory);
  }
  remove(path: string): void {
    this.#inner.remove(path);
  }
  removeDirectory(directory: string): void {
    this.#inner.removeDirectory(directory);
  }
  rename(from: string, to: string): void {
    this.#inner.rename(from, to);
  }
  link(from: string, to: string): void {
    this.#inner.link(from, to);
  }
  syncDirectory(directory: string): void {
    this.#inner.syncDirectory(directory);
  }
  lock(directory: string, options?: { readonly requireKernelLock?: boolean }): VfsLock {
    return this.#inner.lock(directory, options);
  }
}
