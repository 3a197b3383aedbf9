import { expect, test } from 'vitest';
import { checkLine, longFunctions } from './tidy.mjs';

test.each([
  ['a long line', `const a = ${'1 + '.repeat(30)}1;`, /132 columns, the limit is 100/],
  ['a long comment', `// ${'word '.repeat(25)}`, /128 columns/],
  ['work left for later', `// TO${'DO'}: more`, /do it, or leave it out/],
  ['a test that is switched off', `  test.${'skip'}('a', f);`, /neither alone nor switched off/],
  ['a test that runs alone', `  describe.${'only'}('a', f);`, /neither alone nor switched off/],
  ['a warning that is hidden', `// @ts-${'ignore'}`, /mend what is found/],
])('refuses %s', (_, line, message) => {
  expect(checkLine(line)).toEqual([expect.stringMatching(message)]);
});

test.each([
  ['a long string', `const a = '${'word '.repeat(25)}';`],
  ['a long address', `// https://example.org/${'a'.repeat(100)}`],
  ['a word that contains another', '// methodology, TODOS, skipped'],
])('accepts %s', (_, line) => {
  expect(checkLine(line)).toEqual([]);
});

test('measures functions, methods and arrows', () => {
  const body = '\n  a();\n'.repeat(3);
  const text = `function f() {${body}}\nclass A { m() {${body}} constructor() {} }\nconst g = () => {${body}};`;
  expect(longFunctions(text, 3)).toEqual([
    { name: 'f', line: 1, length: 7 },
    { name: 'm', line: 8, length: 7 },
    { name: 'g', line: 15, length: 7 },
  ]);
  expect(longFunctions(text, 7)).toEqual([]);
});
