// What main.ts does with the store, a function a step.
import type { JumpDB } from '@jump/db';
import { mustEqual } from './compare.ts';
import { describeFile, type FileFacts } from './files.ts';
import { number } from './picture.ts';
import { startProgress } from './progress.ts';

/** Keys are paths, values are facts; `valueEncoding: 'json'` turns these into text and back. */
export type FileStore = JumpDB<string, FileFacts>;

/** Stores every file under its path. */
export async function storeFiles(db: FileStore, paths: readonly string[]): Promise<void> {
  const progress = startProgress('storing', paths.length, 'files');
  let done = 0;
  for (const path of paths) {
    // An ordinary call: it returns when the entry is in the log and in memory. Tables are made
    // from it meanwhile, by another thread.
    db.set(path, describeFile(path));
    progress.update(++done);
  }
  progress.end();
  // Waits once for the disk: from here on even a power failure loses nothing.
  await db.sync();
}

/** Reads so many random files back, and compares them with the disk. */
export function readBack(db: FileStore, paths: readonly string[], count: number): void {
  for (let i = 0; i < count; i++) {
    const path = paths[Math.floor(Math.random() * paths.length)]!;
    mustEqual(path, db.get(path), describeFile(path));
    // What was never stored is not found. Filters know that without reading from the disk.
    mustEqual(`${path}.never`, db.get(`${path}.never`), undefined);
  }
}

/** Finds the folder of a package: pnpm names it "name@version". */
export function folderOf(db: FileStore, name: string): string {
  for (const path of db.keys({ prefix: `${name}@`, limit: 1 })) {
    return path.slice(0, path.indexOf('/'));
  }
  throw new Error(`${name} is not installed`);
}

/** Prints the first files of a folder. Keys are sorted, so its files lie side by side. */
export function listFolder(db: FileStore, folder: string, limit: number): void {
  for (const [path, { size, sha256 }] of db.entries({ prefix: `${folder}/`, limit })) {
    console.log(`  ${number(size).padStart(8)} ${sha256.slice(0, 8)}  ${path}`);
  }
}

/** Deletes the files of a folder, and checks that they are gone; returns how many they were. */
export function deleteFolder(db: FileStore, folder: string): number {
  // From "folder/" up to, but not including, "folder0": "0" is the character after "/". The same
  // as `{ prefix }`, written as the two bounds that it stands for.
  const range = { gte: `${folder}/`, lt: `${folder}0` };
  const paths = [...db.keys(range)];
  db.clear(range);
  for (const path of paths) mustEqual(path, db.get(path), undefined);
  return paths.length;
}

/** Merges all tables, which takes away what was deleted. */
export async function compactStore(db: FileStore): Promise<void> {
  const bytes = db.stats().levels.reduce((sum, level) => sum + level.bytes, 0);
  const progress = startProgress('merging', bytes, 'bytes');
  await db.compact({}, { onProgress: ({ done, total }) => progress.update(done, total) });
  progress.end();
}
