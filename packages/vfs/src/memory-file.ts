/**
 * Files in memory: the bytes, which outlive their name while somebody has them open, and handles.
 */

import { checkPosition, checkRange, closedError, ioError } from './io-error.ts';
import type { VfsFile } from './vfs.ts';

/** Bytes in every chunk but the first, which starts small and doubles up to this. */
const CHUNK_SIZE = 1 << 17;
const FIRST_CHUNK_SIZE = 256;

/**
 * Bytes that grow at the end.
 *
 * Invariant: all chunks but the last are `CHUNK_SIZE` long, so that a position names its chunk by a
 * division. Growing never copies more than the first chunk, which at most doubles what is written:
 * appending is linear whatever the size, and an empty file costs nothing.
 */
export class MemoryBytes {
  /** Bytes written so far. */
  size = 0;
  #chunks: Uint8Array[] = [];

  /** Forgets everything; buffers that were read into keep what they got. */
  clear(): void {
    this.size = 0;
    this.#chunks = [];
  }

  /** Copies up to `length` bytes from `position`; returns how many there were. */
  read(target: Uint8Array, start: number, length: number, position: number): number {
    const end = Math.min(this.size, position + length);
    let at = position;
    while (at < end) {
      const index = Math.floor(at / CHUNK_SIZE);
      const offset = at - index * CHUNK_SIZE;
      const count = Math.min(end - at, CHUNK_SIZE - offset);
      target.set(this.#chunks[index]!.subarray(offset, offset + count), start + at - position);
      at += count;
    }
    return Math.max(0, end - position);
  }

  /** Copies `source[start, end)` to the end. */
  append(source: Uint8Array, start: number, end: number): void {
    let from = start;
    while (from < end) {
      const index = Math.floor(this.size / CHUNK_SIZE);
      const offset = this.size - index * CHUNK_SIZE;
      const count = Math.min(end - from, CHUNK_SIZE - offset);
      const chunk = this.#room(index, offset, offset + count);
      chunk.set(source.subarray(from, from + count), offset);
      from += count;
      this.size += count;
    }
  }

  /** The chunk at `index`, with room for `needed` bytes, of which `used` are there. */
  #room(index: number, used: number, needed: number): Uint8Array {
    const old = this.#chunks[index];
    if (old !== undefined && old.length >= needed) return old;
    let size = index > 0 ? CHUNK_SIZE : Math.max(FIRST_CHUNK_SIZE, used * 2);
    while (size < needed) size *= 2;
    const grown = new Uint8Array(Math.min(size, CHUNK_SIZE));
    if (old !== undefined) grown.set(old.subarray(0, used));
    this.#chunks[index] = grown;
    return grown;
  }
}

/** A handle on bytes in memory; there is nothing to sync. */
export class MemoryFile implements VfsFile {
  readonly path: string;
  readonly #writable: boolean;
  #bytes: MemoryBytes | undefined;

  constructor(path: string, bytes: MemoryBytes, writable: boolean) {
    this.path = path;
    this.#bytes = bytes;
    this.#writable = writable;
  }

  read(target: Uint8Array, start: number, length: number, position: number): number {
    checkRange(start, start + length, target.length);
    checkPosition(position);
    return this.#open().read(target, start, length, position);
  }

  write(source: Uint8Array, start: number, end: number): void {
    checkRange(start, end, source.length);
    const bytes = this.#open();
    if (!this.#writable) throw ioError('EBADF', 'cannot write', this.path);
    bytes.append(source, start, end);
  }

  size(): number {
    return this.#open().size;
  }

  sync(): void {
    this.#open();
  }

  async syncAsync(): Promise<void> {
    this.#open();
  }

  close(): void {
    this.#bytes = undefined;
  }

  #open(): MemoryBytes {
    if (this.#bytes === undefined) throw closedError(this.path);
    return this.#bytes;
  }
}
