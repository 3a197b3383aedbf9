/**
 * Makes the documents and charts of what was measured.
 *
 *   npm run bench:report -- [--results FOLDER] [--out FOLDER]
 *
 * Without options: from `bench/results`, the published figures, into `docs/guide` and `README.md`.
 * With `--out`, copies of the pages with the charts beside them, and the documents stay as they are.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readResults } from '../results.mjs';
import { renderReport } from './render.mjs';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const DOCUMENTS = ['docs/guide/measured.md', 'docs/guide/figures.md', 'README.md'];

const { values: given } = parseArgs({
  options: {
    results: { type: 'string', default: join(ROOT, 'bench/results') },
    out: { type: 'string', default: ROOT },
  },
});
const measurements = readResults(resolve(given.results));
if (measurements.length === 0) {
  console.error(`${given.results}: nothing was measured; npm run bench, or --results FOLDER`);
  process.exitCode = 1;
} else {
  const documents = DOCUMENTS.filter((file) => existsSync(join(ROOT, file))).map((file) => ({
    file,
    text: readFileSync(join(ROOT, file), 'utf8'),
  }));
  for (const { file, text } of renderReport(measurements, documents)) {
    const path = join(resolve(given.out), file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
    console.log(path);
  }
}
