/** A file system in memory: for tests, for stores that need no disk, and for browsers. */

import { JumpError } from '@jump/base';
import { ioError, lockLost } from './io-error.ts';
import { MemoryBytes, MemoryFile } from './memory-file.ts';
import {
  joinPath,
  type Vfs,
  type VfsCapabilities,
  type VfsFile,
  type VfsLock,
  type VfsOpenMode,
  type VfsStat,
} from './vfs.ts';

/** What a directory's names lead to. A file has as many names as links were made. */
type Entry =
  | { readonly kind: 'file'; readonly id: string; readonly bytes: MemoryBytes }
  | { readonly kind: 'directory'; readonly id: string; readonly entries: Map<string, Entry> };
type Directory = Extract<Entry, { kind: 'directory' }>;

/** Where a path leads: the directory that holds its last name, and what is there now. */
interface Place {
  readonly parent: Directory;
  readonly name: string;
  readonly entry: Entry | undefined;
}

/**
 * Makes a new, empty file system in memory. It behaves as a POSIX one does: open files can be read
 * on after they were removed or replaced, names of one file share its bytes. Relative and absolute
 * paths start at the same root. Nothing is shared with another call's file system, nor with another
 * thread; a lock's kind is `'none'`, and `requireKernelLock` is content with it, since no other
 * process can get here.
 */
export function memoryVfs(): Vfs {
  return new MemoryVfs();
}

class MemoryVfs implements Vfs {
  readonly name = 'memory';
  readonly capabilities: VfsCapabilities = {
    hardLinks: true,
    directorySync: false,
    sharedOpen: true,
    rename: true,
    threads: false,
  };
  readonly #root: Directory = { kind: 'directory', id: '0', entries: new Map() };
  readonly #locked = new Set<string>();
  #lastId = 0;

  open(path: string, mode: VfsOpenMode): VfsFile {
    const action = 'cannot open';
    const { parent, name, entry } = this.#place(path, action);
    if (entry === undefined) {
      if (mode === 'read') throw ioError('ENOENT', action, path);
      const bytes = new MemoryBytes();
      parent.entries.set(name, { kind: 'file', id: this.#newId(), bytes });
      return new MemoryFile(path, bytes, true);
    }
    if (mode === 'create') throw ioError('EEXIST', action, path);
    if (entry.kind === 'directory') throw ioError('EISDIR', action, path);
    if (mode === 'replace') entry.bytes.clear();
    return new MemoryFile(path, entry.bytes, mode === 'replace');
  }

  stat(path: string): VfsStat | undefined {
    const entry = this.#find(path);
    if (entry === undefined) return undefined;
    const size = entry.kind === 'file' ? entry.bytes.size : 0;
    return { kind: entry.kind, size, id: entry.id };
  }

  list(directory: string): string[] {
    return [...this.#directory(directory, 'cannot list').entries.keys()];
  }

  makeDirectory(directory: string): void {
    let at = this.#root;
    const names = split(directory);
    for (const [index, name] of names.entries()) {
      let next = at.entries.get(name);
      if (next === undefined) {
        next = { kind: 'directory', id: this.#newId(), entries: new Map() };
        at.entries.set(name, next);
      }
      if (next.kind !== 'directory') {
        const code = index === names.length - 1 ? 'EEXIST' : 'ENOTDIR';
        throw ioError(code, 'cannot make the directory', directory);
      }
      at = next;
    }
  }

  remove(path: string): void {
    const { parent, name, entry } = this.#place(path, 'cannot remove');
    if (entry === undefined) throw ioError('ENOENT', 'cannot remove', path);
    if (entry.kind === 'directory') throw ioError('EISDIR', 'cannot remove', path);
    parent.entries.delete(name);
  }

  removeDirectory(directory: string): void {
    const action = 'cannot remove the directory';
    const { parent, name, entry } = this.#place(directory, action);
    if (entry === undefined) throw ioError('ENOENT', action, directory);
    if (entry.kind !== 'directory') throw ioError('ENOTDIR', action, directory);
    if (entry.entries.size > 0) throw ioError('ENOTEMPTY', action, directory);
    parent.entries.delete(name);
  }

  rename(from: string, to: string): void {
    const action = `cannot rename to ${to}`;
    const source = this.#place(from, action);
    const target = this.#place(to, action);
    if (source.entry === undefined) throw ioError('ENOENT', action, from);
    if (source.entry.kind === 'directory') throw ioError('EISDIR', action, from);
    if (target.entry?.kind === 'directory') throw ioError('EISDIR', action, from);
    // POSIX: two names of one file stay as they are.
    if (source.entry === target.entry) return;
    target.parent.entries.set(target.name, source.entry);
    source.parent.entries.delete(source.name);
  }

  link(from: string, to: string): void {
    const action = `cannot link as ${to}`;
    const source = this.#find(from);
    const target = this.#place(to, action);
    if (source === undefined) throw ioError('ENOENT', action, from);
    if (source.kind === 'directory') throw ioError('EPERM', action, from);
    if (target.entry !== undefined) throw ioError('EEXIST', action, from);
    target.parent.entries.set(target.name, source);
  }

  syncDirectory(directory: string): void {
    this.#directory(directory, 'cannot sync the directory');
  }

  lock(directory: string): VfsLock {
    const { id } = this.#directory(directory, 'cannot lock');
    const file = joinPath(directory, 'LOCK');
    if (this.#locked.has(id)) {
      throw new JumpError('JUMP_LOCKED', 'held by another store of this file system', { file });
    }
    const found = this.stat(file);
    if (found === undefined) this.open(file, 'create').close();
    else if (found.kind !== 'file') throw ioError('EISDIR', 'cannot lock', file);
    const fileId = this.stat(file)?.id;
    this.#locked.add(id);
    let released = false;
    return {
      kind: 'none',
      check: () => {
        if (this.stat(directory)?.id !== id || this.stat(file)?.id !== fileId) {
          throw lockLost(file);
        }
      },
      release: () => {
        if (!released) this.#locked.delete(id);
        released = true;
      },
    };
  }

  #newId(): string {
    this.#lastId += 1;
    return String(this.#lastId);
  }

  /** What is at `path`, if anything. */
  #find(path: string): Entry | undefined {
    let at: Entry = this.#root;
    for (const name of split(path)) {
      const next: Entry | undefined = at.kind === 'directory' ? at.entries.get(name) : undefined;
      if (next === undefined) return undefined;
      at = next;
    }
    return path === '' ? undefined : at;
  }

  #directory(path: string, action: string): Directory {
    const entry = this.#find(path);
    if (entry === undefined) throw ioError('ENOENT', action, path);
    if (entry.kind !== 'directory') throw ioError('ENOTDIR', action, path);
    return entry;
  }

  #place(path: string, action: string): Place {
    const names = split(path);
    const name = names.pop();
    if (name === undefined) throw ioError(path === '' ? 'ENOENT' : 'EISDIR', action, path);
    const parent = this.#find(`/${names.join('/')}`);
    if (parent === undefined) throw ioError('ENOENT', action, path);
    if (parent.kind !== 'directory') throw ioError('ENOTDIR', action, path);
    return { parent, name, entry: parent.entries.get(name) };
  }
}

/** The names on a path, without `.` and with `..` taken away; above the root is the root. */
function split(path: string): string[] {
  if (path.includes('\0')) throw new TypeError('a path cannot contain a NUL character');
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return names;
}
