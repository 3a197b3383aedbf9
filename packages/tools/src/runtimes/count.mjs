// What became of the tests of a package on a runtime: the numbers, and what failed without being
// known as a difference of that runtime.
import { DIFFERENCES } from './differences.mjs';

/**
 * @typedef {{ file: string, test: string, state: 'passed' | 'failed' | 'skipped',
 *   message: string }} Outcome
 * @typedef {{ runtimes: string[], file: string, test: RegExp, reason: string }} Difference
 * @typedef {{ passed: number, failed: number, skipped: number, differ: number }} Counts
 */

/**
 * Counts the outcomes on a runtime, and lists those that are failures.
 * @param {readonly Outcome[]} outcomes
 * @param {string} runtime
 * @param {readonly Difference[]} [differences]
 * @returns {{ counts: Counts, failures: Outcome[] }}
 */
export function count(outcomes, runtime, differences = DIFFERENCES) {
  const counts = { passed: 0, failed: 0, skipped: 0, differ: 0 };
  /** @type {Outcome[]} */
  const failures = [];
  for (const one of outcomes) {
    const known = one.state === 'failed' && isKnown(one, runtime, differences);
    counts[known ? 'differ' : one.state]++;
    if (one.state === 'failed' && !known) failures.push(one);
  }
  return { counts, failures };
}

/**
 * Lists the differences of a runtime that no test of the files which ran showed: what may leave
 * the list.
 * @param {readonly Outcome[]} outcomes
 * @param {string} runtime
 * @param {readonly Difference[]} [differences]
 * @returns {Difference[]}
 */
export function notSeen(outcomes, runtime, differences = DIFFERENCES) {
  return differences.filter(
    (difference) =>
      difference.runtimes.includes(runtime) &&
      outcomes.some(({ file }) => file === difference.file) &&
      !outcomes.some((one) => one.state === 'failed' && isKnown(one, runtime, [difference])),
  );
}

/**
 * @param {Outcome} outcome
 * @param {string} runtime
 * @param {readonly Difference[]} differences
 */
function isKnown({ file, test }, runtime, differences) {
  return differences.some(
    (one) => one.runtimes.includes(runtime) && one.file === file && one.test.test(test),
  );
}
