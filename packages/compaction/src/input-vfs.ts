/**
 * Reading inputs in long strides: a merge reads each table from front to back, and a block of 4 KiB
 * at a time would cost a system call each. Also counts what was read, for progress.
 */
import { copyRange } from '@jump/base';
import { ForwardingFile, ForwardingVfs, type VfsFile, type VfsOpenMode } from '@jump/vfs';

/** Bytes that are read ahead. */
const STRIDE = 1 << 18;

/** A file system whose files are read in strides. Only for reading; the rest is passed on. */
export class InputVfs extends ForwardingVfs {
  /** Bytes read from files so far, indexes and filters included. */
  bytesRead = 0;

  override open(path: string, mode: VfsOpenMode): VfsFile {
    const file = super.open(path, mode);
    return mode === 'read' ? new InputFile(file, this) : file;
  }
}

class InputFile extends ForwardingFile {
  readonly #account: InputVfs;
  readonly #size: number;
  /** `#ahead[0, #length)` are the file's bytes from `#position` on. */
  #ahead: Uint8Array | undefined = undefined;
  #position = 0;
  #length = 0;

  constructor(file: VfsFile, account: InputVfs) {
    super(file);
    this.#account = account;
    this.#size = file.size();
  }

  override read(target: Uint8Array, start: number, length: number, position: number): number {
    const from = position - this.#position;
    if (from >= 0 && from + length <= this.#length) return this.#copy(target, start, length, from);
    // The end of the file (footer, index) is read once, and large blocks gain nothing.
    if (length > STRIDE / 4 || position + STRIDE > this.#size) {
      this.#account.bytesRead += length;
      return this.inner.read(target, start, length, position);
    }
    this.#ahead ??= new Uint8Array(STRIDE);
    this.#length = 0;
    const count = this.inner.read(this.#ahead, 0, STRIDE, position);
    this.#account.bytesRead += count;
    this.#position = position;
    this.#length = count;
    return this.#copy(target, start, Math.min(length, count), 0);
  }

  #copy(target: Uint8Array, start: number, length: number, from: number): number {
    copyRange(this.#ahead!, from, from + length, target, start);
    return length;
  }

  override close(): void {
    this.#length = 0;
    this.#ahead = undefined;
    super.close();
  }
}
