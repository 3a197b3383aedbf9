import { expect, test } from 'vitest';
import { codeBlocks, prose } from './markdown.mjs';

const DOCUMENT = [
  'Text `a`',
  '```ts',
  'console.log(1); // prints: 1',
  '```',
  '```ts no-run',
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

test('prose() leaves out blocks and keeps lines', () => {
  expect(prose(DOCUMENT)).toBe(`Text \`a\`${'\n'.repeat(10)}End`);
});
