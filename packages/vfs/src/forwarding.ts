/**
 * Bases for a file system that changes something of another one: counts, reads ahead, encrypts.
 * What they do not override is passed on.
 */
import type { Vfs, VfsCapabilities, VfsFile, VfsLock, VfsOpenMode, VfsStat } from './vfs.ts';

/** Passes every call on to another file system. */
export class ForwardingVfs implements Vfs {
  readonly name: string;
  readonly capabilities: VfsCapabilities;
  /** As {@link Vfs.resolve}, where the other one has it. */
  readonly resolve?: (path: string) => string;
  /** As {@link Vfs.syncFile}, where the other one has it. */
  readonly syncFile?: (path: string) => void;
  /** The other one. */
  protected readonly inner: Vfs;

  /** @param changes - what it can do otherwise than `inner`: no `threads`, say, if it keeps state */
  constructor(inner: Vfs, changes: Partial<VfsCapabilities> = {}) {
    this.inner = inner;
    this.name = inner.name;
    this.capabilities = { ...inner.capabilities, ...changes };
    if (inner.resolve !== undefined) this.resolve = (path) => inner.resolve!(path);
    if (inner.syncFile !== undefined) this.syncFile = (path) => inner.syncFile!(path);
  }

  open(path: string, mode: VfsOpenMode): VfsFile {
    return this.inner.open(path, mode);
  }
  stat(path: string): VfsStat | undefined {
    return this.inner.stat(path);
  }
  list(directory: string): string[] {
    return this.inner.list(directory);
  }
  makeDirectory(directory: string): void {
    this.inner.makeDirectory(directory);
  }
  remove(path: string): void {
    this.inner.remove(path);
  }
  removeDirectory(directory: string): void {
    this.inner.removeDirectory(directory);
  }
  rename(from: string, to: string): void {
    this.inner.rename(from, to);
  }
  link(from: string, to: string): void {
    this.inner.link(from, to);
  }
  syncDirectory(directory: string): void {
    this.inner.syncDirectory(directory);
  }
  lock(directory: string, options?: { readonly requireKernelLock?: boolean }): VfsLock {
    return this.inner.lock(directory, options);
  }
}

/** Passes every call on to another file. */
export class ForwardingFile implements VfsFile {
  readonly path: string;
  /** The other one. */
  protected readonly inner: VfsFile;

  /** @param inner - closed with this one, unless `close` is overridden */
  constructor(inner: VfsFile) {
    this.inner = inner;
    this.path = inner.path;
  }

  read(target: Uint8Array, start: number, length: number, position: number): number {
    return this.inner.read(target, start, length, position);
  }
  write(source: Uint8Array, start: number, end: number): void {
    this.inner.write(source, start, end);
  }
  size(): number {
    return this.inner.size();
  }
  sync(): void {
    this.inner.sync();
  }
  syncAsync(): Promise<void> {
    return this.inner.syncAsync();
  }
  close(): void {
    this.inner.close();
  }
}
