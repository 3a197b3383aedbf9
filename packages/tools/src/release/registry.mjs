// A registry of npm's kind on this machine alone: what is published goes no further; what is asked
// for and not there comes from the registry that npm is told to use.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { tool } from './toolbox.mjs';

/**
 * Starts it with nothing in it.
 * @param {string} folder for its files
 * @returns {Promise<{ url: string, env: Record<string, string>, stop: () => void }>} `env` makes npm,
 *   pnpm and changesets use it
 */
export async function startRegistry(folder) {
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/`;
  writeFileSync(join(folder, 'config.yaml'), configuration());
  writeFileSync(
    join(folder, 'npmrc'),
    `registry=${url}\n//127.0.0.1:${port}/:_authToken=rehearsal\nupdate-notifier=false\n`,
  );
  const script = tool('verdaccio/bin/verdaccio');
  const args = [script, '--listen', `127.0.0.1:${port}`, '--config', join(folder, 'config.yaml')];
  const child = spawn(process.execPath, args, { cwd: folder, stdio: 'ignore' });
  const stop = () => child.kill();
  process.once('exit', stop);
  await answers(url, () => child.exitCode !== null);
  const env = { npm_config_userconfig: join(folder, 'npmrc'), npm_config_registry: url };
  return { url, env, stop };
}

/** Who may do what: everybody everything, since nobody else is on the loopback. */
function configuration() {
  const { stdout } = spawnSync('npm', ['config', 'get', 'registry'], { encoding: 'utf8' });
  return `
storage: ./storage
max_body_size: 100mb
uplinks:
  upstream:
    url: ${stdout.trim() || 'https://registry.npmjs.org/'}
    maxage: 60m
    timeout: 60s
packages:
  '@jump/*':
    access: $all
    publish: $all
    unpublish: $all
  '**':
    access: $all
    publish: $all
    proxy: upstream
log: { type: file, path: verdaccio.log, format: pretty, level: warn }
`;
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0));
    });
  });
}

/**
 * @param {string} url
 * @param {() => boolean} gone
 */
async function answers(url, gone) {
  const end = Date.now() + 120_000;
  for (;;) {
    const response = await fetch(`${url}-/ping`).catch(() => undefined);
    if (response?.ok) return;
    if (gone() || Date.now() > end) throw new Error(`verdaccio does not answer at ${url}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
