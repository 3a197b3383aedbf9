/** Directories of tests, removed when the tests of a file are over. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** Makes an empty directory. */
export function temporary(): string {
  const path = mkdtempSync(join(tmpdir(), 'jump-db-'));
  made.push(path);
  return path;
}

const made: string[] = [];
afterAll(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true });
});
