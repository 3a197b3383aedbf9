/**
 * A disk that loses power: a file system in memory which knows, of every file and of every
 * directory, what is on stable storage, and makes images of what a power loss might leave.
 *
 * What is synced is there. Of the rest, any may be: of a file's bytes any sectors, any writes, any
 * prefix, the others zeros or garbage; of a directory's changes what the mode allows, see
 * {@link CrashMode}. A rename is one change.
 *
 * Files only grow (`VfsFile` has no other way), so that what is synced of one is a prefix.
 */
import { JumpError } from '@jump/base';
import { joinPath, type Vfs, type VfsFile, type VfsLock, type VfsStat } from '@jump/vfs';
import { CrashFile } from './crash-file.ts';
import { type CrashMode, type DiskImage, type ImageChoice, makeImage } from './crash-image.ts';
import {
  appendTo,
  type DirectoryNode,
  dropUnsynced,
  type FileNode,
  failure,
  type Node,
  newDirectory,
  newFile,
  split,
  syncEntries,
  syncFile,
  syncTree,
} from './crash-nodes.ts';
import type { Random } from './random.ts';

/** Which call has just been done. */
export interface CrashOperation {
  /** Its name. */
  readonly kind:
    | 'create'
    | 'write'
    | 'sync'
    | 'close'
    | 'remove'
    | 'rename'
    | 'link'
    | 'syncDirectory'
    | 'makeDirectory';
  /** What it was done to. */
  readonly path: string;
}

/** How a disk behaves. */
export interface CrashOptions {
  /** How it keeps names; default `'posix'`. */
  readonly mode?: CrashMode;
  /** How many bytes of files there is room for; default no limit. */
  readonly capacity?: number;
}

/** See the module's words. Paths are taken from one root, whether absolute or not. */
export class CrashVfs implements Vfs {
  readonly name = 'crash';
  readonly mode: CrashMode;
  readonly capabilities: Vfs['capabilities'];
  /** Called after each call that changes something, syncs or closes. */
  onOperation: (operation: CrashOperation) => void = () => {};
  /** How long an asynchronous sync takes; resolves when the disk has done it. */
  syncDelay: () => Promise<void> = async () => {};
  /** How many bytes of files there is room for; may be changed at any time. */
  capacity: number;
  readonly #locked = new Set<string>();
  #root: DirectoryNode;
  #lastId = 0;
  #lastChange = 0;
  #firstChange = 1;
  #used = 0;
  #openFiles = 0;
  #dead = false;
  #lastWrite: { readonly file: FileNode; readonly start: number } | undefined;

  /** Makes an empty disk, or one as an image says, everything on it synced. */
  constructor(image: DiskImage = new Map(), options: CrashOptions = {}) {
    const { mode = 'posix', capacity = Number.POSITIVE_INFINITY } = options;
    this.mode = mode;
    this.capacity = capacity;
    const windows = mode === 'windows';
    this.capabilities = {
      hardLinks: true,
      directorySync: !windows,
      sharedOpen: !windows,
      rename: true,
      threads: false,
    };
    this.#root = newDirectory('directory 0');
    for (const [path, bytes] of image) {
      if (bytes === undefined) this.makeDirectory(path);
      else {
        const { parent, name } = this.#place(path);
        const file = this.#newFile();
        file.bytes = bytes;
        file.whole = bytes;
        file.size = bytes.length;
        file.synced = bytes.length;
        file.names = 1;
        this.#used += bytes.length;
        parent.entries.set(name, file);
      }
    }
    syncTree(this.#root);
    this.#commit();
  }

  /** How many files are open. */
  get openFiles(): number {
    return this.#openFiles;
  }

  /** How many bytes its files have, those without a name included that are still open. */
  get used(): number {
    return this.#used;
  }

  /**
   * The process dies: this object and its files work no more, locks are free. Returns the disk as
   * the next process finds it, the unsynced still there and still unsynced.
   */
  restart(): CrashVfs {
    this.#dead = true;
    const next = new CrashVfs(new Map(), { mode: this.mode, capacity: this.capacity });
    next.#root = this.#root;
    next.#lastId = this.#lastId;
    next.#firstChange = this.#firstChange;
    next.#lastChange = this.#lastChange;
    next.#used = this.#used;
    next.#lastWrite = this.#lastWrite;
    next.onOperation = this.onOperation;
    next.syncDelay = this.syncDelay;
    forEachFile(this.#root, (file) => {
      file.open = 0;
    });
    return next;
  }

