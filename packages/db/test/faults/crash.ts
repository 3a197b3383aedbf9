/** The part `crash`: power losses at every call of random histories. */
import { Random } from '@jump/testkit';
import { type CrashCounts, CrashHistory } from '../crash-history.ts';
import type { Part, Run } from './part.ts';

const STEPS = 120;
const SHARE = 0.25;

async function run(run: Run): Promise<void> {
  const { now } = performance;
  let ticks = 0;
  // Time stands still but for a tick a look, so that a seed repeats the same background work.
  performance.now = () => ++ticks;
  try {
    while (run.more()) await history(run);
  } finally {
    performance.now = now;
  }
}

async function history(run: Run): Promise<void> {
  const seed = run.nextSeed();
  const counts: CrashCounts = {
    images: 0,
    flushes: 0,
    merges: 0,
    moves: 0,
    reopenings: 0,
    losses: 0,
    insideRecovery: 0,
  };
  try {
    await new CrashHistory(new Random(seed), counts, SHARE).run(STEPS);
  } catch (error) {
    run.found(seed, error);
  }
  const { images, ...met } = counts;
  run.count(images);
  for (const [name, times] of Object.entries(met)) run.mark(name, times);
}

export const crash: Part = {
  name: 'crash',
  cases: 'images of a disk that lost power, opened and checked',
  usual: 4000,
  run,
};
