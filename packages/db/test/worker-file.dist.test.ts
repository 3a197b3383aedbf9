// Goal:   a store does its work itself where the worker's file is none that it can use: beside a
//         bundle it is a file of its own, which may be broken, or of another release.
// Method: the published files in a folder of their own, with another worker; a program writes two
//         tables' worth and closes at once, without a turn of the event loop.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { programWords } from '@jump/testkit';
import { afterAll, expect, test } from 'vitest';

const root = fs.mkdtempSync(path.join(tmpdir(), 'jumpdb-worker-'));
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));
const published = fileURLToPath(new URL('..', import.meta.url));

const PROGRAM = `
  import { open } from './dist/index.js';
  const [, , directory] = process.argv;
  const options = { memtableSize: 65_536 };
  const db = open(directory, options);
  for (let i = 0; i < 800; i++) db.set('key' + i, 'x'.repeat(100));
  const start = performance.now();
  db.close();
  const ms = performance.now() - start;
  const again = open(directory, options);
  const keys = [...again.keys()].length;
  for (let i = 800; i < 1600; i++) again.set('key' + i, 'x'.repeat(100));
  await again.flush();
  const { executor, backgroundErrors } = again.stats();
  again.close();
  console.log(JSON.stringify({ ms, keys, executor, backgroundErrors }));`;

/** Runs the program with another worker; returns what it says. */
function runWith(worker: (text: string) => string): Record<string, unknown> {
  const folder = fs.mkdtempSync(path.join(root, 'published-'));
  fs.cpSync(path.join(published, 'dist'), path.join(folder, 'dist'), { recursive: true });
  fs.cpSync(path.join(published, 'package.json'), path.join(folder, 'package.json'));
  fs.symlinkSync(path.join(published, 'node_modules'), path.join(folder, 'node_modules'));
  const file = path.join(folder, 'dist/background/jump-worker.js');
  fs.writeFileSync(file, worker(fs.readFileSync(file, 'utf8')));
  fs.writeFileSync(path.join(folder, 'program.mjs'), PROGRAM);
  const words = [path.join(folder, 'program.mjs'), path.join(folder, 'store')];
  const { stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  // Deno itself tells what ended a thread; on the others the store's `backgroundErrors` are all.
  expect(stderr).toMatch('Deno' in globalThis ? /^\S*error\S*: Uncaught \(in worker/ : /^$/);
  return JSON.parse(stdout);
}

/** Expects every job that the worker had, one at least, to have told why it was lost. */
function expectAll(errors: unknown, reason: string): void {
  expect(errors).toContainEqual(expect.stringContaining(reason));
  for (const error of errors as string[]) expect(error).toContain(reason);
}

test('a worker that fails at once keeps closing waiting for seconds, not for half a minute', {
  timeout: 100_000,
}, () => {
  const { ms, backgroundErrors, ...said } = runWith(() => 'throw new Error("broken");');
  expect(said).toEqual({ keys: 800, executor: 'inline' });
  expectAll(backgroundErrors, 'broken');
  expect(ms).toBeLessThan(15_000);
});

test('a worker of another release does nothing', { timeout: 100_000 }, () => {
  const older = (text: string): string => {
    const changed = text.replace('workerData }', 'workerData as given }');
    expect(changed).not.toBe(text);
    return `const workerData = { ...given, protocol: 0 };\n${changed}`;
  };
  const { ms, backgroundErrors, ...said } = runWith(older);
  expect(said).toEqual({ keys: 800, executor: 'inline' });
  expectAll(backgroundErrors, 'two releases of @jump/db');
  expect(ms).toBeLessThan(5000);
});

test('a program that imports the worker is told what it is for', () => {
  const words = programWords("await import('@jump/db/worker');");
  const { status, stderr } = spawnSync(process.execPath, words, {
    cwd: published,
    encoding: 'utf8',
  });
  expect(status).not.toBe(0);
  expect(stderr).toContain('built into a file of its own, jump-worker.js');
});
