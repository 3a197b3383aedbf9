// Goal:   whoever typed a relative path is told of that path, and of nothing that only looks alike.
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { GivenPaths } from './given-paths.ts';

const here = (path: string): string => resolve(path);

/** What is shown of a text after these paths were given. */
function shown(given: readonly string[], text: string): string {
  const paths = new GivenPaths();
  for (const path of given) paths.add(path);
  return paths.shownIn(text);
}

describe('GivenPaths', () => {
  test.each([
    [
      'a path at the start',
      './data',
      `${here('data')}: no store is there`,
      './data: no store is there',
    ],
    [
      'a file inside it',
      './data',
      `${here('data')}/000005.ldb at offset 7: x`,
      './data/000005.ldb at offset 7: x',
    ],
    ['twice in one text', 'data', `(${here('data')}) or ${here('data')}`, '(data) or data'],
    ['a slash at its end', 'data/', `${here('data')}/CURRENT: x`, 'data/CURRENT: x'],
    ['this directory', '.', `${here('.')}/CURRENT: x`, './CURRENT: x'],
    ['one above', '../a', `${here('../a')}/LOCK: x`, '../a/LOCK: x'],
    ['what a replacement would read as its own', 'a$&b', `${here('a$&b')}: x`, 'a$&b: x'],
    ['what a pattern would', 'a.(b)', `${here('a.(b)')}: x`, 'a.(b): x'],
  ])('shows as given %s', (_, given, text, expected) => {
    expect(shown([given], text)).toBe(expected);
  });

  test.each([
    ['a longer name', 'data', `${here('data')}base: x`],
    ['a path inside another', 'data', `/other${here('data')}: x`],
    ['what was given whole', here('data'), `${here('data')}: x`],
    ['what is not given', 'data', `${here('other')}: x`],
  ])('leaves alone %s', (_, given, text) => {
    expect(shown([given], text)).toBe(text);
  });

  test('takes the one that says more', () => {
    const text = `${here('data/copy')}/CURRENT, ${here('data')}/CURRENT`;
    expect(shown(['data', 'data/copy'], text)).toBe('data/copy/CURRENT, data/CURRENT');
    expect(shown(['data/copy', 'data'], text)).toBe('data/copy/CURRENT, data/CURRENT');
  });
});
