// Refuses imports against the arrows of ARCHITECTURE.md, and cycles between files.
import { existsSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, posix } from 'node:path';
import ts from 'typescript';
import { ARROWS, isTest, mayImport, mayUseNode, PRIVATE, SCOPE } from './arrows.mjs';
import { findFiles, packageFolders, readManifest, readText } from './files.mjs';

/**
 * @typedef {{ file: string, line: number, target: string, erased: boolean }} Import
 * @typedef {import('./files.mjs').Manifest} Manifest
 */

/**
 * Checks every package below `root`; returns what is wrong, a line each.
 * @param {string} root
 * @returns {string[]}
 */
export function checkImports(root) {
  return packageFolders(root).flatMap((folder) => {
    if (!(folder in ARROWS)) {
      return [`packages/${folder}: has no place in the diagram (packages/tools/src/arrows.mjs)`];
    }
    const manifest = readManifest(root, `packages/${folder}`);
    const files = findFiles(root, `packages/${folder}`, /\.(ts|mts|mjs|js)$/);
    const imports = files.flatMap((file) => importsOf(root, file));
    return [
      ...checkManifest(folder, manifest),
      ...imports.flatMap((one) => checkImport(root, folder, manifest, one)),
      ...findCycles(imports),
    ];
  });
}

/**
 * Lists the imports of a file: static, dynamic, of types, and re-exports.
 * @param {string} root
 * @param {string} file
 * @returns {Import[]}
 */
function importsOf(root, file) {
  const text = readText(root, file);
  return ts.preProcessFile(text, true, true).importedFiles.map(({ fileName, pos }) => ({
    file,
    line: text.slice(0, pos).split('\n').length,
    target: fileName,
    erased: /^(import|export) type\b/.test(statementAt(text, pos)),
  }));
}

/**
 * Returns a statement of import or export, from its first word to the place of its module's name.
 * @param {string} text
 * @param {number} end
 */
function statementAt(text, end) {
  const starts = [...text.slice(0, end).matchAll(/^(import|export)\b/gm)];
  return text.slice(starts.at(-1)?.index ?? 0, end);
}

/**
 * @param {string} folder
 * @param {Manifest} manifest
 * @returns {string[]}
 */
function checkManifest(folder, manifest) {
  const found = [];
  const at = `packages/${folder}/package.json`;
  if (manifest.name !== SCOPE + folder) found.push(`${at}: its name is not ${SCOPE}${folder}`);
  for (const [field, tests] of /** @type {const} */ ([
    ['dependencies', false],
    ['peerDependencies', false],
    ['devDependencies', true],
  ])) {
    for (const [name, range] of Object.entries(manifest[field] ?? {})) {
      if (!name.startsWith(SCOPE)) continue;
      if (!mayImport(folder, tests).includes(name.slice(SCOPE.length))) {
        found.push(`${at}: ${field}: ${folder} may not depend on ${name} (${allowed(folder)})`);
      }
      if (range !== 'workspace:^') found.push(`${at}: ${field}: ${name} is not workspace:^`);
    }
  }
  return found;
}

/** @param {string} folder */
function allowed(folder) {
  const arrows = ARROWS[folder] ?? [];
  return arrows.length === 0 ? 'it is a leaf' : `only on ${arrows.join(', ')}`;
}

/**
 * @param {string} root
 * @param {string} folder
 * @param {Manifest} manifest
 * @param {Import} one
 * @returns {string[]}
 */
