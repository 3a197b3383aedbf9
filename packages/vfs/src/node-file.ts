/** An open file of the operating system. */

import * as fs from 'node:fs';
import { checkPosition, checkRange, closedError, ioError } from './io-error.ts';
import { fromNode } from './node-error.ts';
import type { VfsFile } from './vfs.ts';

/**
 * One call takes at most this much: Linux moves 2 GiB less a page, Node counts lengths in 31 bits.
 */
const MAX_TRANSFER = 1 << 30;

/** A descriptor with its path. */
export class NodeFile implements VfsFile {
  readonly path: string;
  /** -1 once closed: the operating system gives numbers out again, and another file may have it. */
  #descriptor: number;
  #syncing = 0;

  constructor(path: string, descriptor: number) {
    this.path = path;
    this.#descriptor = descriptor;
  }

  read(target: Uint8Array, start: number, length: number, position: number): number {
    checkRange(start, start + length, target.length);
    checkPosition(position);
    const descriptor = this.#open();
    let done = 0;
    try {
      while (done < length) {
        const wanted = Math.min(length - done, MAX_TRANSFER);
        const count = fs.readSync(descriptor, target, start + done, wanted, position + done);
        if (count === 0) break;
        done += count;
      }
    } catch (cause) {
      throw fromNode(cause, `cannot read at ${position + done}`, this.path);
    }
    return done;
  }

  write(source: Uint8Array, start: number, end: number): void {
    checkRange(start, end, source.length);
    const descriptor = this.#open();
    let at = start;
    try {
      while (at < end) {
        const count = fs.writeSync(descriptor, source, at, Math.min(end - at, MAX_TRANSFER));
        // Not known to happen; going round for ever would be the worst answer.
        if (count === 0) throw ioError('EIO', 'cannot write', this.path);
        at += count;
      }
    } catch (cause) {
      throw fromNode(cause, 'cannot write', this.path);
    }
  }

  size(): number {
    const descriptor = this.#open();
    try {
      return fs.fstatSync(descriptor).size;
    } catch (cause) {
      throw fromNode(cause, 'cannot stat', this.path);
    }
  }

  // fdatasync covers the size (whatever is needed to read the bytes back) and leaves out times. On
  // macOS Node makes it F_FULLFSYNC, on Windows FlushFileBuffers.
  sync(): void {
    const descriptor = this.#open();
    try {
      fs.fdatasyncSync(descriptor);
    } catch (cause) {
      throw fromNode(cause, 'cannot sync', this.path);
    }
  }

  async syncAsync(): Promise<void> {
    const descriptor = this.#open();
    this.#syncing += 1;
    const cause = await new Promise<unknown>((resolve) => fs.fdatasync(descriptor, resolve));
    this.#syncing -= 1;
    if (this.#syncing === 0 && this.#descriptor < 0) this.#closeNow(descriptor);
    if (cause) throw fromNode(cause, 'cannot sync', this.path);
  }

  close(): void {
    const descriptor = this.#descriptor;
    if (descriptor < 0) return;
    this.#descriptor = -1;
    // Closed under a sync's feet, its number could name another file by then, and the sync would
    // vouch for the wrong one; the sync closes instead.
    if (this.#syncing === 0) this.#closeNow(descriptor);
  }

  #closeNow(descriptor: number): void {
    try {
      fs.closeSync(descriptor);
    } catch (cause) {
      throw fromNode(cause, 'cannot close', this.path);
    }
  }

  #open(): number {
    if (this.#descriptor < 0) throw closedError(this.path);
    return this.#descriptor;
  }
}
