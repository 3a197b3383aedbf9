/**
 * Reading from a disk that is dying: sectors that cannot be read count as zeros, and whatever lay
 * there fails its checksum, as any other damage does.
 */
import { JumpError } from '@jump/base';
import { ForwardingFile, ForwardingVfs, type VfsFile, type VfsOpenMode } from '@jump/vfs';

/** What a disk reads or refuses as one. */
const SECTOR = 4096;

/** A file system whose files can be read wherever they can be opened. The rest is passed on. */
export class TolerantVfs extends ForwardingVfs {
  /** Bytes read as zeros, by path. */
  readonly unreadable: Map<string, Set<number>> = new Map<string, Set<number>>();

  override open(path: string, mode: VfsOpenMode): VfsFile {
    const file = super.open(path, mode);
    if (mode !== 'read') return file;
    return new TolerantFile(file, (sector) => {
      const sectors = this.unreadable.get(path) ?? new Set();
      this.unreadable.set(path, sectors.add(sector));
    });
  }
}

class TolerantFile extends ForwardingFile {
  readonly #onBadSector: (sector: number) => void;

  constructor(file: VfsFile, onBadSector: (sector: number) => void) {
    super(file);
    this.#onBadSector = onBadSector;
  }

  override read(target: Uint8Array, start: number, length: number, position: number): number {
    try {
      return this.inner.read(target, start, length, position);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      return this.#readBySectors(target, start, length, position);
    }
  }

  #readBySectors(target: Uint8Array, start: number, length: number, position: number): number {
    const end = Math.min(position + length, this.inner.size());
    for (let at = position; at < end; ) {
      const sector = Math.floor(at / SECTOR);
      const count = Math.min(end, (sector + 1) * SECTOR) - at;
      const to = start + at - position;
      try {
        this.inner.read(target, to, count, at);
      } catch (error) {
        if (!isUnreadable(error)) throw error;
        target.fill(0, to, to + count);
        this.#onBadSector(sector);
      }
      at += count;
    }
    return Math.max(0, end - position);
  }
}

function isUnreadable(error: unknown): boolean {
  return error instanceof JumpError && error.systemCode === 'EIO';
}
