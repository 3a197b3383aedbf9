/** Filters as plain data, for a thread that functions cannot travel to. */
import type { FilterPolicy } from '@jump/base';
import { bloomPolicy, leveldbBloomPolicy } from '@jump/bloom';
import type { FilterSpec } from '@jump/compaction';

/** Makes the policy of a spec. */
export function filterOf(spec: FilterSpec | undefined): FilterPolicy | undefined {
  if (spec === undefined) return undefined;
  const { kind, bitsPerKey } = spec;
  return kind === 'leveldb' ? leveldbBloomPolicy({ bitsPerKey }) : bloomPolicy({ bitsPerKey });
}
