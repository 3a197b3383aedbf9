/** Opens what is left of a store that was damaged, and says what came of it. */
import { JumpError } from '@jump/base';
import type { Vfs } from '@jump/vfs';
import { type JumpEvent, open, openReadOnly } from '../src/index.ts';
import { type KnownStore, showState } from './damage-stores.ts';
import { DIRECTORY } from './disk-files.ts';

/** What may be missing: bytes `[start, end)` of a file, or all of it from `start` on. */
export interface Damage {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  /** Whether nothing follows. */
  readonly cut: boolean;
}

/** How a case ended well. */
export type Outcome = 'refused' | 'the same' | 'a loss that was told' | 'a cut between records';

/** Something that must not be. */
class Wrong extends Error {}

interface Seen {
  readonly state?: string;
  readonly error?: JumpError;
  readonly losses: number;
  /** Whether the opening itself was refused. */
  readonly unopened?: boolean;
}

/**
 * Examines a damaged disk; throws if it is wrong, stale or short in silence. Also tells whether a
 * loss was told, even of nothing that counts.
 */
export async function examine(
  store: KnownStore,
  vfs: Vfs,
  damage: Damage,
): Promise<{ outcome: Outcome; told: boolean }> {
  const before = showFiles(vfs);
  const first = await openAndMerge(store, vfs);
  const outcome = judge(store, first, damage);
  if (first.unopened === true && showFiles(vfs) === before) return { outcome, told: false };
  if (outcome !== 'the same') {
    // Neither the opening nor the merge may have made it look whole.
    const again = await openAndMerge(store, vfs);
    if (again.state !== undefined && again.state !== first.state) {
      if (first.error !== undefined) judge(store, again, damage);
      else throw new Wrong(`opened again it holds ${again.state}, not ${first.state}`);
    }
  }
  return { outcome, told: first.losses > 0 };
}

/** The same for a reader, which changes nothing. */
export function examineReader(store: KnownStore, vfs: Vfs, damage: Damage): Outcome {
  const before = showFiles(vfs);
  const outcome = judge(store, readOnly(store, vfs), damage);
  if (showFiles(vfs) !== before) throw new Wrong('a reader has changed the directory');
  return outcome;
}

function showFiles(vfs: Vfs): string {
  const names = vfs.list(DIRECTORY).sort();
  return names.map((name) => `${name} ${vfs.stat(`${DIRECTORY}/${name}`)?.size}`).join();
}

function judge(store: KnownStore, seen: Seen, damage: Damage): Outcome {
  const { states, records } = store;
  if (seen.error !== undefined) {
    const { code, file, message } = seen.error;
    if (!/CORRUPTION|UNSUPPORTED/.test(code)) throw new Wrong(`code ${code}: ${message}`);
    if (file?.startsWith(`${DIRECTORY}/`) !== true) throw new Wrong(`no file: ${message}`);
    return 'refused';
  }
  if (seen.state === states.at(-1)) return 'the same';
  const { file, start, end, cut } = damage;
  if (!file.endsWith('.log')) throw new Wrong(`silent: ${seen.state}`);
  const hit = records.findIndex((one) => one.log === file && one.end > start);
  const before = Math.max(store.inTables, hit <= 0 ? 0 : records[hit - 1]!.batches);
  const left = records.filter(
    (one) => one.log !== file || one.end <= start || (!cut && one.start >= end),
  );
  const safe = left.reduce((most, one) => (one.isMark ? Math.max(most, one.batches) : most), 0);
  const least = store.closed ? states.length - 1 : safe;
  if (seen.state !== states[before]) {
    throw new Wrong(`neither what was nor what is left of it: ${seen.state}`);
  }
  if (before < least) {
    throw new Wrong(`${before} of ${states.length - 1} batches, ${least} were on the disk`);
  }
  if (seen.losses > 0) return 'a loss that was told';
  const between = records.some((one) => one.log === file && one.start === start);
  if (cut && between) return 'a cut between records';
  throw new Wrong(`a silent loss: ${before} of ${states.length - 1} batches`);
}

/** Reads in all ways, merges, and reads again. */
async function openAndMerge(store: KnownStore, vfs: Vfs): Promise<Seen> {
  let losses = 0;
  const onEvent = (event: JumpEvent): void => {
    if (event.type === 'recoveryLoss') losses++;
  };
  let unopened = true;
  try {
    const db = open(DIRECTORY, { ...store.options, vfs, onEvent });
    unopened = false;
    try {
      const before = readIn(store, db);
      await db.compact();
      const after = readIn(store, db);
      if (after !== before) throw new Wrong(`a merge made ${after} of ${before}`);
      return { state: before, losses };
    } finally {
      db.close();
    }
  } catch (error) {
    return { ...refusal(error), unopened };
  }
}

function readOnly(store: KnownStore, vfs: Vfs): Seen {
  let losses = 0;
  const onEvent = (event: JumpEvent): void => {
    if (event.type === 'recoveryLoss') losses++;
  };
  try {
    const db = openReadOnly(DIRECTORY, { vfs, cacheSize: 0, onEvent });
    try {
      return { state: readIn(store, db), losses };
    } finally {
      db.close();
    }
  } catch (error) {
    return refusal(error);
  }
}

function refusal(error: unknown): Seen {
  if (!(error instanceof JumpError)) throw error;
  return { error, losses: 0 };
}

interface Readable {
  get(key: string): string | undefined;
  entries(range?: { reverse: boolean }): Iterable<[string, string]>;
}

function readIn(store: KnownStore, db: Readable): string {
  const state = showState(db.entries());
  const found = new Map<string, string>();
  for (const [key, value] of db.entries({ reverse: true })) found.set(key, value);
  if (showState(found) !== state) throw new Wrong('backwards is not as forwards');
  for (const key of store.keys) {
    if (db.get(key) !== found.get(key)) throw new Wrong(`get('${key}') is not as the scan`);
  }
  return state;
}
