/**
 * Reading from a disk that is dying: sectors that cannot be read count as zeros, and whatever lay
 * there fails its checksum, as any other damage does.
 */
import { JumpError } from '@jump/base';
import type { Vfs, VfsCapabilities, VfsFile, VfsLock, VfsOpenMode, VfsStat } from '@jump/vfs';

/** What a disk reads or refuses as one. */
const SECTOR = 4096;

/** A file system whose files can be read wherever they can be opened. The rest is passed on. */
export class TolerantVfs implements Vfs {
  readonly name: string;
  readonly capabilities: VfsCapabilities;
  /** Bytes read as zeros, by path. */
  readonly unreadable: Map<string, Set<number>> = new Map<string, Set<number>>();
  readonly #vfs: Vfs;

  constructor(vfs: Vfs) {
    this.#vfs = vfs;
    this.name = vfs.name;
    this.capabilities = vfs.capabilities;
  }

  open(path: string, mode: VfsOpenMode): VfsFile {
    const file = this.#vfs.open(path, mode);
    if (mode !== 'read') return file;
    return new TolerantFile(file, (sector) => {
      const sectors = this.unreadable.get(path) ?? new Set();
      this.unreadable.set(path, sectors.add(sector));
    });
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

class TolerantFile implements VfsFile {
  readonly path: string;
  readonly #file: VfsFile;
  readonly #onBadSector: (sector: number) => void;

  constructor(file: VfsFile, onBadSector: (sector: number) => void) {
    this.path = file.path;
    this.#file = file;
    this.#onBadSector = onBadSector;
  }

  read(target: Uint8Array, start: number, length: number, position: number): number {
    try {
      return this.#file.read(target, start, length, position);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      return this.#readBySectors(target, start, length, position);
    }
  }

  #readBySectors(target: Uint8Array, start: number, length: number, position: number): number {
    const end = Math.min(position + length, this.#file.size());
    for (let at = position; at < end; ) {
      const sector = Math.floor(at / SECTOR);
      const count = Math.min(end, (sector + 1) * SECTOR) - at;
      const to = start + at - position;
      try {
        this.#file.read(target, to, count, at);
      } catch (error) {
        if (!isUnreadable(error)) throw error;
        target.fill(0, to, to + count);
        this.#onBadSector(sector);
      }
      at += count;
    }
    return Math.max(0, end - position);
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
    this.#file.close();
  }
}

function isUnreadable(error: unknown): boolean {
  return error instanceof JumpError && error.systemCode === 'EIO';
}
