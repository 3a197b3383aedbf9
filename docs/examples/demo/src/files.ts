// The data of this demo: the files that are installed in node_modules.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where pnpm keeps the files themselves; everything else in node_modules is links to here. */
export const INSTALLED = fileURLToPath(new URL('../../../../node_modules/.pnpm', import.meta.url));

/** What the store remembers of a file: the value that belongs to its path. */
export interface FileFacts {
  size: number;
  sha256: string;
  /** The first thousand bytes, one character each, so that nothing of a binary file is lost. */
  start: string;
}

/** Finds all files below a folder, as paths relative to it. Links are not followed. */
export function findFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .map((path) => path.replaceAll(sep, '/'));
}

/** Reads a file, and says what is to be remembered of it. */
export function describeFile(path: string): FileFacts {
  const bytes = readFileSync(join(INSTALLED, path));
  return {
    size: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    start: bytes.toString('latin1', 0, 1000),
  };
}
