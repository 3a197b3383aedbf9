// Running programs for the rehearsal of a release.
import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { ROOT } from '../files.mjs';

/**
 * Runs a program of this repository, of the toolbox, or of the machine; returns what it printed.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd: string, env?: Record<string, string>, input?: string }} options
 * @throws {Error} with all that it printed, if it fails
 */
export function run(command, args, { cwd, env = {}, input }) {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    input,
    maxBuffer: 1 << 26,
    // npm and npx are scripts of the shell on Windows.
    shell: process.platform === 'win32' && /^np[mx]$/.test(command),
    env: { ...cleanEnvironment(), ...env },
  });
  if (status === 0) return stdout;
  const words = [command, ...args].join(' ');
  throw new Error(`${words}\n${error ?? ''}${stdout}${stderr}\nexited with ${status}, in ${cwd}`);
}

/** The environment without what npm told this script: a registry, a folder, a command. */
function cleanEnvironment() {
  const kept = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
  const env = Object.fromEntries(kept);
  env['PATH'] = join(ROOT, 'node_modules/.bin') + delimiter + env['PATH'];
  return env;
}
