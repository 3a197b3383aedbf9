/**
 * A store of nothing but tables, in memory or in a Vfs, for tests of the drop rule and the runner.
 */
import {
  bytewiseComparator,
  type Cursor,
  compareBytes,
  compareInternalKeys,
  encodeInternalKey,
  KIND_DELETION,
  KIND_VALUE,
  readKind,
  readSequence,
} from '@jump/base';
import type { TableMeta } from '@jump/manifest';
import type { Entry, Random } from '@jump/testkit';
import type { PickState } from '../src/strategy.ts';

export const NO_SNAPSHOT = Number.POSITIVE_INFINITY;

export function byKey(a: Entry, b: Entry): number {
  return compareInternalKeys(a.key, 0, a.key.length, b.key, 0, b.key.length);
}

/** Random history: `count` writes of few keys, sequences 1 to `count`, as entries in that order. */
export function history(random: Random, count: number, keys: number, deletions = 0.3): Entry[] {
  return Array.from({ length: count }, (_, i) => {
    const user = new TextEncoder().encode(`k${random.integer(0, keys - 1)}`);
    const kind = random.chance(deletions) ? KIND_DELETION : KIND_VALUE;
    const value = kind === KIND_VALUE ? random.bytes(random.integer(0, 40)) : new Uint8Array(0);
    return { key: encodeInternalKey(user, i + 1, kind), value };
  });
}

/** What a reader at `sequence` sees: user key as text to value, found by looking at every entry. */
export function view(entries: readonly Entry[], sequence: number): Map<string, string> {
  const newest = new Map<string, { sequence: number; kind: number; value: Uint8Array }>();
  for (const { key, value } of entries) {
    const own = readSequence(key, key.length);
    const user = Buffer.from(key.subarray(0, -8)).toString('latin1');
    if (own > sequence || own < (newest.get(user)?.sequence ?? -1)) continue;
    newest.set(user, { sequence: own, kind: readKind(key, key.length), value });
  }
  const seen = new Map<string, string>();
  for (const [user, { kind, value }] of [...newest].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (kind === KIND_VALUE) seen.set(user, Buffer.from(value).toString('latin1'));
  }
  return seen;
}

/** All entries of a cursor. */
export function drain(cursor: Cursor): Entry[] {
  const entries: Entry[] = [];
  for (cursor.first(); cursor.valid; cursor.next()) {
    entries.push({
      key: cursor.keyBytes.slice(cursor.keyStart, cursor.keyEnd),
      value: cursor.valueBytes.slice(cursor.valueStart, cursor.valueEnd),
    });
  }
  return entries;
}

export function stateOf(
  levels: readonly (readonly TableMeta[])[],
  extra: Partial<PickState> = {},
): PickState {
  return {
    levels,
    compareUser: bytewiseComparator.compare,
    compactPointers: Array(7).fill(undefined),
    tableSize: 2000,
    oldestSnapshot: NO_SNAPSHOT,
    tombstonesBlocked: new Map(),
    ...extra,
  };
}

export function sortedBySmallest(tables: TableMeta[]): TableMeta[] {
  return tables.sort((a, b) => compareBytes(a.smallest, b.smallest));
}
