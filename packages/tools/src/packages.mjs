// Checks what is published: each package's package.json, what it exports, its README.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { packageFolders, readManifest, readText } from './files.mjs';
import { codeBlocks } from './markdown.mjs';

/** @typedef {import('./files.mjs').Manifest} Manifest */

/**
 * Checks the packages below `root`, which must be built; returns what is wrong, a line each.
 * @param {string} root
 * @returns {Promise<string[]>}
 */
export async function checkPackages(root) {
  const found = [];
  for (const folder of packageFolders(root)) {
    const manifest = readManifest(root, `packages/${folder}`);
    if (manifest.private === true) continue;
    const at = `packages/${folder}/package.json: `;
    found.push(...checkFields(folder, manifest).map((message) => at + message));
    found.push(...checkReadme(root, folder));
    if (existsSync(join(root, `packages/${folder}/FORMAT.md`))) {
      if (manifest.files?.includes('FORMAT.md') !== true) {
        found.push(`${at}should have files: FORMAT.md, to which the README links`);
      }
    }
    if (!existsSync(join(root, `packages/${folder}/dist`))) {
      found.push(`packages/${folder}: is not built; npm run build`);
      continue;
    }
    // Without packing: that takes seconds a package, and `files` is checked below.
    const { messages, pkg } = await publint({
      pkgDir: join(root, `packages/${folder}`),
      strict: true,
      pack: false,
    });
    found.push(...messages.map((one) => at + formatMessage(one, pkg, { color: false })));
  }
  return found;
}

/**
 * Says what is wrong with the fields of a public package.
 * @param {string} folder
 * @param {Manifest} manifest
 * @returns {string[]}
 */
export function checkFields(folder, manifest) {
  const { exports = {}, files = [] } = manifest;
  /** @type {[boolean, string][]} */
  const rules = [
    [(manifest.description ?? '').length >= 20, 'description: says what the package is'],
    [manifest.license === 'BSD-2-Clause', 'license: BSD-2-Clause'],
    [manifest.type === 'module', 'type: module'],
    [
      manifest.sideEffects === false || `${manifest.sideEffects}` === '**/jump-worker.*',
      'sideEffects: false, so that bundlers leave out what is unused',
    ],
    [manifest.engines?.node === '>=20.19', 'engines.node: >=20.19'],
    [
      manifest.repository?.directory === `packages/${folder}`,
      `repository.directory: packages/${folder}`,
    ],
    [files.includes('dist') && files.includes('src'), 'files: dist and src'],
    [files.includes('!src/**/*.test.ts'), 'files: leaves the tests out, !src/**/*.test.ts'],
    [files.includes('CHANGELOG.md'), 'files: CHANGELOG.md, which npm run version writes'],
    ['.' in exports, 'exports: an entry for "."'],
  ];
  const found = rules.filter(([good]) => !good).map(([, rule]) => `should have ${rule}`);
  for (const target of exportTargets(exports)) {
    if (!/^\.\/(dist|src)\/|^\.\/package\.json$/.test(target)) {
      found.push(`exports: ${target} is not among the files that are published`);
    }
  }
  return found;
}

/**
 * Lists the paths that an "exports" field names.
 * @param {unknown} exports
 * @returns {string[]}
 */
function exportTargets(exports) {
  if (typeof exports === 'string') return [exports];
  if (typeof exports !== 'object' || exports === null) return [];
  return Object.values(exports).flatMap(exportTargets);
}

/**
 * @param {string} root
 * @param {string} folder
 * @returns {string[]}
 */
function checkReadme(root, folder) {
  const file = `packages/${folder}/README.md`;
  if (!existsSync(join(root, file))) return [`${file}: is missing`];
  const text = readText(root, file);
  const found = [];
  if (!text.startsWith(`# @jump/${folder}\n`)) found.push(`${file}: begins with # @jump/${folder}`);
  const examples = codeBlocks(text).filter(({ runs }) => runs);
  if (!examples.some(({ prints }) => prints.length > 0)) {
    found.push(`${file}: has no example that runs and says what it prints (// prints: …)`);
  }
  if (!examples.some(({ code }) => code.includes(`@jump/${folder}`))) {
    found.push(`${file}: no example imports @jump/${folder}`);
  }
  return found;
}
