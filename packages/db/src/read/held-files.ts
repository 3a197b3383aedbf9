/**
 * Files that stay readable, and as they were, whatever a writer does to their names: each is opened
 * when it is first looked at, and kept open until all are closed.
 *
 * So a store with more tables than are to be in memory, each with its index and filter, can be read
 * a few at a time: a table that was closed is read anew from the file that is still open.
 */
import { JumpError } from '@jump/base';
import {
  ForwardingFile,
  ForwardingVfs,
  type Vfs,
  type VfsFile,
  type VfsOpenMode,
  type VfsStat,
} from '@jump/vfs';

/** Keeps files open. */
export class HeldFiles {
  /** The file system, for reading: what is looked at or opened, stays. */
  readonly vfs: Vfs;
  readonly #files = new Map<string, VfsFile>();

  /** Holds files of `vfs`, none yet. */
  constructor(vfs: Vfs) {
    this.vfs = new HoldingVfs(vfs, this.#files);
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

/** Opens each file that is looked at once, for as long as `files` are kept. */
class HoldingVfs extends ForwardingVfs {
  readonly #files: Map<string, VfsFile>;

  constructor(vfs: Vfs, files: Map<string, VfsFile>) {
    super(vfs);
    this.#files = files;
  }

  override open(path: string, mode: VfsOpenMode): VfsFile {
    return mode === 'read' ? new Held(this.#hold(path)) : super.open(path, mode);
  }

  override stat(path: string): VfsStat | undefined {
    try {
      return { kind: 'file', size: this.#hold(path).size(), id: path };
    } catch (error) {
      // A directory, or nothing, or what cannot be opened: as it is.
      if (error instanceof JumpError) return super.stat(path);
      throw error;
    }
  }

  #hold(path: string): VfsFile {
    const found = this.#files.get(path);
    if (found !== undefined) return found;
    const file = super.open(path, 'read');
    this.#files.set(path, file);
    return file;
  }
}

/** A file that somebody else closes. */
class Held extends ForwardingFile {
  override close(): void {
    // The others may still read it.
  }
}
