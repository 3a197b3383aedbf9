// Measures what an installation brings: bytes on the disk and packages, ours and the peers'; writes
// the table of the README.
import { lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, readText } from '../files.mjs';
import { installAlone } from './consumers.mjs';

/** What the table compares with. Their install scripts do not run: two of them have none. */
const PEERS = ['classic-level@3.0.0', 'lmdb@3.5.6', 'better-sqlite3@12.11.1'];
/** Where the table stands. */
const BLOCK = /(<!-- sizes -->\n\n).*?(\n?<!-- end of sizes -->)/s;

/**
 * What an installation came to.
 * @typedef {{ name: string, bytes: number, ours: number, others: number }} Size
 */

/**
 * Installs each package alone, and measures.
 * @param {readonly import('./publish.mjs').Published[]} packages
 * @param {Record<string, string>} env
 * @param {string} work
 * @returns {Size[]}
 */
export function measureSizes(packages, env, work) {
  const ours = packages.map(({ name, version }) => `${name}@${version}`);
  return [...ours, ...PEERS].map((name, i) => {
    const folder = join(work, `size-${i}`);
    installAlone(folder, ['--ignore-scripts', name], env);
    const modules = join(folder, 'node_modules');
    const lock = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8'));
    const installed = Object.keys(lock.packages).map((path) => path.replace('node_modules/', ''));
    const dependencies = installed.filter((one) => one !== name.slice(0, name.lastIndexOf('@')));
    const ours = dependencies.filter((one) => one.startsWith('@jump/')).length;
    return { name, bytes: bytesBelow(modules), ours, others: dependencies.length - ours };
  });
}

/**
 * @param {string} folder
 * @returns {number}
 */
function bytesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.name !== '.package-lock.json' && entry.name !== '.bin')
    .map((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? bytesBelow(path) : lstatSync(path).size;
    })
    .reduce((sum, one) => sum + one, 0);
}

/**
 * Writes the table, if the README has another one; returns it.
 * @param {readonly Size[]} sizes
 */
export function writeSizes(sizes) {
  const rows = sizes.map(({ name, bytes, ours, others }) => {
    const [, called, version] = /^(.+)@(.*)$/.exec(name) ?? [];
    // Ours have the version of this release, whatever it will be.
    const isOurs = name.startsWith('@jump/');
    const shown = isOurs ? `\`${called}\`` : `${called} ${version}`;
    return `| ${shown} | ${(bytes / 1e6).toFixed(2)} | ${isOurs ? ours : ''} | ${others} |`;
  });
  const head = '|  | MB on the disk | packages of ours with it | others |\n|---|---|---|---|\n';
  const table = `${head}${rows.join('\n')}\n`;
  const text = readText(ROOT, 'README.md');
  if (!BLOCK.test(text)) throw new Error('README.md has no place for the table of sizes');
  writeFileSync(join(ROOT, 'README.md'), text.replace(BLOCK, `$1${table}$2`));
  return table;
}
