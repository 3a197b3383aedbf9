// Goal:   no entry of a log is missing without a word, and nothing is told twice.
// Method: every run of entries left out of a small sequence of entries and marks; logs whose
//         sequences promise nothing; damage in between.
import { expect, test } from 'vitest';
import { type LogEntry, type LogHole, LogOrder, type LogPromises } from './index.ts';

const key = Uint8Array.of(107);
const entry = (sequence: number): LogEntry => ({
  type: 'entry',
  offset: sequence * 10,
  sequence: BigInt(sequence),
  kind: 'value',
  userKey: key,
  value: key,
});
const mark = (sequence: number): LogEntry => ({
  type: 'mark',
  offset: sequence * 10 - 5,
  sequence: BigInt(sequence),
});
const damage = (sequence: number): LogEntry => ({
  type: 'damage',
  offset: sequence * 10,
  bytes: 3,
  reason: 'torn',
});

/** All holes that some entries show. */
function holesOf(promises: LogPromises, entries: readonly LogEntry[], size = 1000): LogHole[] {
  const order = new LogOrder(promises);
  const holes = [...entries.map((one) => order.take(one)), order.end(size)];
  return holes.filter((hole) => hole !== undefined);
}

const OURS: LogPromises = { first: 1n, durable: 0n };

test('a run that is left out is told once, where the next entry begins', () => {
  const whole = Array.from({ length: 9 }, (_, i) => entry(i + 1));
  expect(holesOf(OURS, whole)).toEqual([]);
  for (let from = 0; from < 8; from++) {
    for (let to = from + 1; to < 9; to++) {
      const rest = [...whole.slice(0, from), ...whole.slice(to)];
      const reason = `the entries from ${from + 1} to ${to} are missing`;
      expect(holesOf(OURS, rest)).toEqual([
        { offset: (to + 1) * 10, reason, durable: false, told: false },
      ]);
    }
  }
});

test('what a mark speaks of was on the disk', () => {
  const [hole, ...more] = holesOf(OURS, [entry(1), entry(2), mark(6), entry(6)]);
  const reason = 'the entries from 3 to 5 are missing';
  expect([hole, more]).toEqual([{ offset: 55, reason, durable: true, told: false }, []]);
  expect(holesOf(OURS, [entry(1), mark(2), entry(2)])).toEqual([]);
});

test('a mark behind a hole shows that it was no crash', () => {
  const holes = holesOf(OURS, [entry(1), entry(4), mark(5)]);
  expect(holes.map(({ durable, told }) => ({ durable, told }))).toEqual([
    { durable: false, told: false },
    { durable: true, told: true },
  ]);
});

test('the end of a store that was closed is known', () => {
  const closed = { first: 1n, durable: 4n };
  expect(holesOf(closed, [1, 2, 3, 4].map(entry))).toEqual([]);
  expect(holesOf(closed, [1, 2].map(entry), 77)).toEqual([
    { offset: 77, reason: 'the entries from 3 to 4 are missing', durable: true, told: false },
  ]);
  expect(holesOf(closed, [])).toHaveLength(1);
});

test('damage explains what is missing next, and nothing more', () => {
  const holes = holesOf(OURS, [entry(1), damage(2), entry(4), entry(6)]);
  expect(holes.map(({ reason, told }) => [reason, told])).toEqual([
    ['the entries from 2 to 3 are missing', true],
    ['the entries from 5 to 5 are missing', false],
  ]);
  const [hole] = holesOf(OURS, [entry(1), damage(2), mark(3)]);
  expect(hole).toMatchObject({ durable: true, told: true });
});

test('the sequences of LevelDB promise nothing', () => {
  const theirs = { first: undefined, durable: 0n };
  expect(holesOf(theirs, [entry(3), entry(9), mark(20)])).toEqual([]);
  // It goes on with a manifest of ours, and begins again.
  expect(holesOf({ first: 5n, durable: 0n }, [entry(2), entry(9)])).toEqual([]);
});
