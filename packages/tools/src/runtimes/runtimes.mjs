// The runtimes that everything is tested on, all from npm.
import { spawnSync } from 'node:child_process';

/**
 * @typedef {{ name: string, title: string, version: string, npx: string[],
 *   before: string[] }} Runtime
 * `npx` prints the path of its executable; `before` stands between that and a script.
 */

/**
 * @param {string} version
 * @returns {Runtime}
 */
function node(version) {
  const [major = ''] = version.split('.');
  const npm = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  return {
    name: `node${major}`,
    title: `Node ${major}`,
    version,
    npx: ['-p', `${npm}@${version}`, '--', 'node', '-p', 'process.execPath'],
    before: [],
  };
}

/** @type {readonly Runtime[]} */
export const RUNTIMES = [
  node('20.20.2'),
  node('22.23.3'),
  node('24.21.0'),
  {
    name: 'bun',
    title: 'Bun',
    version: '1.4.5',
    npx: ['bun@1.4.5', '-p', 'process.execPath'],
    before: ['--bun'],
  },
  {
    name: 'deno',
    title: 'Deno',
    version: '2.9.6',
    npx: ['deno@2.9.6', 'eval', '-p', 'Deno.execPath()'],
    before: ['run', '-A'],
  },
];

/**
 * Finds the executable of a runtime; npx downloads it, the first time.
 * @param {Runtime} runtime
 */
export function executableOf({ title, version, npx }) {
  if (title.startsWith('Node') && process.versions.node === version) return process.execPath;
  const { stdout, stderr } = spawnSync('npx', ['-y', ...npx], { encoding: 'utf8' });
  const path = stdout.trim().split('\n').at(-1) ?? '';
  if (path === '') throw new Error(`no ${title} ${version} from npx: ${stderr}`);
  return path;
}
