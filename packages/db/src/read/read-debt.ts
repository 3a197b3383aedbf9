/**
 * What reads have paid for there being more than one sorted run, counted in bytes that could have
 * been merged for it: a strategy weighs it against what merging would cost.
 *
 * Estimated from the rows of the bench (`readmissing`, `range10`, `compact`), in bytes of tables whose
 * merge takes as long: a filter that says no is worth some 20, a search of index and block, or a
 * block of a scan, some 300. A merge spares all later reads, too, and runs on another core: so each
 * counts several times what it took. LevelDB counts 16 KiB for either.
 */
import type { TableReader } from '@jump/sstable';

const FILTERED = 128;
const SEARCHED = 2048;
const SCANNED = 2048;

/** The debt of a table since it was opened. */
export function readDebt(reader: TableReader): number {
  const { filterStats, vainSearches, blocksScanned } = reader;
  return filterStats.hits * FILTERED + vainSearches * SEARCHED + blocksScanned * SCANNED;
}

const FEWEST_READS = 1024;
const READS_PER_TABLE = 16;

/** After how many reads to look at the debts of so many tables: looking costs time for each. */
export function readsPerLook(tables: number): number {
  return Math.max(FEWEST_READS, tables * READS_PER_TABLE);
}
