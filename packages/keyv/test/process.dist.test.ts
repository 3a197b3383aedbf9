// Goal:   what a program may rely on when it dies, and that the adapter does not keep it alive.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KeyvJump } from '@jump/keyv';
import { programWords } from '@jump/testkit';
import Keyv from 'keyv';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

vi.setConfig({ testTimeout: 60_000 });

let location: string;
beforeEach(() => {
  location = mkdtempSync(join(tmpdir(), 'jump-keyv-'));
});
afterEach(() => rmSync(location, { recursive: true, force: true }));

/** Runs a program that has a Keyv in the directory. */
function run(program: string): ReturnType<typeof spawnSync> {
  const source = `
    import { KeyvJump } from '@jump/keyv';
    import Keyv from 'keyv';
    const keyv = new Keyv({ store: new KeyvJump(${JSON.stringify(location)}) });
    ${program}`;
  return spawnSync(process.execPath, programWords(source), {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    encoding: 'utf8',
    timeout: 50_000,
  });
}

test('a value survives a process that dies after set has resolved', async () => {
  const { signal } = run(`
    for (let i = 0; i < 100; i++) await keyv.set('key' + i, i, 600_000);
    process.kill(process.pid, 'SIGKILL');`);
  expect(signal).toBe('SIGKILL');
  const keyv = new Keyv({ store: new KeyvJump(location) });
  expect(await keyv.get(Array.from({ length: 100 }, (_, i) => `key${i}`))).toEqual(
    Array.from({ length: 100 }, (_, i) => i),
  );
  await keyv.disconnect();
});

test('a program that does not disconnect ends, though sweeps are to come', () => {
  const { status, signal, stderr } = run(`await keyv.set('a', 1, 1000);`);
  expect(stderr).toBe('');
  expect({ status, signal }).toEqual({ status: 0, signal: null });
});
