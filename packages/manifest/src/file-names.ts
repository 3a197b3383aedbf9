/**
 * Names of a store's files, as LevelDB makes them (`db/filename.cc`): numbers with six digits or
 * more, drawn from one counter for all kinds.
 */
import { joinPath, type Vfs } from '@jump/vfs';

/** What a name of LevelDB's stands for. */
export interface FileName {
  /** The kind of file; a table may end in `.ldb` or, from before LevelDB 1.14, in `.sst`. */
  readonly type: 'log' | 'table' | 'manifest' | 'current' | 'lock' | 'temp' | 'info-log';
  /** Its number; 0 for the kinds that have none. */
  readonly number: number;
}

/** What a directory is to somebody who would open it; see {@link directoryState}. */
export type DirectoryState = 'store' | 'damaged' | 'empty' | 'absent';

const SUFFIXES: Readonly<Record<string, FileName['type']>> = {
  log: 'log',
  ldb: 'table',
  sst: 'table',
  dbtmp: 'temp',
};

function numbered(number: number): string {
  return number.toString().padStart(6, '0');
}

/** Returns the path of the file that names the manifest. */
export function currentPath(directory: string): string {
  return joinPath(directory, 'CURRENT');
}

/** Returns the name of the manifest with that number. */
export function manifestName(number: number): string {
  return `MANIFEST-${numbered(number)}`;
}

/** Returns the name of the log with that number. */
export function logName(number: number): string {
  return `${numbered(number)}.log`;
}

/** Returns the name under which a table with that number is written. */
export function tableName(number: number): string {
  return `${numbered(number)}.ldb`;
}

/** Returns the name that LevelDB gave tables before version 1.14: still read, never written. */
export function oldTableName(number: number): string {
  return `${numbered(number)}.sst`;
}

/** Returns the name of a file that is renamed when it is whole. */
export function temporaryName(number: number): string {
  return `${numbered(number)}.dbtmp`;
}

/** Reads a file name; `undefined` if LevelDB has no such name, or the number is 2^53 or more. */
export function parseFileName(name: string): FileName | undefined {
  if (name === 'CURRENT') return { type: 'current', number: 0 };
  if (name === 'LOCK') return { type: 'lock', number: 0 };
  if (name === 'LOG' || name === 'LOG.old') return { type: 'info-log', number: 0 };
  const match = /^(?:MANIFEST-(\d+)|(\d+)\.(log|ldb|sst|dbtmp))$/.exec(name);
  if (match === null) return undefined;
  const number = Number(match[1] ?? match[2]);
  const type = match[3] === undefined ? 'manifest' : SUFFIXES[match[3]];
  if (type === undefined || !Number.isSafeInteger(number)) return undefined;
  return { type, number };
}

/**
 * Tells what a directory is: a `'store'` has a CURRENT; a `'damaged'` one has tables or logs but no
 * CURRENT, and creating a store there would delete them; an `'empty'` one has neither (a manifest
 * alone is what a creation leaves that was cut short); an `'absent'` one does not exist.
 */
export function directoryState(vfs: Vfs, directory: string): DirectoryState {
  if (vfs.stat(directory) === undefined) return 'absent';
  if (vfs.stat(currentPath(directory)) !== undefined) return 'store';
  const holdsData = vfs.list(directory).some((name) => {
    const type = parseFileName(name)?.type;
    return type === 'table' || type === 'log';
  });
  return holdsData ? 'damaged' : 'empty';
}
