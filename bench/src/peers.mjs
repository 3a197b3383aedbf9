/**
 * The stores that JumpDB is compared with, and that only the bench needs: installed by its command
 * into `bench/.peers`, from `bench/peers`, so that nobody else waits for native builds.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const BENCH = fileURLToPath(new URL('..', import.meta.url));
const LISTED = join(BENCH, 'peers', 'package.json');
/** Where they are installed. */
export const PEERS = join(BENCH, '.peers');
const INSTALLED = join(PEERS, 'installed.json');

/**
 * Imports an installed peer.
 * @param {string} name
 */
export async function importPeer(name) {
  const path = createRequire(join(PEERS, 'package.json')).resolve(name);
  return import(pathToFileURL(path).href);
}

/**
 * Tells a package's version; `undefined` if it is not installed.
 * @param {string} name
 * @returns {string | undefined}
 */
export function peerVersion(name) {
  const path = [BENCH, PEERS]
    .map((folder) => join(folder, 'node_modules', name, 'package.json'))
    .find((one) => existsSync(one));
  return path === undefined ? undefined : JSON.parse(readFileSync(path, 'utf8')).version;
}

/** Installs the peers that `bench/peers/package.json` lists, unless that was done before. */
export function installPeers() {
  const listed = readFileSync(LISTED, 'utf8');
  if (existsSync(INSTALLED) && readFileSync(INSTALLED, 'utf8') === listed) return;
  console.log('installing the peers into bench/.peers; their native builds take a minute …');
  mkdirSync(PEERS, { recursive: true });
  copyFileSync(LISTED, join(PEERS, 'package.json'));
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  // Without a lock file: npm leaves other platforms' prebuilt packages out of it, and then refuses.
  const quiet = ['--no-package-lock', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status } = spawnSync(npm, ['install', ...quiet], {
    cwd: PEERS,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
    env: { ...process.env, ...headers() },
  });
  if (status === 0) writeFileSync(INSTALLED, listed);
  else console.log(`npm install: exit ${status}; engines that are missing are left out`);
}

/** Names Node's own headers, where they came with it, so that node-gyp need not download them. */
function headers() {
  const node = dirname(dirname(process.execPath));
  const there = existsSync(join(node, 'include', 'node', 'node.h'));
  return there && process.env['npm_config_nodedir'] === undefined
    ? { npm_config_nodedir: node }
    : {};
}
