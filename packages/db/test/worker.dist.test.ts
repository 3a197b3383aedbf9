// Goal:   background work is done by the worker; whatever becomes of the worker, nothing is lost.
// Method: the published files in processes of their own; cases in worker-child.mjs.
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { programWords } from '@jump/testkit';
import { afterAll, expect, test } from 'vitest';
import { open } from '../dist/index.js';

const script = fileURLToPath(new URL('worker-child.mjs', import.meta.url));
const temporary = fs.mkdtempSync(path.join(tmpdir(), 'jumpdb-worker-'));
afterAll(() => fs.rmSync(temporary, { recursive: true, force: true }));

async function run(name: string): Promise<Record<string, unknown>> {
  const directory = path.join(temporary, name);
  const { stdout } = await promisify(execFile)(process.execPath, [script, name, directory], {
    timeout: 100_000,
  });
  return JSON.parse(stdout) as Record<string, unknown>;
}

test('the worker flushes and merges while the main thread never leaves its loop', {
  timeout: 120_000,
}, async () => {
  const { executor, flushes, merges, inline, stalls } = await run('loop');
  expect(executor).toBe('worker');
  // However fast it writes, and however busy the machine: it is slowed down, and never stopped.
  expect(stalls).toBe(0);
  expect(flushes).toBeGreaterThan(3);
  expect(merges).toBeGreaterThan(0);
  expect(inline).toBe(0);
});

test('a worker that dies is replaced by inline work; nothing is lost', {
  timeout: 120_000,
}, async () => {
  expect(await run('killed')).toEqual({
    executor: 'inline',
    errors: expect.any(Number),
    before: true,
    after: true,
  });
});

test('damage that the worker meets is told with its file and place, once', {
  timeout: 120_000,
}, async () => {
  const { message, ...rest } = await run('damaged');
  expect(rest).toEqual({ executor: 'worker', code: 'JUMP_CORRUPTION', offset: 0, named: true });
  expect(String(message).match(/at offset 0: /g)).toHaveLength(1);
});

test('closing during flushes and merges loses nothing', { timeout: 120_000 }, async () => {
  const { good, merges } = await run('closing');
  expect(good).toBe(true);
  expect(merges).toBeGreaterThan(0);
});

test('two stores of one process work side by side', { timeout: 120_000 }, async () => {
  expect(await run('two')).toEqual({ good: [true, true, true], workers: 2 });
});

test('a store works in a thread, and is locked for all other threads and handles', {
  timeout: 120_000,
}, async () => {
  expect(await run('thread')).toEqual({
    executor: 'worker',
    locked: 'JUMP_LOCKED',
    keys: 5000,
    handle: 'JUMP_LOCKED',
    link: 'JUMP_LOCKED',
  });
});

test('a store is locked for other processes, until its own has closed it or died', {
  timeout: 120_000,
}, async () => {
  const directory = path.join(temporary, 'hold');
  for (const end of ['close', 'SIGKILL']) {
    const child = spawn(process.execPath, [script, 'hold', directory], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    expect(() => open(directory)).toThrow(expect.objectContaining({ code: 'JUMP_LOCKED' }));
    const ended = once(child, 'exit');
    if (end === 'close') child.stdin.write('close\n');
    else child.kill('SIGKILL');
    await ended;
    open(directory).close();
  }
});

test('flags of the process that no worker can start with do not keep it from having one', {
  timeout: 60_000,
}, () => {
  const directory = path.join(temporary, 'flags');
  const program = `
    import { open } from ${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)};
    const db = open(${JSON.stringify(directory)}, { memtableSize: 65536 });
    for (let i = 0; i < 5000; i++) db.set('key' + i, 'x'.repeat(100));
    await db.flush();
    const { executor, jobs } = db.stats();
    console.log(executor, jobs.flushes > 1);
    db.close();`;
  const { stdout, stderr } = spawnSync(process.execPath, programWords(program), {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(stdout).toBe('worker true\n');
});
