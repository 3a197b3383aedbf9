// Goal: a run ends where it must, repeats its seeds, and fails when it met too little.
import { expect, test } from 'vitest';
import { missedMarks, type Part, Run } from './part.ts';

const NO_LIMIT = { cases: 1e9, milliseconds: 1e9, findings: 1 };

test('ends after so many cases, so many findings, so much time', () => {
  const run = new Run(7, { ...NO_LIMIT, cases: 3 });
  expect([run.more(), run.nextSeed(), run.nextSeed()]).toEqual([true, 7, 8]);
  run.count(2);
  expect(run.more()).toBe(true);
  run.count();
  expect(run.more()).toBe(false);
  const failing = new Run(1, NO_LIMIT);
  failing.found(1, new Error('wrong'));
  expect([failing.more(), failing.findings[0]?.text]).toEqual([
    false,
    expect.stringContaining('wrong'),
  ]);
  expect(new Run(1, { ...NO_LIMIT, milliseconds: 0 }).more()).toBe(false);
});

test('marks are demanded of a run of the usual size', () => {
  const part: Part = { name: 'p', cases: 'c', usual: 10, marks: { met: 2 }, run: () => {} };
  const run = new Run(1, NO_LIMIT);
  run.count(9);
  expect(missedMarks(part, run)).toEqual([]);
  run.count();
  run.mark('met');
  expect(missedMarks(part, run)).toEqual(['met: met 1 times, at least 2 wanted']);
  run.mark('met');
  expect(missedMarks(part, run)).toEqual([]);
});
