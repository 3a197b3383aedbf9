/** What a replay compares, and how it shows a difference. */
import type { Move, Step } from './history.ts';

/** Where a cursor over a sorted list stands after a move from `at`; -1 is nowhere. */
export function moved(
  { expected, at }: { readonly expected: readonly { key: Uint8Array }[]; readonly at: number },
  move: Move,
  compare: (a: Uint8Array, b: Uint8Array) => number,
): number {
  if (move.type === 'first') return 0;
  if (move.type === 'last') return expected.length - 1;
  if (move.type === 'seek') {
    const found = expected.findIndex((entry) => compare(entry.key, move.key) >= 0);
    return found === -1 ? expected.length : found;
  }
  if (at === -1) return -1;
  return move.type === 'next' ? at + 1 : at - 1;
}

/** Throws unless two plain values are the same; shows where they differ. */
export function same(found: unknown, expected: unknown, what = ''): void {
  const a = JSON.stringify(found);
  const b = JSON.stringify(expected);
  if (a === b) return;
  let at = 0;
  while (a !== undefined && b !== undefined && a[at] === b[at]) at++;
  const near = (text: string | undefined) => text?.slice(Math.max(0, at - 60), at + 120);
  throw new Error(`${what} differs at ${at}: found ${near(a)}, expected ${near(b)}`);
}

/** Shows bytes, one character each. */
export const hex = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString('latin1');
/** Shows an entry. */
export const showPair = ([key, value]: [Uint8Array, Uint8Array]): string =>
  `${hex(key)}\n${hex(value)}`;
/** Shows an entry of the model. */
export const showEntry = ({ key, value }: { key: Uint8Array; value: Uint8Array }): string =>
  showPair([key, value]);

/** Shows a step of a history, shortened. */
export function show(step: Step): string {
  const text = JSON.stringify(step, (_, value) =>
    value instanceof Uint8Array ? Buffer.from(value.subarray(0, 40)).toString('latin1') : value,
  );
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
