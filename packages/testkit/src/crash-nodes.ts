/** What a simulated disk is made of: files and directories that know what is on stable storage. */
import { JumpError } from '@jump/base';

/** A write. */
interface Write {
  /** Where it begins. */
  readonly start: number;
  /** The number of the last change of a directory before it. */
  readonly after: number;
}

/** A file. It only grows, so what is synced of it is a prefix. */
export interface FileNode {
  readonly kind: 'file';
  readonly id: string;
  /** Longer than `size`, usually; what is below `size` never changes again. */
  bytes: Uint8Array;
  size: number;
  /** All of it, as images have it, if nothing was written since the last image. */
  whole: Uint8Array | undefined;
  /** Bytes that are on stable storage. */
  synced: number;
  /** The writes that are not synced, in their order. */
  writes: Write[];
  /** Ranges that a failed sync dropped: they were never written to the disk, and never will be. */
  lost: (readonly [number, number])[];
  /** How many names it has. */
  names: number;
  /** How many times it is open. */
  open: number;
}

/** A change of a directory's entries. */
interface Change {
  /** When: changes of all directories are numbered in their order. */
  readonly number: number;
  readonly apply: (entries: Map<string, Node>) => void;
}

/** A directory. */
export interface DirectoryNode {
  readonly kind: 'directory';
  readonly id: string;
  readonly entries: Map<string, Node>;
  /** Entries on stable storage. */
  synced: Map<string, Node>;
  /** What has changed since, in order. */
  changes: Change[];
}

/** Anything that has a name. */
export type Node = FileNode | DirectoryNode;

/** Makes an empty file. */
export function newFile(id: string): FileNode {
  return {
    kind: 'file',
    id,
    bytes: new Uint8Array(0),
    size: 0,
    whole: undefined,
    synced: 0,
    writes: [],
    lost: [],
    names: 0,
    open: 0,
  };
}

/** Makes an empty directory. */
export function newDirectory(id: string): DirectoryNode {
  return { kind: 'directory', id, entries: new Map(), synced: new Map(), changes: [] };
}

/** Appends to a file, after the change of a directory with this number. */
export function appendTo(
  file: FileNode,
  source: Uint8Array,
  start: number,
  end: number,
  after: number,
): void {
  const before = file.size;
  const size = before + end - start;
  if (size > file.bytes.length) {
    const grown = new Uint8Array(Math.max(2 * file.bytes.length, size, 256));
    grown.set(file.bytes.subarray(0, before));
    file.bytes = grown;
  }
  file.bytes.set(source.subarray(start, end), before);
  file.size = size;
  file.whole = undefined;
  file.writes.push({ start: before, after });
}

/** Puts a file on stable storage, up to `size`: but for what an earlier sync has dropped. */
export function syncFile(file: FileNode, size: number): void {
  if (size <= file.synced) return;
  file.synced = size;
  file.writes = file.writes.filter(({ start }) => start >= size);
}

/** Drops what is not synced, as a system does whose sync fails: reads still find it in memory. */
export function dropUnsynced(file: FileNode): void {
  if (file.size > file.synced) file.lost.push([file.synced, file.size]);
}

/** Puts a directory on stable storage, and those below it. */
export function syncTree(directory: DirectoryNode): void {
  syncEntries(directory);
  for (const node of directory.entries.values()) if (node.kind === 'directory') syncTree(node);
}

/** Puts a directory's entries on stable storage. */
export function syncEntries(directory: DirectoryNode): void {
  directory.synced = new Map(directory.entries);
  directory.changes = [];
}

/** Makes the error of a call that fails. */
export function failure(systemCode: string, file: string): JumpError {
  return new JumpError('JUMP_IO', `${systemCode} on the simulated disk`, { file, systemCode });
}

const namesOf = new Map<string, readonly string[]>();

/** The names on a path, `.` and `..` resolved. */
export function split(path: string): readonly string[] {
  const known = namesOf.get(path);
  if (known !== undefined) return known;
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  if (namesOf.size > 10_000) namesOf.clear();
  namesOf.set(path, names);
  return names;
}
