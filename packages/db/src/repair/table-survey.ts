/** Reads all tables of a damaged store, and says what of them can be used. */
import { type Comparator, type Cursor, JumpError, reasonOf } from '@jump/base';
import {
  type BlockCache,
  type BlockCodecs,
  type SalvagedTable,
  salvagedCursor,
  salvageTable,
  TableReader,
} from '@jump/sstable';
import type { Vfs } from '@jump/vfs';
import type { Slices } from '../slices.ts';
import { setUnused } from './report.ts';
import type { StoreFile } from './store-files.ts';

/** A table that was read. */
export interface SurveyedTable extends SalvagedTable {
  readonly file: StoreFile;
}

/**
 * Reads tables, each as a whole, one after the other; `progress` gets the bytes done.
 *
 * @returns those that are tables of a store, by number
 * @throws JUMP_UNSUPPORTED for blocks stored in an unknown way, or sequences from 2^53 on; JUMP_IO
 */
export async function surveyTables(
  { vfs, comparator, codecs }: TableReading,
  files: readonly StoreFile[],
  slices: Slices,
  progress: (done: number) => void,
): Promise<Map<number, SurveyedTable>> {
  const tables = new Map<number, SurveyedTable>();
  let before = 0;
  for (const file of files) {
    const { number, path, size, notes } = file;
    try {
      const steps = salvageTable({ vfs, path }, { comparator, codecs });
      const found = await slices.run(steps, (done) => progress(before + Math.min(done, size)));
      notes.entries = found.entries;
      notes.damage = found.damage.map(({ offset, bytes, reason }) => ({ offset, bytes, reason }));
      notes.dropped = lostEntries(found);
      if (found.damage.length > 0 || found.problem !== undefined) notes.state = 'damaged';
      if (found.problem !== undefined) notes.reason = found.problem;
      tables.set(number, { ...found, file });
    } catch (error) {
      // Somebody else's table is none of ours; a block of ours that we cannot read is another
      // thing.
      if (!(error instanceof JumpError) || error.code !== 'JUMP_UNSUPPORTED') throw error;
      if (error.offset !== undefined) throw error;
      setUnused(notes, reasonOf(error));
    }
    before += size;
  }
  return tables;
}

/** Counts what damage took: by what the table says of itself; else one for each hole. */
function lostEntries({ record, entries, damage }: SalvagedTable): number {
  if (record !== undefined && record.entries >= entries) return record.entries - entries;
  // What lies behind the last block that was found may be no more than filter and index.
  return damage.filter(({ upTo }) => upTo !== undefined).length;
}

/** How tables are read once more. */
export interface TableReading {
  readonly vfs: Vfs;
  readonly comparator: Comparator;
  readonly codecs: BlockCodecs | undefined;
  /** One that keeps nothing. */
  readonly cache: BlockCache;
}

/** Opens a cursor over what can be read of a table; it owns the file. */
export function tableCursor(reading: TableReading, table: SurveyedTable): Cursor {
  const { vfs, comparator, codecs } = reading;
  const { path } = table.file;
  if (table.places !== undefined)
    return salvagedCursor({ vfs, path }, table.places, { comparator, codecs });
  return readerCursor(reading, path);
}

/** Opens a cursor over a table that is whole; it owns the file. */
export function readerCursor(reading: TableReading, path: string): Cursor {
  const { vfs, comparator, codecs, cache } = reading;
  const reader = TableReader.open(
    { vfs, path },
    { keys: 'internal', comparator, cache, ...(codecs === undefined ? {} : { codecs }) },
  );
  const cursor = reader.cursor({ fillCache: false });
  const close = cursor.close.bind(cursor);
  cursor.close = () => {
    close();
    reader.close();
  };
  return cursor;
}
