/** The part `schedules`: many things asked for at once, done in an order that a seed draws. */
import { Random, Schedule } from '@jump/testkit';
import { ScheduleHistory } from '../schedule-history.ts';
import type { Part, Run } from './part.ts';

const STEPS = 30;

async function run(run: Run): Promise<void> {
  while (run.more()) {
    const seed = run.nextSeed();
    const schedule = new Schedule(new Random(~seed));
    schedule.install();
    try {
      const mark = (name: string): void => run.mark(name);
      await new ScheduleHistory(new Random(seed), schedule, mark).run(STEPS);
    } catch (error) {
      run.found(seed, error);
    } finally {
      schedule.restore();
    }
    run.count();
  }
}

export const schedules: Part = {
  name: 'schedules',
  cases: 'a store asked for many things at once, and closed in the midst of it',
  usual: 5000,
  marks: {
    'syncs acknowledged': 6000,
    'acknowledged syncs that were looked at': 900,
    comparisons: 8000,
    'looks at what was': 5800,
    'calls of listeners': 1900,
    'closed in a listener': 200,
    'closed while something was asked for': 1900,
    'closed while something was read': 2000,
    'refused by the end': 1300,
    'given up': 700,
    compaction: 1700,
  },
  run,
};
