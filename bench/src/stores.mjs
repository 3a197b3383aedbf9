/**
 * Filled stores on the disk: made once for each engine and shape, kept from one command to the
 * next, made again when the engine has changed.
 */
import { createHash } from 'node:crypto';
import {
  closeSync,
  cpSync,
  existsSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGES = fileURLToPath(new URL('../../packages', import.meta.url));

/**
 * Returns a folder with a filled store; `fill` makes it if it is not there.
 * @param {string} work
 * @param {string} name of engine and shape
 * @param {string} version of the engine
 * @param {(directory: string) => void} fill
 */
export function filledStore(work, name, version, fill) {
  mkdirSync(work, { recursive: true });
  const folder = `filled-${name}-${version}`;
  const directory = join(work, folder);
  const done = join(work, `${folder}.done`);
  if (existsSync(done)) return directory;
  for (const other of readdirSync(work)) {
    if (other.startsWith(`filled-${name}-`)) rmSync(join(work, other), { recursive: true });
  }
  fill(directory);
  mkdirSync(done);
  return directory;
}

/**
 * Copies a store over another one, its files to the disk: the first sync of an engine would
 * otherwise wait for what the bench has written.
 * @param {string} from
 * @param {string} to
 */
export function copyStore(from, to) {
  rmSync(to, { recursive: true, force: true });
  cpSync(from, to, { recursive: true });
  for (const entry of readdirSync(to, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = openSync(join(entry.parentPath, entry.name), 'r+');
    fsyncSync(file);
    closeSync(file);
  }
}

/**
 * Tells what a folder takes on the disk, holes in its files left out.
 * @param {string} directory
 * @returns {number}
 */
export function bytesOnDisk(directory) {
  if (!existsSync(directory)) return 0;
  return readdirSync(directory, { withFileTypes: true })
    .map((entry) => join(directory, entry.name))
    .reduce((sum, path) => {
      const { blocks, size } = lstatSync(path);
      if (lstatSync(path).isDirectory()) return sum + bytesOnDisk(path);
      return sum + (blocks === undefined ? size : Math.min(size, blocks * 512));
    }, 0);
}

/** Names the build of JumpDB by what is in it. */
export function buildOfJumpdb() {
  const hash = createHash('sha256');
  for (const name of readdirSync(PACKAGES).sort()) {
    const dist = join(PACKAGES, name, 'dist');
    if (!existsSync(dist)) continue;
    for (const file of readdirSync(dist, { recursive: true }).map(String).sort()) {
      if (/\.(js|wasm)$/.test(file)) hash.update(file).update(readFileSync(join(dist, file)));
    }
  }
  return hash.digest('hex').slice(0, 12);
}
