// Finding and reading the repository's files.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's own root. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url)).replace(/[/\\]$/, '');

const SKIPPED = new Set(['node_modules', 'dist', '.turbo', 'coverage', 'api', 'cache']);

/**
 * Finds the files below a folder whose names match, sorted, relative to `root`, with `/`.
 * @param {string} root
 * @param {string} folder
 * @param {RegExp} pattern
 * @returns {string[]}
 */
export function findFiles(root, folder, pattern) {
  const path = join(root, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const inner = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory())
        return SKIPPED.has(entry.name) ? [] : findFiles(root, inner, pattern);
      return entry.isFile() && pattern.test(entry.name) ? [inner] : [];
    });
}

/**
 * Reads a file's text.
 * @param {string} root
 * @param {string} file
 */
export function readText(root, file) {
  return readFileSync(join(root, file), 'utf8');
}

/**
 * Lists the folders of `packages`, sorted.
 * @param {string} root
 */
export function packageFolders(root) {
  return readdirSync(join(root, 'packages'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .filter((name) => existsSync(join(root, 'packages', name, 'package.json')))
    .sort();
}

/**
 * What a package says of itself.
 * @typedef {object} Manifest
 * @property {string} name
 * @property {string} [version]
 * @property {boolean} [private]
 * @property {string} [description]
 * @property {string} [license]
 * @property {string} [type]
 * @property {boolean | string[]} [sideEffects]
 * @property {{ directory?: string }} [repository]
 * @property {Record<string, unknown>} [exports]
 * @property {string[]} [files]
 * @property {{ node?: string }} [engines]
 * @property {Record<string, string>} [dependencies]
 * @property {Record<string, string>} [devDependencies]
 * @property {Record<string, string>} [peerDependencies]
 */

/**
 * Reads a package.json.
 * @param {string} root
 * @param {string} folder
 * @returns {Manifest}
 */
export function readManifest(root, folder) {
  return JSON.parse(readText(root, `${folder === '' ? '' : `${folder}/`}package.json`));
}
