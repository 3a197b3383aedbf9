/** Makes a history that fails as short as it gets, and keeps it. */
import * as fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Change, Step } from './history.ts';

/**
 * Takes steps away, and makes those that are left smaller, as long as what is left still fails
 * (Zeller and Hildebrandt's delta debugging). Ends after so many milliseconds with what it has.
 */
export async function shrink(
  steps: readonly Step[],
  fails: (steps: readonly Step[]) => Promise<boolean>,
  ms: number,
): Promise<readonly Step[]> {
  const end = Date.now() + ms;
  let best = steps;
  for (let size = Math.ceil(best.length / 2); size >= 1 && Date.now() < end; ) {
    let shorter = false;
    for (let at = 0; at < best.length && Date.now() < end; ) {
      const without = [...best.slice(0, at), ...best.slice(at + size)];
      if (without.length > 0 && (await fails(without))) {
        best = without;
        shorter = true;
      } else at += size;
    }
    if (size > 1) size = Math.ceil(size / 2);
    else if (!shorter) break;
  }
  for (let at = 0; at < best.length && Date.now() < end; at++) {
    for (const smaller of smallerSteps(best[at]!)) {
      const changed = best.with(at, smaller);
      if (!(await fails(changed))) continue;
      best = changed;
      break;
    }
  }
  return best;
}

/** Simpler steps to try in place of one, the simplest first. */
function smallerSteps(step: Step): Step[] {
  if (step.type === 'set' && step.value.length > 1) return halves(step.value.length, step);
  if (step.type === 'batch') {
    return step.changes.map((_, i) => ({ ...step, changes: step.changes.toSpliced(i, 1) }));
  }
  if (step.type === 'moveCursor') {
    return step.moves.map((_, i) => ({ ...step, moves: step.moves.toSpliced(i, 1) }));
  }
  if (step.type === 'get' && step.keys.length > 1) {
    return step.keys.map((key) => ({ ...step, keys: [key] }));
  }
  return [];
}

function halves(length: number, step: Extract<Change, { type: 'set' }>): Step[] {
  const steps: Step[] = [];
  for (let shorter = 0; shorter < length; shorter = shorter === 0 ? 1 : shorter * 4) {
    steps.push({ ...step, value: step.value.slice(0, shorter) });
  }
  return steps;
}

/** A history that once failed, with what it failed on. */
export interface KeptHistory {
  /** What went wrong. */
  readonly what: string;
  /** The option set, and what draws one. */
  readonly variant: string;
  readonly seed: number;
  readonly steps: readonly Step[];
}

/** Keeps a history in a file of the temporary directory; returns its path. */
export function keepHistory(history: KeptHistory): string {
  const path = join(fs.mkdtempSync(join(tmpdir(), 'jump-history-')), 'history.jsonl');
  fs.writeFileSync(path, historyToText(history));
  return path;
}

/** Shows a history as lines of JSON: first what it is, then a step each. */
function historyToText({ steps, ...rest }: KeptHistory): string {
  const bytesAsHex = (_: string, value: unknown): unknown =>
    value instanceof Uint8Array ? { hex: Buffer.from(value).toString('hex') } : value;
  return [rest, ...steps].map((line) => `${JSON.stringify(line, bytesAsHex)}\n`).join('');
}

/** Reads it back. */
export function historyFromText(text: string): KeptHistory {
  const hexAsBytes = (_: string, value: unknown): unknown => {
    const hex = (value as { hex?: unknown } | null)?.hex;
    return typeof hex === 'string' ? new Uint8Array(Buffer.from(hex, 'hex')) : value;
  };
  const [head, ...steps] = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line, hexAsBytes));
  return { ...head, steps };
}
