/**
 * Kinship: which files were made of which, told by what they hold. For stores without a manifest.
 *
 * A merge that nobody recorded leaves its inputs behind, some or all of them, beside its outputs.
 * As long as all are there, nothing is wrong: merged again they give the same. But a merge into the
 * deepest level drops tombstones, with what they hid. If then the input with the tombstone is gone,
 * and the one with the value is left, a deleted key would come back:
 *
 *     before      4: b7 deleted       3: a2 b5 c3          merged      6: a2 c3
 *     left over                       3: a2 b5 c3                      6: a2 c3
 *
 * Every entry is written with a sequence of its own, so two tables that have one and the same entry
 * have it from each other: the one with the higher number was made of the other. A merge writes
 * tables from front to back, and puts into one whatever of its inputs is still worth having between
 * that table's ends. So between its ends the newer one says all: a value of the older one, b5
 * above, that it does not have was covered by something newer, and so was all that is older still.
 * What lies outside stays; of an output that is damaged only the parts that are whole are asked.
 *
 * Not so if the entry is in a log that is there, too: openings that were cut short have each made
 * tables of the log, with memtables of different sizes, and none was made of another.
 *
 * A log that has an entry in common with a table was flushed, at least up to that entry, for
 * entries go from logs to tables in their order. This is true of JumpDB's logs, which are flushed
 * table by table, each of them whole on the disk before the next one begins.
 *
 * It does not find an input of which nothing is left in any output. There is no way to.
 */
import {
  type Cursor,
  copyRange,
  equalRanges,
  KIND_VALUE,
  type RangeCompare,
  readKind,
  readSequence,
  TRAILER_LENGTH,
} from '@jump/base';
import { numberOf } from './judged-cursor.ts';
import type { Source, Verdict } from './source.ts';

/** What was found out about sources. */
export interface Kinship {
  /** Of each table the newer ones that were made of it. */
  readonly descendants: ReadonlyMap<Source, ReadonlySet<Source>>;
  /** Of each log the highest sequence that it has in common with a table. */
  readonly flushed: ReadonlyMap<number, number>;
}

/**
 * Finds kin; yields now and then.
 *
 * @param merged - the merged entries of `sources`, each with the place of its source there
 */
export function* findKin(
  merged: Cursor,
  sources: readonly Source[],
): Generator<void, Kinship, void> {
  const descendants = new Map<Source, Set<Source>>();
  const flushed = new Map<number, number>();
  const same: Source[] = [];
  let key: Uint8Array = new Uint8Array(64);
  let length = -1;
  let steps = 0;
  for (let more = merged.first(); more; more = merged.next()) {
    const { keyBytes, keyStart, keyEnd } = merged;
    const source = sources[numberOf(merged)]!;
    if (length < 0 || !equalRanges(keyBytes, keyStart, keyEnd, key, 0, length)) {
      relateAll();
      length = keyEnd - keyStart;
      if (length > key.length) key = new Uint8Array(2 * length);
      copyRange(keyBytes, keyStart, keyEnd, key, 0);
      same.length = 0;
    }
    same.push(source);
    if (++steps % 1024 === 0) yield;
  }
  relateAll();
  return { descendants, flushed };

  /** Relates those that have one entry. Tables that have it of a log need not be each other's. */
  function relateAll(): void {
    const logged = same.some(({ log }) => log);
    for (const [i, a] of same.entries()) {
      for (const b of same.slice(0, i)) {
        if (!logged || a.log !== b.log) relate(a, b, readSequence(key, length));
      }
    }
  }

  function relate(a: Source, b: Source, sequence: number): void {
    if (a.log !== b.log) {
      const { number } = a.log ? a : b;
      flushed.set(number, Math.max(sequence, flushed.get(number) ?? 0));
    } else if (!a.log && a.number !== b.number) {
      const [older, newer] = a.number < b.number ? [a, b] : [b, a];
      const newerOnes = descendants.get(older) ?? new Set();
      descendants.set(older, newerOnes.add(newer));
    }
  }
}

/** Judges the entries of a source by its kin; `undefined` if it has none. */
export function judgeByKin(
  source: Source,
  { descendants, flushed }: Kinship,
  compareUser: RangeCompare,
): ((cursor: Cursor) => Verdict) | undefined {
  if (source.log) {
    const limit = flushed.get(source.number);
    if (limit === undefined) return undefined;
    return ({ keyBytes, keyEnd }) => {
      const flushed = readSequence(keyBytes, keyEnd) <= limit;
      return flushed && readKind(keyBytes, keyEnd) === KIND_VALUE ? 'superseded' : 'keep';
    };
  }
  const newer = descendants.get(source);
  if (newer === undefined) return undefined;
  const claims = [...newer].map((one) => new Claim(one, compareUser));
  return ({ keyBytes, keyStart, keyEnd }) => {
    // What was deleted once was deleted: a tombstone hides nothing that is newer.
    if (readKind(keyBytes, keyEnd) !== KIND_VALUE) return 'keep';
    const end = keyEnd - TRAILER_LENGTH;
    return claims.some((claim) => claim.covers(keyBytes, keyStart, end)) ? 'superseded' : 'keep';
  };
}

/** The keys of which a table says all that its ancestors could say. */
class Claim {
  readonly #source: Source;
  readonly #compareUser: RangeCompare;

  constructor(source: Source, compareUser: RangeCompare) {
    this.#source = source;
    this.#compareUser = compareUser;
  }

  covers(key: Uint8Array, start: number, end: number): boolean {
    const { smallest, largest, damage } = this.#source;
    if (!this.#isWithin(key, start, end, smallest, largest)) return false;
    return !damage.some(({ after, upTo }) => this.#isWithin(key, start, end, after, upTo));
  }

  #isWithin(
    key: Uint8Array,
    start: number,
    end: number,
    from: Uint8Array | undefined,
    to: Uint8Array | undefined,
  ): boolean {
    const compare = this.#compareUser;
    if (from && compare(from, 0, from.length - TRAILER_LENGTH, key, start, end) > 0) return false;
    return !to || compare(to, 0, to.length - TRAILER_LENGTH, key, start, end) >= 0;
  }
}
