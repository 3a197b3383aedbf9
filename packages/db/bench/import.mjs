// Times a cold `import('@jump/db')` over Node's own start: medians of interleaved processes. Run after
// `npm run build`: node packages/db/bench/import.mjs [runs]
import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';

const RUNS = Number(process.argv[2] ?? 20);
const INDEX = pathToFileURL(`${import.meta.dirname}/../dist/index.js`).href;
const PROGRAMS = { nothing: '0', 'the store': `await import(${JSON.stringify(INDEX)})` };

/** @type {Record<string, number[]>} */
const times = {};
// The first two of each warm the disk's cache.
for (let i = -2; i < RUNS; i++) {
  for (const [name, program] of Object.entries(PROGRAMS)) {
    const start = performance.now();
    const { status } = spawnSync(process.execPath, ['--input-type=module', '-e', program]);
    if (status !== 0) throw new Error(`${name}: exited with ${status}`);
    if (i >= 0) times[name] = [...(times[name] ?? []), performance.now() - start];
  }
}

/** @param {number[]} list */
const median = (list) => list.sort((a, b) => a - b)[list.length >> 1] ?? Number.NaN;
const base = median(times['nothing'] ?? []);
for (const [name, list] of Object.entries(times)) {
  const ms = median(list);
  console.log(`${name.padEnd(10)} ${ms.toFixed(1)} ms, ${(ms - base).toFixed(1)} ms more`);
}
