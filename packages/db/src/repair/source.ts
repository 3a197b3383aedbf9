/** Where a repair takes entries from: tables, and logs sorted in memory. */
import type { Cursor } from '@jump/base';
import type { TableMeta } from '@jump/manifest';
import type { TableDamage } from '@jump/sstable';
import type { Memtable } from '../write/memtable.ts';

/**
 * What is to be made of an entry. `'superseded'`: if no other source has the very same entry, a newer
 * one had taken its place, or a deletion, so that it hides what is older, and shows nothing itself.
 * `'doubtful'`: perhaps so.
 */
export type Verdict = 'keep' | 'superseded' | 'doubtful';

/** A source of entries: sorted, every version of every key. Its number is that of its file. */
export interface Source extends TableMeta {
  /** The file's name. */
  readonly name: string;
  /** Whether its entries come from a log; `number` is then the log's. */
  readonly log: boolean;
  /** What of it is lost. */
  readonly damage: readonly TableDamage[];
  /** Where it stands among the others: everything of a lower rank is newer, key by key. */
  readonly rank: number;
  /** Opens a cursor, which owns what it reads. */
  open(): Cursor;
  /** Judges the entry that a cursor of it stands on; without it all entries are kept. */
  judge?: ((cursor: Cursor) => Verdict) | undefined;
}

/** Makes a source of a memtable that is not empty. */
export function memtableSource(memtable: Memtable, name: string, number: number): Source {
  const cursor = memtable.cursor();
  const key = (): Uint8Array => cursor.keyBytes.slice(cursor.keyStart, cursor.keyEnd);
  cursor.first();
  const smallest = key();
  cursor.last();
  const largest = key();
  return {
    name,
    number,
    log: true,
    damage: [],
    rank: 0,
    fileSize: memtable.bytes,
    smallest,
    largest,
    open: () => memtable.cursor(),
  };
}
