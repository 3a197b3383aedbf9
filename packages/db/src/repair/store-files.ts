/** The files of a directory that may be parts of a store. */
import { JumpError } from '@jump/base';
import { logName, manifestName, parseFileName, readCurrent, tableName } from '@jump/manifest';
import { joinPath, type Vfs } from '@jump/vfs';
import { notADirectory } from '../directories.ts';
import { isBegunMark } from './begun-mark.ts';
import { type FileNotes, fileNotes, setUnused } from './report.ts';

/** One file of a store. */
export interface StoreFile {
  readonly number: number;
  readonly name: string;
  readonly path: string;
  readonly size: number;
  /** What is to be said of it. */
  readonly notes: FileNotes;
}

/** All of them; each kind by number, ascending. */
export interface StoreFiles {
  readonly tables: readonly StoreFile[];
  readonly logs: readonly StoreFile[];
  readonly manifests: readonly StoreFile[];
  /** The notes of CURRENT, if it is there. */
  readonly current: FileNotes | undefined;
  /** Every file with a name of LevelDB's that is a part of the store, or was: not LOCK, not LOG. */
  readonly names: readonly string[];
  /** The notes of all files, and of such as have the name of one and are none. */
  readonly notes: FileNotes[];
  /** Higher than every number. */
  readonly nextNumber: number;
}

const PROPER = { log: logName, table: tableName, manifest: manifestName } as const;

/**
 * Lists the files of a store.
 *
 * @throws JUMP_NOT_FOUND if there are none; JUMP_IO
 */
export function listStoreFiles(vfs: Vfs, directory: string): StoreFiles {
  const found = vfs.stat(directory);
  if (found !== undefined && found.kind !== 'directory') throw notADirectory(directory);
  const listing = new Listing();
  const names = found === undefined ? [] : vfs.list(directory).sort();
  // `000005.ldb` before `5.ldb` and `000005.sst`, which readers take only where it is missing.
  names.sort((a, b) => Number(isProper(b)) - Number(isProper(a)));
  for (const name of names) listing.add(name, joinPath(directory, name), vfs);
  listing.leaveOutOutputs(currentNumber(vfs, directory));
  if (listing.names.length === 0) {
    throw new JumpError('JUMP_NOT_FOUND', 'no files of a store are there', { file: directory });
  }
  return listing;
}

/** The number of the manifest that CURRENT names, if it names one. */
function currentNumber(vfs: Vfs, directory: string): number | undefined {
  try {
    return readCurrent(vfs, directory)?.number;
  } catch (error) {
    if (error instanceof JumpError && error.code === 'JUMP_CORRUPTION') return undefined;
    throw error;
  }
}

function isProper(name: string): boolean {
  const file = parseFileName(name);
  if (file === undefined || !(file.type in PROPER)) return false;
  return PROPER[file.type as keyof typeof PROPER](file.number) === name;
}

class Listing implements StoreFiles {
  tables: StoreFile[] = [];
  logs: StoreFile[] = [];
  manifests: StoreFile[] = [];
  readonly names: string[] = [];
  readonly notes: FileNotes[] = [];
  current: FileNotes | undefined;
  nextNumber = 1;
  /** Where the outputs of repairs begin that were begun. */
  #begun: number[] = [];

  add(name: string, path: string, vfs: Vfs): void {
    const file = parseFileName(name);
    if (file === undefined || file.type === 'lock' || file.type === 'info-log') return;
    const { type, number } = file;
    this.names.push(name);
    this.nextNumber = Math.max(this.nextNumber, number + 1);
    // A manifest's name on its way to CURRENT; or that.
    if (type === 'temp') {
      if (isBegunMark(vfs, path)) this.#begun.push(number);
      return;
    }
    const notes = fileNotes(name, type);
    this.notes.push(notes);
    const stat = vfs.stat(path);
    if (stat?.kind !== 'file') {
      setUnused(notes, `a ${stat?.kind ?? 'name that leads nowhere'}, not a file`);
      this.names.pop();
    } else if (type === 'current') {
      this.current = notes;
    } else {
      const list = { table: this.tables, log: this.logs, manifest: this.manifests }[type];
      const same = list.find((one) => one.number === number);
      if (same === undefined) insert(list, { number, name, path, size: stat.size, notes });
      else setUnused(notes, `${same.name} has its number`);
    }
  }

  /** Leaves out what a repair in place has made that did not come to its end. */
  leaveOutOutputs(current: number | undefined): void {
    // A damaged CURRENT may name any number.
    const named = this.manifests.find(({ number }) => number === current)?.number ?? 0;
    const from = Math.min(...this.#begun.filter((number) => named < number));
    const isOld = ({ number }: StoreFile): boolean => number < from;
    // Without any old file there was nothing to repair: somebody has copied these alone.
    if (![...this.tables, ...this.logs].some(isOld)) return;
    for (const kind of ['tables', 'logs', 'manifests'] as const) {
      for (const file of this[kind]) {
        if (!isOld(file)) setUnused(file.notes, 'a repair that was cut short has made it');
      }
      this[kind] = this[kind].filter(isOld);
    }
  }
}

function insert(list: StoreFile[], file: StoreFile): void {
  list.push(file);
  list.sort((a, b) => a.number - b.number);
}
