import { expect, test } from 'vitest';
import { codeBlocks, hexBlocks, indentedBlocks, prose } from './markdown.mjs';

const DOCUMENT = [
  'Text `a`',
  '```ts',
  'console.log(1); // prints: 1',
  '```',
  '```ts no-run: it is for a browser',
  'open();',
  '```',
  '````md',
  '```ts',
  '````',
  'End',
].join('\n');

test('codeBlocks() finds TypeScript, on its own lines', () => {
  expect(codeBlocks(DOCUMENT)).toEqual([
    { line: 2, code: '\n\nconsole.log(1); // prints: 1', runs: true, prints: ['1'] },
    { line: 5, code: '\n\n\n\n\nopen();', runs: false, prints: [] },
  ]);
});

test('codeBlocks() refuses a block without an end', () => {
  expect(() => codeBlocks('\n```ts\nx')).toThrow('line 2: a block that is not closed');
});

test('codeBlocks() tells what a block is given', () => {
  expect(codeBlocks('```ts given a-world\nread();\n```')).toEqual([
    { line: 1, code: '\nread();', runs: true, prints: [], given: 'a-world' },
  ]);
});

test.each(['ts no-run', 'ts no-run app.ts', 'ts no-run:', 'ts norun: for', 'ts given', 'ts skip'])(
  'codeBlocks() refuses "%s", which does not say why it is not run',
  (info) => {
    expect(() => codeBlocks(`\n\`\`\`${info}\nopen();\n\`\`\``)).toThrow(
      `line 2: "ts", "ts given NAME" or "ts no-run: WHY", not "${info}"`,
    );
  },
);

test('indentedBlocks() finds what is shown, not what belongs to a list', () => {
  const text = [
    'Run',
    '',
    '    npm i',
    '',
    '    npm t \\',
    '      -w',
    'x',
    '    y',
    '',
    '- a',
    '',
    '    b',
  ];
  expect(indentedBlocks(text.join('\n'))).toEqual([{ line: 3, body: 'npm i\nnpm t \\\n  -w' }]);
});

test('prose() leaves out blocks and keeps lines', () => {
  expect(prose(DOCUMENT)).toBe(`Text \`a\`${'\n'.repeat(10)}End`);
});

test('hexBlocks() belong to the program above them, and have no comments', () => {
  const program = ['```ts', 'write();', '```', '```ts no-run: why', '```'];
  const text = [...program, '```hex a/1.log 7', '0b  b9 # 57', 'ff', '```'].join('\n');
  expect(hexBlocks(text)).toEqual([
    { line: 6, program: 1, file: 'a/1.log', at: 7, hex: '0b b9 ff' },
  ]);
});

test.each([
  ['without a program', '```hex a 0\n00\n```'],
  ['without an offset', '```ts\n```\n```hex a\n00\n```'],
  ['that are none', '```ts\n```\n```hex a 0\n0g\n```'],
  ['that are not there', '```ts\n```\n```hex a 0\n# 00\n```'],
])('hexBlocks() refuses bytes %s', (_, text) => {
  expect(() => hexBlocks(text)).toThrow(/^line \d: not bytes/);
});
