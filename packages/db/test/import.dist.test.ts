// Goal:   importing the store loads few files, and bloom-filters only for who builds a filter.
// Method: processes of their own import what is published; V8 tells which scripts they ran.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

/** Runs a program; returns the files that it loaded. */
function loadedBy(program: string): string[] {
  const directory = mkdtempSync(join(tmpdir(), 'jumpdb-import-'));
  try {
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      env: { ...process.env, NODE_V8_COVERAGE: directory, DIRECTORY: join(directory, 'store') },
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const urls = new Set<string>();
    for (const name of readdirSync(directory).filter((one) => one.endsWith('.json'))) {
      const { result } = JSON.parse(readFileSync(join(directory, name), 'utf8'));
      for (const { url } of result as { url: string }[]) if (url.startsWith('file:')) urls.add(url);
    }
    return [...urls];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Two or three files a package, where it was two hundred and a hundred milliseconds. */
const MOST_FILES = 20;

test('to import it is to load a few files', () => {
  const files = loadedBy("await import('@jump/db');");
  expect(files.some((file) => file.endsWith('/db/dist/index.js'))).toBe(true);
  expect(files.length).toBeLessThanOrEqual(MOST_FILES);
  expect(files.filter((file) => file.includes('bloom-filters'))).toEqual([]);
});

test('reading and writing without a new table loads no more of bloom-filters', () => {
  const files = loadedBy(`
    const { open } = await import('@jump/db');
    const db = open(process.env.DIRECTORY, { background: 'inline' });
    db.set('fig', 'green');
    db.get('fig');
    process.exit();`);
  expect(files.filter((file) => file.includes('bloom-filters'))).toEqual([]);
});

test('a table with a filter loads the class that builds it', () => {
  const files = loadedBy(`
    const { open } = await import('@jump/db');
    const db = open(process.env.DIRECTORY, { background: 'inline' });
    db.set('fig', 'green');
    await db.flush();
    db.close();`);
  expect(files.some((file) => file.endsWith('/bloom/bloom-filter.js'))).toBe(true);
});
