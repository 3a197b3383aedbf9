// The repository's own checks: node packages/tools/src/check.mjs [name …]; all of them without a name.
import { checkDocuments } from './documents.mjs';
import { checkExamples } from './examples.mjs';
import { ROOT } from './files.mjs';
import { checkImports } from './imports.mjs';
import { checkPackages } from './packages.mjs';
import { checkTidy } from './tidy.mjs';

/** @type {Record<string, () => string[] | Promise<string[]>>} */
const CHECKS = {
  imports: () => checkImports(ROOT),
  tidy() {
    const { errors, notes } = checkTidy(ROOT);
    for (const note of notes) console.log(`note: ${note}`);
    return errors;
  },
  documents: () => checkDocuments(ROOT),
  examples: () => checkExamples(ROOT),
  packages: () => checkPackages(ROOT),
};

const names = process.argv.slice(2);
for (const name of names.length === 0 ? Object.keys(CHECKS) : names) {
  const check = CHECKS[name];
  if (check === undefined) throw new RangeError(`${name}: not one of ${Object.keys(CHECKS)}`);
  const found = await check();
  for (const line of found) console.error(line);
  console.log(`${name}: ${found.length === 0 ? 'good' : `${found.length} to mend`}`);
  if (found.length > 0) process.exitCode = 1;
}
