// Keeps documents true: the files and names that they speak of exist, and the diagram in
// ARCHITECTURE.md is the one that imports are checked against.
import { existsSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { ARROWS } from './arrows.mjs';
import { findFiles, packageFolders, readText } from './files.mjs';
import { codeBlocks, fences, prose } from './markdown.mjs';

/**
 * Checks every document below `root`; returns what is wrong, a line each.
 * @param {string} root
 * @returns {string[]}
 */
export function checkDocuments(root) {
  const files = findFiles(root, '', /\.md$/).filter((file) => !/CHANGELOG|\.changeset/.test(file));
  const folders = packageFolders(root).filter((folder) => folder !== 'tools');
  const pages = files.filter((file) => /^docs\/(guide\/.*|index\.md$)/.test(file));
  const shared = checkFolders(pages.map((file) => ({ file, text: readText(root, file) })));
  const found = files.flatMap((file) => {
    const text = readText(root, file);
    return [
      ...checkLinks(root, file, text),
      ...checkPaths(root, file, text),
      ...checkTests(root, file, text),
      ...(file === 'ARCHITECTURE.md' ? checkDiagram(file, text, folders) : []),
    ];
  });
  return [...found, ...shared];
}

/**
 * Checks that no two examples of the guide use one file or folder: who pastes one after the other
 * would see something else than the pages say.
 * @param {readonly { file: string, text: string }[]} pages
 * @returns {string[]}
 */
export function checkFolders(pages) {
  /** @type {Map<string, string>} */
  const users = new Map();
  return pages.flatMap(({ file, text }) =>
    codeBlocks(text)
      .filter(({ runs }) => runs)
      .flatMap(({ line, code }) => {
        const names = code.matchAll(/['`]\.\/([\w-]+)|['`]([\w-]+\.\w{3})['`]/g);
        return [...new Set([...names].map(([, folder, name = '']) => folder ?? name))].flatMap(
          (name) => {
            const other = users.get(name);
            if (other === undefined) users.set(name, `${file}:${line}`);
            return other === undefined ? [] : [`${file}:${line}: ${name} is used at ${other}, too`];
          },
        );
      }),
  );
}

/** How documents of the site link to files that are not in the site. */
const REPOSITORY = 'https://github.com/jumpdb/jumpdb/blob/main/';

/**
 * Checks that relative links, and those to this repository, lead to files, and to headings in
 * them; in the site's pages they may leave out `.md`, and `/` is the site.
 * @param {string} root
 * @param {string} file
 * @param {string} text
 * @returns {string[]}
 */
function checkLinks(root, file, text) {
  return matches(prose(text), /\]\(([^)\s#]*)(?:#([^)]*))?\)/g).flatMap(
    ({ line, words: [link = '', heading] }) => {
      const inRepository = link.startsWith(REPOSITORY);
      if (!inRepository && /^[a-z]+:/.test(link)) return [];
      const base = link.startsWith('/') ? 'docs' : dirname(file).replaceAll('\\', '/');
      const path = inRepository ? link.slice(REPOSITORY.length) : posix.join(base, link);
      // Made by typedoc; VitePress refuses dead links to it.
      if (path.startsWith('docs/api/')) return [];
      const found = [link === '' ? file : path, `${path}.md`].find((one) =>
        existsSync(join(root, one)),
      );
      if (found === undefined) return [`${file}:${line}: links to ${path}, which does not exist`];
      if (heading === undefined || !found.endsWith('.md')) return [];
      const has = headings(found === file ? text : readText(root, found)).includes(heading);
      return has ? [] : [`${file}:${line}: ${found} has no heading #${heading}`];
    },
  );
}

/**
 * Finds the names that a document's headings have in links.
 * @param {string} text
 */
function headings(text) {
  return [...prose(text).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-|-$/g, ''),
  );
}

/**
 * Checks that paths in backquotes exist, from the root or from the document's folder. A name in
 * backquotes right after one, as in `packages/a/b.ts` `name`, stands in that file.
 * @param {string} root
 * @param {string} file
 * @param {string} text
 * @returns {string[]}
 */
function checkPaths(root, file, text) {
  const pattern = /`((?:packages|docs|bench|\.ci)\/[\w./*-]*)`(?:[ |]+`([\w#.]+)(?:\(\))?`)?/g;
  return matches(prose(text), pattern).flatMap(({ line, words: [path = '', name] }) => {
    if (path.includes('*')) return [];
    const found = [path, posix.join(dirname(file), path)].find((one) =>
      existsSync(join(root, one)),
    );
    if (found === undefined) return [`${file}:${line}: there is no ${path}`];
    if (name === undefined || !/\.\w+$/.test(found)) return [];
    const last = name.split(/[.#]/).at(-1) ?? '';
    const has = new RegExp(`\\b${last}\\b`).test(readText(root, found));
    return has ? [] : [`${file}:${line}: ${path} has nothing named ${last}`];
  });
}

/**
 * Checks that tests exist which a document names, as `packages/a/b.test.ts`: *name of the test*
 * @param {string} root
 * @param {string} file
 * @param {string} text
 * @returns {string[]}
 */
function checkTests(root, file, text) {
  const pattern = /`(packages\/[\w./-]+\.ts)`: \*([^*]+)\*/g;
  return matches(prose(text), pattern).flatMap(({ line, words: [path = '', name = ''] }) => {
    const wanted = name.replace(/\s+/g, ' ');
    if (!existsSync(join(root, path)) || readText(root, path).includes(wanted)) return [];
    return [`${file}:${line}: ${path} has no test "${wanted}"`];
  });
}

/**
 * Checks that the diagram's lines, `package → others`, say what ARROWS says, and no package is left out.
 * @param {string} file
 * @param {string} text
 * @param {readonly string[]} folders the packages that exist
 * @returns {string[]}
 */
export function checkDiagram(file, text, folders) {
  const diagram = fences(text).find(({ info }) => info.trim() === 'arrows');
  if (diagram === undefined) return [`${file}: has no block of the kind "arrows"`];
  /** @type {Map<string, string>} */
  const drawn = new Map();
  for (const line of diagram.body.split('\n')) {
    const [, folder = '', targets = ''] = /^\s*(\w+)\s*→\s*(\w+(?:, \w+)*)/.exec(line) ?? [];
    if (folder !== '') drawn.set(folder, inOrder(targets.split(', ')));
  }
  return [...new Set([...folders, ...drawn.keys()])].flatMap((folder) => {
    const right = inOrder(ARROWS[folder] ?? []);
    if (drawn.get(folder) === right) return [];
    return [`${file}: the diagram should say "${folder} → ${right}"`];
  });
}

/** @param {readonly string[]} folders */
function inOrder(folders) {
  return folders.length === 0 ? 'nothing' : [...folders].sort().join(', ');
}

/**
 * Finds each match of a pattern in a text, with its line.
 * @param {string} text
 * @param {RegExp} pattern
 */
function matches(text, pattern) {
  return [...text.matchAll(pattern)].map(({ index, 1: first, 2: second }) => ({
    line: text.slice(0, index).split('\n').length,
    words: [first, second],
  }));
}
