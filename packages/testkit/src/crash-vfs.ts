/**
 * A disk that loses power: a file system in memory which knows, of every file and of every
 * directory, what is on stable storage, and makes images of what a power loss might leave.
 *
 * What is synced is there. Of the rest, the weakest file system that POSIX allows keeps what it
 * likes:
 *  - of a file's unsynced bytes any sectors, the others zeros, or garbage, or the file ends there;
 *  - of a directory's unsynced changes any, whatever their order. A rename is one change.
 *  - A file's sync says nothing about its name.
 *
 * Files only grow (`VfsFile` has no other way), so that what is synced of one is a prefix.
 */
import { JumpError } from '@jump/base';
import { joinPath, type Vfs, type VfsFile, type VfsLock, type VfsStat } from '@jump/vfs';
import { loseSectors } from './crash-sectors.ts';
import type { Random } from './random.ts';

/** What of the unsynced is in an image. */
export interface ImageChoice {
  /** Changes of directories. */
  readonly entries: 'all' | 'none' | 'random';
  /**
   * Bytes of files: `'zeros'` keeps the size alone, `'torn'` all but a part of the newest write.
   */
  readonly bytes: 'all' | 'none' | 'zeros' | 'torn' | 'random';
}

/** What a disk holds: files and directories (`undefined`) by path. */
export type DiskImage = ReadonlyMap<string, Uint8Array | undefined>;

/** Which call has just been done. */
export interface CrashOperation {
  /** Its name. */
  readonly kind:
    | 'create'
    | 'write'
    | 'sync'
    | 'remove'
    | 'rename'
    | 'link'
    | 'syncDirectory'
    | 'makeDirectory';
  /** What it was done to. */
  readonly path: string;
}

interface FileNode {
  readonly kind: 'file';
  readonly id: string;
  bytes: Uint8Array;
  size: number;
  /** Bytes that are on stable storage. */
  synced: number;
}

interface DirectoryNode {
  readonly kind: 'directory';
  readonly id: string;
  readonly entries: Map<string, Node>;
  /** Entries on stable storage. */
  synced: Map<string, Node>;
  /** What has changed since, in order. */
  changes: ((entries: Map<string, Node>) => void)[];
}

type Node = FileNode | DirectoryNode;

/** See the module's words. Paths are taken from one root, whether absolute or not. */
export class CrashVfs implements Vfs {
  readonly name = 'crash';
  readonly capabilities: Vfs['capabilities'] = {
    hardLinks: true,
    directorySync: true,
    sharedOpen: true,
    rename: true,
    threads: false,
  };
  /** Called after each call that changes something or syncs. */
  onOperation: (operation: CrashOperation) => void = () => {};
  /** How long an asynchronous sync takes; resolves when the disk has done it. */
  syncDelay: () => Promise<void> = async () => {};
  readonly #locked = new Set<string>();
  #root: DirectoryNode;
  #lastId = 0;
  #dead = false;
  #lastWrite: { readonly file: FileNode; readonly start: number } | undefined;

