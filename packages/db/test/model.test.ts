// Goal:   a store is a sorted map, whatever its options, and whatever goes on in the background.
// Method: one random history, replayed on every option set and on testkit's model at once: every
// answer compared, every buffer that went in or came out overwritten. At the end the directory is
// checked file by file, opened again and compared again. SEED=n repeats or varies.
import { chosenSeed, Random } from '@jump/testkit';
import { describe, test } from 'vitest';
import { randomHistory } from './history.ts';
import { runVariant, VARIANTS } from './variants.ts';

/** More of them by hand: `HISTORIES=100 SEED=1000 npx vitest run packages/db/test/model.test.ts`. */
const HISTORIES = Number(process.env['HISTORIES'] ?? 4);
const STEPS = 600;

describe.each(Array.from({ length: HISTORIES }, (_, i) => chosenSeed() + i))('SEED=%i', (seed) => {
  const steps = randomHistory(new Random(seed), STEPS);
  test.each(Object.keys(VARIANTS))('%s', (name) => runVariant(name, steps), 60_000);
});
