import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { drawings } from './drawings.mjs';

// Goal: the pictures of the guide show what the code does today: places in filters, costs of
// strategies. After a change that is meant: node docs/drawings/main.mjs
test.each(Object.entries(drawings))('%s is what is drawn', (path, draw) => {
  expect(draw()).toBe(readFileSync(new URL(`../guide/${path}`, import.meta.url), 'utf8'));
});
