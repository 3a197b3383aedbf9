/**
 * Measures JumpDB against classic-level, row by row, each in a process of its own, the engines in
 * turn.
 *
 *   npm run bench -- [--entries 1000000] [--rounds 5] [--rows fillseq,readseq] [--value-size 100]
 *                    [--cache-mib 64] [--no-compression]
 *
 * Prints the median time of an operation, its spread, and the ratio: above 1 JumpDB is faster. A
 * reading row runs on a store that the same engine has filled in random order and then left alone;
 * the page cache stays as that left it.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { rows } from './rows.mjs';

const { values: given } = parseArgs({
  options: {
    entries: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '5' },
    rows: { type: 'string', default: rows.map((row) => row.name).join() },
    'value-size': { type: 'string', default: '100' },
    'cache-mib': { type: 'string', default: '64' },
    'no-compression': { type: 'boolean', default: false },
  },
});
const entries = Number(given.entries);
const rounds = Number(given.rounds);
const chosen = rows.filter((row) => given.rows.split(',').includes(row.name));
const engines = [
  { name: 'jumpdb', engine: 'jumpdb', logWrites: 'turn' },
  { name: 'jumpdb-each', engine: 'jumpdb', logWrites: 'each' },
  { name: 'classic-level', engine: 'classic-level' },
];
/** Rows in which `logWrites` makes a difference. */
const writing = ['fillseq', 'fillrandom', 'fillbatch', 'overwrite', 'deleterandom'];

const script = fileURLToPath(new URL('./run-row.mjs', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'jump-bench-'));
const common = {
  entries,
  valueSize: Number(given['value-size']),
  cacheSize: Number(given['cache-mib']) * 2 ** 20,
  compression: !given['no-compression'],
};

function run(task) {
  const child = spawnSync(process.execPath, [script, JSON.stringify({ ...common, ...task })], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
  });
  if (child.status !== 0) throw new Error(`${task.engine} ${task.row}: exit ${child.status}`);
  return child.stdout === '' ? undefined : JSON.parse(child.stdout);
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];
const show = (numbers) => {
  const spread = `${Math.min(...numbers).toFixed(2)}–${Math.max(...numbers).toFixed(2)}`;
  return `${median(numbers).toFixed(2)} (${spread})`;
};

try {
  console.log(`Node ${process.version}, ${entries} entries, ${rounds} rounds; µs an operation`);
  console.log('| row | engine | median (spread) | with background work | ratio | peak MB |');
  console.log('|---|---|---|---|---|---|');
  for (const name of ['jumpdb', 'classic-level']) {
    run({ engine: name, fill: true, directory: join(root, `filled-${name}`) });
  }
  for (const row of chosen) {
    const results = new Map();
    const sums = new Set();
    for (let round = 0; round < rounds; round++) {
      for (const { name, engine, logWrites } of engines) {
        if (name === 'jumpdb-each' && !writing.includes(row.name)) continue;
        const directory = join(root, `work-${name}`);
        const reads = row.on === 'filled' && !writing.includes(row.name);
        const filled = join(root, `filled-${engine}`);
        rmSync(directory, { recursive: true, force: true });
        if (row.on === 'filled' && !reads) cpSync(filled, directory, { recursive: true });
        const task = { engine, row: row.name, logWrites, directory: reads ? filled : directory };
        const result = run(task);
        sums.add(result.sum);
        results.set(name, [...(results.get(name) ?? []), result]);
      }
    }
    if (sums.size > 1) throw new Error(`${row.name}: the engines read ${[...sums].join(', ')}`);
    const classic = median(results.get('classic-level').map((one) => one.us));
    for (const [name, list] of results) {
      const times = list.map((one) => one.us);
      const settled = list.map((one) => one.settledUs);
      const ratio = name === 'classic-level' ? '' : (classic / median(times)).toFixed(2);
      const peak = Math.max(...list.map((one) => one.rssMb)).toFixed(0);
      const cells = [row.name, name, show(times), show(settled), ratio, peak];
      console.log(`| ${cells.join(' | ')} |`);
    }
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