  /** Makes an empty disk, or one as an image says, everything on it synced. */
  constructor(image: DiskImage = new Map()) {
    this.#root = this.#newDirectory();
    for (const [path, bytes] of image) {
      if (bytes === undefined) this.makeDirectory(path);
      else {
        const file = this.#newFile();
        file.bytes = bytes.slice();
        file.size = bytes.length;
        file.synced = bytes.length;
        const { parent, name } = this.#place(path);
        parent.entries.set(name, file);
      }
    }
    syncTree(this.#root);
  }

  /**
   * The process dies: this object and its files work no more, locks are free. Returns the disk as
   * the next process finds it, the unsynced still there and still unsynced.
   */
  restart(): CrashVfs {
    this.#dead = true;
    const next = new CrashVfs();
    next.#root = this.#root;
    next.#lastId = this.#lastId;
    next.onOperation = this.onOperation;
    next.syncDelay = this.syncDelay;
    return next;
  }

  /** Throws once the process has died. */
  checkAlive(): void {
    if (this.#dead) throw new JumpError('JUMP_IO', 'the process has died');
  }

  /** Makes an image of what a power loss at this moment might leave; without `random`, plain ones. */
  image(choice: ImageChoice, random?: Random): DiskImage {
    const image = new Map<string, Uint8Array | undefined>();
    const bytesOf = new Map<FileNode, Uint8Array>();
    const visit = (directory: DirectoryNode, path: string): void => {
      for (const [name, node] of this.#entriesOf(directory, choice, random)) {
        const at = joinPath(path, name);
        if (node.kind === 'directory') {
          image.set(at, undefined);
          visit(node, at);
        } else {
          const bytes = bytesOf.get(node) ?? this.#bytesOf(node, choice, random);
          bytesOf.set(node, bytes);
          image.set(at, bytes);
        }
      }
    };
    visit(this.#root, '/');
    return image;
  }

  open(path: string, mode: 'read' | 'create' | 'replace'): VfsFile {
    const { parent, name, node } = this.#place(path);
    if (node?.kind === 'directory') throw failure('EISDIR', path);
    if (mode === 'read') {
      if (node === undefined) throw failure('ENOENT', path);
      return new CrashFile(this, path, node, false);
    }
    if (node !== undefined && mode === 'create') throw failure('EEXIST', path);
    // Replacing is modelled as a new file under the old name, in one step.
    const file = this.#newFile();
    this.#change(parent, (entries) => entries.set(name, file));
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
      const next = found ?? this.#newDirectory();
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
    this.#change(parent, (entries) => entries.delete(name));
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
    this.#change(source.parent, (entries) => {
      if (entries.get(source.name) === file) entries.delete(source.name);
      entries.set(target.name, file);
    });
    this.onOperation({ kind: 'rename', path: to });
  }

  link(from: string, to: string): void {
    const file = this.#find(from);
    const target = this.#place(to);
    if (file?.kind !== 'file') throw failure('ENOENT', from);
    if (target.node !== undefined) throw failure('EEXIST', to);
    this.#change(target.parent, (entries) => entries.set(target.name, file));
    this.onOperation({ kind: 'link', path: to });
  }

  syncDirectory(directory: string): void {
    const node = this.#directory(directory);
    node.synced = new Map(node.entries);
    node.changes = [];
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

  /** Takes note of the newest write. */
  noteWrite(file: FileNode, start: number, path: string): void {
    this.#lastWrite = { file, start };
    this.onOperation({ kind: 'write', path });
  }

  #entriesOf(
    directory: DirectoryNode,
    { entries }: ImageChoice,
    random: Random | undefined,
  ): Map<string, Node> {
    if (entries === 'all') return directory.entries;
    const kept = new Map(directory.synced);
    if (entries === 'none') return kept;
    const chance = random?.pick([0.2, 0.5, 0.8]) ?? 0;
    for (const change of directory.changes) if (random?.chance(chance)) change(kept);
    return kept;
  }

  #bytesOf(file: FileNode, { bytes: choice }: ImageChoice, random: Random | undefined): Uint8Array {
    const { bytes, size, synced } = file;
    if (synced === size) return bytes.slice(0, size);
    const kind =
      choice === 'random'
        ? random?.pick(['all', 'none', 'zeros', 'cut', 'cut', 'sectors', 'sectors', 'sectors'])
        : choice;
    if (kind === 'none') return bytes.slice(0, synced);
    if (kind === 'zeros') return bytes.slice(0, size).fill(0, synced);
    if (kind === 'cut') return bytes.slice(0, random?.integer(synced, size) ?? synced);
    if (kind === 'torn' && this.#lastWrite?.file === file) {
      const from = Math.max(synced, this.#lastWrite.start);
      return bytes.slice(0, random?.integer(from, size) ?? from);
    }
    const image = bytes.slice(0, size);
    if (kind === 'sectors' && random !== undefined) loseSectors(image, synced, random);
    return image;
  }

  #newFile(): FileNode {
    const id = `file ${++this.#lastId}`;
    return { kind: 'file', id, bytes: new Uint8Array(0), size: 0, synced: 0 };
  }

  #newDirectory(): DirectoryNode {
    const id = `directory ${++this.#lastId}`;
    return { kind: 'directory', id, entries: new Map(), synced: new Map(), changes: [] };
  }

  #change(directory: DirectoryNode, change: (entries: Map<string, Node>) => void): void {
    change(directory.entries);
    directory.changes.push(change);
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
    const name = names.pop();
    if (name === undefined) throw failure('EISDIR', path);
    const parent = this.#directory(names.join('/'));
    return { parent, name, node: parent.entries.get(name) };
  }
}

class CrashFile implements VfsFile {
  readonly path: string;
  readonly #vfs: CrashVfs;
  readonly #node: FileNode;
  readonly #writable: boolean;
  #closed = false;

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
    const node = this.#node;
    const before = node.size;
    const size = before + end - start;
    if (size > node.bytes.length) {
      const grown = new Uint8Array(Math.max(2 * node.bytes.length, size, 256));
      grown.set(node.bytes.subarray(0, before));
      node.bytes = grown;
    }
    node.bytes.set(source.subarray(start, end), before);
    node.size = size;
    this.#vfs.noteWrite(node, before, this.path);
  }
  size(): number {
    this.#check();
    return this.#node.size;
  }
  sync(): void {
    this.#check();
    this.#node.synced = this.#node.size;
    this.#vfs.onOperation({ kind: 'sync', path: this.path });
  }
  async syncAsync(): Promise<void> {
    this.#check();
    const { size } = this.#node;
    await this.#vfs.syncDelay();
    this.#vfs.checkAlive();
    this.#node.synced = Math.max(this.#node.synced, size);
    this.#vfs.onOperation({ kind: 'sync', path: this.path });
  }
  close(): void {
    this.#closed = true;
  }

  #check(): void {
    this.#vfs.checkAlive();
    if (this.#closed) {
      throw new JumpError('JUMP_CLOSED', 'the file is closed', { file: this.path });
    }
  }
}

function syncTree(directory: DirectoryNode): void {
  directory.synced = new Map(directory.entries);
  directory.changes = [];
  for (const node of directory.entries.values()) if (node.kind === 'directory') syncTree(node);
}

function failure(systemCode: string, file: string): JumpError {
  return new JumpError('JUMP_IO', `${systemCode} on the simulated disk`, { file, systemCode });
}

/** The names on a path, `.` and `..` resolved. */
function split(path: string): string[] {
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return names;
}
