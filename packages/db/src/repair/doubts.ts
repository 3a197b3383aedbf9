/**
 * Doubts: what a lost block may have said of keys whose older versions are whole.
 *
 *     level 1   a…f ████████ n…t          a block is lost; its keys lay between f and n
 *     level 2   b5 g3 h8 k1 m2 q7         were g, h, k, m overwritten there, or deleted?
 *
 * Nobody can say what the block held. But a filter of the table that is whole tells which keys the
 * block may have had: those are doubtful, and are given up rather than brought back, and the others
 * stay. One in a hundred is doubtful for nothing. Where there is no filter, every older version in
 * that range might be one that was done with; giving up the range in all deeper levels, thousands
 * of times what the block held, would be no repair: they stay, and the report says so.
 *
 * It takes the manifest to know which table is older than which.
 */
import {
  type Cursor,
  type FilterPolicy,
  type RangeCompare,
  readSequence,
  TRAILER_LENGTH,
} from '@jump/base';
import { salvageFilter, type TableDamage } from '@jump/sstable';
import type { Vfs } from '@jump/vfs';
import type { PlannedTable } from './plan.ts';
import type { Source, Verdict } from './source.ts';

/** A lost part of a table. */
export interface Doubt {
  readonly rank: number;
  /** The table's first internal key, which orders tables of one level. */
  readonly smallest: Uint8Array;
  readonly number: number;
  /** Between which internal keys the lost ones lie; `undefined` is no bound. */
  readonly after: Uint8Array | undefined;
  readonly upTo: Uint8Array | undefined;
  /** The highest sequence that was in the table, if it says so. */
  readonly largestSequence: number;
  /** Whether a user key may be lost there; `undefined` if nothing tells. */
  readonly mayHold: ((key: Uint8Array, start: number, end: number) => boolean) | undefined;
}

/** Lists the doubts about what is older than the damaged tables of a plan. */
export function findDoubts(
  vfs: Vfs,
  tables: readonly PlannedTable[],
  filters: readonly FilterPolicy[],
  options: Parameters<typeof salvageFilter>[2],
): Doubt[] {
  return tables.flatMap(({ table, rank, meta, damage }) => {
    if (damage.length === 0 || meta === undefined) return [];
    const filter = salvageFilter({ vfs, path: table.file.path }, filters, options);
    const { smallest, largest, number } = meta;
    return damage.map(({ offset, after = smallest, upTo = largest }: TableDamage) => ({
      rank,
      smallest,
      number,
      after,
      upTo,
      largestSequence: Number(table.record?.largestSequence ?? Number.POSITIVE_INFINITY),
      mayHold: filter && ((key, start, end) => filter(offset, key, start, end)),
    }));
  });
}

/** Has sources judge their entries by the doubts that concern them. */
export class DoubtJudge {
  readonly #compare: RangeCompare;
  readonly #compareUser: RangeCompare;

  constructor(compare: RangeCompare, compareUser: RangeCompare) {
    this.#compare = compare;
    this.#compareUser = compareUser;
  }

  /** The doubts about the entries of a source. */
  concerning(source: Source, doubts: readonly Doubt[]): Doubt[] {
    return doubts.filter((doubt) => {
      const older =
        doubt.rank < source.rank ||
        (doubt.rank === source.rank && !source.log && this.#isBefore(doubt, source));
      return older && this.#overlaps(doubt, source);
    });
  }

  /** A judge of entries; `undefined` if no doubt can be told by key. */
  judge(doubts: readonly Doubt[]): ((cursor: Cursor) => Verdict) | undefined {
    const tellable = doubts.filter(({ mayHold }) => mayHold !== undefined);
    if (tellable.length === 0) return undefined;
    return (cursor) =>
      tellable.some((doubt) => this.#isDoubtful(cursor, doubt)) ? 'doubtful' : 'keep';
  }

  /** Tables of a level follow each other; a key's older versions may go on in the next one. */
  #isBefore({ smallest, number }: Doubt, source: Source): boolean {
    if (number === source.number) return true;
    const { length } = smallest;
    return this.#compare(smallest, 0, length, source.smallest, 0, source.smallest.length) < 0;
  }

  #overlaps({ after, upTo }: Doubt, { smallest, largest }: Source): boolean {
    return this.#isAtMost(after, largest, largest.length) && this.#isAtMost(smallest, upTo);
  }

  #isDoubtful({ keyBytes, keyStart, keyEnd }: Cursor, doubt: Doubt): boolean {
    const { after, upTo, mayHold, largestSequence } = doubt;
    if (readSequence(keyBytes, keyEnd) > largestSequence) return false;
    const compare = this.#compare;
    // What sorts in front of the lost part is, of the same key, newer than that.
    if (after !== undefined && compare(keyBytes, keyStart, keyEnd, after, 0, after.length) <= 0) {
      return false;
    }
    const end = keyEnd - TRAILER_LENGTH;
    if (upTo !== undefined) {
      const upToEnd = upTo.length - TRAILER_LENGTH;
      if (this.#compareUser(keyBytes, keyStart, end, upTo, 0, upToEnd) > 0) return false;
    }
    return mayHold!(keyBytes, keyStart, end);
  }

  /** Compares user keys of internal ones; `undefined` is no bound. */
  #isAtMost(
    a: Uint8Array | undefined,
    b: Uint8Array | undefined,
    bLength = b?.length ?? 0,
  ): boolean {
    if (a === undefined || b === undefined) return true;
    const aEnd = a.length - TRAILER_LENGTH;
    return this.#compareUser(a, 0, aEnd, b, 0, bLength - TRAILER_LENGTH) <= 0;
  }
}
