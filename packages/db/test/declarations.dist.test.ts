// Goal:   the declarations ask nothing of who compiles against them: neither Node's types nor a
//         newer `lib` than the language that is compiled to.
// Method: the compiler checks the declarations of every entry, and all that they import.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { scriptWords } from '@jump/testkit';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const compiler = createRequire(import.meta.url).resolve('typescript/lib/tsc.js');

test.each(['ES2022,DOM', 'ES2023,WebWorker'])(
  'are whole with lib %s',
  { timeout: 120_000 },
  (lib) => {
    const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    const entries: { types?: string }[] = Object.values(exports);
    const files = entries.flatMap(({ types }) => (types === undefined ? [] : [types]));
    expect(files).toContain('./dist/index.d.ts');
    // No package's types are there unless they are asked for.
    const options = ['--ignoreConfig', '--module', 'NodeNext', '--target', 'ES2022', '--lib', lib];
    const { status, stdout } = spawnSync(
      process.execPath,
      [...scriptWords(compiler), '--noEmit', '--strict', '--pretty', 'false', ...options, ...files],
      { cwd: root, encoding: 'utf8' },
    );
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  },
);
