// Versions and publishes all public packages from a copy of the repository, as a release does.
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { packageFolders, ROOT, readManifest } from '../files.mjs';
import { run } from './commands.mjs';
import { tool } from './toolbox.mjs';

const CHANGESET = join(ROOT, 'node_modules/@changesets/cli/bin.js');

/**
 * A package that was published.
 * @typedef {{ name: string, folder: string, version: string, tarball: string }} Published
 */

/**
 * Copies the repository as it is on the disk, with its history, what is installed and what is
 * built.
 * @param {string} copy
 */
export function copyRepository(copy) {
  run('git', ['clone', '--quiet', ROOT, copy], { cwd: ROOT });
  const changed = run('git', ['ls-files', '-mdoz', '--exclude-standard'], { cwd: ROOT });
  for (const file of changed.split('\0').filter((name) => name !== '')) {
    if (!existsSync(join(ROOT, file))) {
      rmSync(join(copy, file), { force: true });
      continue;
    }
    mkdirSync(dirname(join(copy, file)), { recursive: true });
    cpSync(join(ROOT, file), join(copy, file));
  }
  run('pnpm', ['install', '--prefer-offline', '--frozen-lockfile', '--ignore-scripts'], {
    cwd: copy,
  });
  for (const folder of publicFolders(ROOT)) {
    const dist = `packages/${folder}/dist`;
    cpSync(join(ROOT, dist), join(copy, dist), { recursive: true });
  }
}

/** @param {string} root */
function publicFolders(root) {
  return packageFolders(root).filter(
    (folder) => readManifest(root, `packages/${folder}`).private !== true,
  );
}

/**
 * Turns the changesets of a copy into versions and changelogs, and says what is wrong with those.
 * @param {string} copy
 * @returns {string[]}
 */
export function version(copy) {
  run(process.execPath, [CHANGESET, 'version'], { cwd: copy });
  return publicFolders(copy).flatMap((folder) => {
    const { name, version = '' } = readManifest(copy, `packages/${folder}`);
    const path = join(copy, 'packages', folder, 'CHANGELOG.md');
    if (version === '0.0.0') return [`${name}: no changeset gives it a version`];
    if (!existsSync(path)) return [`${name}: no CHANGELOG.md was written`];
    const text = readFileSync(path, 'utf8');
    const good = text.startsWith(`# ${name}\n\n## ${version}\n`) && /^- \S/m.test(text);
    return good ? [] : [`${name}: a CHANGELOG.md without ${version}, or without a change`];
  });
}

/**
 * Publishes with the command of a release, `changeset publish`.
 * @param {string} copy
 * @param {{ url: string, env: Record<string, string> }} registry
 * @param {string} folder where the tarballs are put, as the registry gives them
 * @returns {Promise<Published[]>}
 */
export async function publish(copy, registry, folder) {
  run(process.execPath, [CHANGESET, 'publish'], { cwd: copy, env: registry.env });
  mkdirSync(folder, { recursive: true });
  return Promise.all(
    publicFolders(copy).map(async (one) => {
      const { name, version = '' } = readManifest(copy, `packages/${one}`);
      const response = await fetch(registry.url + name);
      const { versions } = /** @type {any} */ (await response.json());
      const found = versions?.[version];
      if (found === undefined) throw new Error(`${name} ${version} is not in the registry`);
      const tarball = join(folder, `${one}-${version}.tgz`);
      const data = await fetch(found.dist.tarball);
      writeFileSync(tarball, Buffer.from(await data.arrayBuffer()));
      return { name, folder: one, version, tarball };
    }),
  );
}

/**
 * Says what is wrong with a tarball: its files, its fields, its types.
 * @param {Published} published
 * @returns {Promise<string[]>}
 */
export async function checkTarball({ name, folder, tarball }) {
  const files = run('tar', ['-tzf', tarball], { cwd: ROOT }).split(/\r?\n/);
  const wanted = ['package.json', 'README.md', 'LICENSE', 'CHANGELOG.md', 'dist/index.js'];
  if (existsSync(join(ROOT, 'packages', folder, 'FORMAT.md'))) wanted.push('FORMAT.md');
  const found = wanted
    .filter((file) => !files.includes(`package/${file}`))
    .map((file) => `${name}: ${file} is not packed`);
  const tests = files.filter((file) => /\.test\.|\/(test|bench|fixtures)\//.test(file));
  found.push(...tests.map((file) => `${name}: ${file} is packed`));
  const bytes = readFileSync(tarball);
  const { messages, pkg } = await publint({
    strict: true,
    pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) },
  });
  found.push(...messages.map((one) => `${name}: ${formatMessage(one, pkg, { color: false })}`));
  try {
    const attw = tool('@arethetypeswrong/cli/dist/index.js');
    run(process.execPath, [attw, '--profile', 'esm-only', '--no-color', tarball], { cwd: ROOT });
  } catch (error) {
    found.push(`${name}: are the types wrong?\n${error instanceof Error ? error.message : error}`);
  }
  return found;
}
