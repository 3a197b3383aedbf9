/**
 * Tells where the time of JumpDB's rows goes, for rows that stay behind a peer's.
 *
 *   npm run bench:profile -- readrandom,range10 [--cache-mib N] [--entries N]
 *
 * Runs each row once under V8's sampling profiler, and prints a table in Markdown: the share of
 * each part of the work, in per cent of the samples. What the bench itself does, keys and
 * checksums, is left out; the passes that warm a row are in it, for they do the same.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseOptions } from './command-line.mjs';
import { prepareEngines } from './prepare.mjs';
import { table } from './report/markdown.mjs';
import { Runner } from './runner.mjs';

/**
 * Parts of the work: the first whose pattern matches `function url` has the sample.
 * @type {[string, RegExp][]}
 */
const PARTS = [
  ['', /^\((root|idle)\)|\/bench\/src\//],
  ['collecting garbage', /^\(garbage collector\)/],
  ['blocks, in WebAssembly: checksums, Snappy, looking for a key', / wasm:|\/wasm\//],
  ['waiting for merges on the other thread', /^wait /],
  ['system calls', /^(read|write|writeBuffer|open|close|fsync|fdatasync|fstat) |node:fs/],
  [
    'text to bytes and back',
    /utf8|ascii|latin1|encodeInto|codec|encodeWith|node:(buffer|internal.encoding)/i,
  ],
  ['the search in indexes', /^(search|#isBefore|sixBytes|indexFor|equalRanges) /],
  ['filters', /\/bloom\//],
  ['the memtable', /\/rbtree\/|^add .*\/db\//],
  ['the log', /\/log\/|crc32c/],
  ['walking: cursors and merging', /[Cc]ursor|[Ii]terator|^(next|previous|seek|first|last|#\w+) /],
  ['tables and their cache', /\/sstable\//],
  ['the store around it', /\/packages\//],
  ['Node itself', /./],
];

const [rows = '', ...rest] = process.argv.slice(2);
const options = parseOptions(['--rows', rows, '--engines', 'jumpdb', '--rounds', '1', ...rest]);
if (options !== undefined) {
  const folder = mkdtempSync(join(tmpdir(), 'jump-profile-'));
  try {
    const scratch = { ...options, results: join(folder, 'results'), profiles: folder };
    process.exitCode = new Runner(scratch, prepareEngines(options)).run();
    for (const [row, shares] of sharesByRow(folder)) {
      console.log(`\n${row}:\n\n${table(['part', 'share'], shares)}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The parts of each row's profile, the largest first.
 * @param {string} folder
 * @returns {Map<string, string[][]>}
 */
function sharesByRow(folder) {
  const found = new Map();
  for (const name of readdirSync(folder)
    .filter((one) => one.endsWith('.cpuprofile'))
    .sort()) {
    const profile = JSON.parse(readFileSync(join(folder, name), 'utf8'));
    const times = timesOf(profile);
    const total = [...times.values()].reduce((sum, time) => sum + time, 0);
    const shares = [...times]
      .filter(([, time]) => time >= total / 100)
      .toSorted(([, a], [, b]) => b - a)
      .map(([part, time]) => [part, `${Math.round((100 * time) / total)} %`]);
    found.set(name.split('.')[0], shares);
  }
  return found;
}

/**
 * Microseconds of each part of a profile.
 * @param {{ nodes: { id: number, callFrame: { functionName: string, url: string } }[],
 *   samples: number[], timeDeltas: number[] }} profile
 */
function timesOf({ nodes, samples, timeDeltas }) {
  const parts = new Map(
    nodes.map(({ id, callFrame: { functionName, url } }) => {
      const text = `${functionName} ${url}`;
      return [id, PARTS.find(([, pattern]) => pattern.test(text))?.[0] ?? ''];
    }),
  );
  /** @type {Map<string, number>} */
  const times = new Map();
  for (const [i, id] of samples.entries()) {
    const part = parts.get(id) ?? '';
    if (part !== '') times.set(part, (times.get(part) ?? 0) + timeDeltas[i]);
  }
  return times;
}
