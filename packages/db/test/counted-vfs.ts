/** A file system that knows how many of its files are open. */
import { ForwardingFile, ForwardingVfs, type Vfs, type VfsFile, type VfsOpenMode } from '@jump/vfs';

/** Wraps a file system; all calls go through. */
export class CountedVfs extends ForwardingVfs {
  /** Paths of the files that are open. */
  readonly openPaths: string[] = [];

  constructor(inner: Vfs) {
    super(inner, { threads: false });
  }

  override open(path: string, mode: VfsOpenMode): VfsFile {
    const file = super.open(path, mode);
    this.openPaths.push(path);
    return new CountedFile(file, this.openPaths);
  }
}

class CountedFile extends ForwardingFile {
  readonly #openPaths: string[];
  #closed = false;

  constructor(file: VfsFile, openPaths: string[]) {
    super(file);
    this.#openPaths = openPaths;
  }

  override close(): void {
    if (!this.#closed) this.#openPaths.splice(this.#openPaths.indexOf(this.path), 1);
    this.#closed = true;
    super.close();
  }
}
