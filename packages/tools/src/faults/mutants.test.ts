// Goal:   no seeded bug goes stale: the text that it changes is still there, once.
// Method: every patch is applied to the sources. That each is caught, `npm run mutants` shows.
import { expect, test } from 'vitest';
import { ROOT, readText } from '../files.mjs';
import { MUTANTS } from './mutants/index.mjs';
import { applyEdit, mutate } from './mutants/patch.mjs';

test.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))('%s', (_, mutant) => {
  const files = new Set(mutant.edits.map(({ file }) => file));
  for (const file of files) {
    const text = readText(ROOT, file);
    expect(mutate(mutant, file, text)).not.toBe(text);
  }
});

test('names are used once, and there are enough', () => {
  const names = MUTANTS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.length).toBeGreaterThan(30);
});

test('a patch whose text is not there, or there twice, is refused', () => {
  const edit = { file: 'f', find: 'a', replace: '$&' };
  expect(applyEdit('bac', edit)).toBe('b$&c');
  expect(() => applyEdit('bc', edit)).toThrow(/found 0 times/);
  expect(() => applyEdit('aa', edit)).toThrow(/found 2 times/);
});
