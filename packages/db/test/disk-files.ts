/** Directories in memory that tests damage. */
import * as fs from 'node:fs';
import * as path from 'node:path';
import { memoryVfs, type Vfs } from '@jump/vfs';

/** A directory's files by name. */
export type Files = Map<string, Uint8Array>;

/** The directory that {@link diskOf} makes. */
export const DIRECTORY = 'store';

/** Copies a directory's files. */
export function filesOf(vfs: Vfs, directory: string = DIRECTORY): Files {
  const files: Files = new Map();
  for (const name of vfs.list(directory).sort()) {
    const file = vfs.open(`${directory}/${name}`, 'read');
    const bytes = new Uint8Array(file.size());
    file.read(bytes, 0, bytes.length, 0);
    file.close();
    files.set(name, bytes);
  }
  return files;
}

/** Copies the files of a directory of the real disk. */
export function filesOnDisk(directory: string): Files {
  const names = fs.readdirSync(directory).sort();
  return new Map(
    names.map((name) => [name, new Uint8Array(fs.readFileSync(path.join(directory, name)))]),
  );
}

/** Makes a file system with one directory of these files, changed as `changes` say. */
export function diskOf(files: Files, changes: Record<string, Uint8Array | undefined> = {}): Vfs {
  const vfs = memoryVfs();
  vfs.makeDirectory(DIRECTORY);
  const all = new Map<string, Uint8Array | undefined>([...files, ...Object.entries(changes)]);
  for (const [name, bytes] of all) {
    if (bytes === undefined) continue;
    const file = vfs.open(`${DIRECTORY}/${name}`, 'create');
    file.write(bytes, 0, bytes.length);
    file.close();
  }
  return vfs;
}

/** Whether two directories have the same files. */
export function sameFiles(a: Files, b: Files): boolean {
  if ([...a.keys()].sort().join() !== [...b.keys()].sort().join()) return false;
  return [...a].every(([name, bytes]) => Buffer.compare(bytes, b.get(name)!) === 0);
}

/** Changes one byte. */
export function flipped(bytes: Uint8Array, at: number, mask: number): Uint8Array {
  const changed = bytes.slice();
  changed[at] = changed[at]! ^ mask;
  return changed;
}

/** The one file whose name matches. */
export function nameOf(files: Files, pattern: RegExp): string {
  const names = [...files.keys()].filter((name) => pattern.test(name));
  if (names.length !== 1) throw new Error(`${pattern} matches ${names.join(', ') || 'nothing'}`);
  return names[0]!;
}
