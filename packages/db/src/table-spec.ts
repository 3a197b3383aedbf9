/** How tables are written, and which of their filters are read: out of a store's options. */
import { bytewiseComparator, type FilterPolicy } from '@jump/base';
import { bloomPolicy, leveldbBloomPolicy } from '@jump/bloom';
import type { FilterSpec, TableSpec } from '@jump/compaction';
import { FILTER_BITS_PER_KEY, type Settings } from './options.ts';

/** Says how tables are written, as plain data. */
export function tableSpec(settings: Settings): TableSpec {
  const { tableSize, blockSize, indexInterval, compression, filterName } = settings;
  const filter: FilterSpec | undefined =
    filterName === 'jump' || filterName === 'leveldb'
      ? { kind: filterName, bitsPerKey: FILTER_BITS_PER_KEY }
      : settings.filter && { kind: settings.filter.name, bitsPerKey: 0 };
  return {
    tableSize,
    blockSize,
    indexInterval,
    compression,
    ...(filter === undefined ? {} : { filter }),
  };
}

/**
 * Every kind of filter that a table may bring, with the one that is written. In an order of the
 * user's other bytes may be the same key, which filters of bytes would deny: only what was chosen
 * is asked.
 */
export function readFilters(settings: Settings): FilterPolicy[] {
  const { filter, comparator } = settings;
  const chosen = filter === undefined ? [] : [filter];
  if (comparator !== bytewiseComparator) return chosen;
  const bits = { bitsPerKey: FILTER_BITS_PER_KEY };
  const known = [bloomPolicy(bits), leveldbBloomPolicy(bits)];
  return [...chosen, ...known.filter((policy) => policy.name !== filter?.name)];
}
