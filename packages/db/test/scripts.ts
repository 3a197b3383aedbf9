/** Where the scripts of tests lie, seen from a test or from a bundle of some. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The path of a script of this directory, which child processes run. */
export function scriptPath(name: string): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'test', name))) {
    const above = dirname(folder);
    if (above === folder) throw new Error(`no ${name} above ${import.meta.url}`);
    folder = above;
  }
  return join(folder, 'test', name);
}
