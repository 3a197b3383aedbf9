/**
 * A micro-bench for each package, so that a regression has an address.
 *
 *   npm run bench:micro -- [NAME …] [--publish]
 *
 * NAME is a micro-bench or a package; all by default. Beside each figure stands how many times as
 * long the fastest round took as the published one (`bench/results/micro.json`), which `--publish`
 * replaces: on a busy machine the fastest round says most.
 * A name such as `rbtree/tree` runs a study: `packages/rbtree/bench/tree.mjs`, which measures
 * alternatives, too.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { commit, machine } from '../environment.mjs';
import { runMicro } from './measure.mjs';
import { micros } from './micros.mjs';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const PUBLISHED = join(ROOT, 'bench/results/micro.json');

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: { publish: { type: 'boolean', default: false } },
});

/** Lists the studies: `package/name`. */
function studies() {
  const packages = join(ROOT, 'packages');
  return readdirSync(packages).flatMap((name) => {
    const folder = join(packages, name, 'bench');
    if (!existsSync(folder)) return [];
    return readdirSync(folder).map((file) => `${name}/${file.replace('.mjs', '')}`);
  });
}

/** @param {string} study */
function runStudy(study) {
  const [name, file] = study.split('/');
  const path = join(ROOT, 'packages', name, 'bench', `${file}.mjs`);
  const { status } = spawnSync(process.execPath, [path], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}

/** @param {readonly string[]} names */
function runAll(names) {
  /** @type {{ about: object, ns: Record<string, number> }} */
  const published = existsSync(PUBLISHED)
    ? JSON.parse(readFileSync(PUBLISHED, 'utf8'))
    : { about: {}, ns: {} };
  const chosen = micros.filter(
    (one) => names.length === 0 || names.includes(one.name) || names.includes(one.package),
  );
  const about = { commit: commit(), node: process.version, machine: machine() };
  console.log(`${about.machine}; Node ${about.node}; nanoseconds, the median and the spread`);
  for (const micro of chosen) {
    runMicro(micro, ({ name, ns, least, most }) => {
      const before = published.ns[name];
      const change = before === undefined ? '' : `  × ${(least / before).toFixed(2)}`;
      const spread = `(${least.toFixed(1)}–${most.toFixed(1)})`;
      console.log(`${name.padEnd(62)} ${ns.toFixed(1).padStart(9)} ${spread.padEnd(18)}${change}`);
      published.ns[name] = Math.round(least * 100) / 100;
    });
  }
  if (given.publish) {
    writeFileSync(PUBLISHED, `${JSON.stringify({ about, ns: published.ns }, null, 2)}\n`);
  }
}

const known = [...micros.flatMap((one) => [one.name, one.package]), ...studies()];
const unknown = positionals.find((name) => !known.includes(name));
if (unknown !== undefined) {
  console.error(`nothing is named ${unknown}; there are ${[...new Set(known)].join(', ')}`);
  process.exitCode = 1;
} else {
  const wanted = positionals.filter((name) => !name.includes('/'));
  for (const study of positionals.filter((name) => name.includes('/'))) runStudy(study);
  if (wanted.length > 0 || positionals.length === 0) runAll(wanted);
}
