import { expect, test } from 'vitest';
import { dataDriven, parseDataCases } from './data-driven.ts';

dataDriven(new URL('../testdata/sort.txt', import.meta.url), ({ command, args, input }) => {
  const sorted = [...input].sort();
  if (command === 'sort') return (args[0] === 'down' ? sorted.reverse() : sorted).join('\n');
  throw new Error(`unknown command ${command}`);
});

test('a case knows its line, comment, words and input', () => {
  expect(parseDataCases('# Head.\n\n# Why.\n# And how.\ngo a b\nx\n----\ny\nz\n', 'f.txt')).toEqual(
    [
      {
        line: 5,
        comment: 'Why. And how.',
        command: 'go',
        args: ['a', 'b'],
        input: ['x'],
        expected: 'y\nz',
      },
    ],
  );
});

test.each([
  ['go\nx', 'f.txt:1: a case without ----'],
  ['# a\n\n# b\n----\nx', 'f.txt:3: a case without a command'],
])('refuses %j', (text, message) => {
  expect(() => parseDataCases(text, 'f.txt')).toThrow(message);
});
