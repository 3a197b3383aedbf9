/** A file of a simulated disk, open. */
import { JumpError } from '@jump/base';
import type { VfsFile } from '@jump/vfs';
import { type FileNode, failure } from './crash-nodes.ts';
import type { CrashVfs } from './crash-vfs.ts';

/** Works on a file of a {@link CrashVfs}, for as long as its process lives. */
export class CrashFile implements VfsFile {
  readonly path: string;
  readonly #vfs: CrashVfs;
  readonly #node: FileNode;
  readonly #writable: boolean;
  #closed = false;

  /** Opened by {@link CrashVfs.open}. */
  constructor(vfs: CrashVfs, path: string, node: FileNode, writable: boolean) {
    this.#vfs = vfs;
    this.path = path;
    this.#node = node;
    this.#writable = writable;
  }
  read(target: Uint8Array, start: number, length: number, position: number): number {
    this.#check();
    const end = Math.min(this.#node.size, position + length);
    if (end <= position) return 0;
    target.set(this.#node.bytes.subarray(position, end), start);
    return end - position;
  }
  write(source: Uint8Array, start: number, end: number): void {
    this.#check();
    if (!this.#writable) throw failure('EBADF', this.path);
    this.#vfs.write(this.#node, source, start, end, this.path);
  }
  size(): number {
    this.#check();
    return this.#node.size;
  }
  sync(): void {
    this.#check();
    this.#vfs.sync(this.#node, this.#node.size, this.path);
  }
  async syncAsync(): Promise<void> {
    this.#check();
    const { size } = this.#node;
    await this.#vfs.syncDelay();
    this.#vfs.sync(this.#node, size, this.path);
  }
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#vfs.closed(this.#node, this.path);
  }

  #check(): void {
    this.#vfs.checkAlive();
    if (this.#closed) {
      throw new JumpError('JUMP_CLOSED', 'the file is closed', { file: this.path });
    }
  }
}
