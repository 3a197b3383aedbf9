// The page about reliability: a table of what was run, made from the lines of a record.

/**
 * @typedef {{ date: string, commit: string, on: string, part: string, what: string, cases: number,
 *   found: number, seed: number, seconds: number, marks: Record<string, number>,
 *   highest?: Record<string, number> }} Outcome
 * @typedef {{ date: string, commit: string, part: string, bug: string, test: string }} Bug
 * @typedef {{ date: string, commit: string, unseen: string, caught: string }} Unseen
 */

const HEAD = `# Reliability

What the store has been put through, and what was found. This page is generated, by
\`npm run faults:report\`, from the lines that \`npm run faults -- --record\` appends to [the record](https://github.com/jumpdb/jumpdb/blob/main/docs/reliability.jsonl).
Which rules the programme checks is [the durability protocol](./guide/durability-protocol.md); how to run a part
stands at the top of \`packages/db/test/faults/main.ts\`.
`;

/**
 * Makes the page.
 * @param {string} record JSON lines
 * @param {ReadonlyMap<string, number>} usual how many cases of each part npm test does
 */
export function reportOf(record, usual) {
  const lines = record.split('\n').filter((line) => line !== '');
  /** @type {(Outcome | Bug | Unseen)[]} */
  const all = lines.map((line) => JSON.parse(line));
  const bugs = all.filter((one) => 'bug' in one);
  const outcomes = all.filter((one) => 'cases' in one);
  const unseen = all.filter((one) => 'unseen' in one);
  return [HEAD, runs(outcomes, usual), met(outcomes), found(bugs), notSeen(unseen)]
    .filter((text) => text !== '')
    .join('\n');
}

/**
 * @param {readonly Outcome[]} outcomes
 * @param {ReadonlyMap<string, number>} usual
 */
function runs(outcomes, usual) {
  const rows = [...byPart(outcomes)].map(([part, list]) => {
    const { what, date, commit, on } = /** @type {Outcome} */ (list.at(-1));
    const cases = sum(list.map((one) => one.cases));
    const hours = sum(list.map((one) => one.seconds)) / 3600;
    const cells = [
      `\`${part}\``,
      what,
      inThousands(cases),
      usual.has(part) ? inThousands(Number(usual.get(part))) : '',
      String(sum(list.map((one) => one.found))),
      hours < 0.1 ? `${Math.ceil(hours * 60)} min` : `${hours.toFixed(1)} h`,
      `${date}, \`${commit}\`, ${on}`,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    '## What was run\n',
    '| part | one case | cases | in each `npm test` | failed | time | last run |',
    '|---|---|---:|---:|---:|---:|---|',
    ...rows,
    '',
  ].join('\n');
}

/** @param {readonly Outcome[]} outcomes */
function met(outcomes) {
  const rows = [...byPart(outcomes)].flatMap(([part, list]) => {
    /** @type {Map<string, number>} */
    const marks = new Map();
    /** @type {Map<string, number>} */
    const highest = new Map();
    for (const one of list) {
      for (const [name, value] of Object.entries(one.highest ?? {})) {
        highest.set(name, Math.max(highest.get(name) ?? value, value));
      }
      for (const [name, times] of Object.entries(one.marks)) {
        marks.set(name, (marks.get(name) ?? 0) + times);
      }
    }
    const text = told(marks);
    const most = told(highest);
    if (text === '' && most === '') return [];
    return [`- \`${part}\`: ${text}${most === '' ? '' : `; at most: ${most}`}`];
  });
  return rows.length === 0 ? '' : ['## What the cases met\n', ...rows, ''].join('\n');
}

/** @param {ReadonlyMap<string, number>} numbers */
function told(numbers) {
  return [...numbers].map(([name, number]) => `${name} ${inThousands(number)}`).join(', ');
}

/** @param {readonly Bug[]} bugs */
function found(bugs) {
  if (bugs.length === 0) return '';
  const rows = bugs.map(
    ({ date, commit, part, bug, test }) =>
      `| ${date}, \`${commit}\` | \`${part}\` | ${bug} | ${test} |`,
  );
  return [
    '## What was found, and mended\n',
    '| when | by | what went wrong | the test that keeps it away |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

/** @param {readonly Unseen[]} bugs */
function notSeen(bugs) {
  if (bugs.length === 0) return '';
  const rows = bugs.map(
    ({ date, commit, unseen, caught }) => `| ${date}, \`${commit}\` | ${unseen} | ${caught} |`,
  );
  return [
    '## Bugs that were seeded without a look at the tests\n',
    'Chosen from the sources alone; then the programme was run on each. What it had missed, it now catches.\n',
    '| when | the bug | what noticed it |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

/**
 * @param {readonly Outcome[]} outcomes
 * @returns {Map<string, Outcome[]>}
 */
function byPart(outcomes) {
  /** @type {Map<string, Outcome[]>} */
  const parts = new Map();
  for (const one of outcomes) parts.set(one.part, [...(parts.get(one.part) ?? []), one]);
  return parts;
}

/** @param {readonly number[]} numbers */
function sum(numbers) {
  return numbers.reduce((a, b) => a + b, 0);
}

/** @param {number} number */
function inThousands(number) {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',');
}
