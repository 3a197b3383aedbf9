/**
 * Reading inputs in long strides: a merge reads each table from front to back, and a block of 4 KiB
 * at a time would cost a system call each. Also counts what was read, for progress.
 */
import { copyRange } from '@jump/base';
import type { Vfs, VfsCapabilities, VfsFile, VfsLock, VfsOpenMode, VfsStat } from '@jump/vfs';

/** Bytes that are read ahead. */
const STRIDE = 1 << 18;

/** A file system whose files are read in strides. Only for reading; the rest is passed on. */
export class InputVfs implements Vfs {
  /** Bytes read from files so far, indexes and filters included. */
  bytesRead = 0;
  readonly name: string;
  readonly capabilities: VfsCapabilities;
  readonly #vfs: Vfs;

  constructor(vfs: Vfs) {
    this.#vfs = vfs;
    this.name = vfs.name;
    this.capabilities = vfs.capabilities;
  }

  open(path: string, mode: VfsOpenMode): VfsFile {
    const file = this.#vfs.open(path, mode);
    return mode === 'read' ? new InputFile(file, this) : file;
  }
  stat(path: string): VfsStat | undefined {
    return this.#vfs.stat(path);
  }
  list(directory: string): string[] {
    return this.#vfs.list(directory);
  }
  makeDirectory(directory: string): void {
    this.#vfs.makeDirectory(directory);
  }
  remove(path: string): void {
    this.#vfs.remove(path);
  }
  removeDirectory(directory: string): void {
    this.#vfs.removeDirectory(directory);
  }
  rename(from: string, to: string): void {
    this.#vfs.rename(from, to);
  }
  link(from: string, to: string): void {
    this.#vfs.link(from, to);
  }
  syncDirectory(directory: string): void {
    this.#vfs.syncDirectory(directory);
  }
  lock(directory: string, options?: { readonly requireKernelLock?: boolean }): VfsLock {
    return this.#vfs.lock(directory, options);
  }
}

class InputFile implements VfsFile {
  readonly path: string;
  readonly #file: VfsFile;
  readonly #account: InputVfs;
  readonly #size: number;
  /** `#ahead[0, #length)` are the file's bytes from `#position` on. */
  #ahead: Uint8Array | undefined = undefined;
  #position = 0;
  #length = 0;

  constructor(file: VfsFile, account: InputVfs) {
    this.path = file.path;
    this.#file = file;
    this.#account = account;
    this.#size = file.size();
  }

  read(target: Uint8Array, start: number, length: number, position: number): number {
    const from = position - this.#position;
    if (from >= 0 && from + length <= this.#length) return this.#copy(target, start, length, from);
    // The end of the file (footer, index) is read once, and large blocks gain nothing.
    if (length > STRIDE / 4 || position + STRIDE > this.#size) {
      this.#account.bytesRead += length;
      return this.#file.read(target, start, length, position);
    }
    this.#ahead ??= new Uint8Array(STRIDE);
    this.#length = 0;
    const count = this.#file.read(this.#ahead, 0, STRIDE, position);
    this.#account.bytesRead += count;
    this.#position = position;
    this.#length = count;
    return this.#copy(target, start, Math.min(length, count), 0);
  }

  #copy(target: Uint8Array, start: number, length: number, from: number): number {
    copyRange(this.#ahead!, from, from + length, target, start);
    return length;
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
    this.#length = 0;
    this.#ahead = undefined;
    this.#file.close();
  }
}
