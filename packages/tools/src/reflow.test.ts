import { expect, test } from 'vitest';
import { reflow } from './reflow.mjs';

const words = (count: number) => 'word '.repeat(count).trim();

test('moves words to the next line of a paragraph', () => {
  const text = ['/**', ` * ${words(21)}`, ' * next', ' *', ' * last', ' */', 'code();'].join('\n');
  const lines = ['/**', ` * ${words(19)}`, ' * word word next', ' *', ' * last', ' */', 'code();'];
  expect(reflow(text)).toBe(lines.join('\n'));
});

test('begins a new line before a tag, a list, a drawing', () => {
  for (const next of [' * @returns nothing', ' * - item', ' *   a   b', ' */']) {
    const lines = reflow(['/**', ` * ${words(20)}`, next].join('\n')).split('\n');
    expect(lines).toEqual(['/**', ` * ${words(19)}`, ' * word', next]);
  }
});

test('keeps the indentation of what hangs', () => {
  const text = [`// Goal:   ${words(19)}`, '//         next', '// Method: short'].join('\n');
  expect(reflow(text)).toBe(
    [`// Goal:   ${words(18)}`, '//         word next', '// Method: short'].join('\n'),
  );
  expect(reflow(` * - ${words(20)}\n * - next`)).toBe(` * - ${words(19)}\n *   word\n * - next`);
});

test('opens a comment of one line', () => {
  expect(reflow(`  /** ${words(20)} */`)).toBe(
    ['  /**', `   * ${words(19)}`, '   * word', '   */'].join('\n'),
  );
});

test('leaves code and what fits alone', () => {
  const text = `const a = [${'1, '.repeat(40)}];\n// fits\n * | ${'cell | '.repeat(20)}`;
  expect(reflow(text)).toBe(text);
});
