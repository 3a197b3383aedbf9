// The programs that only the rehearsal of a release needs. They are many, so they are installed
// when it runs, not by the repository's set-up.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../files.mjs';
import { run } from './commands.mjs';

const FOLDER = join(ROOT, 'node_modules/.cache/release');

const MANIFEST = {
  private: true,
  dependencies: {
    '@arethetypeswrong/cli': '0.18.5',
    bun: '1.4.5',
    esbuild: '0.25.12',
    postject: '1.0.0-alpha.6',
    verdaccio: '6.8.0',
  },
  overrides: { 'verdaccio-audit': { 'node-fetch': '2.7.0' } },
};

/** Installs the programs, unless they are there; returns the folder of their `node_modules`. */
function toolbox() {
  const text = JSON.stringify(MANIFEST, undefined, 2);
  const done = join(FOLDER, 'done.json');
  if (existsSync(done) && readFileSync(done, 'utf8') === text) return FOLDER;
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, 'package.json'), text);
  run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: FOLDER });
  writeFileSync(done, text);
  return FOLDER;
}

/**
 * The path of a file of the toolbox.
 * @param {string} path below `node_modules`
 */
export function tool(path) {
  return join(toolbox(), 'node_modules', path);
}