  /** Throws once the process has died. */
  checkAlive(): void {
    if (this.#dead) throw new JumpError('JUMP_IO', 'the process has died');
  }

  /** Makes an image of what a power loss at this moment might leave; without `random`, plain ones. */
  image(choice: ImageChoice, random?: Random): DiskImage {
    const source = {
      root: this.#root,
      mode: this.mode,
      firstChange: this.#firstChange,
      lastChange: this.#lastChange,
      lastWrite: this.#lastWrite,
    };
    return makeImage(source, choice, random);
  }

  /**
   * Drops what is not synced of a file, as a system does whose sync fails: it can still be read, a
   * later sync says that all is well, and a power loss shows zeros.
   */
  dropUnsynced(path: string): void {
    const node = this.#find(path);
    if (node?.kind === 'file') dropUnsynced(node);
  }

  open(path: string, mode: 'read' | 'create' | 'replace'): VfsFile {
    const { parent, name, node } = this.#place(path);
    if (node?.kind === 'directory') throw failure('EISDIR', path);
    if (mode === 'read') {
      if (node === undefined) throw failure('ENOENT', path);
      this.#openFiles++;
      node.open++;
      return new CrashFile(this, path, node, false);
    }
    if (node !== undefined && mode === 'create') throw failure('EEXIST', path);
    if (this.#used >= this.capacity) throw failure('ENOSPC', path);
    this.#checkFree(node, path);
    // Replacing is modelled as a new file under the old name, in one step.
    const file = this.#newFile();
    this.#change(parent, (entries) => entries.set(name, file));
    file.names++;
    this.#unname(node);
    this.#openFiles++;
    file.open++;
    this.onOperation({ kind: 'create', path });
    return new CrashFile(this, path, file, true);
  }

  stat(path: string): VfsStat | undefined {
    const node = this.#find(path);
    if (node === undefined) return undefined;
    return { kind: node.kind, size: node.kind === 'file' ? node.size : 0, id: node.id };
  }

  list(directory: string): string[] {
    return [...this.#directory(directory).entries.keys()];
  }

  makeDirectory(directory: string): void {
    let at = this.#root;
    for (const name of split(directory)) {
      const found = at.entries.get(name);
      if (found?.kind === 'file') throw failure('ENOTDIR', directory);
      const next = found ?? newDirectory(`directory ${++this.#lastId}`);
      if (found === undefined) {
        this.#change(at, (entries) => entries.set(name, next));
        this.onOperation({ kind: 'makeDirectory', path: directory });
      }
      at = next as DirectoryNode;
    }
  }

  remove(path: string): void {
    const { parent, name, node } = this.#place(path);
    if (node === undefined) throw failure('ENOENT', path);
    if (node.kind === 'directory') throw failure('EISDIR', path);
    this.#checkFree(node, path);
    this.#change(parent, (entries) => entries.delete(name));
    this.#unname(node);
    this.onOperation({ kind: 'remove', path });
  }

  removeDirectory(directory: string): void {
    const { parent, name, node } = this.#place(directory);
    if (node?.kind !== 'directory') throw failure('ENOTDIR', directory);
    if (node.entries.size > 0) throw failure('ENOTEMPTY', directory);
    this.#change(parent, (entries) => entries.delete(name));
    this.onOperation({ kind: 'remove', path: directory });
  }

  rename(from: string, to: string): void {
    const source = this.#place(from);
    const target = this.#place(to);
    const file = source.node;
    if (file === undefined) throw failure('ENOENT', from);
    if (source.parent !== target.parent) throw failure('EXDEV', from);
    this.#checkFree(target.node, to);
    this.#change(source.parent, (entries) => {
      if (entries.get(source.name) === file) entries.delete(source.name);
      entries.set(target.name, file);
    });
    this.#unname(target.node);
    this.onOperation({ kind: 'rename', path: to });
  }

  link(from: string, to: string): void {
    const file = this.#find(from);
    const target = this.#place(to);
    if (file?.kind !== 'file') throw failure('ENOENT', from);
    if (target.node !== undefined) throw failure('EEXIST', to);
    this.#change(target.parent, (entries) => entries.set(target.name, file));
    file.names++;
    this.onOperation({ kind: 'link', path: to });
  }

  syncDirectory(directory: string): void {
    const node = this.#directory(directory);
    if (this.mode === 'posix') syncEntries(node);
    else if (this.capabilities.directorySync) this.#commit();
    this.onOperation({ kind: 'syncDirectory', path: directory });
  }

  lock(directory: string): VfsLock {
    const { id } = this.#directory(directory);
    const file = joinPath(directory, 'LOCK');
    if (this.#locked.has(id)) throw new JumpError('JUMP_LOCKED', 'held', { file });
    if (this.stat(file) === undefined) this.open(file, 'create').close();
    this.#locked.add(id);
    return { kind: 'none', check: () => {}, release: () => void this.#locked.delete(id) };
  }

  /** Appends to an open file: as much as there is room for. */
  write(file: FileNode, source: Uint8Array, start: number, end: number, path: string): void {
    const room = Math.max(0, this.capacity - this.#used);
    const taken = Math.min(end, start + room);
    if (taken > start) {
      this.#lastWrite = { file, start: file.size };
      appendTo(file, source, start, taken, this.#lastChange);
      this.#used += taken - start;
    }
    this.onOperation({ kind: 'write', path });
    if (taken < end) throw failure('ENOSPC', path);
  }

  /** Puts a file on stable storage; with it, where there is a journal, all names. */
  sync(file: FileNode, size: number, path: string): void {
    this.checkAlive();
    syncFile(file, size);
    if (this.mode !== 'posix') this.#commit();
    this.onOperation({ kind: 'sync', path });
  }

  /** Takes note that an open file was closed. */
  closed(file: FileNode, path: string): void {
    if (this.#dead) return;
    this.#openFiles--;
    file.open--;
    this.#free(file);
    this.onOperation({ kind: 'close', path });
  }

  #newFile(): FileNode {
    return newFile(`file ${++this.#lastId}`);
  }

  #change(directory: DirectoryNode, apply: (entries: Map<string, Node>) => void): void {
    apply(directory.entries);
    directory.changes.push({ number: ++this.#lastChange, apply });
  }

  /** Puts the journal on stable storage. */
  #commit(): void {
    if (this.#firstChange > this.#lastChange) return;
    syncTree(this.#root);
    this.#firstChange = this.#lastChange + 1;
  }

  /** Throws if a file is in use, where that keeps its name. */
  #checkFree(node: Node | undefined, path: string): void {
    if (node?.kind === 'file' && node.open > 0 && !this.capabilities.sharedOpen) {
      throw failure('EBUSY', path);
    }
  }

  #unname(node: Node | undefined): void {
    if (node?.kind !== 'file') return;
    node.names--;
    this.#free(node);
  }

  #free(file: FileNode): void {
    if (file.names === 0 && file.open === 0) this.#used -= file.size;
  }

  #find(path: string): Node | undefined {
    this.checkAlive();
    let at: Node | undefined = this.#root;
    for (const name of split(path)) {
      at = at?.kind === 'directory' ? at.entries.get(name) : undefined;
    }
    return at;
  }

  #directory(path: string): DirectoryNode {
    const node = this.#find(path);
    if (node?.kind !== 'directory') throw failure('ENOENT', path);
    return node;
  }

  #place(path: string): { parent: DirectoryNode; name: string; node: Node | undefined } {
    const names = split(path);
    const name = names.at(-1);
    if (name === undefined) throw failure('EISDIR', path);
    this.checkAlive();
    let parent: Node | undefined = this.#root;
    for (let i = 0; i < names.length - 1; i++) {
      parent = parent?.kind === 'directory' ? parent.entries.get(names[i]!) : undefined;
    }
    if (parent?.kind !== 'directory') throw failure('ENOENT', path);
    return { parent, name, node: parent.entries.get(name) };
  }
}

function forEachFile(directory: DirectoryNode, call: (file: FileNode) => void): void {
  for (const node of directory.entries.values()) {
    if (node.kind === 'file') call(node);
    else forEachFile(node, call);
  }
}
