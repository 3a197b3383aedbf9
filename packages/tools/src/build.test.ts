import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { entriesOf } from './build.mjs';

test('finds what a package.json names in dist, once, and its sources', () => {
  const fields = {
    '.': {
      '@jump/source': './src/index.ts',
      types: './dist/index.d.ts',
      default: './dist/index.js',
    },
    '#inner': {
      node: { types: './dist/deep/node.d.ts', default: './dist/deep/node.js' },
      default: './dist/index.js',
    },
    './package.json': './package.json',
  };
  expect(entriesOf(fields)).toEqual({
    index: resolve('src/index.ts'),
    'deep/node': resolve('src/deep/node.ts'),
  });
});

test('a package without the field has none', () => {
  expect(entriesOf(undefined)).toEqual({});
});
