// Goal: a seed repeats the order of everything that waits, and nothing runs by itself.
import { expect, test } from 'vitest';
import { Random } from './random.ts';
import { Schedule } from './schedule.ts';

async function orderOf(seed: number): Promise<string> {
  const schedule = new Schedule(new Random(seed));
  const done: string[] = [];
  schedule.install();
  try {
    for (const name of 'abcdef') setImmediate(() => done.push(name));
    void schedule.later().then(() => done.push('disk'));
    setTimeout(() => done.push('timer'), 5000);
    const given = setTimeout(() => done.push('never'), 1);
    clearTimeout(given);
    schedule.apart(() => setImmediate(() => done.push('apart')));
    await schedule.turn();
    expect(done).toEqual([]);
    while (schedule.step()) await schedule.turn();
    expect(performance.now()).toBeGreaterThanOrEqual(5000);
  } finally {
    schedule.restore();
  }
  expect([...done].sort().join(' ')).toBe('a b c d disk e f timer');
  return done.join(' ');
}

test('a seed repeats an order; seeds differ', async () => {
  const orders = new Set<string>();
  for (let seed = 1; seed < 20; seed++) {
    const order = await orderOf(seed);
    expect(await orderOf(seed)).toBe(order);
    orders.add(order);
  }
  expect(orders.size).toBeGreaterThan(10);
});

test("time and timers are the runtime's own again afterwards", async () => {
  const { now } = performance;
  await orderOf(1);
  expect(performance.now).toBe(now);
  await new Promise((resolve) => setTimeout(resolve, 1));
});
