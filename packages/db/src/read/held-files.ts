/**
 * Files that stay readable, and as they were, whatever a writer does to their names: each is opened
 * when it is first looked at, and kept open until all are closed.
 *
 * So a store with more tables than are to be in memory, each with its index and filter, can be read
 * a few at a time: a table that was closed is read anew from the file that is still open.
 */
import { JumpError } from '@jump/base';
import type { Vfs, VfsFile, VfsStat } from '@jump/vfs';

/** Keeps files open. */
export class HeldFiles {
  /** The file system, for reading: what is looked at or opened, stays. */
  readonly vfs: Vfs;
  readonly #files = new Map<string, VfsFile>();

  /** Holds files of `vfs`, none yet. */
  constructor(vfs: Vfs) {
    const hold = (path: string): VfsFile => {
      const found = this.#files.get(path);
      if (found !== undefined) return found;
      const file = vfs.open(path, 'read');
      this.#files.set(path, file);
      return file;
    };
    this.vfs = {
      name: vfs.name,
      capabilities: vfs.capabilities,
      open: (path, mode) => (mode === 'read' ? new Held(hold(path)) : vfs.open(path, mode)),
      stat(path): VfsStat | undefined {
        try {
          return { kind: 'file', size: hold(path).size(), id: path };
        } catch (error) {
          // A directory, or nothing, or what cannot be opened: as it is.
          if (error instanceof JumpError) return vfs.stat(path);
          throw error;
        }
      },
      list: (directory) => vfs.list(directory),
      makeDirectory: (directory) => vfs.makeDirectory(directory),
      remove: (path) => vfs.remove(path),
      removeDirectory: (directory) => vfs.removeDirectory(directory),
      rename: (from, to) => vfs.rename(from, to),
      link: (from, to) => vfs.link(from, to),
      syncDirectory: (directory) => vfs.syncDirectory(directory),
      lock: (directory, options) => vfs.lock(directory, options),
    };
  }

  /** How many are open. */
  get size(): number {
    return this.#files.size;
  }

  /** Closes all. Idempotent. */
  close(): void {
    for (const file of this.#files.values()) file.close();
    this.#files.clear();
  }
}

/** A file that somebody else closes. */
class Held implements VfsFile {
  readonly path: string;
  readonly #file: VfsFile;

  constructor(file: VfsFile) {
    this.path = file.path;
    this.#file = file;
  }

  read(target: Uint8Array, start: number, length: number, position: number): number {
    return this.#file.read(target, start, length, position);
  }

  write(source: Uint8Array, start: number, end: number): void {
    this.#file.write(source, start, end);
  }

  size(): number {
    return this.#file.size();
  }

  sync(): void {
    this.#file.sync();
  }

  syncAsync(): Promise<void> {
    return this.#file.syncAsync();
  }

  close(): void {
    // The others may still read it.
  }
}