function checkImport(root, folder, manifest, { file, line, target }) {
  const at = `${file}:${line}: `;
  if (target.startsWith('.')) return checkRelative(root, folder, file, target).map((s) => at + s);
  // A package's own "imports": their targets are files of the package, checked by the compiler.
  if (target.startsWith('#')) return [];
  if (isBuiltin(target)) {
    if (!target.startsWith('node:')) return [`${at}write node:${target}`];
    if (!mayUseNode(file)) return [`${at}${target}: only vfs, db's worker and cli may use Node`];
    return [];
  }
  const name = target.split('/', target.startsWith('@') ? 2 : 1).join('/');
  if (name.startsWith(SCOPE)) {
    const other = name.slice(SCOPE.length);
    // A test of what is built gets it by name; so does a measurement.
    if (other === folder && isTest(file)) return [];
    if (other === folder) return [`${at}a package does not import itself by name`];
    if (!mayImport(folder, isTest(file)).includes(other)) {
      const why = PRIVATE.includes(other) ? `only tests import ${name}` : allowed(folder);
      return [`${at}${folder} may not import ${target} (${why})`];
    }
    if (target !== name && !isExported(root, other, target.slice(name.length))) {
      return [`${at}${target}: only the package itself, not a file inside it`];
    }
  }
  return checkDeclared(root, folder, manifest, file, name).map((message) => at + message);
}

/**
 * Tells whether a package exports a path below its name: `/codecs` of `@jump/sstable/codecs`.
 * @param {string} root
 * @param {string} folder
 * @param {string} path
 */
function isExported(root, folder, path) {
  if (!existsSync(join(root, `packages/${folder}/package.json`))) return false;
  const { exports } = readManifest(root, `packages/${folder}`);
  return exports !== undefined && `.${path}` in exports;
}

/**
 * @param {string} root
 * @param {string} folder
 * @param {string} file
 * @param {string} target
 * @returns {string[]}
 */
function checkRelative(root, folder, file, target) {
  const path = posix.join(dirname(file).replaceAll('\\', '/'), target);
  if (!path.startsWith(`packages/${folder}/`)) {
    return [`${target} leaves the package: import the other package by its name`];
  }
  if (!existsSync(join(root, path))) return [`${target}: there is no file ${path}`];
  if (isTest(path) && !isTest(file)) return [`${target}: a source does not import a test`];
  return [];
}

/**
 * @param {string} root
 * @param {string} folder
 * @param {Manifest} manifest
 * @param {string} file
 * @param {string} name
 * @returns {string[]}
 */
function checkDeclared(root, folder, manifest, file, name) {
  const { dependencies, peerDependencies, devDependencies } = manifest;
  if (name in { ...dependencies, ...peerDependencies }) return [];
  const published = !isTest(file) && !PRIVATE.includes(folder);
  if (published) return [`${name} is not among the dependencies of packages/${folder}`];
  const shared = existsSync(join(root, 'package.json')) ? readManifest(root, '') : { name: '' };
  if (name in { ...devDependencies, ...shared.devDependencies }) return [];
  return [`${name} is not among the devDependencies of packages/${folder}, nor of the root`];
}

/**
 * Finds the cycles among the files of one package. Imports of types do not count: the types of an
 * interface may need each other, and nothing of them is left when the program runs.
 * @param {readonly Import[]} imports
 * @returns {string[]}
 */
function findCycles(imports) {
  /** @type {Map<string, string[]>} */
  const graph = new Map();
  for (const { file, target, erased } of imports) {
    if (!target.startsWith('.') || erased) continue;
    const next = graph.get(file) ?? [];
    next.push(posix.join(posix.dirname(file), target));
    graph.set(file, next);
  }
  /** @type {Map<string, 'open' | 'done'>} */
  const state = new Map();
  /** @type {string[]} */
  const way = [];
  /** @type {string[]} */
  const found = [];
  /** @param {string} file */
  const visit = (file) => {
    state.set(file, 'open');
    way.push(file);
    for (const next of graph.get(file) ?? []) {
      if (state.get(next) === 'open') {
        const round = [...way.slice(way.indexOf(next)), next];
        found.push(`${next}: imports itself in a circle: ${round.map(shortName).join(' → ')}`);
      } else if (!state.has(next)) visit(next);
    }
    way.pop();
    state.set(file, 'done');
  };
  for (const file of graph.keys()) if (!state.has(file)) visit(file);
  return found;
}

/** @param {string} file */
function shortName(file) {
  return file.split('/').at(-1);
}
