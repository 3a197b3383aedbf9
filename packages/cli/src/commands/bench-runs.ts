/** What `jump bench` measures. The names are those of LevelDB's `db_bench`. */
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { type Reading, reading, type Writing, writing } from '../stores.ts';
import type { BenchOptions, Measurement } from './bench.ts';

/** Measurements of a store that is there, in their order. */
export const READING_NAMES: readonly string[] = [
  'readseq',
  'readreverse',
  'readrandom',
  'readmissing',
];
/** All of them. */
export const NAMES: readonly string[] = ['fillseq', 'fillrandom', ...READING_NAMES];

/** What the runs are told beside the options. */
export interface Runs extends BenchOptions {
  readonly wants: (name: string) => boolean;
  readonly tell: (measured: Measurement) => Promise<void>;
  readonly signal?: AbortSignal;
}

const KEY_LENGTH = 16;
/** Operations between two looks at the clock and the signals. */
const STRIDE = 256;

/** Writes stores in an empty directory, and reads one of them. */
export async function measureNewStores(context: Context, place: string, runs: Runs): Promise<void> {
  if (runs.wants('fillseq')) await fill(context, join(place, 'seq'), 'fillseq', runs);
  if (!NAMES.slice(1).some(runs.wants)) return;
  const random = join(place, 'random');
  await fill(context, random, 'fillrandom', runs);
  if (READING_NAMES.some(runs.wants)) await measureStore(context, random, runs);
}

/** Reads a store, which is not written to. */
export async function measureStore(context: Context, directory: string, runs: Runs): Promise<void> {
  await reading(context, directory, 'strict', async (db) => {
    // The keys that are read at random: some that a first pass over all of them has met.
    const keys = await readAll(context, db, runs);
    if (runs.wants('readreverse')) await readBackwards(context, db, runs);
    shuffle(keys);
    if (runs.wants('readrandom')) await readKeys(context, db, 'readrandom', keys, runs);
    if (!runs.wants('readmissing')) return;
    const missing = keys.map((key) => Buffer.concat([key, Buffer.of(0)]));
    await readKeys(context, db, 'readmissing', missing, runs);
  });
}

async function fill(context: Context, directory: string, name: string, runs: Runs): Promise<void> {
  const { entries, valueSize } = runs;
  const random = randomNumbers(1);
  // Half of it compresses, as with much that is stored.
  const value = Buffer.alloc(valueSize);
  for (let i = 0; i < valueSize / 2; i++) value[i] = random(256);
  const options = { createIfMissing: true, recovery: 'strict' } as const;
  await writing(context, directory, options, async (db: Writing) => {
    await measure(context, name, entries, runs, (i) => {
      const number = name === 'fillseq' ? i : random(entries);
      db.set(Buffer.from(String(number).padStart(KEY_LENGTH, '0')), value);
      return KEY_LENGTH + valueSize;
    });
  });
}

/** Reads everything in order; returns keys from all over it, as many as `entries` at most. */
async function readAll(context: Context, db: Reading, runs: Runs): Promise<Uint8Array[]> {
  const keys: Uint8Array[] = [];
  const random = randomNumbers(2);
  const cursor = db.cursor();
  try {
    let met = 0;
    await measure(context, 'readseq', Number.POSITIVE_INFINITY, runs, () => {
      if (!(met === 0 ? cursor.first() : cursor.next())) return undefined;
      const { key, value } = cursor;
      // Vitter's algorithm R: each key has the same chance to stay.
      const at = met < runs.entries ? met : random(met + 1);
      if (at < runs.entries) keys[at] = key;
      met++;
      return key.length + value.length;
    });
    return keys;
  } finally {
    cursor.close();
  }
}

async function readBackwards(context: Context, db: Reading, runs: Runs): Promise<void> {
  const cursor = db.cursor();
  try {
    await measure(context, 'readreverse', Number.POSITIVE_INFINITY, runs, (i) => {
      if (!(i === 0 ? cursor.last() : cursor.previous())) return undefined;
      return cursor.key.length + cursor.value.length;
    });
  } finally {
    cursor.close();
  }
}

async function readKeys(
  context: Context,
  db: Reading,
  name: string,
  keys: readonly Uint8Array[],
  runs: Runs,
): Promise<void> {
  await measure(context, name, keys.length, runs, (i) => {
    const key = keys[i]!;
    return (db.get(key)?.length ?? -key.length) + key.length;
  });
}

/**
 * Does something many times, until it returns `undefined`, and tells how long it took. It returns
 * how many bytes of keys and values it handled.
 */
async function measure(
  context: Context,
  name: string,
  times: number,
  { tell, signal }: Runs,
  operation: (i: number) => number | undefined,
): Promise<void> {
  const total = Number.isFinite(times) ? times : undefined;
  const progress = context.progress(name, total, 'entries', true);
  const begin = performance.now();
  let bytes = 0;
  let done = 0;
  try {
    for (; done < times; done++) {
      const handled = operation(done);
      if (handled === undefined) break;
      bytes += handled;
      if (done % STRIDE !== 0) continue;
      progress.update(done);
      await context.pause();
      signal?.throwIfAborted();
    }
  } finally {
    progress.end();
  }
  const seconds = (performance.now() - begin) / 1000;
  await tell({ name, operations: done, seconds, bytes });
}

function shuffle(keys: Uint8Array[]): void {
  const random = randomNumbers(3);
  for (let i = keys.length - 1; i > 0; i--) {
    const j = random(i + 1);
    [keys[i], keys[j]] = [keys[j]!, keys[i]!];
  }
}

/** Makes whole numbers below a limit; the same at every call of the program (mulberry32). */
function randomNumbers(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}
