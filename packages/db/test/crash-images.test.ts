// Goal:   whatever a power loss leaves, nothing acknowledged is lost and nothing wrong comes back.
// Method: random histories on a simulated disk; after every call that changes the disk, images of
//         what may be left are opened and compared with the model. Time stands still but for a tick
//         a look, so that a seed repeats the same slices of background work.
// More:   CRASH_HISTORIES=1000 SEED=random npx vitest run packages/db/test/crash-images
import { chosenSeed, Random } from '@jump/testkit';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type CrashCounts, CrashHistory } from './crash-history.ts';

const HISTORIES = Number(process.env['CRASH_HISTORIES'] ?? 16);
const STEPS = 120;
const SHARE = 0.25;

beforeAll(() => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => ++now);
});

afterAll(() => {
  vi.restoreAllMocks();
});

test('every image of the disk opens as the store was at some moment', {
  timeout: 1e8,
}, async () => {
  const seed = chosenSeed();
  const counts: CrashCounts = {
    images: 0,
    flushes: 0,
    merges: 0,
    moves: 0,
    reopenings: 0,
    losses: 0,
    insideRecovery: 0,
  };
  for (let i = 0; i < HISTORIES; i++) {
    const own = seed + i;
    try {
      await new CrashHistory(new Random(own), counts, SHARE).run(STEPS);
    } catch (error) {
      if (error instanceof Error) {
        error.message += `\nrepeat with SEED=${own} CRASH_HISTORIES=1`;
      }
      throw error;
    }
  }
  console.log(`crash images, seed ${seed}: ${JSON.stringify(counts)}`);
  // What the histories must have met, or they have proved little.
  expect(counts.images).toBeGreaterThan(100 * HISTORIES);
  for (const met of [
    'flushes',
    'merges',
    'moves',
    'reopenings',
    'losses',
    'insideRecovery',
  ] as const) {
    expect(counts[met], met).toBeGreaterThan(HISTORIES / 4);
  }
});
