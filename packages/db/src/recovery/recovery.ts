/**
 * Opening a store's files: what each step relies on, and what it leaves when the power goes.
 *
 *  1. CURRENT names the manifest, the manifest the tables and the oldest log that matters.
 *  2. The logs from that one on are replayed into memtables; a full one becomes a table at once.
 *  3. What is left becomes a table. Old logs and the old manifest are never appended to: their ends
 *     may be torn.
 *  4. A new log is begun, and an edit that names it and the new tables goes into a new manifest;
 *     from then on the old logs are obsolete. Before that, everything new is garbage that the next
 *     opening removes.
 *  5. Everything obsolete is removed.
 */
import { JumpError } from '@jump/base';
import type { TableSpec, WrittenTables } from '@jump/compaction';
import { type AddedTable, logName, parseFileName, type VersionSet } from '@jump/manifest';
import { joinPath, type Vfs } from '@jump/vfs';
import { runJob } from '../background/jobs.ts';
import type { Store } from '../store.ts';
import type { Memtable } from '../write/memtable.ts';
import { type RecoveryMode, replayLogs } from './log-replay.ts';

/**
 * The numbers of the logs that hold entries which no table has, ascending.
 *
 * @throws JUMP_CORRUPTION if the log that the manifest names is missing: its entries are lost
 */
export function liveLogs(
  vfs: Vfs,
  directory: string,
  versions: VersionSet,
  mode: RecoveryMode,
  onLoss: (file: string, offset: number, bytes: number) => void,
): number[] {
  const { logNumber, previousLogNumber } = versions;
  const logs: number[] = [];
  for (const name of vfs.list(directory)) {
    const file = parseFileName(name);
    if (file?.type !== 'log') continue;
    const { number } = file;
    if (number >= logNumber || (previousLogNumber !== 0 && number === previousLogNumber)) {
      logs.push(number);
    }
  }
  if (logNumber !== 0 && !logs.includes(logNumber)) {
    const file = joinPath(directory, logName(logNumber));
    if (mode === 'strict') {
      const what = 'the log is missing, the manifest names it';
      const hint = "to open without its entries and those after it, choose recovery: 'prefix'";
      throw new JumpError('JUMP_CORRUPTION', `${what}; ${hint}`, { file });
    }
    // How much it held, nobody knows.
    onLoss(file, 0, 0);
    if (mode === 'prefix') {
      for (const number of logs.splice(0)) {
        const later = joinPath(directory, logName(number));
        onLoss(later, 0, vfs.stat(later)?.size ?? 0);
        versions.markFileNumberUsed(number);
      }
    }
  }
  return logs.sort((a, b) => a - b);
}

/** Replays the logs of a store into `sink`; returns the newest sequence, of the tables too. */
export function replay(
  vfs: Vfs,
  directory: string,
  versions: VersionSet,
  mode: RecoveryMode,
  sink: () => Memtable,
  afterBatch: () => void,
  onLoss: (file: string, offset: number, bytes: number) => void,
): number {
  const logs = liveLogs(vfs, directory, versions, mode, onLoss);
  // A rotated log's number is in no manifest before its flush. The new log's must lie above it, or the
  // old one would be taken for the newer one at the next opening.
  for (const number of logs) versions.markFileNumberUsed(number);
  const highest = replayLogs({
    vfs,
    directory,
    logs,
    mode,
    firstSequence: versions.ours ? versions.lastSequence + 1 : undefined,
    durableSequence: versions.durableSequence,
    sink: {
      add: (sequence, kind, bytes, keyStart, keyEnd, valueStart, valueEnd) =>
        sink().add(sequence, kind, bytes, keyStart, keyEnd, valueStart, valueEnd),
    },
    afterBatch,
    onLoss,
  });
  return Math.max(versions.lastSequence, highest);
}

/** Does steps 2 and 3, and makes ready for 4: returns the tables made. */
export function recoverLogs(store: Store, spec: TableSpec): AddedTable[] {
  const { vfs, directory, versions, settings } = store;
  const added: AddedTable[] = [];
  const flush = (): void => {
    if (store.active.entries === 0) return;
    added.push(...flushNow(store, spec, store.active).tables.map((table) => ({ level: 0, table })));
    store.memtables.retire(store.active);
    store.active = store.memtables.take();
  };
  store.lastSequence = replay(
    vfs,
    directory,
    versions,
    settings.recovery,
    () => store.active,
    () => {
      if (store.active.bytes >= settings.memtableSize) flush();
    },
    (file, offset, bytes) => store.emit({ type: 'recoveryLoss', file, offset, bytes }),
  );
  flush();
  store.flushedSequence = store.lastSequence;
  return added;
}

/** Writes a memtable as a table, here and now, for readers that see the newest. */
export function flushNow(store: Store, table: TableSpec, memtable: Memtable): WrittenTables {
  const { vfs, directory, settings, versions } = store;
  const { comparator, filter } = settings;
  const number = versions.takeFileNumber();
  const steps = runJob(
    { type: 'flush', directory, number, memtable: undefined, snapshots: [], table },
    { vfs, comparator, filter, memtable, cancelled: () => false },
  );
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
