/**
 * A directory that a live writer may change while it is read: what its manifest says, and whether
 * it still says so.
 */
import { type Comparator, JumpError } from '@jump/base';
import { currentPath, directoryState, readComparatorName, VersionSet } from '@jump/manifest';
import type { Vfs } from '@jump/vfs';
import { notADirectory } from '../directories.ts';
import type { Settings } from '../options.ts';

/** A directory that changes faster than it can be read is given up after so many attempts. */
export const ATTEMPTS = 50;

/** Refuses a directory that holds no store. @throws JUMP_NOT_FOUND, JUMP_CORRUPTION, JUMP_IO */
export function checkStore(vfs: Vfs, directory: string): void {
  const found = vfs.stat(directory);
  if (found !== undefined && found.kind !== 'directory') throw notADirectory(directory);
  const kind = directoryState(vfs, directory);
  if (kind === 'damaged') {
    const what = 'there are tables or logs, but no CURRENT that names their manifest';
    throw new JumpError('JUMP_CORRUPTION', what, { file: currentPath(directory) });
  }
  if (kind !== 'store') {
    throw new JumpError('JUMP_NOT_FOUND', 'no store is there', { file: directory });
  }
}

/** Reads CURRENT and the manifest; a manifest that vanishes in between is read again. */
export function readVersions(vfs: Vfs, directory: string, comparator: Comparator): VersionSet {
  return untilItStays(() => VersionSet.recover(vfs, directory, comparator, { checkTables: false }));
}

/** Whether two readings of a manifest name the same files. */
export function sameFiles(a: VersionSet, b: VersionSet): boolean {
  return describe(a) === describe(b);
}

function describe({ manifestNumber, logNumber, previousLogNumber, current }: VersionSet): string {
  const levels = current.levels.map((tables) => tables.map((table) => table.number).join());
  return [manifestNumber, logNumber, previousLogNumber, ...levels].join(';');
}

/** Takes the order that a store says it has, if it was given. */
export function withComparator(vfs: Vfs, directory: string, settings: Settings): Settings {
  if (settings.comparators.length === 0) return settings;
  const name = untilItStays(() => readComparatorName(vfs, directory));
  const comparator = settings.comparators.find((one) => one.name === name);
  if (comparator === undefined) return settings;
  // Its filters are not for keys that are told apart by their bytes.
  return { ...settings, comparator, filter: undefined, filterName: 'none' };
}

/** A manifest that stays away is no matter of the file system's. */
function asDamage(error: JumpError): JumpError {
  if (error.systemCode !== 'ENOENT') return error;
  const what = 'CURRENT names this manifest, which is missing';
  return new JumpError('JUMP_CORRUPTION', what, { file: error.file, cause: error });
}

/** Reads a manifest; again if it vanishes between CURRENT, which names it, and its opening. */
function untilItStays<T>(read: () => T): T {
  for (let attempt = 1; ; attempt++) {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof JumpError)) throw error;
      const vanished = error.systemCode === 'ENOENT' || error.message.includes('missing');
      if (!vanished) throw error;
      if (attempt === ATTEMPTS) throw asDamage(error);
    }
  }
}
