import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ARROWS } from './arrows.mjs';
import { checkDiagram, checkDocuments, checkFolders } from './documents.mjs';

const root = mkdtempSync(join(tmpdir(), 'documents-'));
afterAll(() => rmSync(root, { recursive: true }));

function check(text: string): string[] {
  for (const [file, content] of Object.entries({
    'packages/log/package.json': '{}',
    'packages/log/src/writer.ts': 'export class LogWriter { append() {} }',
    'packages/log/src/writer.test.ts': "test('appends', () => {});",
    'docs/guide/index.md': '# The `top`, so to speak',
    'GUIDE.md': text,
  })) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), content);
  }
  return checkDocuments(root);
}

test('accepts what exists', () => {
  const text = [
    '# Here',
    '[a](docs/guide/index.md#the-top-so-to-speak) [b](docs/guide/index) [c](https://example.org)',
    '[d](#here) [e](https://github.com/jumpdb/jumpdb/blob/main/docs/guide/index.md)',
    'In `packages/log/src/writer.ts` `LogWriter.append()`; `packages/log/` and `packages/*/dist`.',
    'Tested by `packages/log/src/writer.test.ts`: *appends*.',
    '```\n[x](nowhere.md) `packages/nowhere`\n```',
  ];
  expect(check(text.join('\n'))).toEqual([]);
});

test.each([
  ['a [link](nowhere.md)', 'GUIDE.md:1: links to nowhere.md, which does not exist'],
  ['a [link](#nowhere)', 'GUIDE.md:1: GUIDE.md has no heading #nowhere'],
  ['[one](docs/guide/index#end)', 'GUIDE.md:1: docs/guide/index.md has no heading #end'],
  [
    'a [link](https://github.com/jumpdb/jumpdb/blob/main/packages/log/README.md)',
    'GUIDE.md:1: links to packages/log/README.md, which does not exist',
  ],
  ['\nthe file `packages/log/src/reader.ts`', 'GUIDE.md:2: there is no packages/log/src/reader.ts'],
  [
    '| `packages/log/src/writer.ts` | `prepend` |',
    'GUIDE.md:1: packages/log/src/writer.ts has nothing named prepend',
  ],
  [
    'tested by `packages/log/src/writer.test.ts`: *never\nfails*',
    'GUIDE.md:1: packages/log/src/writer.test.ts has no test "never fails"',
  ],
])('refuses %j', (text, message) => {
  expect(check(text)).toEqual([message]);
});

test('checkDiagram() compares the drawing with the arrows', () => {
  const draw = (lines: string[]) => `\`\`\`arrows\n${lines.join('\n')}\n\`\`\`\n`;
  const all = Object.entries(ARROWS).map(
    ([name, arrows]) =>
      `  ${name} → ${arrows.length === 0 ? 'nothing' : [...arrows].reverse().join(', ')}   why`,
  );
  expect(checkDiagram('A.md', draw(all), Object.keys(ARROWS))).toEqual([]);
  expect(checkDiagram('A.md', draw(['log → base']), ['log', 'vfs'])).toEqual([
    'A.md: the diagram should say "log → base, vfs"',
    'A.md: the diagram should say "vfs → base"',
  ]);
  expect(checkDiagram('A.md', '', ['log'])).toEqual(['A.md: has no block of the kind "arrows"']);
});

test('checkFolders() finds two examples that use one folder', () => {
  const text = (name: string, info = 'ts') =>
    `\`\`\`${info}\nopen('${name}'); open('${name}');\n\`\`\``;
  expect(checkFolders([{ file: 'a.md', text: text('./a') }])).toEqual([]);
  expect(
    checkFolders([
      { file: 'a.md', text: `${text('./data')}\n\n${text('./data', 'ts no-run: why')}` },
      { file: 'b.md', text: `${text('x.ldb')}\n${text('./data/CURRENT')}\n${text('x.ldb')}` },
    ]),
  ).toEqual(['b.md:4: data is used at a.md:1, too', 'b.md:7: x.ldb is used at b.md:1, too']);
});
