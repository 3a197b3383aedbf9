// Goal:   everybody who waits is answered once, when it is time. Method: each rule as a test.
import { expect, test } from 'vitest';
import { Waiters } from './waiters.ts';

test('resolves those who wait for what has come, and no others', async () => {
  const waiters = new Waiters();
  const told: string[] = [];
  void waiters.add('flush', 5).then(() => told.push('flush 5'));
  void waiters.add('flush', 9).then(() => told.push('flush 9'));
  void waiters.add('drain', 0).then(() => told.push('drain'));
  expect([waiters.size, waiters.highest('flush'), waiters.highest('drain')]).toEqual([3, 9, 0]);
  waiters.settle('flush', 4);
  waiters.settle('flush', 8);
  await null;
  expect(told).toEqual(['flush 5']);
  waiters.settle('drain', 100);
  await null;
  expect(told).toEqual(['flush 5', 'drain']);
  waiters.settle('flush', 9);
  expect(waiters.size).toBe(0);
  expect(waiters.highest('flush')).toBe(0);
});

test('rejects one kind, or all', async () => {
  const waiters = new Waiters();
  const outcomes = Promise.allSettled([waiters.add('flush', 1), waiters.add('drain', 0)]);
  waiters.reject('flush', 'no flush');
  expect(waiters.size).toBe(1);
  waiters.rejectAll('closed');
  expect((await outcomes).map((one) => (one as PromiseRejectedResult).reason)).toEqual([
    'no flush',
    'closed',
  ]);
});
