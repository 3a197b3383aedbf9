/** `jump bench`: how fast this machine is, or a store that is there. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { EXIT, UsageError } from '../exit-codes.ts';
import { interruptible } from '../interrupt.ts';
import { bytes, count } from '../units.ts';
import { measureNewStores, measureStore, NAMES, READING_NAMES } from './bench-runs.ts';

/** Options of `jump bench`. */
export interface BenchOptions {
  readonly entries: number;
  readonly valueSize: number;
  readonly only?: readonly string[];
}

/** One measurement. */
export interface Measurement {
  readonly name: string;
  readonly operations: number;
  readonly seconds: number;
  /** Bytes of keys and values. */
  readonly bytes: number;
}

/** Measures, and prints a line for each measurement. */
export async function bench(
  context: Context,
  directory: string | undefined,
  options: BenchOptions,
): Promise<number> {
  const known = directory === undefined ? NAMES : READING_NAMES;
  const unknown = options.only?.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`--only ${unknown}: not one of ${known.join(', ')}`);
  }
  const wants = (name: string): boolean => options.only?.includes(name) ?? true;
  const tell = async (measured: Measurement): Promise<void> => {
    if (!wants(measured.name)) return;
    print(context, measured);
    await context.out.flush();
  };
  if (!context.json) heading(context);
  if (directory !== undefined) {
    await measureStore(context, directory, { ...options, wants, tell });
    return EXIT.ok;
  }
  await interruptible(async (signal) => {
    const place = await mkdtemp(join(tmpdir(), 'jump-bench-'));
    try {
      await measureNewStores(context, place, { ...options, wants, tell, signal });
    } finally {
      await rm(place, { recursive: true, force: true });
    }
  });
  return EXIT.ok;
}

function heading({ out, paint }: Context): void {
  out.line(
    paint.bold(`${'measurement'.padEnd(14)}${'a second'.padStart(14)}${'each'.padStart(12)}`),
  );
}

function print(context: Context, { name, operations, seconds, bytes: size }: Measurement): void {
  const perSecond = operations / Math.max(seconds, 1e-9);
  if (context.json) {
    context.printJson({ name, operations, seconds, bytes: size, perSecond });
    return;
  }
  const each = `${((1e6 * seconds) / Math.max(1, operations)).toFixed(2)} µs`;
  const rate = size === 0 ? '' : `${bytes(size / Math.max(seconds, 1e-9))}/s`;
  const cells = [
    name.padEnd(14),
    count(Math.round(perSecond)).padStart(14),
    each.padStart(12),
    rate.padStart(14),
  ];
  context.out.line(cells.join('').trimEnd());
}
