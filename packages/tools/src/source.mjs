// Imports a source file that its package does not export, for measurements of a package's parts.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';
import { ROOT } from './files.mjs';

/**
 * Bundles a file with all that it imports, and imports the bundle.
 * @template T what the file exports
 * @param {string} file from the root
 * @returns {Promise<T>}
 */
export async function importSource(file) {
  const folder = mkdtempSync(join(tmpdir(), 'jumpdb-source-'));
  try {
    const bundled = await rolldown({
      input: join(ROOT, file),
      platform: 'node',
      resolve: { conditionNames: ['@jump/source', 'node', 'import'] },
    });
    const path = join(folder, 'source.mjs');
    await bundled.write({ file: path, format: 'esm', codeSplitting: false });
    await bundled.close();
    return await import(pathToFileURL(path).href);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
