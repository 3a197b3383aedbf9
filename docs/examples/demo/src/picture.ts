// Draws what stats() tells: how the tables lie in the levels, and what the store costs.
import type { Stats } from '@jump/db';

const WIDTH = 40;

/** Draws the levels that have tables, one bar each; the longest bar is the largest level. */
export function drawLevels({ levels, amplification }: Stats): void {
  const largest = Math.max(...levels.map(({ bytes }) => bytes));
  for (const { level, files, bytes } of levels) {
    if (files === 0) continue;
    const length = Math.max(1, Math.round((WIDTH * bytes) / largest));
    const tables = `${files} ${files === 1 ? 'table' : 'tables'}`;
    const bar = '█'.repeat(length).padEnd(WIDTH, '·');
    console.log(`  level ${level}  ${bar} ${tables.padStart(10)} ${megabytes(bytes).padStart(9)}`);
  }
  const { write, space } = amplification;
  console.log(
    `  amplification: ${write.toFixed(2)} bytes written to the disk for each byte given,`,
  );
  console.log(
    `                 ${space.toFixed(2)} bytes of tables for each byte of the last level`,
  );
}

/** Says what the filters were good for. */
export function tellFilters({ filter, cache }: Stats): void {
  const { hits, misses, falsePositives } = filter;
  console.log(
    `  filters said "not in this table" ${number(hits)} times, which spared as many reads;`,
  );
  console.log(
    `          "perhaps" ${number(misses)} times rightly, ${number(falsePositives)} in vain`,
  );
  console.log(
    `  cache:  ${number(cache.hits)} blocks found in memory, ${number(cache.misses)} read`,
  );
}

/** Bytes, for people. */
function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** A number, for people. */
export function number(value: number): string {
  return value.toLocaleString('en');
}
