// npm run test:release: rehearses a release with a registry of its own. Versions, changelogs and
// tarballs are made in a copy of the repository; every package is installed alone in an empty
// folder, compiled against, and its README's examples run there; then all of them together. With
// --sizes it only measures what installations bring, and writes the README's table.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../files.mjs';
import { runBundles } from './bundles.mjs';
import { run } from './commands.mjs';
import { checkTypes, companions, installAlone, runExamples, runPrograms } from './consumers.mjs';
import { checkTarball, copyRepository, publish, version } from './publish.mjs';
import { startRegistry } from './registry.mjs';
import { measureSizes, writeSizes } from './sizes.mjs';

const work = mkdtempSync(join(tmpdir(), 'jumpdb-release-'));
/** @type {string[]} */
const found = [];

/**
 * Takes a step, and says what it came to.
 * @template T
 * @param {string} name
 * @param {() => T | Promise<T>} body returns what is to be said, or what is wrong
 */
async function step(name, body) {
  const start = performance.now();
  try {
    const result = await body();
    if (Array.isArray(result)) found.push(...result.filter((one) => typeof one === 'string'));
    const said = typeof result === 'string' ? `: ${result}` : '';
    console.log(`${name}${said} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
    return result;
  } catch (error) {
    found.push(`${name}: ${error instanceof Error ? error.message : error}`);
    console.log(`${name}: failed`);
    return undefined;
  }
}

/** The packages that are to be used alone, as the command names them; none: all. */
const NAMED = process.argv.slice(2).filter((one) => !one.startsWith('--'));

/** @param {string} document from the root */
const at = (document) => join(ROOT, document);

try {
  await step('built', () => void run('npm', ['run', '--silent', 'build'], { cwd: ROOT }));
  const copy = join(work, 'repository');
  await step('copied', () => copyRepository(copy));
  const versions = await step('versions and changelogs', () => version(copy));
  if (versions !== undefined && found.length === 0) await rehearse(copy);
} finally {
  rmSync(work, { recursive: true, force: true });
}
for (const line of found) console.error(`\n${line}`);
console.log(found.length === 0 ? 'the release is good' : `${found.length} to mend`);
process.exitCode = found.length === 0 ? 0 : 1;

/** @param {string} copy */
async function rehearse(copy) {
  const registry = await startRegistry(join(work, 'registry'));
  try {
    /** @type {import('./publish.mjs').Published[] | undefined} */
    let packages;
    await step('published', async () => {
      packages = await publish(copy, registry, join(work, 'tarballs'));
      return `${packages.length} packages`;
    });
    if (process.argv.includes('--sizes')) {
      const measure = () => writeSizes(measureSizes(packages ?? [], registry.env, work));
      await step('sizes, into README.md', measure);
      return;
    }
    const chosen = (packages ?? []).filter(
      ({ name }) => NAMED.length === 0 || NAMED.includes(name),
    );
    if (chosen.length < NAMED.length) found.push(`not all are packages: ${NAMED.join(', ')}`);
    for (const one of chosen) {
      await step(`${one.name} ${one.version}, its tarball`, () => checkTarball(one));
      await step(`${one.name} ${one.version}, installed alone`, () => useAlone(one, registry.env));
    }
    await step('all together', () => useAll(packages ?? [], registry.env));
    await step('bundled', () => {
      const where = join(work, 'bundled');
      installAlone(where, ['@jump/db'], registry.env);
      const { done, skipped } = runBundles(where);
      return [`${done.length} blocks of docs/guide/bundlers.md`, ...skipped].join('; ');
    });
  } finally {
    registry.stop();
  }
}

/**
 * @param {import('./publish.mjs').Published} published
 * @param {Record<string, string>} env
 */
function useAlone({ name, folder, version }, env) {
  const where = join(work, 'alone', folder);
  installAlone(where, [`${name}@${version}`], env);
  const types = checkTypes(where, name);
  const programs = runPrograms(where, name, version);
  const readme = at(`packages/${folder}/README.md`);
  const others = companions(readme, name);
  if (others.length > 0) run('npm', ['install', '--no-audit', ...others], { cwd: where, env });
  const examples = runExamples(where, readme);
  if (examples === 0) throw new Error(`${readme} has no example that runs`);
  const beside = others.length > 0 ? `, with ${others.join(', ')}` : '';
  return `${types}; ${examples} examples${beside}${programs > 0 ? `; ${programs} program` : ''}`;
}

/**
 * @param {readonly import('./publish.mjs').Published[]} packages
 * @param {Record<string, string>} env
 */
function useAll(packages, env) {
  const where = join(work, 'together');
  installAlone(
    where,
    packages.map(({ name, version }) => `${name}@${version}`),
    env,
  );
  const examples = runExamples(where, at('README.md'));
  return `${examples} examples of README.md`;
}
