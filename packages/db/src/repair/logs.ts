/** The logs of a damaged store: read once to know them, once more to have their entries sorted. */
import type { Vfs } from '@jump/vfs';
import type { Slices } from '../slices.ts';
import { Memtable, type MemtableOptions } from '../write/memtable.ts';
import { type SalvagedLog, salvageLog } from './log-salvage.ts';
import { memtableSource, type Source } from './source.ts';
import type { StoreFile } from './store-files.ts';

/** Reads all logs; `progress` gets the bytes done. */
export async function surveyLogs(
  vfs: Vfs,
  files: readonly StoreFile[],
  slices: Slices,
  progress: (done: number) => void,
): Promise<SalvagedLog[]> {
  const logs: SalvagedLog[] = [];
  let before = 0;
  for (const file of files) {
    const steps = salvageLog(vfs, file);
    const log = await slices.run(steps, (done) => progress(before + done));
    const { notes, size } = file;
    notes.entries = log.entries;
    notes.dropped = log.lost;
    notes.damage = [...log.damage];
    if (log.damage.length > 0) notes.state = 'damaged';
    logs.push(log);
    before += size;
  }
  return logs;
}

/** Turns a memtable that is full into something that takes no memory; `undefined` if it cannot. */
export type Spill = (memtable: Memtable, log: StoreFile) => Promise<Source | undefined>;

/**
 * Reads logs once more, and sorts their entries: a source for each memtable's worth of each.
 *
 * @param spill - called with each that is full, alone or with what the others hold
 */
export async function sortLogs(
  vfs: Vfs,
  logs: readonly SalvagedLog[],
  options: MemtableOptions,
  slices: Slices,
  spill: Spill,
): Promise<Source[]> {
  const sources: Source[] = [];
  // Bytes in memory; a log that is short stays there if there is room for it.
  let held = 0;
  for (const { file } of logs) {
    const own = { ...options, size: Math.max(1, Math.min(options.size, file.size)) };
    let memtable = new Memtable(own);
    const end = async (): Promise<void> => {
      const { bytes, entries } = memtable;
      if (entries === 0) return;
      const full = held + bytes >= options.size;
      const spilled = full ? await spill(memtable, file) : undefined;
      if (spilled === undefined) held += bytes;
      sources.push(spilled ?? memtableSource(memtable, file.name, file.number));
      memtable = new Memtable(own);
    };
    const steps = salvageLog(vfs, file, {
      add: (sequence, kind, bytes, keyStart, keyEnd, valueStart, valueEnd) =>
        memtable.add(sequence, kind, bytes, keyStart, keyEnd, valueStart, valueEnd),
    });
    try {
      for (let step = steps.next(); step.done !== true; step = steps.next()) {
        if (memtable.bytes >= options.size) await end();
        await slices.pause();
      }
    } finally {
      steps.return({} as SalvagedLog);
    }
    await end();
  }
  return sources;
}
