// Goal:   a store is a sorted map, whatever its options, whatever goes on in the background, and
//         whatever its process or its machine dies of.
// Method: one random history, replayed on every option set and on testkit's model at once: every
//         answer compared, every buffer that went in or came out overwritten. At the end the
//         directory is checked file by file, opened again and compared again. A history that fails
//         is made short.
// More:   npm run faults -- --part model --minutes 60 --seed 1000
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { runPart } from './faults/run-part.ts';
import { historyFromText } from './shrink.ts';
import { runVariant, VARIANTS } from './variants.ts';

test('every answer of every option set is that of a sorted map', { timeout: 1e6 }, () =>
  runPart('model'),
);

const HISTORIES = fileURLToPath(new URL('../testdata/histories/', import.meta.url));

test.each(readdirSync(HISTORIES))('%s, which failed once, does not fail', async (name) => {
  const { variant, seed, steps } = historyFromText(readFileSync(HISTORIES + name, 'utf8'));
  expect(steps.length).toBeGreaterThan(0);
  expect(VARIANTS).toContain(variant);
  for (const one of new Set([variant, 'tiny', 'drawn'])) await runVariant(one, steps, { seed });
});
