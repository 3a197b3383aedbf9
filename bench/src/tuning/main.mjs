// What each option of a store changes: one at a time, all others as they are by default, each
// measurement in a process of its own. Prints a table; docs/guide/tuning.md has it.
//
//   node bench/src/tuning/main.mjs [--rounds 3] [--only memtableSize,cacheSize] [--entries 1000000]
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { variations } from './variations.mjs';

const CHILD = fileURLToPath(new URL('child.mjs', import.meta.url));

/** @typedef {import('./child.mjs').Figures} Figures */

const { values: given } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    only: { type: 'string' },
    entries: { type: 'string', default: '1000000' },
  },
});
const chosen = variations.filter(
  ({ name }) =>
    given.only === undefined || given.only.split(',').includes(name.split(':')[0] ?? ''),
);

/** @type {Map<string, Figures[]>} */
const found = new Map();
for (let round = 0; round < Number(given.rounds); round++) {
  for (const { name } of chosen) {
    const printed = execFileSync(process.execPath, [CHILD, name, given.entries], {
      encoding: 'utf8',
    });
    found.set(name, [...(found.get(name) ?? []), JSON.parse(printed)]);
  }
}

/**
 * The median of one figure over the rounds.
 * @param {Figures[]} rounds
 * @param {keyof Figures} figure
 */
function median(rounds, figure) {
  const sorted = rounds.map((round) => round[figure]).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

console.log(
  '| | write, µs | read, µs | absent, µs | scan, µs | MiB on disk | written | peak MiB |',
);
console.log('|---|---|---|---|---|---|---|---|');
for (const [name, rounds] of found) {
  const cells = [
    median(rounds, 'write').toFixed(2),
    median(rounds, 'read').toFixed(2),
    median(rounds, 'absent').toFixed(2),
    median(rounds, 'scan').toFixed(2),
    median(rounds, 'disk').toFixed(0),
    `${median(rounds, 'written').toFixed(1)} ×`,
    median(rounds, 'peak').toFixed(0),
  ];
  console.log(`| ${name} | ${cells.join(' | ')} |`);
}
