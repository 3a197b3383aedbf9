// Builds the package in the current directory into `dist`: the compiler makes the declarations, a
// bundler one file of JavaScript for each entry, and what entries share. Files are what costs time
// at import: 234 of them took 99 ms, these take a third of it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

/** Where a package's own "exports" and "imports" lead to in what is built. */
const BUILT = /^\.\/dist\/(.*)\.js$/;

/**
 * Finds the entries of a package: every file of `dist` that its package.json names.
 * @param {unknown} field "exports" or "imports", or a part of it
 * @returns {Record<string, string>} the source of each
 */
export function entriesOf(field) {
  if (typeof field === 'string') {
    const name = BUILT.exec(field)?.[1];
    return name === undefined ? {} : { [name]: resolve('src', `${name}.ts`) };
  }
  if (typeof field !== 'object' || field === null) return {};
  return Object.assign({}, ...Object.values(field).map(entriesOf));
}

/** Makes the declarations; tells whether the types are right. */
async function declare() {
  const tsc = fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url));
  const child = spawn(
    process.execPath,
    [tsc, '-p', 'tsconfig.build.json', '--emitDeclarationOnly'],
    { stdio: 'inherit' },
  );
  const [code] = await once(child, 'exit');
  return code === 0;
}

/** Makes the JavaScript. Names stay, and white space: what is published is to be read. */
async function bundle() {
  const { exports, imports } = JSON.parse(readFileSync('package.json', 'utf8'));
  const bundled = await rolldown({
    input: { ...entriesOf(exports), ...entriesOf(imports) },
    // Other packages, and the package's own "imports", are left to whoever runs or bundles this one.
    external: (id) => !/^[./]|^[A-Za-z]:/.test(id),
    platform: 'neutral',
    onLog(level, log) {
      throw new Error(`${level}: ${log.message}`);
    },
  });
  await bundled.write({
    dir: 'dist',
    format: 'esm',
    sourcemap: true,
    // They lie beside, in `src`.
    sourcemapExcludeSources: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    comments: { legal: false, annotation: true, jsdoc: false },
  });
  await bundled.close();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  rmSync('dist', { recursive: true, force: true });
  const [good] = await Promise.all([declare(), bundle()]);
  if (!good) process.exitCode = 1;
}
