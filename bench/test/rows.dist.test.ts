// Goal:   a figure stands for work that was done, and for the same work on every engine.
// Method: every row at a tiny size, on the engines that the repository has without the peers of the
//         bench; what they have read must be the same.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { engines, whyNot } from '../src/engine.mjs';
import { rows } from '../src/rows.mjs';
import { runFill, runRow } from '../src/run-task.mjs';
import { copyStore } from '../src/stores.mjs';

const ENTRIES = 300;
const root = mkdtempSync(join(tmpdir(), 'jump-bench-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const CHILD = fileURLToPath(new URL('../src/child.mjs', import.meta.url));
const here = engines.filter(({ file }) =>
  ['jumpdb', 'jump-level', 'classic-level', 'disk'].includes(file),
);
const shape = { entries: ENTRIES, valueSize: 100, cacheMib: 1, compression: true, patience: 20 };
const filled = new Map<string, string>();

/** Fills a store once for each engine. */
async function filledStore(engine: string, file: string): Promise<string> {
  const directory = join(root, `filled-${file}`);
  if (!filled.has(file)) {
    filled.set(file, directory);
    await runFill({ ...shape, step: 'fill', engine, row: '', directory });
  }
  return directory;
}

async function storeFor(engine: string, file: string, before: string): Promise<string> {
  if (before === 'filled') return filledStore(engine, file);
  const directory = join(root, `row-${engine}`);
  rmSync(directory, { recursive: true, force: true });
  if (before === 'copy') copyStore(await filledStore(engine, file), directory);
  const task = { ...shape, engine, row: '', directory };
  if (before === 'fresh') await runFill({ ...task, step: 'fresh' });
  if (before === 'killed') {
    const killed = JSON.stringify({ ...task, step: 'kill' });
    const { signal } = spawnSync(process.execPath, [CHILD, killed], { stdio: 'inherit' });
    expect(signal).toBe('SIGKILL');
  }
  return directory;
}

test.each(rows)(
  '$name: all engines read the same',
  { timeout: 60_000 },
  async ({ name, before }) => {
    const sums = new Map<string, number | undefined>();
    for (const engine of here) {
      if (whyNot(engine, name, ENTRIES) !== undefined) continue;
      const directory = await storeFor(engine.name, engine.file, before);
      const task = { ...shape, step: 'row', engine: engine.name, row: name, directory } as const;
      const result = await runRow(task);
      sums.set(engine.name, result.sum);
      expect(result.operations).toBeGreaterThan(0);
      expect(result.us).toBeGreaterThan(0);
      expect(result.settledUs).toBeGreaterThanOrEqual(result.us);
      expect(result.rssMib).toBeGreaterThan(0);
    }
    expect(sums.size).toBeGreaterThan(1);
    expect(new Set(sums.values()).size, JSON.stringify([...sums])).toBe(1);
  },
);

test('a row that reads something else has another checksum', async () => {
  const directory = await filledStore('jumpdb', 'jumpdb');
  const task = { ...shape, step: 'row', engine: 'jumpdb', row: 'readseq', directory } as const;
  const whole = await runRow(task);
  const other = await runRow({ ...task, row: 'readreverse' });
  expect(other.sum).not.toBe(whole.sum);
});
