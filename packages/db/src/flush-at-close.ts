/**
 * Turning what is in memory into tables when a store is closed: the next opening would have to read
 * it back from the logs, entry by entry, and then do just that.
 */
import type { TableSpec } from '@jump/compaction';
import type { AddedTable } from '@jump/manifest';
import type { ObsoleteFiles } from './background/obsolete-files.ts';
import { flushNow } from './recovery/recovery.ts';
import type { Store } from './store.ts';
import type { WriteAheadLog } from './write/write-ahead-log.ts';

/** With fewer bytes in memory, the logs are quick to read, and the table would be a small one. */
const LEAST = 1 << 20;

/**
 * Flushes the memtables, if they are worth it: both go into level 0, in one edit.
 *
 * REQUIRES: no job is running, no edit is on its way; `obsolete` removes in this thread. Whatever
 *           fails, the logs have everything.
 *
 * @throws JUMP_POISONED, JUMP_IO if a new log or the manifest cannot be written
 */
export function flushAtClose(
  store: Store,
  log: WriteAheadLog,
  obsolete: ObsoleteFiles,
  spec: TableSpec,
): void {
  const { immutable, active, versions, lastSequence } = store;
  const memtables = (immutable === undefined ? [active] : [immutable, active]).filter(
    ({ entries }) => entries > 0,
  );
  const bytes = memtables.reduce((sum, one) => sum + one.bytes, 0);
  if (bytes < LEAST) return;
  const older = versions.logNumber;
  // Before the tables: they sync the directory, which then has the log's entry too.
  log.rotate(versions.takeFileNumber());
  const added: AddedTable[] = [];
  try {
    for (const one of memtables) {
      added.push(...flushNow(store, spec, one).tables.map((table) => ({ level: 0, table })));
    }
  } catch (error) {
    // A full disk, perhaps. The logs are enough; what was written goes at the next opening.
    store.report(error, false);
    return;
  }
  const { manifestNumber } = versions;
  versions.logAndApply({ logNumber: log.number, lastSequence, added }, { directorySynced: true });
  store.version = versions.current;
  store.flushedSequence = lastSequence;
  log.dropBefore(log.number, lastSequence);
  obsolete.removeLogs(older, log.number);
  if (versions.manifestNumber !== manifestNumber) obsolete.removeManifests();
}
