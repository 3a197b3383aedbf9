import { expect, test } from 'vitest';
import { ROOT, readManifest } from './files.mjs';
import { checkFields } from './packages.mjs';

const GOOD = readManifest(ROOT, 'packages/base');

test('accepts a package of this repository', () => {
  expect(checkFields('base', GOOD)).toEqual([]);
});

test.each([
  [{ license: 'MIT' }, 'should have license: BSD-2-Clause'],
  [{ description: '' }, 'should have description: says what the package is'],
  [
    { files: ['dist', 'src', 'CHANGELOG.md'] },
    'should have files: leaves the tests out, !src/**/*.test.ts',
  ],
  [{ engines: {} }, 'should have engines.node: >=20.19'],
  [
    { exports: { '.': { default: './lib/index.js' } } },
    'exports: ./lib/index.js is not among the files that are published',
  ],
])('refuses %j', (change, message) => {
  expect(checkFields('base', { ...GOOD, ...change })).toEqual([message]);
});
