// Goal:   what the guide's page about bundlers says is so: its commands make programs that print
//         what it says, also where there are no packages; and what it tells Nitro of exists.
// Method: its own blocks are run, with the packages as they are built.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ROOT, readText } from '../src/files.mjs';
import { codeBlocks } from '../src/markdown.mjs';
import { runBundles } from '../src/release/bundles.mjs';

const folder = mkdtempSync(join(tmpdir(), 'jumpdb-bundles-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(() => {
  mkdirSync(join(folder, 'node_modules/@jump'), { recursive: true });
  for (const name of ['db', 'unstorage']) {
    const link = join(folder, 'node_modules/@jump', name);
    symlinkSync(join(ROOT, 'packages', name), link, 'junction');
  }
});

test('what is bundled works, with nothing but the bundle', { timeout: 120_000 }, () => {
  const { done, skipped } = runBundles(folder, join(import.meta.dirname, '../node_modules/.bin'));
  for (const line of skipped) console.warn(`docs/guide/bundlers.md, ${line}`);
  expect(done.length).toBe(process.platform === 'win32' ? 0 : 3);
});

test('Nitro is told of a worker and of a driver that exist', async () => {
  const blocks = codeBlocks(readText(ROOT, 'docs/guide/bundlers.md'));
  const { code = '' } = blocks.find((one) => one.code.includes('traceInclude')) ?? {};
  const { default: config } = await import(`data:text/javascript,${encodeURIComponent(code)}`);
  for (const file of config.externals.traceInclude) {
    expect(existsSync(join(folder, file)), file).toBe(true);
  }
  const { driver, ...options } = config.storage.data;
  const { exports } = JSON.parse(
    readFileSync(join(folder, 'node_modules', driver, 'package.json'), 'utf8'),
  );
  const built = pathToFileURL(join(folder, 'node_modules', driver, exports['.'].default)).href;
  const { default: create } = await import(/* @vite-ignore */ built);
  const storage = create({ ...options, base: join(folder, options.base) });
  await storage.setItem('key', 'value', {});
  expect(await storage.getItem('key')).toBe('value');
  await storage.dispose();
});
