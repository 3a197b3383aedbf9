/**
 * A file system that remembers what was asked of it, in order, and fails where it is told to: for
 * tests of the order of syncs, and of what happens when the disk says no.
 */
import { JumpError } from '@jump/base';
import type { Vfs, VfsFile, VfsLock, VfsOpenMode, VfsStat } from '@jump/vfs';

/** What was asked: calls that only read a name or a size are not counted. */
export type VfsOperationKind =
  | 'open'
  | 'read'
  | 'write'
  | 'sync'
  | 'close'
  | 'list'
  | 'makeDirectory'
  | 'remove'
  | 'removeDirectory'
  | 'rename'
  | 'link'
  | 'syncDirectory'
  | 'lock';

/** One call, in the order of calls. */
export interface VfsOperation {
  /** Which one. */
  readonly kind: VfsOperationKind;
  /** Its file or directory. */
  readonly path: string;
  /** The mode of `open`, the target of `rename` and `link`, the bytes of `read` and `write`. */
  readonly detail?: string | number;
}

/** Which call fails, and how. */
export interface Fault {
  /** The number of the call among those that `kinds` and `path` choose, from 0. */
  readonly at: number;
  /** Only calls of these kinds count. Default: all but `close`. */
  readonly kinds?: readonly VfsOperationKind[];
  /** Only calls on paths that match count. */
  readonly path?: RegExp;
  /** The operating system's code. Default `EIO`. */
  readonly systemCode?: string;
  /** Whether every chosen call from there on fails too, as on a full disk. Default false. */
  readonly sticky?: boolean;
  /** How many bytes of a failing `write` still reach the file, at most. Default 0. */
  readonly shortWrite?: number;
  /**
   * Whether a failing `sync` drops what the file has unsynced, as ext4 and XFS do: on a simulated
   * disk that can. Default false: a later sync may save it.
   */
  readonly dropPages?: boolean;
}

/** Wraps a file system; calls go through unless a fault is set that chooses them. */
export class FaultVfs implements Vfs {
  readonly name: string;
  readonly capabilities: Vfs['capabilities'];
  /** Every call so far; may be emptied by setting its length. */
  readonly operations: VfsOperation[] = [];
  /** Whether the fault that is set has struck. */
  struck = false;
  readonly #inner: Vfs;
  #fault: Fault | undefined;
  #chosen = 0;

  constructor(inner: Vfs) {
    this.#inner = inner;
    this.name = `faulty ${inner.name}`;
    // A second thread would not see the faults.
    this.capabilities = { ...inner.capabilities, threads: false };
  }

  /** Sets the fault, or takes it away; counting begins anew. */
  setFault(fault: Fault | undefined): void {
    this.#fault = fault;
    this.#chosen = 0;
    this.struck = false;
  }

  open(path: string, mode: VfsOpenMode): VfsFile {
    this.enter('open', path, mode);
    return new FaultFile(this, this.#inner.open(path, mode));
  }
  stat(path: string): VfsStat | undefined {
    return this.#inner.stat(path);
  }
  list(directory: string): string[] {
    this.enter('list', directory);
    return this.#inner.list(directory);
  }
  makeDirectory(directory: string): void {
    this.enter('makeDirectory', directory);
    this.#inner.makeDirectory(directory);
  }
  remove(path: string): void {
    this.enter('remove', path);
    this.#inner.remove(path);
  }
  removeDirectory(directory: string): void {
    this.enter('removeDirectory', directory);
    this.#inner.removeDirectory(directory);
  }
  rename(from: string, to: string): void {
    this.enter('rename', from, to);
    this.#inner.rename(from, to);
  }
  link(from: string, to: string): void {
    this.enter('link', from, to);
    this.#inner.link(from, to);
  }
  syncDirectory(directory: string): void {
    this.enter('syncDirectory', directory);
    this.#inner.syncDirectory(directory);
  }
  lock(directory: string, options?: { readonly requireKernelLock?: boolean }): VfsLock {
    this.enter('lock', directory);
    return this.#inner.lock(directory, options);
  }

  /** Notes a call; throws if it is the one to fail, after `onFailure` did a part of it. */
  enter(
    kind: VfsOperationKind,
    path: string,
    detail?: string | number,
    onFailure?: (fault: Fault) => void,
  ): void {
    this.operations.push(detail === undefined ? { kind, path } : { kind, path, detail });
    const fault = this.#fault;
    if (fault === undefined) return;
    if (fault.kinds === undefined ? kind === 'close' : !fault.kinds.includes(kind)) return;
    if (fault.path !== undefined && !fault.path.test(path)) return;
    const number = this.#chosen++;
    if (number < fault.at || (number > fault.at && fault.sticky !== true)) return;
    this.struck = true;
    onFailure?.(fault);
    const systemCode = fault.systemCode ?? 'EIO';
    throw new JumpError('JUMP_IO', `${systemCode}: a fault of the test, ${kind}`, {
      file: path,
      systemCode,
    });
  }

  /** Does what a failing sync does to the file's bytes. */
  dropPages({ dropPages }: Fault, path: string): void {
    const inner = this.#inner as Vfs & { dropUnsynced?(path: string): void };
    if (dropPages === true) inner.dropUnsynced?.(path);
  }

  /** Shows the calls as text, one a line, for comparing orders; `kinds` chooses which. */
  show(kinds?: readonly VfsOperationKind[]): string {
    return this.operations
      .filter(({ kind }) => kinds === undefined || kinds.includes(kind))
      .map(({ kind, path, detail }) => [kind, path, detail ?? ''].join(' ').trimEnd())
      .join('\n');
  }
}

class FaultFile implements VfsFile {
  readonly path: string;
  readonly #vfs: FaultVfs;
  readonly #inner: VfsFile;

  constructor(vfs: FaultVfs, inner: VfsFile) {
    this.#vfs = vfs;
    this.#inner = inner;
    this.path = inner.path;
  }
  read(target: Uint8Array, start: number, length: number, position: number): number {
    this.#vfs.enter('read', this.path, length);
    return this.#inner.read(target, start, length, position);
  }
  write(source: Uint8Array, start: number, end: number): void {
    this.#vfs.enter('write', this.path, end - start, ({ shortWrite = 0 }) => {
      const written = Math.min(end, start + shortWrite);
      if (written > start) this.#inner.write(source, start, written);
    });
    this.#inner.write(source, start, end);
  }
  size(): number {
    return this.#inner.size();
  }
  sync(): void {
    this.#vfs.enter('sync', this.path, undefined, (fault) => this.#vfs.dropPages(fault, this.path));
    this.#inner.sync();
  }
  async syncAsync(): Promise<void> {
    this.#vfs.enter('sync', this.path, undefined, (fault) => this.#vfs.dropPages(fault, this.path));
    await this.#inner.syncAsync();
  }
  close(): void {
    // The descriptor is gone even where close fails, as with close(2).
    this.#vfs.enter('close', this.path, undefined, () => this.#inner.close());
    this.#inner.close();
  }
}
