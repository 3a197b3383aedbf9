// Goal:   what a program may rely on when it dies, and that the driver does not keep it alive.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { programWords } from '@jump/testkit';
import { jumpDriver } from '@jump/unstorage';
import { createStorage } from 'unstorage';
import { expect, test } from 'vitest';

test.each([
  ['dies', "process.kill(process.pid, 'SIGKILL');", 'SIGKILL'],
  ['ends without disposing', '', null],
])('an item survives a process that %s', { timeout: 60_000 }, async (_, end, expected) => {
  const base = mkdtempSync(join(tmpdir(), 'jump-unstorage-'));
  const program = `
    import { jumpDriver } from '@jump/unstorage';
    import { createStorage } from 'unstorage';
    const storage = createStorage({ driver: jumpDriver({ base: ${JSON.stringify(base)} }) });
    for (let i = 0; i < 100; i++) await storage.setItem('key:' + i, i);
    ${end}`;
  const { signal, stderr } = spawnSync(process.execPath, programWords(program), {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    encoding: 'utf8',
    timeout: 50_000,
  });
  expect(stderr).toBe('');
  expect(signal).toBe(expected);
  const storage = createStorage({ driver: jumpDriver({ base }) });
  expect((await storage.getKeys('key')).length).toBe(100);
  await storage.dispose();
  rmSync(base, { recursive: true, force: true });
});
