/** The part `model`: random histories on many option sets, beside a sorted map. */
import { Random } from '@jump/testkit';
import { randomHistory, type Step } from '../history.ts';
import { keepHistory, shrink } from '../shrink.ts';
import { runVariant, VARIANTS } from '../variants.ts';
import type { Part, Run } from './part.ts';

const STEPS = 600;
const SHRINK_MS = 60_000;

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
  const steps = randomHistory(new Random(seed), STEPS);
  const mark = (name: string): void => run.mark(name);
  for (const variant of VARIANTS) {
    // The real disk takes as long as five others.
    if (variant === 'on a disk' && seed % 4 !== 0) continue;
    try {
      await runVariant(variant, steps, { seed, mark });
    } catch (error) {
      await explain(error, variant, seed, steps);
      run.found(seed, error);
      return;
    }
    run.count(STEPS);
  }
  run.mark('histories');
}

/** Adds to an error what the shortest history is that fails like it. */
async function explain(
  error: unknown,
  variant: string,
  seed: number,
  steps: readonly Step[],
): Promise<void> {
  if (!(error instanceof Error)) return;
  const fails = async (shorter: readonly Step[]): Promise<boolean> => {
    try {
      await runVariant(variant, shorter, { seed });
      return false;
    } catch {
      return true;
    }
  };
  const shortest = await shrink(steps, fails, SHRINK_MS);
  const path = keepHistory({ what: error.message, variant, seed, steps: shortest });
  const words = `${shortest.length} steps fail too; put them into packages/db/testdata/histories`;
  error.stack = `${error.stack}\n${words}: ${path}`;
}

export const model: Part = {
  name: 'model',
  cases: 'steps of histories, done on one option set and compared with a sorted map',
  usual: 250_000,
  marks: {
    deaths: 200,
    flushes: 2000,
    merges: 700,
    moves: 200,
    'merges below level 0': 250,
    'merges under a snapshot': 100,
    'merges and moves that reads asked for': 300,
    'losses of what was not synced': 50,
    'turns of cursors': 1000,
    'readers beside the writer': 100,
  },
  run,
};
