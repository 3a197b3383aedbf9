// npm run faults: bundles the fault programme and runs it. See packages/db/test/faults/main.ts.
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from '../files.mjs';
import { bundle, removeBundle } from './bundle.mjs';
import { stamp } from './stamp.mjs';

const words = process.argv.slice(2);
const record = words.includes('--record');
const name = `run-${process.pid}`;
const path = await bundle(name);
const child = spawn(
  process.execPath,
  ['--enable-source-maps', path, ...words.filter((word) => word !== '--record')],
  { stdio: ['ignore', 'pipe', 'inherit'] },
);
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.on(signal, () => child.kill(signal));
}
createInterface({ input: child.stdout }).on('line', (line) => {
  console.log(line);
  if (!record || !line.startsWith('outcome ')) return;
  const outcome = { ...stamp(), ...JSON.parse(line.slice('outcome '.length)) };
  appendFileSync(join(ROOT, 'docs/reliability.jsonl'), `${JSON.stringify(outcome)}\n`);
});
child.on('close', (code) => {
  removeBundle(name);
  process.exitCode = code ?? 1;
});
