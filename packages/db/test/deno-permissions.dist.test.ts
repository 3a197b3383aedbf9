// Goal: under Deno the store needs no more than what docs/guide/runtimes.md says, and without leave to
//       read its worker's file it does the work itself. Skipped on other runtimes, which know no
//       such permissions, or with them no sync.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

vi.setConfig({ testTimeout: 60_000 });

const isDeno = 'Deno' in globalThis;
const repository = fileURLToPath(new URL('../../..', import.meta.url));

/** A program's folder: Deno finds packages only from a package.json on. */
let temporary = '';
let program = '';
// What is skipped runs neither of these.
afterAll(() => rmSync(temporary, { recursive: true, force: true }));
beforeAll(() => {
  temporary = mkdtempSync(join(tmpdir(), 'jumpdb-deno-'));
  program = join(temporary, 'program.mjs');
  writeFileSync(join(temporary, 'package.json'), '{"dependencies":{"@jump/db":"*"}}');
  mkdirSync(join(temporary, 'node_modules/@jump'), { recursive: true });
  symlinkSync(
    join(repository, 'packages/db'),
    join(temporary, 'node_modules/@jump/db'),
    'junction',
  );
  writeFileSync(program, PROGRAM);
});

/** Flushes and compacts, opens again and reads; prints who did it and under which lock. */
const PROGRAM = `
import { open } from '@jump/db';
for (let round = 0; round < 2; round++) {
  const db = open(Deno.args[0], { memtableSize: 65536 });
  for (let i = 0; i < 3000; i++) db.set('k' + (i * 7919 % 3000), 'v'.repeat(50) + i);
  await db.sync();
  const { executor, lock, jobs } = db.stats();
  console.log(executor, lock, db.get('k5') === 'v'.repeat(50) + 2395, jobs.flushes > 0);
  db.close();
}`;

function run(store: string, allowed: readonly string[]): string {
  const env = '--allow-env=REFLECT_METADATA_USE_MAP_POLYFILL';
  const words = ['run', '--no-prompt', env, `--allow-write=${store}`, ...allowed, program, store];
  const { stdout, stderr } = spawnSync(process.execPath, words, {
    cwd: temporary,
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return stdout;
}

test.runIf(isDeno)('with leave for the directory and the packages a worker works', () => {
  const store = join(temporary, 'worker');
  mkdirSync(store);
  const line = 'worker kernel true true\n';
  expect(run(store, [`--allow-read=${store},${temporary},${repository}`])).toBe(line + line);
});

test.runIf(isDeno)('with leave for the directory alone the store does all by itself', () => {
  const store = join(temporary, 'inline');
  mkdirSync(store);
  const line = 'inline kernel true true\n';
  expect(run(store, [`--allow-read=${store},${temporary}`])).toBe(line + line);
});
