/**
 * Runs one row on one engine, in this process alone, and prints what it took as a line of JSON.
 *
 *   node run-row.mjs '{"engine":"jumpdb","row":"fillseq","entries":100000,…}'
 */
import { rmSync } from 'node:fs';
import { rows } from './rows.mjs';
import { Workload } from './workload.mjs';

const task = JSON.parse(process.argv[2]);
const { openEngine } = await import(`./engine-${task.engine}.mjs`);
const row = rows.find((one) => one.name === task.row);
const load = new Workload(task.entries, task.valueSize);

if (task.fill) {
  rmSync(task.directory, { recursive: true, force: true });
  const engine = await openEngine(task.directory, task);
  await engine.fillBatch(
    task.entries,
    1000,
    (i) => load.key(load.scatter(i)),
    (i) => load.value(i),
  );
  await engine.settle();
  await engine.close();
} else {
  if (row.on === 'empty') rmSync(task.directory, { recursive: true, force: true });
  const engine = await openEngine(task.directory, task);
  const start = performance.now();
  const sum = await row.run(engine, load, task.entries);
  const ms = performance.now() - start;
  await engine.settle();
  const settledMs = performance.now() - start;
  const operations = row.operations(task.entries);
  console.log(
    JSON.stringify({
      sum,
      us: (1000 * ms) / operations,
      settledUs: (1000 * settledMs) / operations,
      rssMb: process.resourceUsage().maxRSS / 1024,
    }),
  );
  await engine.close();
}
