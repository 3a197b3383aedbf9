/** In which order a damaged store has its keys, of those that the caller knows. */
import { LogReader } from '@jump/log';
import { decodeVersionEdit } from '@jump/manifest';
import type { Vfs } from '@jump/vfs';
import { isDamage } from './manifests.ts';
import type { RepairRequest } from './options.ts';
import type { StoreFile, StoreFiles } from './store-files.ts';

/** Takes the order that a store says it has, if it is one of those that were given. */
export function inKnownOrder(
  request: RepairRequest,
  vfs: Vfs,
  { manifests }: StoreFiles,
): RepairRequest {
  const { settings } = request;
  const known = new Map(settings.comparators.map((one) => [one.name, one]));
  for (const manifest of known.size === 0 ? [] : manifests) {
    for (const name of namesIn(vfs, manifest)) {
      const comparator = known.get(name);
      if (comparator === undefined) continue;
      // The built-in filters are for keys that are told apart by their bytes alone.
      const order = { comparator, filter: undefined, filterName: 'none' } as const;
      return { ...request, settings: { ...settings, ...order } };
    }
  }
  return request;
}

/** Reads the names of comparators in the edits of a manifest that are whole. */
function* namesIn(vfs: Vfs, { path }: StoreFile): Generator<string, void, void> {
  for (const item of LogReader.open({ vfs, path }).items()) {
    if (item.type === 'damage') continue;
    try {
      const { comparator } = decodeVersionEdit(item.bytes, path, item.start);
      if (comparator !== undefined) yield comparator;
    } catch (error) {
      if (!isDamage(error)) throw error;
    }
  }
}
