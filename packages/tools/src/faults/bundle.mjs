// Bundles the fault programme with the store's sources into one file that plain Node runs. Sources
// may be changed on the way, which is how bugs are seeded.
import { mkdirSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { defaultServerConditions, build as viteBuild } from 'vite';
import { ROOT } from '../files.mjs';

const ENTRY = 'packages/db/test/faults/main.ts';
/** Inside the package, so that its npm packages are found; ignored by git. */
const OUT = 'packages/db/node_modules/.faults';

/**
 * Bundles; returns the path of the file to run.
 *
 * @param {string} name of the folder to bundle into; two processes take two names
 * @param {(path: string, text: string) => string} [change] gets each source file, its path from the
 *   root, and returns what to take instead
 */
export async function bundle(name, change) {
  const outDir = join(ROOT, OUT, name);
  mkdirSync(outDir, { recursive: true });
  await viteBuild({
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['@jump/source', ...defaultServerConditions] },
    ssr: { noExternal: [/^@jump\//], resolve: { conditions: ['@jump/source', 'node'] } },
    build: {
      ssr: join(ROOT, ENTRY),
      outDir,
      emptyOutDir: true,
      minify: false,
      sourcemap: 'inline',
      target: 'node20',
      rollupOptions: { output: { entryFileNames: 'main.mjs' } },
    },
    plugins: [changing(change)],
  });
  return join(outDir, 'main.mjs');
}

/** @param {string} name */
export function removeBundle(name) {
  rmSync(join(ROOT, OUT, name), { recursive: true, force: true });
}

/**
 * Changes sources, and has each know where it came from: what lies beside it is found there.
 * @param {((path: string, text: string) => string) | undefined} change
 * @returns {import('vite').Plugin}
 */
function changing(change) {
  return {
    name: 'changing',
    enforce: 'pre',
    transform(code, id) {
      const path = relative(ROOT, id).replaceAll('\\', '/');
      const here = {
        url: pathToFileURL(id).href,
        dirname: dirname(id),
      };
      const changed = (change?.(path, code) ?? code).replaceAll(
        /\bimport\.meta\.(url|dirname)\b/g,
        (_, name) => JSON.stringify(name === 'url' ? here.url : here.dirname),
      );
      return changed === code ? undefined : { code: changed, map: null };
    },
  };
}
