// Goal:   an import against the diagram never passes, and the message says what to do.
// Method: a small workspace on disk that is right; each case makes one thing wrong.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { checkImports } from './imports.mjs';

const made: string[] = [];
afterAll(() => {
  for (const root of made) rmSync(root, { recursive: true });
});

const GOOD: Record<string, string> = {
  'package.json': '{ "devDependencies": { "vitest": "1" } }',
  'packages/base/package.json': '{ "name": "@jump/base" }',
  'packages/base/src/index.ts': "export { a } from './a.ts';",
  'packages/base/src/a.ts': 'export const a = 1;',
  'packages/vfs/package.json':
    '{ "name": "@jump/vfs", "dependencies": { "@jump/base": "workspace:^" } }',
  'packages/vfs/src/index.ts': "import { a } from '@jump/base'; export * from './node-vfs.ts';",
  'packages/vfs/src/node-vfs.ts': "import { openSync } from 'node:fs';",
  'packages/log/package.json': `{ "name": "@jump/log", "dependencies":
    { "@jump/base": "workspace:^" }, "devDependencies": { "@jump/testkit": "workspace:^" } }`,
  'packages/log/src/index.ts': "import type { A } from '@jump/base';",
  'packages/log/src/index.test.ts':
    "import 'node:fs'; import { test } from 'vitest'; import { Random } from '@jump/testkit';",
};

function check(changes: Record<string, string> = {}): string[] {
  const root = mkdtempSync(join(tmpdir(), 'imports-'));
  made.push(root);
  for (const [file, text] of Object.entries({ ...GOOD, ...changes })) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return checkImports(root);
}

test('accepts what follows the arrows', () => {
  expect(check()).toEqual([]);
});

test('accepts a path that the other package exports', () => {
  const found = check({
    'packages/base/package.json':
      '{ "name": "@jump/base", "exports": { ".": "./src/index.ts", "./more": "./src/a.ts" } }',
    'packages/vfs/src/index.ts': "import { a } from '@jump/base/more';",
    [SOURCE]: "import { a } from '@jump/base/other';",
  });
  expect(found).toEqual([
    `${SOURCE}:1: @jump/base/other: only the package itself, not a file inside it`,
  ]);
});

const MANIFEST = 'packages/log/package.json';
const SOURCE = 'packages/log/src/index.ts';
const TEST = 'packages/log/src/index.test.ts';

test.each<[string, Record<string, string>, string]>([
  [
    'a package that the diagram does not have',
    { 'packages/extra/package.json': '{ "name": "@jump/extra" }' },
    'packages/extra: has no place in the diagram (packages/tools/src/arrows.mjs)',
  ],
  [
    'a dependency against an arrow',
    { [MANIFEST]: '{ "name": "@jump/log", "devDependencies": { "@jump/db": "workspace:^" } }' },
    `${MANIFEST}: devDependencies: log may not depend on @jump/db (only on base, vfs)`,
  ],
  [
    'testkit as a dependency of what is published',
    { [MANIFEST]: '{ "name": "@jump/log", "dependencies": { "@jump/testkit": "workspace:^" } }' },
    `${MANIFEST}: dependencies: log may not depend on @jump/testkit (only on base, vfs)`,
  ],
  [
    'an import against an arrow',
    { [SOURCE]: "\n\nimport { open } from '@jump/db';" },
    `${SOURCE}:3: log may not import @jump/db (only on base, vfs)`,
  ],
  [
    'an import of a type against an arrow',
    { 'packages/base/src/a.ts': "export type { Vfs } from '@jump/vfs';" },
    'packages/base/src/a.ts:1: base may not import @jump/vfs (it is a leaf)',
  ],
  [
    'a dynamic import against an arrow',
    { [SOURCE]: "const db = await import('@jump/db');" },
    `${SOURCE}:1: log may not import @jump/db (only on base, vfs)`,
  ],
  [
    'an import against an arrow in a test',
    { [TEST]: "import { open } from '@jump/db';" },
    `${TEST}:1: log may not import @jump/db (only on base, vfs)`,
  ],
  [
    'testkit in a source',
    { [SOURCE]: "import { Random } from '@jump/testkit';" },
    `${SOURCE}:1: log may not import @jump/testkit (only tests import @jump/testkit)`,
  ],
  [
    'testkit in a test of what testkit is made of',
    { 'packages/base/src/a.test.ts': "import { Random } from '@jump/testkit';" },
    'packages/base/src/a.test.ts:1: base may not import @jump/testkit (only tests import @jump/testkit)',
  ],
  [
    'an allowed package that is not declared',
    { [SOURCE]: "import { nodeVfs } from '@jump/vfs';" },
    `${SOURCE}:1: @jump/vfs is not among the dependencies of packages/log`,
  ],
  [
    'a foreign package that only tests have',
    { [SOURCE]: "import { test } from 'vitest';" },
    `${SOURCE}:1: vitest is not among the dependencies of packages/log`,
  ],
  [
    'a file inside another package',
    { [SOURCE]: "import { a } from '@jump/base/src/a.ts';" },
    `${SOURCE}:1: @jump/base/src/a.ts: only the package itself, not a file inside it`,
  ],
  [
    'a relative path to another package',
    { [SOURCE]: "import { a } from '../../base/src/a.ts';" },
    `${SOURCE}:1: ../../base/src/a.ts leaves the package: import the other package by its name`,
  ],
  [
    'a file that is not there',
    { [SOURCE]: "import { a } from './b.ts';" },
    `${SOURCE}:1: ./b.ts: there is no file packages/log/src/b.ts`,
  ],
  [
    'a test in a source',
    { [SOURCE]: "import './index.test.ts';" },
    `${SOURCE}:1: ./index.test.ts: a source does not import a test`,
  ],
  [
    'a module of Node outside its place',
    { [SOURCE]: "import { join } from 'node:path';" },
    `${SOURCE}:1: node:path: only vfs, db's worker and cli may use Node`,
  ],
  [
    'a module of Node under its bare name',
    { [TEST]: "import { join } from 'path';" },
    `${TEST}:1: write node:path`,
  ],
  [
    'a circle of files',
    {
      'packages/base/src/a.ts': "import './b.ts';",
      'packages/base/src/b.ts': "import './c.ts';",
      'packages/base/src/c.ts': "import { a } from './a.ts';",
    },
    'packages/base/src/a.ts: imports itself in a circle: a.ts → b.ts → c.ts → a.ts',
  ],
])('refuses %s', (_, changes, message) => {
  expect(check(changes)).toContain(message);
});

test('lets types go in a circle, for they are gone when the program runs', () => {
  const b = "import type {\n  A,\n} from './a.ts';\nexport type { A } from './a.ts';";
  const changes = { 'packages/base/src/a.ts': "import './b.ts';", 'packages/base/src/b.ts': b };
  expect(check(changes)).toEqual([]);
});

test('lets a test of what is built import its own package', () => {
  expect(check({ 'packages/log/test/a.dist.test.ts': "import { a } from '@jump/log';" })).toEqual(
    [],
  );
});

test('does not take words in comments and strings for imports', () => {
  const text = `// import { open } from '@jump/db';\nconst s = "import '@jump/db'";`;
  expect(check({ [SOURCE]: text })).toEqual([]);
});
