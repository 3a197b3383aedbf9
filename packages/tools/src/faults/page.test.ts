// Goal: the page about reliability says what the record says, and is the one in the repository.
import { expect, test } from 'vitest';
import { ROOT, readText } from '../files.mjs';
import { reportOf } from './page.mjs';
import { usualCases } from './usual.mjs';

const run = {
  date: '2026-01-02',
  commit: 'abc',
  on: 'node v20',
  part: 'crash',
  what: 'an image',
  cases: 1_234_567,
  found: 0,
  seed: 1,
  seconds: 3600,
  marks: { merges: 5000 },
  highest: { 'MiB resident': 70 },
};

test('adds up the runs of a part, and shows the last one', () => {
  const bug = { ...run, bug: 'two records at once', test: '`a.test.ts`' };
  const lines = [
    run,
    { ...run, date: '2026-02-03', cases: 1, found: 1, highest: { 'MiB resident': 60 } },
    bug,
  ];
  const { cases: _, ...told } = bug;
  const page = reportOf(
    `${lines
      .slice(0, 2)
      .map((line) => JSON.stringify(line))
      .join('\n')}
${JSON.stringify(told)}
${JSON.stringify({ date: '2026-03-04', commit: 'def', unseen: 'a key is lost', caught: 'nothing' })}
`,
    new Map([['crash', 60_000]]),
  );
  expect(page).toContain(
    '| `crash` | an image | 1,234,568 | 60,000 | 1 | 2.0 h | 2026-02-03, `abc`, node v20 |',
  );
  expect(page).toContain('- `crash`: merges 10,000; at most: MiB resident 70');
  expect(page).toContain('| 2026-03-04, `def` | a key is lost | nothing |');
  expect(page).toContain('| 2026-01-02, `abc` | `crash` | two records at once | `a.test.ts` |');
});

test('knows how much of each part npm test does', () => {
  const usual = usualCases(ROOT);
  expect([...usual.keys()].sort()).toEqual([
    'crash',
    'damage',
    'fault-sweep',
    'kill',
    'level-crash',
    'model',
    'openings',
    'parsers',
    'repair',
    'schedules',
    'soak',
  ]);
  expect(Math.min(...usual.values())).toBeGreaterThan(100);
});

test('docs/reliability.md is what was recorded: npm run faults:report', () => {
  const page = reportOf(readText(ROOT, 'docs/reliability.jsonl'), usualCases(ROOT));
  expect(readText(ROOT, 'docs/reliability.md')).toBe(page);
});
