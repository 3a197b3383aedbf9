// Which package may import which: the one place where the diagram of ARCHITECTURE.md is written
// down for machines. A test compares the two.

/**
 * Package folder → the folders that it may import.
 * @type {Readonly<Record<string, readonly string[]>>}
 */
export const ARROWS = {
  base: [],
  rbtree: [],
  vfs: ['base'],
  bloom: ['base'],
  log: ['base', 'vfs'],
  sstable: ['base', 'vfs'],
  manifest: ['base', 'log', 'vfs'],
  compaction: ['base', 'vfs', 'manifest', 'sstable'],
  db: ['base', 'rbtree', 'vfs', 'bloom', 'log', 'sstable', 'manifest', 'compaction'],
  level: ['base', 'db'],
  keyv: ['db'],
  unstorage: ['db'],
  cli: ['base', 'log', 'sstable', 'manifest', 'db'],
  testkit: ['base', 'vfs'],
  tools: [],
};

/** Packages that are not published; only tests may import the first, nothing the second. */
export const PRIVATE = ['testkit', 'tools'];

/** The scope of all packages' names. */
export const SCOPE = '@jump/';

/** What testkit is made of; their tests cannot use it, or the builds would go in a circle. */
const BELOW_TESTKIT = ARROWS['testkit'] ?? [];

/**
 * Lists the folders that a file of a package may import.
 * @param {string} folder
 * @param {boolean} isTest
 * @returns {readonly string[]}
 */
export function mayImport(folder, isTest) {
  const arrows = ARROWS[folder] ?? [];
  const kit = isTest && folder !== 'testkit' && !BELOW_TESTKIT.includes(folder);
  return kit ? [...arrows, 'testkit'] : arrows;
}

/**
 * Tells whether a file may import Node's own modules. In the published packages that is the file
 * system of Node, the worker of the store, and the command line: stdin, stdout, signals, and files
 * that are no part of a store, such as exports. What is in a store, that too gets through vfs.
 * @param {string} file relative to the repository, with `/`
 */
export function mayUseNode(file) {
  return (
    isTest(file) ||
    !file.startsWith('packages/') ||
    /^packages\/(testkit|tools|cli)\//.test(file) ||
    /^packages\/vfs\/src\/node-[^/]*\.ts$/.test(file) ||
    /^packages\/db\/src\/(.*\/)?(node-[^/]*|[^/]*worker[^/]*)\.ts$/.test(file)
  );
}

/**
 * Tells whether a file belongs to the tests or measurements of its package, and so is not
 * published.
 * @param {string} file relative to the repository, with `/`
 */
export function isTest(file) {
  return /\.test\.[a-z]+$/.test(file) || /^packages\/[^/]+\/(test|bench)\//.test(file);
}
